"""Which rows a statement touches, and how it is put under the tenant and brand of a scope. Pure over statements."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NoReturn, cast

from sqlalchemy import (
    Alias,
    ClauseElement,
    ColumnClause,
    ColumnElement,
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
from sqlalchemy.orm import Mapper, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import TableClause

from memory.domain.workspace import Scope
from memory.models.base import AnyBrandRow, Base, BrandRow, SharedRow, TenantRow
from memory.models.workspace import BrandRecord, TenantRecord

Given = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None  # the values of one execution, or rows
WHOSE = frozenset({"tenant_id", "brand_id"})
Whose = int | BindParameter[int]


class TenancyError(RuntimeError):
    """Code of ours tried to reach rows past its scope: a defect, never a person's mistake."""


def refuse(what: str) -> NoReturn:
    """Raise TenancyError."""
    message = f"refused: {what}"
    raise TenancyError(message)


def narrow(statement: Executable, named: set[str], tenant: Whose, brand: Whose | None, *, reads: bool) -> Executable:
    """A read, update or delete that reaches the rows of a tenant, or of a brand of it, alone.

    `reads` sees shared rows too. Each is an id, or a parameter that the execution gives.
    """
    conditions = [_narrowed(table, tenant, brand, reads=reads) for table in sorted(named)]
    return statement.options(*(condition for condition in conditions if condition is not None))


def look_through(statement: Executable) -> set[str]:
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
                refuse("SQL as text")
            case ColumnClause():
                if element.is_literal and element.name != "*":
                    refuse("a column as text")
                if isinstance(element.table, TableClause | Alias):
                    if not _stands_for_class(element) and element.table.name != "excluded":
                        refuse("a column of a table without its class")
                    named.add(_table_of(element.table))
            case UpdateBase():
                if element is not statement:
                    refuse("a write inside another statement")
            case Select():
                written = [*element._raw_columns, *element._from_obj, *(join[0] for join in element._setup_joins)]  # noqa: SLF001 -- no public way to ask
                if any(_is_bare(source) for source in written):
                    refuse("a table without its class")
            case TableClause():
                if not isinstance(element, Table):
                    refuse("a table as text")
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
            refuse("an alias of something that is no table")
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
def _narrowed(table: str, tenant: Whose, brand: Whose | None, *, reads: bool) -> ExecutableOption | None:
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


def checked_insert(statement: Insert) -> None:
    """Refuse an insert whose rows cannot be read, and an upsert that changes whose row it is."""
    if statement.select is not None or statement._multi_values:  # noqa: SLF001 -- no public way to ask
        refuse("an insert whose rows cannot be read; give them as parameters")
    conflict = statement._post_values_clause  # noqa: SLF001 -- no public way to ask
    if conflict is not None:
        changed = {str(getattr(key, "key", key)) for key in dict(getattr(conflict, "update_values_to_set", ()))}
        if changed & WHOSE:
            refuse("an upsert that changes whose row it is")


def own_rows(given: Given, own: Mapping[str, int], scope: Scope) -> Given:
    """Rows given as parameters with whose they are; those of somebody else are refused."""
    if isinstance(given, Sequence):
        return [own_row(row, own, scope) for row in given]
    return own_row(given or {}, own, scope)


def own_row(row: Mapping[str, Any], own: Mapping[str, int], scope: Scope) -> Mapping[str, Any]:
    """One of them."""
    guard_values(row, scope)
    return {**own, **row}


def own_columns(mapper: Mapper[Any] | None, scope: Scope) -> dict[str, int]:
    """What says whose a row of a class is."""
    if mapper is None:
        refuse("an insert without a mapped class")
    own: dict[str, int] = {}
    if issubclass(mapper.class_, SharedRow | TenantRow):
        own["tenant_id"] = scope.tenant
    if issubclass(mapper.class_, BrandRow | AnyBrandRow) and scope.brand is not None:
        own["brand_id"] = scope.brand
    return own


def written(statement: Insert | Update) -> dict[str, Any]:
    """Column names and what they are set to; a bound value is unwrapped."""
    values = {**(statement._values or {}), **dict(getattr(statement, "_ordered_values", None) or ())}  # noqa: SLF001 -- no public way
    return {
        str(getattr(column, "key", column)): value.value if isinstance(value, BindParameter) else value
        for column, value in values.items()
    }


def guard_values(row: Mapping[str, Any], scope: Scope) -> None:
    """Refuse values that make a row somebody else's."""
    if "tenant_id" in row and row["tenant_id"] != scope.tenant:
        refuse("a row of another tenant")
    if "brand_id" in row and scope.brand is not None and row["brand_id"] != scope.brand:
        refuse("a row of another brand")


def is_owned(table: Table) -> bool:
    """Whether a table holds rows of tenants (and therefore needs both guards)."""
    return "tenant_id" in table.c or table.name == TenantRecord.__tablename__


@cache
def _classes() -> dict[str, type[Any]]:
    return mapped_classes()


def mapped_classes() -> dict[str, type[Any]]:
    """Every mapped class by its table's name."""
    return {str(mapper.local_table.name): mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]  # a Table, typed as any FROM
