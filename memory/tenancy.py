"""The session of one scope: adds tenant and brand to every mapped statement and refuses whatever it cannot read.

The first of two guards; row-level security in the database is the second and knows nothing of this one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from time import monotonic
from typing import Any, NoReturn, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Alias,
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Delete,
    Executable,
    Insert,
    Join,
    Select,
    Table,
    TextClause,
    Update,
    and_,
    or_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import TableClause

from memory.domain.ids import BrandId, TenantId
from memory.domain.jobs import Job
from memory.domain.workspace import Scope
from memory.models.base import AnyBrandRow, Base, BrandRow, SharedRow, TenantRow
from memory.models.workspace import BrandRecord, TenantRecord


class TenancyError(RuntimeError):
    """Code of ours tried to reach rows past its scope: a defect, never a person's mistake."""


@dataclass(slots=True)
class Reach:
    """Whose rows a session may touch (`scope` None: all tenants, as a service), and what comes with its commit."""

    scope: Scope | None
    now: datetime
    began: float = field(default_factory=monotonic)
    notices: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def moment(self) -> datetime:
        """The workspace's time at this instant; `now` is the time at the transaction's beginning."""
        return self.now + timedelta(seconds=monotonic() - self.began)

    def announce(self, channel: str, payload: str) -> None:
        """Notify listeners of a channel if and when the transaction commits."""
        self.notices.append((channel, payload))


class GuardedSession(Session):
    """A session that only speaks mapped statements of its reach."""

    def connection(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: a bare connection passes the guard."""
        del args, kwargs
        _refuse("a bare connection")

    def get(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: what it has loaded once it hands out unasked; write a select."""
        del args, kwargs
        _refuse("get")

    def bulk_save_objects(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        _refuse("bulk_save_objects")

    def bulk_insert_mappings(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        _refuse("bulk_insert_mappings")

    def bulk_update_mappings(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        _refuse("bulk_update_mappings")


class ScopedSession(AsyncSession):
    """What repositories are handed. It cannot commit what it does: the unit of work does, once."""

    sync_session_class = GuardedSession


def reach_of(session: AsyncSession) -> Reach:
    """Whose rows a session may touch.

    Raises:
        TenancyError: the session was made without a scope.
    """
    return _reach(session.info)


def _reach(info: Mapping[Any, Any]) -> Reach:
    reach = info.get("reach")
    if not isinstance(reach, Reach):
        _refuse("a session without a scope")
    return reach


def _refuse(what: str) -> NoReturn:
    message = f"refused: {what}"
    raise TenancyError(message)


def guard_statement(state: ORMExecuteState) -> None:
    """Before each statement: readable, within reach, narrowed to the scope."""
    reach = _reach(state.session.info)
    scope, statement = reach.scope, state.statement
    if not state.is_orm_statement:
        _refuse("a statement that names no mapped class")
    if state.is_column_load:
        return  # columns of a row this session has read already
    if scope is not None and (narrowed := _STANDING.get(statement)) is not None:
        state.statement = _narrowed_once(statement, narrowed, scope)
        if isinstance(statement, Insert):
            _guard_insert(state, statement, scope)
        return
    named = _look_through(statement)
    if scope is None:
        return
    if isinstance(statement, Insert):
        _guard_insert(state, statement, scope)
        return
    if isinstance(statement, Update):
        if isinstance(state.parameters, list | tuple):
            _refuse("an update by primary keys, which takes no further condition")
        _guard_values(_written(statement), scope)
    if isinstance(statement, Select | Update | Delete) or state.is_select:
        state.statement = _narrow(statement, named, scope, reads=state.is_select)


_STANDING: "WeakKeyDictionary[Executable, dict[tuple[TenantId, BrandId | None], Executable]]" = WeakKeyDictionary()
_MOST_SCOPES = 1_000
AnyStatement = TypeVar("AnyStatement", bound=Executable)


def standing(statement: AnyStatement) -> AnyStatement:
    """A statement made once, its values given at each execution: looked through and narrowed once per scope.

    Half of what a small statement costs is making it, so what every turn asks is made when its module loads.

    Raises:
        TenancyError: an update that writes whose row it is; an insert with values of its own.
    """
    if isinstance(statement, Insert | Update):
        written = {*_written(statement)}
        if written & {"tenant_id", "brand_id"} or (written and isinstance(statement, Insert)):
            _refuse("a standing write whose rows cannot be read")
    _STANDING[statement] = {}
    return statement


def _narrowed_once(
    statement: Executable, known: dict[tuple[TenantId, BrandId | None], Executable], scope: Scope
) -> Executable:
    whose = (scope.tenant, scope.brand)
    if whose not in known:
        if len(known) >= _MOST_SCOPES:
            known.clear()
        named = _look_through(statement)
        known[whose] = (
            statement
            if isinstance(statement, Insert)
            else _narrow(statement, named, scope, reads=not isinstance(statement, UpdateBase))
        )
    return known[whose]


def _narrow(statement: Executable, named: set[str], scope: Scope, *, reads: bool) -> Executable:
    conditions = [_narrowed(table, scope.tenant, scope.brand, reads=reads) for table in sorted(named)]
    return statement.options(*(condition for condition in conditions if condition is not None))


def guard_flush(session: Session, *_: object) -> None:
    """Before rows are written: new ones get tenant and brand of the scope, foreign ones are refused."""
    scope = _reach(session.info).scope
    if scope is None:
        return
    for row in [*session.new, *session.dirty]:
        if isinstance(row, SharedRow | TenantRow):
            if row.tenant_id is None and row in session.new:
                row.tenant_id = scope.tenant
            if row.tenant_id != scope.tenant:
                _refuse("a row of another tenant")
        if isinstance(row, BrandRow | AnyBrandRow) and scope.brand is not None:
            if row.brand_id is None and row in session.new:
                row.brand_id = scope.brand
            if row.brand_id != scope.brand:
                _refuse("a row of another brand")


def _look_through(statement: Executable) -> set[str]:
    """Refuse text and tables that no mapped class stands for, wherever in the statement they are; name the others.

    A mapped class leaves its mark on what it stands for. A nested select also lists the bare tables that follow
    from its marked columns: those are fine, so tables are judged where somebody wrote them down.
    """
    named: set[str] = set()
    for element in visitors.iterate(cast(ClauseElement, statement)):
        if not _may_hide(type(element)):
            continue
        match element:
            case TextClause():
                _refuse("SQL as text")
            case ColumnClause():
                if element.is_literal and element.name != "*":
                    _refuse("a column as text")
                if isinstance(element.table, TableClause | Alias):
                    if not _stands_for_class(element) and element.table.name != "excluded":
                        _refuse("a column of a table without its class")
                    named.add(_table_of(element.table))
            case UpdateBase():
                if element is not statement:
                    _refuse("a write inside another statement")
            case Select():
                written = [*element._raw_columns, *element._from_obj, *(join[0] for join in element._setup_joins)]  # noqa: SLF001 -- no public way to ask
                if any(_is_bare(source) for source in written):
                    _refuse("a table without its class")
            case TableClause():
                if not isinstance(element, Table):
                    _refuse("a table as text")
                named.add(element.name)
            case _:
                continue
    return named


# Asked some thirty times a statement, and most elements are values: which kinds are looked at, by kind.
_LOOKED_AT = (TextClause, ColumnClause, UpdateBase, Select, TableClause)
_may_hide: Callable[[Any], bool] = cache(lambda kind: issubclass(kind, _LOOKED_AT))


def _table_of(source: TableClause | Alias) -> str:
    while isinstance(source, Alias):
        inner = source.element
        if not isinstance(inner, TableClause | Alias):
            _refuse("an alias of something that is no table")
        source = inner
    return source.name


def _is_bare(source: object) -> bool:
    """Whether a source of rows is a table, or joins one, that no mapped class stands for."""
    if isinstance(source, Join):
        return _is_bare(source.left) or _is_bare(source.right)
    return isinstance(source, TableClause | Alias) and not _stands_for_class(source)


def _stands_for_class(element: ClauseElement) -> bool:
    return "parentmapper" in element._annotations  # noqa: SLF001 -- no public way to ask


@lru_cache(maxsize=10_000)
def _narrowed(table: str, tenant: TenantId, brand: BrandId | None, *, reads: bool) -> ExecutableOption | None:
    """The condition that every use of a table is put under, aliases and nested selects included."""
    cls = _classes()[table]
    conditions: list[ColumnElement[bool]] = []
    if issubclass(cls, TenantRow):
        conditions.append(cls.tenant_id == tenant)
    if issubclass(cls, SharedRow):
        own = cls.tenant_id == tenant
        conditions.append(or_(cls.tenant_id.is_(None), own) if reads else own)
    if cls is TenantRecord:
        conditions.append(TenantRecord.id == tenant)
    if brand is not None and issubclass(cls, BrandRow | AnyBrandRow):
        conditions.append(cls.brand_id == brand)
    if brand is not None and cls is BrandRecord:
        conditions.append(BrandRecord.id == brand)
    return with_loader_criteria(cls, and_(*conditions), include_aliases=True) if conditions else None


def _guard_insert(state: ORMExecuteState, statement: Insert, scope: Scope) -> None:
    """Rows come as parameters or as plain values, and every one of them is the scope's own."""
    if statement.select is not None or statement._multi_values:  # noqa: SLF001 -- no public way to ask
        _refuse("an insert whose rows cannot be read; give them as parameters")
    conflict = statement._post_values_clause  # noqa: SLF001 -- no public way to ask
    if conflict is not None:
        changed = {str(getattr(key, "key", key)) for key in dict(getattr(conflict, "update_values_to_set", ()))}
        if changed & {"tenant_id", "brand_id"}:
            _refuse("an upsert that changes whose row it is")
    own = _own_columns(state.bind_mapper, scope)
    if statement._values:  # noqa: SLF001 -- no public way to ask
        values = _written(statement)
        _guard_values(values, scope)
        state.statement = statement.values({name: own[name] for name in own if name not in values})
        return
    given: Any = state.parameters
    many = isinstance(given, list | tuple)
    filled = []
    for row in given if many else [given or {}]:
        _guard_values(row, scope)
        filled.append({**own, **row})
    state.parameters = filled if many else filled[0]


def _own_columns(mapper: Mapper[Any] | None, scope: Scope) -> dict[str, int]:
    if mapper is None:
        _refuse("an insert without a mapped class")
    own: dict[str, int] = {}
    if issubclass(mapper.class_, SharedRow | TenantRow):
        own["tenant_id"] = scope.tenant
    if issubclass(mapper.class_, BrandRow | AnyBrandRow) and scope.brand is not None:
        own["brand_id"] = scope.brand
    return own


def _written(statement: Insert | Update) -> dict[str, Any]:
    """Column names and what they are set to; a bound value is unwrapped."""
    values = {**(statement._values or {}), **dict(getattr(statement, "_ordered_values", None) or ())}  # noqa: SLF001 -- no public way
    return {
        str(getattr(column, "key", column)): value.value if isinstance(value, BindParameter) else value
        for column, value in values.items()
    }


def _guard_values(row: Mapping[str, Any], scope: Scope) -> None:
    if "tenant_id" in row and row["tenant_id"] != scope.tenant:
        _refuse("a row of another tenant")
    if "brand_id" in row and scope.brand is not None and row["brand_id"] != scope.brand:
        _refuse("a row of another brand")


def is_owned(table: Table) -> bool:
    """Whether a table holds rows of tenants (and therefore needs both guards)."""
    return "tenant_id" in table.c or table.name == TenantRecord.__tablename__


@cache
def _classes() -> dict[str, type[Any]]:
    return mapped_classes()


def mapped_classes() -> dict[str, type[Any]]:
    """Every mapped class by its table's name."""
    return {str(mapper.local_table.name): mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]  # a Table, typed as any FROM
