"""What is asked of sales and what is answered: metrics with their definitions, queries, reports. Pure.

Every metric is defined here and nowhere else, as a function over sums. All of them count on the day of the order;
a refund or a commission told later changes that day. An order is a SKU order: two SKUs bought at once are two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from memory.domain.ids import BrandId, CampaignId, CreatorId, ProductId
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.periods import Period
from memory.domain.sales import Rule


class Metric(StrEnum):
    """What can be asked for."""

    GMV = "gmv"
    NET = "net"
    REFUNDS = "refunds"
    ORDERS = "orders"
    UNITS = "units"
    COMMISSION = "commission"
    PROVISIONAL_COMMISSION = "provisional_commission"
    REFUND_RATE = "refund_rate"
    CONVERSION_RATE = "conversion_rate"
    ROI = "roi"
    SAMPLE_ROI = "sample_roi"
    REPLY_RATE = "reply_rate"
    POST_RATE = "post_rate"
    VIEWS = "views"


class GroupBy(StrEnum):
    """What rows stand for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CREATOR = "creator"
    PRODUCT = "product"
    BRAND = "brand"
    CAMPAIGN = "campaign"
    MARKET = "market"
    CONTENT = "content"
    TEMPLATE = "template"
    LANGUAGE = "language"
    HOUR = "hour"
    ROUND = "round"


IN_TIME: Final = frozenset({GroupBy.DAY, GroupBy.WEEK, GroupBy.MONTH})
# Counted from our own doings, orders or not.
OURS: Final = frozenset({Metric.REPLY_RATE, Metric.POST_RATE})
# What may be split by what; anything else is refused with "metric_not_by".
_POSTS = frozenset({*IN_TIME, GroupBy.CREATOR, GroupBy.PRODUCT, GroupBy.BRAND, GroupBy.MARKET, GroupBy.CONTENT})
_SAMPLES = _POSTS - {GroupBy.CONTENT}
GROUPS: Final[Mapping[Metric, frozenset[GroupBy]]] = MappingProxyType(
    {
        **dict.fromkeys(Metric, _POSTS | {GroupBy.CAMPAIGN}),
        **dict.fromkeys((Metric.VIEWS, Metric.CONVERSION_RATE), _POSTS),
        **dict.fromkeys((Metric.ROI, Metric.SAMPLE_ROI, Metric.POST_RATE), _SAMPLES),
        Metric.REPLY_RATE: frozenset(GroupBy) - {GroupBy.CONTENT, GroupBy.PRODUCT},
    }
)


class Unknown(StrEnum):
    """What a figure leaves out because nobody told it."""

    ORDERS = "orders"  # no order data at all: the figure is None
    COMMISSION = "commission"  # lines whose commission is not told
    PLATFORM_FEE = "platform_fee"  # lines of a market whose fee is not known
    SAMPLE_COST = "sample_cost"  # samples without a cost
    GOODS_COST = "goods_cost"  # never told: what the goods sold cost to make
    CLICKS = "clicks"  # posts whose clicks are not told
    VIEWS = "views"  # posts whose views are not told
    RATE = "rate"  # lines in a currency without an exchange rate


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """So many things (0: all of them) are unknown."""

    what: Unknown
    count: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What is added up of a group: money in minor units of one currency. Sums of parts are the sum of the whole."""

    orders: int = 0
    units: int = 0
    gross: int = 0
    gross_final: int = 0  # of lines whose commission is settled for good
    refunded: int = 0
    commission: int = 0  # settled
    provisional: int = 0  # estimated, of lines not settled
    commission_untold: int = 0  # lines
    fees: int = 0
    fees_unknown: int = 0  # lines
    agreed: int = 0  # commission by the agreed rate, of lines of which none is told
    agreed_lines: int = 0  # such lines, counted among the untold too
    unconverted: int = 0  # lines left out of all money above
    views: int = 0
    posts: int = 0  # whose views are told
    views_untold: int = 0  # posts
    clicked_orders: int = 0  # orders of posts whose clicks are told
    clicks: int = 0
    clicks_untold: int = 0  # posts whose clicks are not told
    contacted: int = 0
    replied: int = 0
    received: int = 0  # samples that arrived
    posted: int = 0  # of these
    samples: int = 0  # sent, cost known
    samples_untold: int = 0  # sent, cost unknown
    sample_cost: int = 0  # goods with shipping
    sample_earned: int = 0  # net after commission and fees of what the samples with a cost sold
    sample_provisional: int = 0  # provisional commission in it

    def __add__(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)))

    @property
    def earned(self) -> int:
        """Net sales after commission and platform fees; what the goods cost is not known."""
        return self.gross - self.refunded - _owed(self) - self.fees


class Kind(StrEnum):
    """How a value is read: minor units of the report's currency, a number, or a share in basis points."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"


Of = Literal["orders", "posts", "creators", "samples"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value. None: unknown, never zero. `n`: how many things it is drawn from (orders, or what `of` says).

    `provisional_bp`: the share of it that is not settled yet; None where nothing of the kind is in it. `agreed`: orders
    whose commission is in it by the agreed rate, for the platform told none.
    """

    kind: Kind
    value: int | None
    n: int
    of: Of = "orders"
    provisional_bp: int | None = None
    unknown: tuple[UnknownPart, ...] = ()
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """What a row stands for: an id of ours or a platform's, and what people call it. `id` "": nobody's, unattributed.

    Days, weeks (their Monday) and months (their first day) have ISO dates for ids.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One group with its figures, and those of the period it is compared with. `creators`: how many sold in it."""

    key: Key
    figures: Mapping[Metric, Figure]
    before: Mapping[Metric, Figure] = field(default_factory=dict)
    creators: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Whose sales. Empty: of everybody in scope; `market` is ISO 3166 alpha-2, `content` a platform's id."""

    creators: tuple[CreatorId, ...] = ()
    product: ProductId | None = None
    campaign: CampaignId | None = None
    brand: BrandId | None = None
    market: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `zone`: whose days; None: the shop's reporting days. `currency` None: the brands' if it is one.

    Rows are ordered by a metric of `metrics` (unknown last), else by key: time first to last, names by their letters.
    `against`: the period to compare with, day for day as `periods.compared` says.
    """

    period: Period
    metrics: tuple[Metric, ...]
    filters: Filters = field(default_factory=Filters)
    group_by: GroupBy | None = None
    order_by: Metric | None = None
    descending: bool = True
    top: int | None = None
    against: Period | None = None
    zone: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Attributed:
    """What one rule attributed; `rule` None: nobody's."""

    rule: Rule | None
    orders: int
    gmv: Money


@dataclass(frozen=True, slots=True)
class Freshness:
    """What one source told of one kind (`orders`, `posts`), the days it covers, and when it last spoke."""

    source: str
    kind: str
    as_of: datetime
    first_day: date
    last_day: date
    rows: int


@dataclass(frozen=True, slots=True)
class Report:
    """An answer. `rows` are the first `top` of `groups`; `total` is of all of them, not of those shown.

    `zones`: whose days were counted, one for each reporting zone in scope. `as_of` None: there is no data at all.
    `rates_day`: the newest exchange table used, None where nothing was converted.
    """

    period: Period
    zones: tuple[str, ...]
    currency: str
    total: Row
    rows: tuple[Row, ...]
    groups: int
    attributed: tuple[Attributed, ...]
    sources: tuple[Freshness, ...]
    as_of: datetime | None
    against: Period | None = None
    rates_day: date | None = None


def part(of: int, whole: int) -> int | None:
    """A share in basis points, halves to even; None of nothing."""
    return round(Fraction(of * BASIS_POINTS, whole)) if whole else None


def _open(sums: Sums) -> int | None:
    return part(sums.gross - sums.gross_final, sums.gross)


def _owed(sums: Sums) -> int:
    return sums.commission + _estimated(sums)


def _estimated(sums: Sums) -> int:
    return sums.provisional + sums.agreed


def _untold(sums: Sums) -> int:
    """Lines whose commission nobody tells: neither the platform nor an agreed rate."""
    return sums.commission_untold - sums.agreed_lines


def _parts(*parts: tuple[Unknown, int]) -> tuple[UnknownPart, ...]:
    return tuple(UnknownPart(what, count) for what, count in parts if count)


def _sold(kind: Kind, value: Callable[[Sums], int | None]) -> Callable[[Sums], Figure]:
    def figure(sums: Sums) -> Figure:
        missing = _parts((Unknown.RATE, sums.unconverted if kind is not Kind.COUNT else 0))
        provisional = _open(sums) if kind is not Kind.COUNT else None
        return Figure(kind, value(sums), sums.orders, provisional_bp=provisional, unknown=missing)

    return figure


def _commission(value: Callable[[Sums], int]) -> Callable[[Sums], Figure]:
    def figure(sums: Sums) -> Figure:
        told = sums.orders - _untold(sums)
        missing = _parts((Unknown.COMMISSION, _untold(sums)), (Unknown.RATE, sums.unconverted))
        amount = value(sums) if told or not sums.orders else None
        open_bp = part(_estimated(sums), _owed(sums))
        return Figure(Kind.MONEY, amount, told, provisional_bp=open_bp, unknown=missing, agreed=sums.agreed_lines)

    return figure


def _conversion(sums: Sums) -> Figure:
    missing = _parts((Unknown.CLICKS, sums.clicks_untold))
    return Figure(Kind.SHARE, part(sums.clicked_orders, sums.clicks), sums.clicked_orders, unknown=missing)


def _views(sums: Sums) -> Figure:
    return Figure(
        Kind.COUNT,
        sums.views if sums.posts or not sums.views_untold else None,
        sums.posts,
        of="posts",
        unknown=_parts((Unknown.VIEWS, sums.views_untold)),
    )


def _roi(sums: Sums) -> Figure:
    """What is left after commission, fees and samples, over what was spent on creators: commission and samples."""
    spent = _owed(sums) + sums.sample_cost
    missing = _parts(
        (Unknown.COMMISSION, _untold(sums)),
        (Unknown.PLATFORM_FEE, sums.fees_unknown),
        (Unknown.SAMPLE_COST, sums.samples_untold),
        (Unknown.RATE, sums.unconverted),
    )
    value = part(sums.earned - sums.sample_cost, spent)
    missing = (*missing, UnknownPart(Unknown.GOODS_COST, 0))
    open_bp = part(_estimated(sums), _owed(sums))
    return Figure(Kind.SHARE, value, sums.orders, provisional_bp=open_bp, unknown=missing, agreed=sums.agreed_lines)


def _sample_roi(sums: Sums) -> Figure:
    """(Net after commission and fees of what samples sold - their cost with shipping) / that cost."""
    missing = (*_parts((Unknown.SAMPLE_COST, sums.samples_untold)), UnknownPart(Unknown.GOODS_COST, 0))
    value = part(sums.sample_earned - sums.sample_cost, sums.sample_cost)
    return Figure(Kind.SHARE, value, sums.samples, of="samples", unknown=missing)


DEFINITIONS: Final[Mapping[Metric, Callable[[Sums], Figure]]] = MappingProxyType(
    {
        Metric.GMV: _sold(Kind.MONEY, lambda sums: sums.gross),
        Metric.REFUNDS: _sold(Kind.MONEY, lambda sums: sums.refunded),
        Metric.NET: _sold(Kind.MONEY, lambda sums: sums.gross - sums.refunded),
        Metric.REFUND_RATE: _sold(Kind.SHARE, lambda sums: part(sums.refunded, sums.gross)),
        Metric.ORDERS: _sold(Kind.COUNT, lambda sums: sums.orders),
        Metric.UNITS: _sold(Kind.COUNT, lambda sums: sums.units),
        Metric.COMMISSION: _commission(_owed),
        Metric.PROVISIONAL_COMMISSION: _commission(_estimated),
        Metric.CONVERSION_RATE: _conversion,
        Metric.VIEWS: _views,
        Metric.ROI: _roi,
        Metric.SAMPLE_ROI: _sample_roi,
        Metric.REPLY_RATE: lambda sums: Figure(
            Kind.SHARE, part(sums.replied, sums.contacted), sums.contacted, of="creators"
        ),
        Metric.POST_RATE: lambda sums: Figure(
            Kind.SHARE, part(sums.posted, sums.received), sums.received, of="samples"
        ),
    }
)


def figure(metric: Metric, sums: Sums) -> Figure:
    """The value of a metric over sums."""
    return DEFINITIONS[metric](sums)


def untold(metric: Metric) -> Figure:
    """The figure of a metric nobody told anything for: sales without orders, views without posts."""
    what = Unknown.VIEWS if metric is Metric.VIEWS else Unknown.ORDERS
    return replace(figure(metric, Sums()), value=None, unknown=(UnknownPart(what, 0),))
