"""Target collaborations as the platform keeps them: who is in, at which rate and from when, and what the clock ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from evals.emulators.clock import Clock
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.sellers import Shop

DAY: Final = 86_400.0
EXPIRING: Final = 7 * DAY


@dataclass(slots=True)
class Line:
    """One product. `at`: from when the rate holds; `former`: the one that holds until then."""

    product: str
    rate: int
    at: float
    former: int
    ads_rate: int | None = None
    leaves_at: float | None = None

    def holds(self, now: float) -> int:
        """The rate an order made now earns."""
        return self.rate if now >= self.at else self.former


@dataclass(slots=True)
class Guest:
    """One creator. `showcase`: products of it they have in their showcase."""

    creator: Creator
    showcase: set[str] = field(default_factory=set)
    leaves_at: float | None = None


@dataclass(slots=True)
class Collaboration:
    """One invitation of a shop. `cancelled_at`: somebody removed it; it is over at the next midnight."""

    id: str
    shop: Shop
    name: str
    message: str
    ends: float
    created: float
    updated: float
    contact: dict[str, str]
    has_sample: bool
    exempt: bool
    lines: dict[str, Line] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    cancelled_at: float | None = None

    def status(self, now: float) -> str:
        """As a search names it."""
        if self.cancelled_at is not None:
            return "COMPLETED" if now >= midnight(self.cancelled_at) else "CANCELING"
        if now >= self.ends:
            return "COMPLETED"
        return "EXPIRING" if self.ends - now <= EXPIRING else "ONGOING"

    def is_live(self, now: float) -> bool:
        """Whether it holds for somebody."""
        return self.status(now) in ("ONGOING", "EXPIRING")

    def in_showcase(self, product: str) -> bool:
        """Whether a creator shows a product of it: what takes something away from them comes late."""
        return any(product in guest.showcase for guest in self.guests.values())

    def settle(self, now: float) -> None:
        """What was to leave by now has left."""
        for product in [one.product for one in self.lines.values() if one.leaves_at and one.leaves_at <= now]:
            del self.lines[product]
        for gone in [key for key, one in self.guests.items() if one.leaves_at and one.leaves_at <= now]:
            del self.guests[gone]


def midnight(now: float) -> float:
    """The next one, UTC."""
    return (now // DAY + 1) * DAY


@dataclass(slots=True)
class Invitations:
    """Every shop's."""

    clock: Clock
    _all: dict[str, Collaboration] = field(default_factory=dict)

    def add(self, made: Collaboration) -> None:
        """Keep one."""
        self._all[made.id] = made

    def forget(self, named: str) -> None:
        """It is listed no more, as one whose end was long ago."""
        del self._all[named]

    def of(self, shop: Shop) -> Iterator[Collaboration]:
        """A shop's, the newest first."""
        for one in sorted(self._all.values(), key=lambda each: -each.created):
            if one.shop is shop:
                one.settle(self.clock.now)
                yield one

    def one(self, shop: Shop, named: str) -> Collaboration | None:
        """A shop's own."""
        return next((one for one in self.of(shop) if one.id == named), None)

    def conflicts(
        self, shop: Shop, creators: list[str], products: list[str], *, but: str = ""
    ) -> list[tuple[str, str, str]]:
        """(creator, product, collaboration) of whoever has a live one with the shop for a product already."""
        now = self.clock.now
        return [
            (guest.creator.open_id, line.product, one.id)
            for one in self.of(shop)
            if one.id != but and one.is_live(now)
            for guest in one.guests.values()
            if guest.creator.open_id in creators and guest.leaves_at is None
            for line in one.lines.values()
            if line.product in products and line.leaves_at is None
        ]

    def show(self, shop: Shop, creator: Creator, product: str) -> None:
        """A creator puts an invited product into their showcase."""
        for one in self.of(shop):
            if creator.open_id in one.guests and product in one.lines:
                one.guests[creator.open_id].showcase.add(product)
