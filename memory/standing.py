"""Statements made once, when their module loads, and asked many times: half of what a small one costs is making it."""

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Executable,
    FromClause,
    Insert,
    Label,
    Result,
    Row,
    Select,
    Update,
    bindparam,
    inspect,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import UpdateBase

from memory.compiled import Compiled
from memory.domain.workspace import Scope
from memory.models.base import Base
from memory.narrowing import (
    WHOSE,
    Given,
    Whose,
    checked_insert,
    look_through,
    narrow,
    own_columns,
    own_row,
    refuse,
    written,
)
from memory.pipeline import Words

_TENANT, _BRAND = "the_scopes_tenant", "the_scopes_brand"
AnyStatement = TypeVar("AnyStatement", bound=Executable)
RowClass = TypeVar("RowClass", bound=Base)
_Shape = tuple[bool, bool, frozenset[str]]  # within a tenant, within a brand, and for an insert its columns


class Standing(Generic[AnyStatement]):
    """What is known of a standing statement: looked through once, and put into words once for each shape of scope."""

    def __init__(self, statement: AnyStatement) -> None:
        self._statement = statement
        self._compiled: dict[_Shape, Compiled] = {}

    def words(self, given: Given, scope: Scope | None) -> tuple[Compiled, list[Words]]:
        """The statement for a scope as the server is told it, once for each row that is given.

        Raises:
            TenancyError: it holds what cannot be read, or a row says that it is somebody else's.
        """
        rows = given if isinstance(given, Sequence) else [given or {}]
        columns = frozenset[str]()
        if isinstance(self._statement, Insert):
            if scope is not None:
                own = own_columns(inspect(self._statement.entity_description["entity"]), scope)
                rows = [own_row(row, own, scope) for row in rows]
            columns = frozenset(rows[0])
            if any(row.keys() != columns for row in rows):
                refuse("rows of one insert that say different columns: some would be lost")
        compiled = self.compiled(scope, columns)
        whose = {_TENANT: scope.tenant, _BRAND: scope.brand} if scope is not None else {}
        return compiled, [compiled.words({**row, **whose}) for row in rows]

    def compiled(self, scope: Scope | None, columns: frozenset[str] = frozenset()) -> Compiled:
        """The statement for scopes of one shape; for an insert, of these columns.

        Raises:
            TenancyError: it holds what cannot be read, or gives rows of a class: those need a session.
        """
        shape = (scope is not None, scope is not None and scope.brand is not None, columns)
        if shape not in self._compiled:
            self._compiled[shape] = Compiled(self._narrowed(scope), columns)
        return self._compiled[shape]

    def _narrowed(self, scope: Scope | None) -> Executable:
        named = look_through(self._statement)
        if not self._gives_columns():
            refuse("a standing statement that gives rows of a class")
        if scope is None or isinstance(self._statement, Insert):
            return self._statement
        tenant: Whose = bindparam(_TENANT, type_=BigInteger())
        brand = bindparam(_BRAND, type_=BigInteger()) if scope.brand is not None else None
        return narrow(self._statement, named, tenant, brand, reads=not isinstance(self._statement, UpdateBase))

    def _gives_columns(self) -> bool:
        match self._statement:
            case Select():
                return not any(isinstance(one["expr"], type) for one in self._statement.column_descriptions)
            case UpdateBase():
                return not any(isinstance(one, FromClause) for one in self._statement._returning)  # noqa: SLF001 -- the public way fails on a function
            case _:
                return isinstance(self._statement, CompoundSelect)


_KNOWN: dict[Executable, Standing[Any]] = {}


def standing(statement: AnyStatement) -> AnyStatement:
    """A statement of columns made once, its values given at each execution.

    It goes past the session, by the transaction's wire: a write leaves what the session has loaded as it was. It holds
    no list that grows with its values; `any_` of an array does.

    Raises:
        TenancyError: a write that says itself whose row it is, or whose rows cannot be read.
    """
    if isinstance(statement, Insert):
        checked_insert(statement)
    if isinstance(statement, Insert | Update) and {*written(statement)} & WHOSE:
        refuse("a standing write whose rows cannot be read")
    _KNOWN[statement] = Standing(statement)
    return statement


def columns_of(kind: type[RowClass]) -> tuple[InstrumentedAttribute[Any], ...]:
    """Every column of a class, for a standing select that reads rows and changes none."""
    return tuple(getattr(kind, key) for key in _keys(kind))


def part_of(kind: type[RowClass], prefix: str) -> tuple[Label[Any], ...]:
    """The columns of one class of several in a standing select, under names of their own; `as_part` reads them."""
    return tuple(column.label(f"{prefix}_{column.key}") for column in columns_of(kind))


def as_part(kind: type[RowClass], row: Row[*tuple[Any, ...]], prefix: str) -> RowClass | None:
    """A row of one class among several, to be read as it is; None where an outer join found none."""
    found = the_part(kind, row, prefix)
    return found if any(one is not None for one in vars(found).values()) else None


def the_part(kind: type[RowClass], row: Row[*tuple[Any, ...]], prefix: str) -> RowClass:
    """A row of one class among several that an inner join found, to be read as it is."""
    return cast(RowClass, SimpleNamespace(**{key: getattr(row, f"{prefix}_{key}") for key in _keys(kind)}))


@cache
def _keys(kind: type[Base]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in inspect(kind).column_attrs)


def as_rows(kind: type[RowClass], found: Result[*tuple[Any, ...]]) -> Sequence[RowClass]:
    """Rows of `columns_of` a class, to be read as it is: no session knows them, so nothing written to one is kept."""
    del kind
    return cast(Sequence[RowClass], found.all())


def as_row(kind: type[RowClass], found: Result[*tuple[Any, ...]]) -> RowClass | None:
    """The only one of them, if there is one."""
    del kind
    return cast(RowClass | None, found.one_or_none())


def standing_of(statement: Executable) -> Standing[Any] | None:
    """What is known of a statement, where it is a standing one."""
    return _KNOWN.get(statement)
