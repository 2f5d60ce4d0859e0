"""Affiliate orders of a shop, as its platform lists them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.shops import LinkedShop
from memory.domain.sales import Sale


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some sales, and where to go on: after the last page of a reading, with what has changed since."""

    sales: Sequence[Sale]
    position: str = field(repr=False)


class OrderPlatform(Protocol):
    """Every method raises Unavailable (retryable), Refused and Misconfigured (not retryable)."""

    def orders(self, at: LinkedShop, *, after: str) -> AsyncIterator[OrderPage]:
        """What a shop sold over creators, from a position on; empty: as far back as wanted, the newest window first.

        A line may come again, and one order on several pages with a line each.
        """
        ...

    def told(self, told: str) -> str:
        """The number of the order that the platform told of; empty where it told of none."""
        ...

    async def order(self, at: LinkedShop, number: str, *, placed_at: datetime) -> Sequence[Sale]:
        """One that was placed at a moment, as it stands now; nothing where it is none of the shop's over creators."""
        ...
