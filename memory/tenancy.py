"""The session of one scope: adds tenant and brand to every mapped statement and refuses whatever it cannot read.

The first of two guards; row-level security in the database is the second and knows nothing of this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NoReturn

from sqlalchemy import Connection, CursorResult, Delete, Executable, Insert, Select, Update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from memory.domain.jobs import Job
from memory.domain.workspace import Scope
from memory.models.base import AnyBrandRow, BrandRow, SharedRow, TenantRow
from memory.narrowing import (
    Given,
    checked_insert,
    guard_values,
    look_through,
    narrow,
    own_columns,
    own_rows,
    refuse,
    written,
)
from memory.standing import Standing, standing_of


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

    def execute(self, statement: Executable, params: Any = None, **options: Any) -> Any:  # noqa: ANN401 -- as there
        """As `Session.execute`; a standing statement of columns goes straight to the connection."""
        known = standing_of(statement)
        if known is None or not known.is_plain:
            return super().execute(statement, params, **options)
        return self._asked(known, params, options)

    def scalar(self, statement: Executable, params: Any = None, **options: Any) -> Any:  # noqa: ANN401 -- as there
        """As `Session.scalar`; a standing statement of columns goes straight to the connection."""
        known = standing_of(statement)
        if known is None or not known.is_plain:
            return super().scalar(statement, params, **options)
        return self._asked(known, params, options).scalar()

    def _asked(self, known: Standing[Any], params: Given, options: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
        """What the session holds is written first; what it has read stays as it was read."""
        scope = _reach(self.info).scope
        if not isinstance(self.bind, Connection):
            refuse("a session without a transaction of ours")
        if self.new or self.dirty or self.deleted:
            self.flush()
        return self.bind.execute(
            known.within(scope), known.given(params, scope), execution_options=options.get("execution_options")
        )

    def connection(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: a bare connection passes the guard."""
        del args, kwargs
        refuse("a bare connection")

    def get(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: what it has loaded once it hands out unasked; write a select."""
        del args, kwargs
        refuse("get")

    def bulk_save_objects(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        refuse("bulk_save_objects")

    def bulk_insert_mappings(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        refuse("bulk_insert_mappings")

    def bulk_update_mappings(self, *args: object, **kwargs: object) -> NoReturn:
        """Refused: it passes the guard."""
        del args, kwargs
        refuse("bulk_update_mappings")


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
        refuse("a session without a scope")
    return reach


def guard_statement(state: ORMExecuteState) -> None:
    """Before each statement: readable, within reach, narrowed to the scope."""
    reach = _reach(state.session.info)
    scope, statement = reach.scope, state.statement
    if not state.is_orm_statement:
        refuse("a statement that names no mapped class")
    if state.is_column_load:
        return  # columns of a row this session has read already
    if (known := standing_of(statement)) is not None:
        state.statement = known.within(scope)
        return
    named = look_through(statement)
    if scope is None:
        return
    if isinstance(statement, Insert):
        _guard_insert(state, statement, scope)
        return
    if isinstance(statement, Update):
        if isinstance(state.parameters, list | tuple):
            refuse("an update by primary keys, which takes no further condition")
        guard_values(written(statement), scope)
    if isinstance(statement, Select | Update | Delete) or state.is_select:
        state.statement = narrow(statement, named, scope, reads=state.is_select)


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
                refuse("a row of another tenant")
        if isinstance(row, BrandRow | AnyBrandRow) and scope.brand is not None:
            if row.brand_id is None and row in session.new:
                row.brand_id = scope.brand
            if row.brand_id != scope.brand:
                refuse("a row of another brand")


def _guard_insert(state: ORMExecuteState, statement: Insert, scope: Scope) -> None:
    """Rows come as parameters or as plain values, and every one of them is the scope's own."""
    checked_insert(statement)
    own = own_columns(state.bind_mapper, scope)
    if statement._values:  # noqa: SLF001 -- no public way to ask
        values = written(statement)
        guard_values(values, scope)
        state.statement = statement.values({name: own[name] for name in own if name not in values})
        return
    state.parameters = own_rows(state.parameters, own, scope)
