"""One transaction: begun in a role, ended by commit or not at all, its jobs and notices with it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import errors
from sqlalchemy import bindparam, event, exc, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from memory.domain.chat_stores import Fence, Superseded, TurnState
from memory.domain.errors import Unavailable, Unclear
from memory.domain.jobs import Job
from memory.domain.workspace import Scope
from memory.models.chat import TurnRow
from memory.standing import standing
from memory.tenancy import GuardedSession, Reach, ScopedSession, guard_flush, guard_statement
from memory.wakeups import CHANNEL, pack

event.listen(GuardedSession, "do_orm_execute", guard_statement)
event.listen(GuardedSession, "before_flush", guard_flush)

# Every transaction says these: in the driver's own words they cost half.
_BEGIN = (
    "select set_config('role', %(role)s, true), set_config('daren.tenant', %(tenant)s, true),"
    " set_config('daren.brand', %(brand)s, true),"
    " now() + make_interval(secs => coalesce((select clock_offset_seconds from workspace), 0))"
)
_DEFER = (
    "select procrastinate_defer_jobs_v1(array[row(%(queue)s, %(task)s, %(priority)s, %(lock)s, %(queueing_lock)s,"
    " cast(%(args)s as jsonb), null)::procrastinate_job_to_defer_v1])"
)
_NOTIFY = "select pg_notify(%(channel)s, payload) from unnest(cast(%(payloads)s as text[])) as payload"
_OWNER = standing(
    select(TurnRow.attempt, TurnRow.state).where(TurnRow.id == bindparam("turn")).with_for_update(key_share=True)
)
_ENDED = frozenset({TurnState.DONE, TurnState.FAILED})


@dataclass(frozen=True, slots=True)
class Door:
    """Opens connections; `revive` mends a server of ours that died."""

    engine: AsyncEngine
    revive: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def transaction(self, *, role: str, scope: Scope | None) -> AsyncIterator[tuple[AsyncConnection, datetime]]:
        """A transaction in a role, with the workspace's present moment; rolled back unless committed in the block.

        A pooled connection that died while it waited is noticed here, by the first statement, and replaced:
        asking each one beforehand would cost every unit a round trip.
        """
        brand = str(scope.brand) if scope is not None and scope.brand is not None else ""
        given = {"role": role, "tenant": str(scope.tenant) if scope else "", "brand": brand}
        try:
            connection, began = await self._begin(given)
        except exc.DBAPIError as failure:
            if not failure.connection_invalidated and not isinstance(failure, exc.OperationalError):
                raise
            if self.revive is not None:
                await self.revive()
            connection, began = await self._begin(given)
        try:
            yield connection, began
        finally:
            await connection.close()

    async def _begin(self, given: dict[str, str]) -> tuple[AsyncConnection, datetime]:
        connection = await self.engine.connect()
        async with AsyncExitStack() as unless_begun:
            unless_begun.push_async_callback(connection.close)
            *_, began = (await connection.exec_driver_sql(_BEGIN, given)).one()
            unless_begun.pop_all()
        return connection, began.astimezone(UTC)


@dataclass(slots=True)
class OpenTransaction:
    """The connection under a unit, which no repository sees."""

    connection: AsyncConnection
    session: ScopedSession
    reach: Reach


@asynccontextmanager
async def transaction(door: Door, *, role: str, scope: Scope | None) -> AsyncIterator[OpenTransaction]:
    """A transaction that commits when its block ends, with its notices and jobs.

    Raises:
        Unavailable: nothing of it happened (retryable).
        Unclear: it may have happened.
    """
    waiting: list[Job] = []
    with _our_errors():
        async with door.transaction(role=role, scope=scope) as (connection, began):
            reach = Reach(scope, began)
            async with ScopedSession(connection, expire_on_commit=False, info={"reach": reach}) as session:
                transaction = OpenTransaction(connection, session, reach)
                yield transaction
                await session.flush()
                if reach.notices:
                    packed = [pack(topic, payload) or pack(topic, "") for topic, payload in reach.notices]
                    await connection.exec_driver_sql(_NOTIFY, {"channel": CHANNEL, "payloads": packed})
                waiting += [job for job in reach.jobs if not await _defer(connection, job)]
                with _unclear_commit():
                    await connection.commit()
    if waiting:
        await _defer_again(door, role=role, jobs=waiting)


async def hold(session: ScopedSession, fence: Fence) -> None:
    """Lock the fence's turn for this transaction.

    Raises:
        Superseded: another attempt owns the turn, or it has ended (not retryable).
    """
    owner = (await session.execute(_OWNER, {"turn": fence.turn})).one_or_none()
    if owner is None or owner.attempt != fence.attempt or owner.state in _ENDED:
        raise Superseded(turn=fence.turn, attempt=fence.attempt)


async def _defer(connection: AsyncConnection, job: Job) -> bool:
    """Queue a job; False when one with its queueing lock waits already."""
    given = {
        "queue": job.queue, "task": job.task, "priority": job.priority, "lock": job.lock,
        "queueing_lock": job.queueing_lock, "args": json.dumps(job.args),
    }  # fmt: skip
    if job.queueing_lock is None:
        await connection.exec_driver_sql(_DEFER, given)
        return True
    try:
        async with connection.begin_nested():
            await connection.exec_driver_sql(_DEFER, given)
    except exc.IntegrityError as repeated:
        if not isinstance(repeated.orig, errors.UniqueViolation):
            raise
        return False
    return True


async def _defer_again(door: Door, *, role: str, jobs: list[Job]) -> None:
    """Close a gap: the job that waited may have begun before our commit and not have seen our rows."""
    with _our_errors():
        async with door.transaction(role=role, scope=None) as (connection, _):
            for job in jobs:
                await _defer(connection, job)
            await connection.commit()


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


@contextmanager
def _unclear_commit() -> Iterator[None]:
    """A commit that ended without an answer may have happened."""
    try:
        yield
    except exc.DBAPIError as failure:
        if failure.connection_invalidated:
            raise Unclear("database_unclear", reason=str(failure.orig)) from failure
        raise
