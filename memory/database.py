"""The database of one home: embedded by default, yours by URL. Opening it starts what it needs; closing leaves it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from memory.address import sqlalchemy_url
from memory.custody import Leadership
from memory.domain.chat_stores import Fence
from memory.domain.errors import Misconfigured, Unavailable
from memory.domain.workspace import Scope
from memory.embedded import EmbeddedServer
from memory.migrations.run import MigrationReport, head, migrate
from memory.transactions import Door
from memory.turn_events import TurnEventFollower
from memory.unit_of_work import ServiceUnit, UnitOfWork, scoped_unit, service_unit
from memory.wakeups import Wakeups

log = structlog.get_logger(__name__)

_CONNECT = {
    "options": "-c TimeZone=UTC -c idle_in_transaction_session_timeout=300000",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "application_name": "daren",
}


class Database:
    """Hands out units. Satisfies `memory.domain.stores.Units`."""

    def __init__(self, url: str, engine: AsyncEngine, *, server: EmbeddedServer | None, wakeups: Wakeups) -> None:
        self._url = url
        self._engine = engine
        self._server = server
        self._door = Door(engine, self.revive if server is not None else None)
        self.wakeups = wakeups
        self.turn_events = TurnEventFollower(self, wakeups)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, *, home: Path, url: str | None = None, pool: int = 10, durable: bool = True
    ) -> AsyncIterator["Database"]:
        """The database at `url`, else the home's embedded one. It may still need `migrate`.

        Not `durable`: an embedded one whose rows nobody needs after this process.

        Raises:
            Misconfigured: the embedded server cannot run on this machine (not retryable).
        """
        async with AsyncExitStack() as stack:
            server = None
            if url is None:
                server = EmbeddedServer(home, durable=durable)
                stack.push_async_callback(asyncio.to_thread, server.leave)
                await asyncio.to_thread(server.join)
                url = server.url()
            engine = create_async_engine(
                sqlalchemy_url(url),
                connect_args=_CONNECT,
                pool_size=pool,
                max_overflow=pool,
                pool_use_lifo=True,  # a connection used just now has its statements prepared and planned
                json_deserializer=from_json,
                hide_parameters=True,  # contacts and messages stay out of errors and logs
            )
            stack.push_async_callback(engine.dispose)
            wakeups = Wakeups(url)
            await stack.enter_async_context(wakeups.running())
            yield cls(url, engine, server=server, wakeups=wakeups)

    @property
    def url(self) -> str:
        """Where it is, for libpq: what Procrastinate and the playground's world connect to."""
        return self._url

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction of one scope; see `memory.domain.stores.Units.unit`.

        An embedded server found dead is started again first.
        """
        return scoped_unit(self._door, scope, fence)

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ServiceUnit]:
        """Open a transaction across tenants. Which modules may is listed in a test."""
        return service_unit(self._door, reason)

    def leadership(self, name: str) -> Leadership:
        """A name that one process of this database may hold: the server of a home, a channel's only socket."""
        return Leadership(self._url, name)

    async def migrate(self) -> MigrationReport:
        """Bring it up to this version of the code; see `memory.migrations.run.migrate`."""
        report = await migrate(self._url)
        # Statements prepared before the tables changed would fail once each.
        await self._engine.dispose()
        return report

    async def needs_migration(self) -> bool:
        """Whether `migrate` has something to do.

        Raises:
            Unavailable: it does not answer (retryable).
        """
        try:
            async with self._engine.connect() as connection:
                made = await connection.scalar(text("select to_regclass('alembic_version')"))
                found = await connection.scalar(text("select version_num from alembic_version")) if made else None
        except DBAPIError as failure:
            raise Unavailable("database_unavailable", reason=str(failure.orig)) from failure
        return found != head()

    async def require_migrated(self) -> None:
        """Refuse to work on tables of another version.

        Raises:
            Misconfigured: `daren migrate` must run first (not retryable).
        """
        if await self.needs_migration():
            raise Misconfigured("migrate_first")

    async def revive(self) -> None:
        """Start the embedded server again if it died; nothing to do for one of yours."""
        if self._server is not None:
            await asyncio.to_thread(self._server.revive)
