"""Sales as platforms tell them: order lines, refunds, commissions, posts with their daily counters. Pure.

An order line is one SKU of one order. Whatever belongs to it (refund, commission) counts on the day it was placed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from memory.domain.money import BASIS_POINTS, Money

# The key under which a source keeps what was refunded of a line in all, where it tells no single refunds.
IN_ALL: Final = "all"


class ContentKind(StrEnum):
    """What sold: a video, a live, or a place of the platform's own."""

    VIDEO = "video"
    LIVE = "live"
    SHOWCASE = "showcase"
    OTHER = "other"


class Collaboration(StrEnum):
    """Under which kind of agreement a creator sold."""

    OPEN = "open"
    TARGET = "target"
    CAMPAIGN = "campaign"


class Rule(StrEnum):
    """Why a sale is a creator's, strongest first: the platform names the post, the platform names the creator, a promo
    code was redeemed, a tracking link was followed last within `WINDOW`. A sale that none fits is nobody's.
    """

    CONTENT = "content"
    CREATOR = "creator"
    CODE = "code"
    LINK = "link"


# How long after a click on a tracking link a sale is still that link's; the last click wins.
WINDOW: Final = timedelta(days=14)


class Settlement(StrEnum):
    """What a platform says of a commission: nothing yet, an estimate, paid for good, or none to pay."""

    PENDING = "pending"
    PROVISIONAL = "provisional"
    SETTLED = "settled"
    INELIGIBLE = "ineligible"


class Payee(StrEnum):
    """Who a commission goes to."""

    CREATOR = "creator"
    PARTNER = "partner"
    SHOP_ADS = "shop_ads"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One SKU of one order. `price`: of a piece; `quantity` holds what was refunded later.

    `paid`: for all pieces together, where that is told and is not price times quantity.
    Product, content and campaign go by the platform's ids; "" where it says none. `code`: the promo code redeemed;
    `link`: the code of the tracking link the customer came by (utm_content).
    """

    order: str
    sku: str
    placed_at: datetime
    price: Money
    quantity: int
    product: str = ""
    product_name: str = ""
    handle: str = ""
    content: str = ""
    content_kind: ContentKind | None = None
    collaboration: Collaboration | None = None
    collaboration_id: str = ""
    code: str = ""
    link: str = ""
    delivered_at: datetime | None = None
    paid: Money | None = None

    @property
    def gross(self) -> Money:
        """What was paid for all pieces, refunds not taken off."""
        return self.paid or Money(self.price.minor * self.quantity, self.price.currency)


@dataclass(frozen=True, slots=True)
class Refund:
    """What came back of a line. `key` tells the refunds of a line apart."""

    amount: Money
    quantity: int
    refunded_at: datetime | None = None
    key: str = IN_ALL


@dataclass(frozen=True, slots=True)
class AgencySplit:
    """How a commission is shared with an agency. `tap_rate_bp` is of the price, `creator_share_bp` of the agency's
    commission, not of the price. Source: https://partner.tiktokshop.com/docv2, read 2026-11-20.
    """

    tap_rate_bp: int
    creator_share_bp: int


@dataclass(frozen=True, slots=True)
class Commission:
    """What one line owes one payee. `rate_bp`: in force when it was ordered; amounts None: not told."""

    payee: Payee
    settlement: Settlement
    rate_bp: int | None = None
    base: Money | None = None
    estimated: Money | None = None
    actual: Money | None = None
    split: AgencySplit | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """An order line with everything told of it."""

    line: OrderLine
    refunds: tuple[Refund, ...] = ()
    commissions: tuple[Commission, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCounters:
    """What a post gathered on one reporting day (not in all). None: not told. `orders`: as its teller counts them."""

    day: date
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    clicks: int | None = None
    orders: int | None = None


@dataclass(frozen=True, slots=True)
class ContentPost:
    """A creator's post, under the platform's id. Its product goes by the platform's id, else by its name."""

    content: str
    handle: str
    kind: ContentKind
    posted_at: datetime
    product: str = ""
    link: str = ""
    counters: tuple[DayCounters, ...] = field(default=())
    product_name: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of a line that another source tells otherwise. `field` is a key of a text; both sides as shown."""

    field: str
    ours: str
    theirs: str
    source: str
    as_of: datetime


def counted(commission: Commission) -> Money | None:
    """What a commission counts for: the estimate until it is paid; None while nothing is told that may be counted."""
    match commission.settlement:
        case Settlement.PENDING:
            return None
        case Settlement.PROVISIONAL:
            return commission.estimated
        case Settlement.SETTLED:
            return commission.actual
        case Settlement.INELIGIBLE:
            known = commission.estimated or commission.actual or commission.base
            return Money(0, known.currency) if known else Money(0)


def forecast(base: Money, rate_bp: int) -> Money:
    """Commission of a base at a rate, halves of a minor unit up."""
    return Money((base.minor * rate_bp * 2 + BASIS_POINTS) // (2 * BASIS_POINTS), base.currency)


@dataclass(frozen=True, slots=True)
class Shares:
    """An agency's commission and its two parts."""

    whole: Money
    creator: Money
    agency: Money


def shared_out(base: Money, split: AgencySplit) -> Shares:
    """The agency's commission of a base: the creator's share of it, and what the agency keeps."""
    whole = forecast(base, split.tap_rate_bp)
    creator = forecast(whole, split.creator_share_bp)
    return Shares(whole, creator, Money(whole.minor - creator.minor, whole.currency))
