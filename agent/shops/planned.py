"""Products of a shop's open plan, which any creator may sell, as one of its lists."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.shops.sources import Piece
from connectors.ports.collaborations import CollaborationPlatform
from connectors.ports.shops import LinkedShop
from memory.domain.collaborations import OpenPlan
from memory.domain.shops import ShopLink
from memory.domain.stores import Unit


@dataclass(frozen=True, slots=True)
class OpenPlanReading:
    """Satisfies `agent.shops.sources.Reading`."""

    platform: CollaborationPlatform

    async def pieces(self, at: LinkedShop, *, after: str) -> AsyncIterator[Piece]:
        """See `Reading.pieces`."""
        async for page in self.platform.plans(at, after=after):
            yield self._piece(page.found, page.position)

    async def over(self, unit: Unit, link: ShopLink, *, since: datetime) -> None:
        """See `Reading.over`."""
        await unit.collaborations.end_unread_plans(link, since=since)

    def _piece(self, found: Sequence[OpenPlan], position: str) -> Piece:
        async def keep(unit: Unit, link: ShopLink) -> None:
            await unit.collaborations.keep_plans(link, found)

        return Piece(keep, len(found), position)
