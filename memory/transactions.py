"""One transaction: begun in a role, ended by commit or not at all, its jobs and notices with it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import errors
from sqlalchemy import bindparam, event, exc, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from memory.domain.chat_stores import Fence, Superseded, TurnState
from memory.domain.errors import Unavailable, Unclear
from memory.domain.jobs import Job
from memory.domain.workspace import Scope
from memory.models.chat import TurnRow
from memory.pipeline import Row, Words
from memory.standing import Standing
from memory.tenancy import GuardedSession, Reach, ScopedSession, guard_flush, guard_statement
from memory.wakeups import CHANNEL, pack
from memory.wire import Wire

event.listen(GuardedSession, "do_orm_execute", guard_statement)
event.listen(GuardedSession, "before_flush", guard_flush)

BEGIN = Words(b"begin")
_AS = (
    b"select set_config('role', $1, true), set_config('daren.tenant', $2, true), set_config('daren.brand', $3, true),"
    b" now() + make_interval(secs => coalesce((select clock_offset_seconds from workspace), 0))"
)
_DEFER = (
    b"select procrastinate_defer_jobs_v1("
    b"array[row($1, $2, $3, $4, $5, cast($6 as jsonb), null)::procrastinate_job_to_defer_v1])"
)
_NOTIFY = b"select pg_notify($1, payload) from unnest(cast($2 as text[])) as payload"
_SAVE, _KEEP, _BACK = Words(b"savepoint queueing"), Words(b"release queueing"), Words(b"rollback to queueing")
_OWNER = Standing(
    select(TurnRow.attempt, TurnRow.state).where(TurnRow.id == bindparam("turn")).with_for_update(key_share=True)
)
_ENDED = frozenset({TurnState.DONE, TurnState.FAILED})
_NOT_YET = datetime.max.replace(tzinfo=UTC)
_PREPARED = "daren_prepared"  # where the pool keeps what a connection's server has prepared


@dataclass(frozen=True, slots=True)
class Door:
    """Opens connections; `revive` mends a server of ours that died."""

    engine: AsyncEngine
    revive: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def transaction(
        self, *, role: str, scope: Scope | None, first: Sequence[Words] = ()
    ) -> AsyncIterator["Opened"]:
        """A transaction in a role, with the workspace's present moment; rolled back unless committed in the block.

        What is asked `first` goes in the message that begins it.

        A pooled connection that died while it waited is noticed here, by the first statement, and replaced:
        asking each one beforehand would cost every unit a round trip.
        """
        brand = str(scope.brand) if scope is not None and scope.brand is not None else ""
        begin = [BEGIN, Words(_AS, [role, str(scope.tenant) if scope else "", brand]), *first]
        try:
            opened = await self._begin(begin)
        except exc.DBAPIError as failure:
            if not failure.connection_invalidated and not isinstance(failure, exc.OperationalError):
                raise
            if self.revive is not None:
                await self.revive()
            else:
                await self.engine.dispose()  # the others of the pool waited as long
            opened = await self._begin(begin)
        try:
            yield opened
        finally:
            await opened.close()

    async def _begin(self, begin: Sequence[Words]) -> "Opened":
        connection = await self.engine.connect()
        wire = wire_of(connection)
        async with AsyncExitStack() as unless_begun:
            opened = Opened(connection, wire)
            unless_begun.push_async_callback(opened.close)
            _, ((*_, began),), *opened.found = await wire.ask(*begin)
            opened.began = began.astimezone(UTC)
            unless_begun.pop_all()
        return opened


def wire_of(connection: AsyncConnection) -> Wire:
    """The wire of a connection that is there."""
    pooled = connection.sync_connection
    driver = pooled.connection.driver_connection if pooled is not None else None
    if pooled is None or not isinstance(driver, psycopg.AsyncConnection):
        raise exc.InvalidRequestError
    return Wire(driver, pooled.connection.info.setdefault(_PREPARED, {}))


@dataclass(slots=True)
class Opened:
    """A connection in a transaction that began at a moment of the workspace's; what was asked first, as found."""

    connection: AsyncConnection
    wire: Wire
    began: datetime = _NOT_YET
    found: Sequence[list[Row]] = ()
    _is_whole: bool = False

    async def commit(self) -> None:
        """Commit what was said by the wire and by SQLAlchemy, which learns of it.

        Raises:
            Unclear: it may have happened.
        """
        try:
            await self.wire.commit()
        except exc.DBAPIError as failure:
            if failure.connection_invalidated:
                raise Unclear("database_unclear", reason=str(failure.orig)) from failure
            raise
        self._is_whole = True
        if self.connection.in_transaction():
            await self.connection.commit()

    async def hang_up(self) -> None:
        """Say nothing more. SQLAlchemy learns of a lost connection here: else it would trip over it as it closes."""
        try:
            await self.wire.hang_up()
        finally:
            if self.wire.is_lost:
                await self.connection.invalidate()

    async def close(self) -> None:
        """Hand the connection back; what was not committed never happened."""
        try:
            await self.hang_up()
        finally:
            if not self._is_whole:
                self.wire.forget()
            await self.connection.close()


@dataclass(slots=True)
class OpenTransaction:
    """What is under a unit, which no repository sees."""

    session: ScopedSession
    reach: Reach


@asynccontextmanager
async def transaction(
    door: Door, *, role: str, scope: Scope | None, fence: Fence | None = None
) -> AsyncIterator[OpenTransaction]:
    """A transaction that commits when its block ends, with its notices and jobs; it holds the fence's turn.

    Raises:
        Superseded: another attempt owns the turn, or it has ended (not retryable).
        Unavailable: nothing of it happened (retryable).
        Unclear: it may have happened.
    """
    waiting: list[Job] = []
    first = _OWNER.words({"turn": fence.turn}, scope)[1] if fence is not None else ()
    with _our_errors():
        async with door.transaction(role=role, scope=scope, first=first) as opened:
            if fence is not None:
                _check(fence, opened.found[0])
            reach = Reach(scope, opened.began)
            info = {"reach": reach, "wire": opened.wire}
            async with ScopedSession(opened.connection, expire_on_commit=False, info=info) as session:
                try:
                    yield OpenTransaction(session, reach)
                    await session.write()
                    if reach.notices:
                        packed = [pack(topic, payload) or pack(topic, "") for topic, payload in reach.notices]
                        opened.wire.post(Words(_NOTIFY, [CHANNEL, packed]))
                    waiting += [job for job in reach.jobs if not await _defer(opened.wire, job)]
                    await opened.commit()
                finally:
                    await opened.hang_up()
    if waiting:
        await _defer_again(door, role=role, jobs=waiting)


def _check(fence: Fence, found: Sequence[Row]) -> None:
    owner = found[0] if found else None
    if owner is None or owner[0] != fence.attempt or owner[1] in _ENDED:
        raise Superseded(turn=fence.turn, attempt=fence.attempt)


async def _defer(wire: Wire, job: Job) -> bool:
    """Queue a job; False when one with its queueing lock waits already."""
    given = [job.queue, job.task, job.priority, job.lock, job.queueing_lock, json.dumps(job.args)]
    if job.queueing_lock is None:
        wire.post(Words(_DEFER, given))
        return True
    await wire.settle()  # what others posted must not be taken for this job
    try:
        await wire.ask(_SAVE, Words(_DEFER, given), _KEEP)
    except exc.IntegrityError as repeated:
        if not isinstance(repeated.orig, errors.UniqueViolation):
            raise
        await wire.ask(_BACK, _KEEP)
        return False
    return True


async def _defer_again(door: Door, *, role: str, jobs: list[Job]) -> None:
    """Close a gap: the job that waited may have begun before our commit and not have seen our rows."""
    with _our_errors():
        async with door.transaction(role=role, scope=None) as opened:
            for job in jobs:
                await _defer(opened.wire, job)
            await opened.commit()


@contextmanager
def _our_errors() -> Iterator[None]:
    """A lost or full database becomes an error of ours; nothing of the transaction happened."""
    try:
        yield
    except exc.DBAPIError as failure:
        if isinstance(failure.orig, errors.DeadlockDetected | errors.SerializationFailure | errors.LockNotAvailable):
            raise Unavailable("database_busy") from failure
        if isinstance(failure.orig, errors.DiskFull):
            raise Unavailable("disk_full") from failure
        if failure.connection_invalidated or isinstance(failure, exc.OperationalError):
            raise Unavailable("database_unavailable", reason=str(failure.orig)) from failure
        raise
