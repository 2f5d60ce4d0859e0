"""What must be held by one process or kept between calls: leadership, and cursors of outside streams."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import make_conninfo

from memory.domain.errors import Conflict, Unavailable
from memory.domain.workspace import Scope

log = structlog.get_logger(__name__)

# A half-open connection would hold the lock for hours; with these it is gone in 25 seconds.
_KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

# The server asks too: it is the server that gives the lock to the next one.
_SERVER_KEEPALIVES = "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"


@dataclass(frozen=True, slots=True)
class Leadership:
    """A name that at most one process of this database holds; given back when the process dies, however it dies."""

    url: str
    name: str

    @asynccontextmanager
    async def claimed(self) -> AsyncIterator[asyncio.Event]:
        """Hold the name for the block, or refuse at once. The event is set when the hold is lost.

        Raises:
            Conflict: another process holds it (not retryable).
            Unavailable: the database does not answer (retryable).
        """
        async with self._connected() as line:
            if not await self._taken(line):
                raise Conflict("held_by_another_process", name=self.name)
            async with _watched(line) as lost:
                yield lost

    @asynccontextmanager
    async def awaited(self) -> AsyncIterator[asyncio.Event]:
        """Hold the name for the block as soon as nobody else does. The event is set when the hold is lost.

        Raises:
            Unavailable: the database does not answer (retryable).
        """
        async with self._connected() as line:
            try:
                await line.execute("select pg_advisory_lock(%s)", [self._key])
            except OperationalError as lost_line:
                raise Unavailable("database_unavailable", reason=str(lost_line)) from lost_line
            log.debug("leadership.taken", name=self.name)
            async with _watched(line) as lost:
                yield lost

    @asynccontextmanager
    async def won(self, *, every_seconds: float = 0.5) -> AsyncIterator[asyncio.Event]:
        """Hold the name for the block once nobody else does, asking again and again. The event is set when it is lost.

        One may wait so for days: a statement that waited for the lock would hold back the clearing of old rows.

        Raises:
            Unavailable: the database does not answer (retryable).
        """
        async with self._connected() as line:
            try:
                is_ours = await self._taken(line)
                while not is_ours:
                    await asyncio.sleep(every_seconds)
                    is_ours = await self._taken(line)
            except OperationalError as lost_line:
                raise Unavailable("database_unavailable", reason=str(lost_line)) from lost_line
            log.debug("leadership.taken", name=self.name)
            async with _watched(line) as lost:
                yield lost

    async def _taken(self, line: AsyncConnection) -> bool:
        found = await (await line.execute("select pg_try_advisory_lock(%s)", [self._key])).fetchone()
        return bool(found and found[0])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        try:
            line = await AsyncConnection.connect(make_conninfo(self.url, **_KEEPALIVES), autocommit=True)
        except OperationalError as refused:
            raise Unavailable("database_unavailable", reason=str(refused)) from refused
        try:
            await line.execute(_SERVER_KEEPALIVES)
            yield line
        finally:
            await line.close()

    @property
    def _key(self) -> int:
        digest = hashlib.sha256(f"daren:{self.name}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


@asynccontextmanager
async def _watched(line: AsyncConnection) -> AsyncIterator[asyncio.Event]:
    lost = asyncio.Event()

    async def watch() -> None:
        try:
            # Nothing is listened to: this returns only by the connection's end.
            async for _ in line.notifies():
                continue
        except OperationalError:
            log.warning("leadership.lost")
        lost.set()

    watcher = asyncio.create_task(watch(), name="leadership")
    try:
        yield lost
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher


class _HasCursors(Protocol):
    @property
    def cursors(self) -> "_Cursors": ...


class _Cursors(Protocol):
    async def read(self, source: str) -> str | None: ...

    async def write(self, source: str, position: str) -> None: ...


class _OpensCursors(Protocol):
    def unit(self, scope: Scope) -> AbstractAsyncContextManager[_HasCursors]: ...


@dataclass(frozen=True, slots=True)
class ScopeCursors:
    """Satisfies `connectors.ports.custody.Cursors` for one scope; each call is its own transaction."""

    units: _OpensCursors
    scope: Scope

    async def read(self, source: str) -> str | None:
        """See `Cursors.read`."""
        async with self.units.unit(self.scope) as unit:
            return await unit.cursors.read(source)

    async def write(self, source: str, position: str) -> None:
        """See `Cursors.write`."""
        async with self.units.unit(self.scope) as unit:
            await unit.cursors.write(source, position)
