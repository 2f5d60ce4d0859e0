"""What besides creators is fetched from a shop, source by source: when each was last read, and what went wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from memory.domain.ids import ShopLinkId
from memory.domain.shops import ShopLink, Sync


class ShopSource(StrEnum):
    """One list of a shop."""

    COLLABORATIONS = "collaborations"
    SAMPLES = "samples"
    ORDERS = "orders"
    OPEN_PLANS = "open_plans"


# How often each is read; what that takes in is the platform's affair.
EVERY: Final[Mapping[ShopSource, timedelta]] = {
    ShopSource.COLLABORATIONS: timedelta(hours=1),
    ShopSource.SAMPLES: timedelta(minutes=30),
    ShopSource.ORDERS: timedelta(hours=1),
    ShopSource.OPEN_PLANS: timedelta(hours=1),
}


class ShopSourceStore(Protocol):
    """How reading each source stands, for shops in sight."""

    async def of(self, link: ShopLinkId) -> Mapping[ShopSource, Sync]:
        """A shop's; one that was never read is missing."""
        ...

    async def lock(self, link: ShopLinkId, source: ShopSource) -> Sync:
        """One, nobody else's until the transaction ends."""
        ...

    async def keep(self, link: ShopLinkId, source: ShopSource, sync: Sync) -> None:
        """How a locked one stands now."""
        ...

    async def due(self, *, now: datetime) -> Sequence[tuple[ShopLink, ShopSource]]:
        """What should be read now of shops that are worked with; what was never read is due."""
        ...
