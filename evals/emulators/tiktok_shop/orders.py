"""What shops sell over creators: orders of one or more SKUs, paid, delivered, settled by the clock, or come back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from evals.emulators.clock import Clock
from evals.emulators.tiktok_shop.people import REGIONS, Creator
from evals.emulators.tiktok_shop.sellers import Shop

DAY: Final = 86_400.0
SETTLED_AFTER_DAYS: Final = 15
SCALE: Final = 10_000
Content = Literal["SHOP", "VIDEO", "LIVE", "PRE_LIVE", "PROMOTION_PAGE", "LINKSHARE"]
Agreement = Literal["open", "target", "campaign"]


@dataclass(slots=True)
class SkuOrder:
    """One SKU of an order. Money in minor units; rates in hundredths of a percent. `refunded`: of its pieces.

    `creator` None: of a campaign, whose creators are not named. `said`: a status that holds whatever happened.
    """

    sku: str
    product: str
    creator: Creator | None
    price: int
    pieces: int
    rate: int
    content_type: Content
    content: str
    agreement: Agreement
    agreed: str
    partner_rate: int = 0
    ads_rate: int = 0
    refunded: int = 0
    said: str = ""


@dataclass(slots=True)
class Order:
    """One order. `delivered` 0: not yet."""

    id: str
    shop: Shop
    currency: str
    placed: float
    skus: list[SkuOrder] = field(default_factory=list)
    paid: bool = True
    delivered: float = 0.0


@dataclass(slots=True)
class Orders:
    """Every shop's. Nothing here happens by itself but what time alone settles."""

    clock: Clock
    rng: Random
    _all: list[Order] = field(default_factory=list)

    def place(self, shop: Shop, *, currency: str = "USD", at: float | None = None, paid: bool = True) -> Order:
        """An empty order, placed now or at a moment before."""
        placed = self.clock.now if at is None else at
        made = Order(f"5{self.rng.randrange(10**16, 10**17)}", shop, currency, placed, paid=paid)
        self._all.append(made)
        return made

    def add(
        self,
        order: Order,
        creator: Creator | None,
        *,
        price: int = 3_000,
        pieces: int = 1,
        rate: int = 1_500,
        content_type: Content = "VIDEO",
        product: str = "",
        partner_rate: int = 0,
        ads_rate: int = 0,
    ) -> SkuOrder:
        """One more SKU of an order, sold by a creator, or over a campaign."""
        wanted = product or next(iter(order.shop.products))
        sold = SkuOrder(
            f"{wanted}{len(order.skus) + 1}", wanted, creator, price, pieces, rate, content_type,
            self._name() if content_type in ("VIDEO", "LIVE", "PRE_LIVE") else "",
            "open" if creator is not None else "campaign", self._name(), partner_rate, ads_rate,
        )  # fmt: skip
        order.skus.append(sold)
        return sold

    def sell(self, shop: Shop, creator: Creator | None, *, at: float | None = None, price: int = 3_000) -> Order:
        """An order of one SKU, paid."""
        order = self.place(shop, at=at)
        self.add(order, creator, price=price)
        return order

    def example(self, shop: Shop, creators: Sequence[Creator], *, days: int = 200, each_day: int = 3) -> None:
        """What a shop sold every day until now: parcels arrive after five days, every tenth comes back whole."""
        for day in range(days):
            for number in range(each_day):
                placed = self.clock.now - (day + number / each_day) * DAY
                order = self.place(shop, at=placed, currency=dict(REGIONS).get(shop.region, "USD"))
                for _ in range(1 + number % 2):
                    sold = self.add(order, creators[(day + number) % len(creators)], pieces=1 + day % 2)
                    sold.refunded = sold.pieces if day % 10 == number else 0
                arrived = placed + 5 * DAY
                order.delivered = arrived if arrived <= self.clock.now else 0.0

    def deliver(self, order: Order) -> None:
        """The parcel arrives now."""
        order.delivered = self.clock.now

    def refund(self, sold: SkuOrder, pieces: int) -> None:
        """Some of the pieces come back; also after it was settled."""
        sold.refunded = min(sold.pieces, sold.refunded + pieces)

    def of(self, shop: Shop) -> Iterator[tuple[Order, SkuOrder]]:
        """A shop's SKU orders, the newest order first."""
        for order in sorted(self._all, key=lambda one: (-one.placed, one.id)):
            if order.shop is shop:
                for sold in order.skus:
                    yield order, sold

    def status(self, order: Order, sold: SkuOrder) -> str:
        """As the platform writes it."""
        if sold.said:
            return sold.said
        if not order.paid:
            return "AWAITING PAYMENT"
        if sold.refunded == sold.pieces:
            return "INELIGIBLE"
        is_due = order.delivered and self.clock.now >= order.delivered + SETTLED_AFTER_DAYS * DAY
        return "SETTLED" if is_due else "To-SETTLE"

    def _name(self) -> str:
        return f"7{self.rng.randrange(10**17, 10**18)}"


def share(base: int, rate: int) -> int:
    """A rate of a base, halves of a minor unit up."""
    return (base * rate * 2 + SCALE) // (2 * SCALE)
