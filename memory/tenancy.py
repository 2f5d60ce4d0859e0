"""The session of one scope: adds tenant and brand to every mapped statement and refuses whatever it cannot read.

The first of two guards; row-level security in the database is the second and knows nothing of this one.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import Delete, Executable, Insert, Result, ScalarResult, Select, Update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from memory.compiled import Compiled
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
from memory.pipeline import Words
from memory.standing import Standing, standing_of
from memory.wire import Wire

_SAVE, _KEEP, _BACK = Words(b"savepoint part"), Words(b"release part"), Words(b"rollback to part")


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
    """What repositories are handed. It cannot commit what it does: the unit of work does, once.

    Standing statements go by the wire, together where they are asked at the same moment (`gather`); all others take
    the connection for themselves.
    """

    sync_session_class = GuardedSession

    if not TYPE_CHECKING:  # the types of SQLAlchemy hold

        async def execute(self, statement: Executable, params: Given = None, **options: object) -> Result[Any]:
            """As `AsyncSession.execute`."""
            known = standing_of(statement)
            if known is None:
                async with self._wire.apart():
                    return await super().execute(statement, params, **options)
            compiled, words = await self._said(known, params)
            return compiled.result([row for rows in await self._wire.ask(*words) for row in rows])

        async def scalar(self, statement: Executable, params: Given = None, **options: object) -> object:
            """As `AsyncSession.scalar`."""
            return (await self.execute(statement, params, **options)).scalar()

        async def scalars(self, statement: Executable, params: Given = None, **options: object) -> ScalarResult[Any]:
            """As `AsyncSession.scalars`."""
            return (await self.execute(statement, params, **options)).scalars()

    async def post(self, statement: Executable, params: Given = None) -> None:
        """Carry out a standing write with whatever is asked next, at the latest with the commit."""
        known = standing_of(statement)
        if known is None:
            refuse("to post what is no standing statement")
        self._wire.post(*(await self._said(known, params))[1])

    async def write(self) -> None:
        """Write what the session holds, where it holds anything."""
        if self.sync_session.new or self.sync_session.dirty or self.sync_session.deleted:
            await self.flush()

    async def flush(self, objects: Sequence[Any] | None = None) -> None:
        """As `AsyncSession.flush`."""
        async with self._wire.apart():
            await super().flush(objects)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part of the transaction that may fail alone: what was said in it is gone when an error leaves it."""
        await self.write()
        await self._wire.ask(_SAVE)
        async with self._wire.apart():
            # For what the session knows; SQLAlchemy may say nothing of it to the server.
            part = await super().begin_nested()
        is_whole = False
        try:
            yield
            async with self._wire.apart():
                await part.commit()
            await self._wire.ask(_KEEP)
            is_whole = True
        finally:
            if not is_whole:
                self._wire.unsay()
                async with self._wire.apart():
                    await part.rollback()
                self._wire.forget()
                await self._wire.ask(_BACK, _KEEP)

    def begin_nested(self) -> NoReturn:
        """Refused: it knows nothing of what waits to be said; `savepoint` does."""
        refuse("begin_nested")

    async def _said(self, known: Standing[Any], params: Given) -> tuple[Compiled, list[Words]]:
        """What the session holds is written first; what it has read stays as it was read."""
        await self.write()
        return known.words(params, _reach(self.info).scope)

    @property
    def _wire(self) -> Wire:
        wire = self.info.get("wire")
        if not isinstance(wire, Wire):
            refuse("a session without a transaction of ours")
        return wire


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
        state.statement = narrow(statement, named, scope.tenant, scope.brand, reads=state.is_select)


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
