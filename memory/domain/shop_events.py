"""What a platform told us by itself, as it came: kept before it is acknowledged, gone once it is handled, sealed."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memory.domain.ids import ShopLinkId, TenantId
from memory.domain.jobs import Job
from memory.domain.shops import ShopLink, ShopStore


@dataclass(frozen=True, slots=True)
class SealedShopEvent:
    """One, of one brand's shop. `name`: its own, the same however often it comes."""

    name: str
    tenant: TenantId
    link: ShopLinkId
    told_at: datetime
    sealed: bytes = field(repr=False)


class ShopEventStore(Protocol):
    """Those of every tenant that are not handled yet."""

    async def add(self, events: Sequence[SealedShopEvent]) -> None:
        """Keep each that is not kept already."""
        ...

    async def waiting(self, link: ShopLinkId, *, limit: int) -> Sequence[SealedShopEvent]:
        """What came in for one shop, oldest first."""
        ...

    async def waiting_links(self) -> Sequence[ShopLink]:
        """Shops that are worked with, something of which waits."""
        ...

    async def forget(self, link: ShopLinkId, names: Sequence[str]) -> None:
        """They are handled. Unknown names are no error."""
        ...


class ShopEventWork(Protocol):
    """A transaction across tenants that reaches events of shops. `now` is the workspace's present moment."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def shops(self) -> ShopStore:
        """Shops of all."""
        ...

    @property
    def shop_events(self) -> ShopEventStore:
        """What came and is not handled."""
        ...

    async def defer(self, job: Job) -> None:
        """Queue a job in this transaction."""
        ...


class ShopEventServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ShopEventWork]:
        """Open a transaction; the reason is logged."""
        ...
