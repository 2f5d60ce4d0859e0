"""Affiliate orders of shops over the app: satisfies `connectors.ports.orders.OrderPlatform`.

Source: https://partner.tiktokshop.com/docv2, Affiliate Seller API "orders/search" 202410, read 2026-11-29: a question
spans three months at most, and every page of it repeats the same two moments. Orders are found by when they were
placed; when one changed is not told.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from connectors.ports.orders import OrderPage
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.errors import PARAMETER
from connectors.tiktok_shop.messages import order_of
from connectors.tiktok_shop.operations import ORDERS
from connectors.tiktok_shop.selling import is_unpaid, lines_of, to_sale
from memory.domain.errors import Refused
from memory.domain.sales import Sale

log = structlog.get_logger()

PAGE: Final = "100"
SPAN: Final = int(timedelta(days=88).total_seconds())  # no three months have fewer days than 89
# What was placed within one span may still be settled or come back: it is read whole so often. The rest is read once.
WHOLE_EVERY: Final = int(timedelta(hours=24).total_seconds())
AGAIN: Final = int(timedelta(days=1).total_seconds())  # an order is paid some time after it was placed
BACK: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Stand:
    """How far reading has come, in seconds since the epoch; 0: not yet.

    `since`: what was placed before has been read; `whole`: when the span that may change was last read whole. Of a
    reading under way: `began` is when it did, `floor` how far back it goes, `upto` where its window ends.
    """

    since: int = 0
    whole: int = 0
    began: int = 0
    floor: int = 0
    upto: int = 0
    token: str = field(default="", repr=False)

    @staticmethod
    def read(position: str) -> "_Stand":
        """What `written` wrote; of nothing, the beginning."""
        return _Stand(**json.loads(position)) if position else _Stand()

    def written(self) -> str:
        """As text."""
        return json.dumps(asdict(self))

    @property
    def start(self) -> int:
        """Where the window begins."""
        return max(self.floor, self.upto - SPAN)

    def begun(self, now: int, *, back: int) -> "_Stand":
        """A new reading: everything, what was placed since the last one, or once a day all that may have changed."""
        floor = self.since - AGAIN
        if not self.since:
            floor = now - back
        elif now - self.whole >= WHOLE_EVERY:
            floor = min(floor, now - SPAN)
        return replace(self, began=now, floor=floor, upto=now, token="")

    def after(self, token: str) -> "_Stand":
        """After a page: the next one, the window before, or at rest."""
        if token:
            return replace(self, token=token)
        return replace(self, upto=self.start, token="") if self.start > self.floor else self.rested()

    def rested(self) -> "_Stand":
        """After the last page."""
        is_whole = not self.since or self.floor <= self.began - SPAN
        return _Stand(self.began, self.began if is_whole else self.whole)


@dataclass(frozen=True, slots=True)
class ShopOrders:
    """Every method raises as `ShopClient.ask`. `place_of`: where a shop is asked; `back`: how far the first goes."""

    client: ShopClient
    place_of: Callable[[LinkedShop], Awaitable[ShopPlace]]
    back: timedelta = BACK

    async def orders(self, at: LinkedShop, *, after: str) -> AsyncIterator[OrderPage]:
        """See `OrderPlatform.orders`."""
        place, stand = await self.place_of(at), _Stand.read(after)
        if not stand.upto:
            stand = stand.begun(int(self.client.now().timestamp()), back=int(self.back.total_seconds()))
        may_be_forgotten = bool(stand.token)
        while stand.upto:
            try:
                page = await self._page(place, stand)
            except Refused as refused:
                if may_be_forgotten and refused.text_key == "shop_refused":
                    stand, may_be_forgotten = replace(stand, token=""), False
                    continue
                if not _is_the_horizon(stand, refused):
                    raise
                stand = stand.rested()
                yield OrderPage((), stand.written())
                return
            may_be_forgotten = False
            stand = stand.after(str(page.get("next_page_token") or ""))
            yield OrderPage(_read(page), stand.written())

    def told(self, told: str) -> str:
        """See `OrderPlatform.told`."""
        return order_of(told)

    async def order(self, at: LinkedShop, number: str, *, placed_at: datetime) -> Sequence[Sale]:
        """See `OrderPlatform.order`. No search takes a number: the second in which it was placed is read whole."""
        place, moment = await self.place_of(at), int(placed_at.timestamp())
        stand, found = _Stand(floor=moment, upto=moment + 1), []
        while True:
            page = await self._page(place, stand)
            found += [sale for sale in _read(page) if sale.line.order == number]
            token = str(page.get("next_page_token") or "")
            if not token:
                return found
            stand = replace(stand, token=token)

    async def _page(self, place: ShopPlace, stand: _Stand) -> Body:
        query = {"page_size": PAGE} | ({"page_token": stand.token} if stand.token else {})
        body: Body = {"create_time_ge": stand.start, "create_time_lt": stand.upto}
        return await self.client.ask(place, ORDERS, query=query, body=body)


def _is_the_horizon(stand: _Stand, refused: Refused) -> bool:
    """Whether the first reading came to a window older than the platform answers for; how far that is, it does not say.

    The window before it was answered, so the moments alone can be what it refuses.
    """
    is_older = not stand.since and stand.upto < stand.began and not stand.token
    return is_older and refused.facts.get("code") == PARAMETER


def _read(page: Body) -> list[Sale]:
    orders = page.get("orders")
    rows = [
        (order, row)
        for order in (orders if isinstance(orders, list) else [])
        if isinstance(order, dict)
        for row in lines_of(order)
        if not is_unpaid(row)
    ]
    sales = [sale for order, row in rows if (sale := to_sale(order, row)) is not None]
    if len(sales) < len(rows):
        log.warning("shop.orders_unread", count=len(rows) - len(sales))
    return sales
