"""Affiliate orders of a shop as one of its lists. Where a file said otherwise, that is written down with both sides."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.shops.sources import Piece
from connectors.ports.orders import OrderPlatform
from connectors.ports.shops import LinkedShop
from memory.domain.outreach import Flag
from memory.domain.sales import Difference, Sale
from memory.domain.shops import ShopLink
from memory.domain.stores import Unit

DIFFERS: Final = "sale.differs"
SHOWN_FOR: Final = timedelta(days=30)
FILE: Final = "file:"
# With time a commission is settled: that a file still said otherwise is no contradiction.
_GOES_ON: Final = frozenset({"settlement"})
_UNTOLD: Final = "-"


@dataclass(frozen=True, slots=True)
class OrderReading:
    """Satisfies `agent.shops.sources.Reading`. `name`: the provenance written on each line."""

    platform: OrderPlatform
    name: str

    async def pieces(self, at: LinkedShop, *, after: str) -> AsyncIterator[Piece]:
        """See `Reading.pieces`."""
        async for page in self.platform.orders(at, after=after):
            yield self._piece(page.sales, page.position)

    async def over(self, unit: Unit, link: ShopLink, *, since: datetime) -> Flag | None:
        """See `Reading.over`: a shop without new orders was asked all the same. Tells what files said otherwise."""
        await unit.sales.heard(brand=link.brand, source=self.name, as_of=since)
        recorded = await unit.audit.recorded(DIFFERS, beginning=_subject(link, ""), since=unit.now - SHOWN_FOR)
        if recorded.newest is None:
            return None
        return Flag("shop_orders_differ", {"count": recorded.count, "days": SHOWN_FOR.days, **recorded.newest})

    def _piece(self, sales: Sequence[Sale], position: str) -> Piece:
        async def keep(unit: Unit, link: ShopLink) -> None:
            differing = await unit.sales.differences(sales, brand=link.brand)
            await unit.audit.record_each(
                DIFFERS,
                {
                    _subject(link, f"{sale.line.order}/{sale.line.sku}"): _told(sale, contradictions[0])
                    for sale, found in zip(sales, differing, strict=True)
                    if (contradictions := [one for one in found if _contradicts(one)])
                },
            )
            await unit.sales.upsert(sales, brand=link.brand, source=self.name, as_of=unit.now)

        return Piece(keep, len(sales), position)


def _contradicts(one: Difference) -> bool:
    """Whether a file said something else, and not merely less or earlier."""
    return one.source.startswith(FILE) and one.field not in _GOES_ON and one.ours != _UNTOLD


def _told(sale: Sale, one: Difference) -> dict[str, str]:
    """Both sides of a difference, each with who said it and when."""
    return {
        "order": sale.line.order,
        "field": one.field,
        "ours": one.ours,
        "theirs": one.theirs,
        "source": one.source,
        "day": f"{one.as_of:%Y-%m-%d}",
    }


def _subject(link: ShopLink, named: str) -> str:
    return f"sale:{link.brand}/{named}"
