"""Creators and sales of the playground world, through the ports every platform has."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.playground import selling
from connectors.playground.agency import DemoBrand
from connectors.playground.past import PlaygroundPast
from connectors.playground.world import World
from memory.domain.creator import CreatorFacts
from memory.domain.markets import reporting_zone
from memory.domain.sales import ContentPost, Sale

BATCH = 500


@dataclass(frozen=True, slots=True)
class PlaygroundSource:
    """Satisfies `CreatorSource`."""

    world: World

    @property
    def name(self) -> str:
        """See `CreatorSource.name`."""
        return "playground"

    async def creators(self) -> AsyncIterator[Sequence[CreatorFacts]]:
        """See `CreatorSource.creators`; in the order of their numbers."""
        after = 0
        while page := await self.world.creators(after=after, limit=BATCH):
            yield [facts for _, facts in page]
            after = page[-1][0]


@dataclass(frozen=True, slots=True)
class PlaygroundSales:
    """Satisfies `SaleSource` for one brand's shop, as of `now`."""

    world: World
    brand: DemoBrand
    now: datetime

    @property
    def name(self) -> str:
        """See `SaleSource.name`."""
        return "playground"

    async def sales(self) -> AsyncIterator[Sequence[Sale]]:
        """See `SaleSource.sales`."""
        ceilings = {product.code: product.commission_ceiling_bp for product in self.brand.products}
        everything = list(selling.sales(await self._sold(), ceilings=ceilings, now=self.now))
        for start in range(0, len(everything), BATCH):
            yield everything[start : start + BATCH]

    async def posts(self) -> AsyncIterator[Sequence[ContentPost]]:
        """See `SaleSource.posts`."""
        zone = reporting_zone(self.brand.market)
        everything = list(selling.posts(await self._sold(), zone=zone, now=self.now))
        for start in range(0, len(everything), BATCH):
            yield everything[start : start + BATCH]

    async def _sold(self) -> Sequence[selling.Sold]:
        """Of the world's half year and of creators written to lately, in the order of creators."""
        old = await self.world.sold([product.code for product in self.brand.products])
        new = await PlaygroundPast(self.world, self.brand).sold_lately()
        return sorted([*old, *new], key=lambda sold: (sold.number, sold.placed_at, sold.id))
