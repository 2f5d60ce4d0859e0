"""Target collaborations of a shop as one of its lists: each kept with those of its creators who may be known."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.sales.agreed import agree_told
from agent.shops.sources import Piece
from connectors.ports.collaborations import CollaborationPlatform
from connectors.ports.shops import LinkedShop
from memory.domain import jobs
from memory.domain.collaborations import Collaboration
from memory.domain.creator import CreatorFacts
from memory.domain.ids import CreatorId
from memory.domain.shops import ShopLink
from memory.domain.stores import Unit


@dataclass(frozen=True, slots=True)
class CollaborationReading:
    """Satisfies `agent.shops.sources.Reading`. `name`: the provenance written on creators met for the first time."""

    platform: CollaborationPlatform
    name: str

    async def pieces(self, at: LinkedShop, *, after: str) -> AsyncIterator[Piece]:
        """See `Reading.pieces`."""
        async for page in self.platform.collaborations(at, after=after):
            yield self._piece(page.found, page.position)

    async def over(self, unit: Unit, link: ShopLink, *, since: datetime) -> None:
        """See `Reading.over`."""
        await unit.collaborations.end_unread(link, since=since)
        await unit.sales.end_agreed(brand=link.brand, at=unit.now)

    def _piece(self, found: Sequence[Collaboration], position: str) -> Piece:
        async def keep(unit: Unit, link: ShopLink) -> None:
            await keep_collaborations(unit, link, found, name=self.name)

        return Piece(keep, len(found), position)


async def keep_collaborations(unit: Unit, link: ShopLink, found: Sequence[Collaboration], *, name: str) -> None:
    """Write collaborations down."""
    creators = await known_creators(unit, [each.handle for one in found for each in one.creators], name=name)
    await unit.collaborations.keep(link, found, creators=creators)
    await agree_told(unit, found, brand=link.brand, creators=creators, name=name)


async def known_creators(unit: Unit, handles: Sequence[str], *, name: str) -> dict[str, CreatorId]:
    """Creators by folded handle; whoever was not fetched yet is one the shop sees, and known from now on.

    Who was erased for good stays unknown.
    """
    wanted = sorted({handle.lower() for handle in handles})
    there = await unit.creators.by_handles(wanted)
    new = [CreatorFacts(handle=handle) for handle in wanted if handle not in there]
    if new:
        await unit.creators.upsert(new, source=name, as_of=unit.now)
        await unit.defer(jobs.index_creators(unit.scope.tenant))
        there = await unit.creators.by_handles(wanted)
    return {handle: creator.id for handle, creator in there.items()}
