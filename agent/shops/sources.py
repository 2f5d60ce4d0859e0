"""Reads a list of a shop, again and again: each page and the place after it are one transaction.

A run that dies is taken up where it stood; a page that comes twice changes nothing. What a whole run did not show is
said to be over by whoever keeps the pages.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from agent.shops.desk import linked
from agent.shops.runs import begun, ended
from agent.shops.syncing import same
from connectors.ports.shops import LinkedShop
from memory.domain.errors import AppError, Refused
from memory.domain.ids import ShopLinkId, TenantId
from memory.domain.outreach import Flag
from memory.domain.shop_sources import EVERY, ShopSource
from memory.domain.shops import LEASE, ShopLink, Sync, SyncState
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Scope

log = structlog.get_logger()

SOON: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one page does to our rows, and the place after it. `count`: how many it holds.

    The place after the last page is where the next run begins; empty: anew.
    """

    keep: Callable[[Unit, ShopLink], Awaitable[None]]
    count: int
    position: str


class Reading(Protocol):
    """One list of shops."""

    def pieces(self, at: LinkedShop, *, after: str) -> AsyncIterator[Piece]:
        """Its pages from a position on; empty begins anew. Raises as the platform."""
        ...

    async def over(self, unit: Unit, link: ShopLink, *, since: datetime) -> Flag | None:
        """It was read to its end by a run that began then. What a person should know of it, if anything."""
        ...


async def read_soon(unit: Unit, link: ShopLink, source: ShopSource) -> None:
    """Let a source be read earlier than planned, since something changed there; not more often than every `SOON`."""
    sync = await unit.shop_sources.lock(link.id, source)
    earliest = max(unit.now, (sync.ended_at or unit.now) + SOON)
    if sync.due_at is not None and sync.due_at > earliest and sync.state is not SyncState.RUNNING:
        await unit.shop_sources.keep(link.id, source, replace(sync, due_at=earliest))


@dataclass(frozen=True, slots=True)
class SourceSync:
    """Reads sources as a job's body; it may be repeated at any time, runs of one source follow each other."""

    units: Units
    readings: Mapping[ShopSource, Reading]
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]

    async def run(self, link: ShopLinkId, tenant: TenantId, source: ShopSource) -> None:
        """Read to the end; a failure is kept with the source. Raises Unavailable when the rows cannot be reached."""
        scope, reading = await self.scope_of_tenant(tenant), self.readings.get(source)
        if scope is None or reading is None:
            return
        async with self.units.unit(scope) as unit:
            at = linked(await unit.shops.by_id(link))
            sync = await self._begun(unit, at, source) if at is not None else None
        if at is None or sync is None:
            return
        failure: AppError | None = None
        try:
            async for piece in self._pieces(reading, at, sync.position):
                if not await self._take(scope, at, source, piece):
                    return
        except AppError as failed:
            log.warning("shop.source_failed", link=link, source=source.value, error=failed.text_key)
            failure = failed
        await self._end(scope, at, source, failure)

    async def _pieces(self, reading: Reading, at: LinkedShop, position: str) -> AsyncIterator[Piece]:
        """From a position on; one that the platform has forgotten by now begins anew."""
        is_first = True
        try:
            async for piece in reading.pieces(at, after=position):
                is_first = False
                yield piece
        except Refused as refused:
            if not position or not is_first or refused.text_key != "shop_refused":
                raise
            async for piece in reading.pieces(at, after=""):
                yield piece

    async def _begun(self, unit: Unit, at: LinkedShop, source: ShopSource) -> Sync | None:
        """The run's beginning; None where none is due: another one is at it, or has just ended."""
        before = await unit.shop_sources.lock(at.link, source)
        if before.due_at is not None and before.due_at > unit.now:
            return None
        sync = begun(before, now=unit.now)
        await unit.shop_sources.keep(at.link, source, sync)
        return sync

    async def _take(self, scope: Scope, at: LinkedShop, source: ShopSource, piece: Piece) -> bool:
        """Keep a page with the place after it; False once the shop is not worked with any more."""
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is None:
                return False
            sync = await unit.shop_sources.lock(at.link, source)
            await piece.keep(unit, link)
            more = replace(sync, found=sync.found + piece.count, position=piece.position, due_at=unit.now + LEASE)
            await unit.shop_sources.keep(at.link, source, more)
        return True

    async def _end(self, scope: Scope, at: LinkedShop, source: ShopSource, failure: AppError | None) -> None:
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is None:
                return
            sync = await unit.shop_sources.lock(at.link, source)
            done = ended(sync, failure, now=unit.now, every=EVERY[source])
            if failure is None and sync.started_at is not None:
                done = replace(done, trouble=await self.readings[source].over(unit, link, since=sync.started_at))
            await unit.shop_sources.keep(at.link, source, done)
