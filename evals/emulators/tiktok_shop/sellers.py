"""Who has shops: one app of a partner, sellers who may authorise it, and their shops."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

SCOPES: Final = (
    "seller.authorization.info",
    "seller.creator_marketplace.read",
    "seller.affiliate_collaboration.read",
    "seller.affiliate_collaboration.write",
    "seller.affiliate_messages.write",
)
PRODUCTS: Final = ("Cat tree", "Pet hair roller", "Litter mat")


@dataclass(frozen=True, slots=True)
class LevelQuota:
    """How many unconnected creators of some levels a shop may contact in a week; the bonus is used first."""

    levels: tuple[int, ...]
    period: int
    bonus: int = 0


@dataclass(slots=True)
class Shop:
    """One shop. `follower_cap` 0: none; `products`: id → title; `open_rates`: id → rate of what anybody may sell.

    What the platform allows can be changed as it runs.
    """

    id: str
    name: str
    region: str
    seller_type: str
    code: str
    cipher: str
    im_id: str
    products: dict[str, str] = field(default_factory=dict)
    open_rates: dict[str, int] = field(default_factory=dict)
    quotas: tuple[LevelQuota, ...] = (LevelQuota((0, 1, 2), 20), LevelQuota((3, 4, 5), 5, bonus=2))
    unlimited: bool = False
    follower_cap: int = 0
    gmv_tier: str = "TIER_2"


@dataclass(slots=True)
class Seller:
    """Somebody who may let the app in, and with which scopes."""

    open_id: str
    name: str
    region: str
    shops: tuple[Shop, ...]
    scopes: tuple[str, ...] = SCOPES


@dataclass(slots=True)
class App:
    """The partner's app, as its console shows it. `redirect_url`: where sellers come back to; `webhook_url`: where it
    is told of new messages, empty: nowhere.
    """

    key: str
    secret: str
    service_id: str
    redirect_url: str = "http://127.0.0.1:8787/tiktok-shop/authorized"
    webhook_url: str = ""


@dataclass(slots=True)
class Partner:
    """An app and its sellers; `at_the_page` is who answers the authorise page."""

    app: App
    sellers: list[Seller] = field(default_factory=list)
    at_the_page: int = 0

    @property
    def seller(self) -> Seller:
        """Who answers the authorise page."""
        return self.sellers[self.at_the_page]


def example_partner(rng: Random) -> Partner:
    """A local seller with one shop in the US, and one from across the border with two."""
    app = App(f"6{_digits(rng, 9)}", f"{rng.getrandbits(160):040x}", _digits(rng, 19))
    local = _shop(rng, "Demo Shop", "US", "LOCAL")
    abroad = (_shop(rng, "Demo UK", "GB", "CROSS_BORDER"), _shop(rng, "Demo DE", "DE", "CROSS_BORDER"))
    return Partner(
        app,
        [
            Seller(f"oid_{rng.getrandbits(64):016x}", "Demo Shop", "US", (local,)),
            Seller(f"oid_{rng.getrandbits(64):016x}", "Demo Abroad", "GB", abroad),
        ],
    )


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _shop(rng: Random, name: str, region: str, seller_type: str) -> Shop:
    code = f"{region}{seller_type[0]}C{_digits(rng, 6)}"
    made = Shop(f"7{_digits(rng, 18)}", name, region, seller_type, code, f"ROW_{rng.getrandbits(96):024x}",
                f"7{_digits(rng, 18)}")  # fmt: skip
    own = Random(made.id)
    made.products = {f"1729{_digits(own, 15)}": title for title in PRODUCTS}
    return made
