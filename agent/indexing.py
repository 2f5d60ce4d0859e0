"""Keeps the creator index in step with rows: catches up after changes, and walks everything for a rebuild."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from memory.domain.account_stores import Services
from memory.domain.creator import IndexEntry
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import CreatorIndex, Units
from memory.domain.workspace import Scope

log = structlog.get_logger()

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Indexer:
    """Moves entries from rows to the index. `scope_of_tenant` proves the scope of a tenant's first lead."""

    units: Units
    services: Services
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]

    async def catch_up(
        self, index: CreatorIndex, tenant: TenantId, *, progress: Callable[[int], None] | None = None
    ) -> int:
        """Index what changed since it last looked; how many. Raises Unavailable (retryable)."""
        scope = await self.scope_of_tenant(tenant)
        done = 0
        while scope is not None:
            async with self.units.unit(scope) as unit:
                entries = await unit.creators.stale(limit=AT_ONCE)
                read_at = unit.now
            if not entries:
                break
            await index.upsert(entries)
            async with self.units.unit(scope) as unit:
                await unit.creators.mark_indexed([entry.id for entry in entries], at=read_at)
            done += len(entries)
            if progress is not None:
                progress(done)
        if done:
            log.info("index.caught_up", tenant=tenant, entries=done)
        return done

    async def mark_all(self, tenant: TenantId, *, at: datetime) -> None:
        """After a rebuild: rows as of `at` are in the index."""
        scope = await self.scope_of_tenant(tenant)
        if scope is None:
            return
        async with self.units.unit(scope) as unit:
            while entries := await unit.creators.stale(limit=AT_ONCE):
                known = [entry.id for entry in entries if entry.updated_at <= at]
                if not known:
                    return
                await unit.creators.mark_indexed(known, at=at)

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
