"""A brand's shop for the pages, in memory: how it stands is what a test puts here."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.ports.shops import ShopView
from memory.domain.ids import ShopLinkId
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import Hearing, SellerShop, ShopLink, Sync, SyncState
from memory.domain.workspace import Scope
from tests.support import fake_office as office

SHOPS = (SellerShop("7001", "PawJoy US", "US"), SellerShop("7002", "PawJoy UK", "GB"))
ADDRESS = "https://daren.example"


def connected(*, bare: int = 0, **hearing: object) -> ShopLink:
    """A shop that is worked with; its creators were fetched an hour ago."""
    hour_ago = office.NOW - timedelta(hours=1)
    began, due = hour_ago - timedelta(minutes=9), office.NOW + timedelta(hours=23)
    sync = Sync(SyncState.DONE, 148, began, hour_ago, due, bare=bare)
    heard = replace(Hearing(), **hearing)  # type: ignore[arg-type]  # its own fields
    return ShopLink(
        ShopLinkId(1), office.TENANT, office.BRANDS[0].id, True, "7001", SHOPS, office.NOW - timedelta(days=2), sync,
        heard,
    )  # fmt: skip


@dataclass
class FakeShops:
    """Satisfies `connectors.ports.shops.ShopDoor`. `asked`: what was done, in order."""

    view_: ShopView = field(default_factory=lambda: shop_view(None))
    asked: list[str] = field(default_factory=list)

    async def view(self, scope: Scope) -> ShopView:
        return self.view_

    async def begin(self, scope: Scope) -> str:
        return f"{ADDRESS}/open/authorize?state=1.x"

    async def finish(self, scope: Scope, *, state: str, code: str) -> None:
        self.asked.append(f"finish {state} {code}")

    async def choose(self, scope: Scope, shop: str) -> None:
        self.asked.append(f"choose {shop}")

    async def disconnect(self, scope: Scope) -> None:
        self.asked.append("disconnect")

    async def sync(self, scope: Scope) -> None:
        self.asked.append("sync")


def shop_view(
    link: ShopLink | None,
    *,
    until: datetime | None = None,
    told_at: str | None = None,
    barred: bool = False,
    orders: Sync | None = None,
) -> ShopView:
    """A brand's shop on its page; `orders`: how reading them stands."""
    sources = {} if orders is None else {ShopSource.ORDERS: orders}
    return ShopView(link, until, f"{ADDRESS}/tiktok-shop/authorized", barred, told_at, sources)
