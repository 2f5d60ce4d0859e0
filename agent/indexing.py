"""Keeps the creator index in step with rows: catches up after changes, and walks everything for a rebuild."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

import structlog

from memory.domain.account_stores import Services
from memory.domain.creator import IndexEntry
from memory.domain.errors import Unavailable
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import CreatorIndex, Units
from memory.domain.workspace import Scope

log = structlog.get_logger()

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Indexer:
    """Moves entries from rows to the index. `scope_of_tenant` proves the scope of a tenant's first lead.

    `alone` waits until no other process catches up for the tenant; its event is set when that is no longer sure.
    """

    units: Units
    services: Services
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]
    alone: Callable[[TenantId], AbstractAsyncContextManager[asyncio.Event]]

    async def catch_up(
        self, index: CreatorIndex, tenant: TenantId, *, progress: Callable[[int], None] | None = None
    ) -> int:
        """Index whatever had changed by the time it was called; how many entries this call moved.

        One at a time per tenant: of two at once, the one that read a row first could write it last, and leave an old
        state in the index. The second waits, and finds what the first no longer saw. Raises Unavailable (retryable).
        """
        scope = await self.scope_of_tenant(tenant)
        if scope is None:
            return 0
        async with self.alone(tenant) as lost:
            done = await self._catch_up(index, scope, lost, progress)
        if done:
            log.info("index.caught_up", tenant=tenant, entries=done)
        return done

    async def _catch_up(
        self, index: CreatorIndex, scope: Scope, lost: asyncio.Event, progress: Callable[[int], None] | None
    ) -> int:
        done = 0
        while True:
            if lost.is_set():
                raise Unavailable("database_unavailable", reason="the lock of this run is gone")
            async with self.units.unit(scope) as unit:
                entries = await unit.creators.stale(limit=AT_ONCE)
                read_at = unit.now
            if not entries:
                return done
            await index.upsert(entries)
            async with self.units.unit(scope) as unit:
                await unit.creators.mark_indexed([entry.id for entry in entries], at=read_at)
            done += len(entries)
            if progress is not None:
                progress(done)

    async def mark_all(self, tenant: TenantId, *, at: datetime) -> None:
        """After a rebuild: rows as of `at` are in the index."""
        scope = await self.scope_of_tenant(tenant)
        if scope is None:
            return
        async with self.units.unit(scope) as unit:
            await unit.creators.mark_indexed(None, at=at)

    async def rows(self) -> AsyncIterator[Sequence[IndexEntry]]:
        """Every creator of every tenant, in id order per tenant: what a rebuild reads."""
        async with self.services.across_tenants("rebuild the creator index") as work:
            tenants = await work.accounts.tenants()
        for tenant in tenants:
            scope = await self.scope_of_tenant(tenant)
            last = CreatorId(0)
            while scope is not None:
                async with self.units.unit(scope) as unit:
                    entries = await unit.creators.to_index(after=last, limit=AT_ONCE)
                if not entries:
                    break
                yield entries
                last = entries[-1].id
