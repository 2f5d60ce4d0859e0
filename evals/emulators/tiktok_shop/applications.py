"""Free samples creators have asked for: what the seller, the parcel and the clock do to each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from evals.emulators.clock import Clock
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.sellers import Shop

DAY: Final = 86_400.0
REVIEW_DAYS, SHIP_DAYS, CONTENT_DAYS = 7, 7, 14
OVER: Final = frozenset(
    {"COMPLETED", "OPS_COMPLETED", "REJECT_CANCELLED", "OVERDUE_CANCELLED", "SELLER_NOT_SHIP_CANCELLED",
     "UNFULFILL_CANCELLED", "UNFULFILLABLE_CANCELLED", "WITHDRAW_CANCELLED", "DEL_OPEN_COLLAB", "OPS_CANCELLED",
     "OPS_FAILED"}
)  # fmt: skip
# Where somebody's deed takes an application from and to.
_STEPS: Final = {
    "ship": ("AWAITING_SHIPMENT", "SHIPPED"),
    "deliver": ("SHIPPED", "CONTENT_PENDING"),
    "post": ("CONTENT_PENDING", "COMPLETED"),
    "excuse": ("CONTENT_PENDING", "UNFULFILLABLE_CANCELLED"),
    "withdraw": ("PENDING", "WITHDRAW_CANCELLED"),
}


_FULFILMENT: Final = {
    "COMPLETED": "SUCCEED", "UNFULFILL_CANCELLED": "OVERDUE", "UNFULFILLABLE_CANCELLED": "EXEMPTED",
}  # fmt: skip
# How many days each waits, and what comes then.
_LIMITS: Final = {
    "PENDING": (REVIEW_DAYS, "OVERDUE_CANCELLED"),
    "AWAITING_SHIPMENT": (SHIP_DAYS, "SELLER_NOT_SHIP_CANCELLED"),
    "CONTENT_PENDING": (CONTENT_DAYS, "UNFULFILL_CANCELLED"),
}


@dataclass(slots=True)
class Application:
    """One. `since`: when it came to its status."""

    id: str
    shop: Shop
    creator: Creator
    product: str
    rate: int
    status: str
    since: float
    made: float
    order: str = ""
    tracking: str = ""
    reject_reason: str = ""

    @property
    def review_until(self) -> float:
        """Then it lapses."""
        return self.made + REVIEW_DAYS * DAY

    @property
    def fulfilment(self) -> str:
        """How the content stands."""
        return _FULFILMENT.get(self.status, "CANCELLED" if self.status in OVER else "PENDING")


def nobody(application: Application) -> None:
    """Tell no one."""


@dataclass(slots=True)
class Applications:
    """Every shop's. `told`: who hears of each change."""

    clock: Clock
    rng: Random
    told: Callable[[Application], None] = nobody
    _all: dict[str, Application] = field(default_factory=dict)

    def ask(self, shop: Shop, creator: Creator, product: str, *, rate: int = 2_000) -> Application:
        """A creator asks for a sample."""
        now = self.clock.now
        made = Application(self._name(), shop, creator, product, rate, "PENDING", now, now)
        self._all[made.id] = made
        self.told(made)
        return made

    def step(self, application: Application, deed: str, *, tracking: str = "") -> None:
        """Ship, deliver, post, excuse, withdraw. Raises KeyError for another deed, ValueError out of turn."""
        start, to = _STEPS[deed]
        self.settle(application)
        if application.status != start:
            raise ValueError(application.status)
        application.tracking = tracking or application.tracking
        self.move(application, to)

    def move(self, application: Application, to: str) -> None:
        """It comes to a status now."""
        application.status, application.since = to, self.clock.now
        if to == "AWAITING_SHIPMENT":
            application.order = self._name()
        self.told(application)

    def settle(self, application: Application) -> None:
        """What time alone has ended."""
        days, to = _LIMITS.get(application.status, (0, ""))
        if to and self.clock.now >= application.since + days * DAY:
            self.move(application, to)

    def of(self, shop: Shop) -> Iterator[Application]:
        """A shop's, the newest first."""
        for one in sorted(self._all.values(), key=lambda each: (-each.made, each.id)):
            if one.shop is shop:
                self.settle(one)
                yield one

    def one(self, shop: Shop, named: str) -> Application | None:
        """A shop's own."""
        return next((one for one in self.of(shop) if one.id == named), None)

    def _name(self) -> str:
        return f"7{self.rng.randrange(10**17, 10**18)}"
