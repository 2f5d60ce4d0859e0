"""Fetches the creators a shop sees, page by page: each page and the place after it are one transaction.

A run that dies is taken up again where it stood; a page that comes twice changes nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from agent.shops.desk import linked
from agent.shops.runs import begun, ended
from connectors.ports.shops import CreatorPage, LinkedShop, ShopPlatform
from memory.domain import jobs
from memory.domain.errors import AppError, Refused
from memory.domain.ids import ShopLinkId, TenantId
from memory.domain.shops import LEASE, ShopLink, Sync
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Scope

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ShopSync:
    """One shop's sync as a job's body; it may be repeated at any time, one run of a shop after another."""

    units: Units
    platform: ShopPlatform
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]

    async def run(self, link: ShopLinkId, tenant: TenantId) -> None:
        """Fetch to the end; a failure is kept with the shop. Raises Unavailable when the rows cannot be reached."""
        scope = await self.scope_of_tenant(tenant)
        if scope is None:
            return
        async with self.units.unit(scope) as unit:
            at = linked(await unit.shops.by_id(link))
            sync = await self._begun(unit, at) if at is not None else None
        if at is None or sync is None:
            return
        try:
            async for page in self._pages(at, sync.position):
                if not await self._take(scope, at, page):
                    return
        except AppError as failure:
            log.warning("shop.sync_failed", link=link, error=failure.text_key)
            await self._end(scope, at, failure)
            return
        await self._end(scope, at, None)

    async def _pages(self, at: LinkedShop, position: str) -> AsyncIterator[CreatorPage]:
        """From a position on; one that the platform has forgotten by now begins anew."""
        is_first = True
        try:
            async for page in self.platform.creators(at, after=position):
                is_first = False
                yield page
        except Refused as refused:
            if not position or not is_first or refused.text_key != "shop_refused":
                raise
            async for page in self.platform.creators(at, after=""):
                yield page

    async def _begun(self, unit: Unit, at: LinkedShop) -> Sync | None:
        """The run's beginning; None where none is due: another one is at it, or has just ended."""
        link = await same(unit, at)
        if link is None or link.sync.due_at is None or link.sync.due_at > unit.now:
            return None
        sync = begun(link.sync, now=unit.now)
        await unit.shops.sync_to(at.link, sync)
        return sync

    async def _take(self, scope: Scope, at: LinkedShop, page: CreatorPage) -> bool:
        """Keep a page with the place after it; False once the shop is not worked with any more."""
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is None:
                return False
            await unit.creators.upsert(page.facts, source=self.platform.name, as_of=unit.now)
            more = link.sync.found + len(page.facts)
            bare = link.sync.bare + page.bare
            sync = replace(link.sync, found=more, bare=bare, position=page.position, due_at=unit.now + LEASE)
            await unit.shops.sync_to(at.link, sync)
        return True

    async def _end(self, scope: Scope, at: LinkedShop, failure: AppError | None) -> None:
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is not None:
                await unit.shops.sync_to(at.link, ended(link.sync, failure, now=unit.now))
            await unit.defer(jobs.index_creators(scope.tenant))


async def same(unit: Unit, at: LinkedShop) -> ShopLink | None:
    """The link as it is now, if that shop is still worked with."""
    link = await unit.shops.by_id(at.link)
    return link if linked(link) == at else None
