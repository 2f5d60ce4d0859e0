"""Tries every connected shop without changing anything there: what `daren doctor` shows of them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.shops.desk import linked
from connectors.ports.shops import ShopPlatform
from memory.domain.errors import AppError, Refused
from memory.domain.shops import Hearing, SellerShop, ShopStore


class ShopWork(Protocol):
    """A transaction across tenants that reaches shops."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def shops(self) -> ShopStore:
        """Shops of all."""
        ...


class ShopServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ShopWork]:
        """Open a transaction; the reason is logged."""
        ...


@dataclass(frozen=True, slots=True)
class FoundShop:
    """How one shop does, and how its creators' answers come in; `failure` None: it would work."""

    shop: SellerShop
    failure: AppError | None
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class ShopDoctor:
    """Looks at shops one after another."""

    services: ShopServices
    platform: ShopPlatform

    async def look(self) -> Sequence[FoundShop]:
        """Every connected shop with what is wrong with it. Raises Unavailable when the rows cannot be read."""
        async with self.services.across_tenants("how shops do") as work:
            links, now = await work.shops.connected(), work.now
        found = []
        for link in links:
            at, shop = linked(link), link.chosen
            if at is None or shop is None:
                continue
            try:
                await self.platform.look(at)
                if link.hearing.is_refused(now):
                    raise Refused("shop_webhook_not_signed")
                found.append(FoundShop(shop, None, link.hearing))
            except AppError as failure:
                found.append(FoundShop(shop, failure, link.hearing))
        return found
