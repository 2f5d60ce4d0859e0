"""Protocols over sales: written by imports and syncs, read by reports, drill-downs and checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.import_stores import RowOutcome
from memory.domain.money import Money
from memory.domain.performance import IN_TIME, Filters, Freshness, GroupBy, Key, Metric, Query, Report, Row
from memory.domain.periods import Period
from memory.domain.rates import AgreedRate
from memory.domain.sales import ContentKind, ContentPost, Difference, Rule, Sale


@dataclass(frozen=True, slots=True)
class Days:
    """Whose days sales are counted by. `today`: the latest day that has begun in each of the zones."""

    zones: tuple[str, ...]
    today: date


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One line as a person looks at it, newest first; `provisional`: its commission is an estimate.

    `commission` None: not told. `agreed`: it is ours by the agreed rate, for the platform told none. `rule` None:
    nobody's sale.
    """

    order: str
    sku: str
    placed_at: datetime
    day: date
    handle: str
    product: str
    content: str
    quantity: int
    gross: Money
    refunded: Money
    commission: Money | None
    provisional: bool
    rule: Rule | None
    source: str
    as_of: datetime
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """Creators who came so far in a period, each counted once; times are medians from one stage to the next.

    `contacted`: whose first message went out in the period; the later stages are of those, whenever they came.
    """

    key: Key
    contacted: int
    replied: int
    sampled: int
    posted: int
    sold: int
    to_reply: timedelta | None = None
    to_sample: timedelta | None = None
    to_post: timedelta | None = None
    to_sale: timedelta | None = None


# By what samples may be counted.
OUTCOME_GROUPS: Final = frozenset({*IN_TIME, GroupBy.CREATOR, GroupBy.PRODUCT, GroupBy.BRAND})


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of the samples of one group; `not_due`: on their way, or content is awaited and not late."""

    key: Key
    posted: int = 0
    overdue: int = 0
    not_due: int = 0
    excused: int = 0
    lost: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.posted + self.overdue + self.not_due + self.excused + self.lost

    @classmethod
    def of_all(cls, rows: Sequence["OutcomeRow"]) -> "OutcomeRow":
        """All rows as one."""
        return cls(
            Key("", ""),
            posted=sum(row.posted for row in rows),
            overdue=sum(row.overdue for row in rows),
            not_due=sum(row.not_due for row in rows),
            excused=sum(row.excused for row in rows),
            lost=sum(row.lost for row in rows),
        )


@dataclass(frozen=True, slots=True)
class KeptPost:
    """A post as it is kept. `counted`: what it gathered in all by counter; one that nobody told is missing."""

    content: str
    brand: BrandId
    creator: CreatorId
    kind: ContentKind
    posted_at: datetime
    link: str
    product: ProductId | None
    product_name: str
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RateDiffers:
    """An order of whose commission something else is told than was agreed. `told_bp` None: its amount alone is told."""

    order: str
    sku: str
    handle: str
    placed_at: datetime
    told_bp: int | None
    agreed_bp: int


class SalesStore(Protocol):
    """What is told of sales. Rollups are right again when the transaction ends."""

    async def upsert(self, sales: Sequence[Sale], *, brand: BrandId, source: str, as_of: datetime) -> list[RowOutcome]:
        """Keep lines by order and SKU, one outcome each in their order; what is told later wins, what is untold stays.

        Creators and products nobody knew yet are made. LEFT_OUT: told earlier than what is known.
        """
        ...

    async def heard(self, *, brand: BrandId, source: str, as_of: datetime) -> None:
        """A source was asked for everything up to a moment, and had perhaps nothing new."""
        ...

    async def add_posts(
        self, posts: Sequence[ContentPost], *, brand: BrandId, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """Keep posts with their counters, one outcome each in their order; later wins, what is untold stays.

        A post, or a day of it, that is new is ADDED. Sales of posts that were nobody's, or
        somebody's by a code or link alone, become their creators'. LEFT_OUT: the creator was erased for good.
        """
        ...

    async def posts(
        self,
        *,
        brand: BrandId,
        creators: Sequence[CreatorId] | None = None,
        contents: Sequence[str] | None = None,
        limit: int = 500,
    ) -> list[KeptPost]:
        """Posts of a brand, the newest first."""
        ...

    async def agree(
        self, rates: Sequence[AgreedRate], *, brand: BrandId, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """Keep agreed rates by with whom, for what and since when, one outcome each in their order.

        What orders without a told commission owe by them is right again when the transaction ends.
        """
        ...

    async def take_back_rate(self, rate: AgreedRate, before: AgreedRate | None, *, brand: BrandId, source: str) -> bool:
        """Put back what stood in a rate's place (None: nothing did), as `agree`; False: it stands there no more."""
        ...

    async def agreed(self, *, brand: BrandId, creators: Sequence[CreatorId] | None = None) -> list[AgreedRate]:
        """Agreed rates of a brand, the earliest first; with `creators`, those with them and those with anybody."""
        ...

    async def end_agreed(self, *, brand: BrandId, at: datetime) -> None:
        """Rates of target collaborations that are over end at that moment, unless they ended before."""
        ...

    async def differing_rates(self, brand: BrandId, *, since: datetime) -> list[RateDiffers]:
        """Orders placed since then of whose commission something else is told than was agreed, in their order.

        Orders through ads and an agency's campaign have rates of their own and are not among them.
        """
        ...

    async def differences(self, sales: Sequence[Sale], *, brand: BrandId) -> list[tuple[Difference, ...]]:
        """For each sale, where what is known of it says otherwise; a line not known, or alike, has none."""
        ...

    async def placed_at(self, order: str, *, brand: BrandId) -> datetime | None:
        """When an order that is known was placed."""
        ...

    async def wrong_days(self, brand: BrandId) -> list[date]:
        """Days whose sums are not those of the lines, or whose lines not those of what was told of them, in order."""
        ...

    async def mend(self, brand: BrandId, days: Sequence[date]) -> None:
        """Add up days anew from what was told."""
        ...


class PerformanceStore(Protocol):
    """Questions about the sales of the scope."""

    async def days(self, *, brand: BrandId | None = None, zone: str | None = None) -> Days:
        """Whose days are counted for a brand (None: all in scope), and which is today. `zone`: those of it instead."""
        ...

    async def report(self, query: Query) -> Report:
        """Answer a question.

        Raises:
            BadRequest: "metric_not_by" (metric, group_by), "order_not_asked" (order_by), "zone_unknown" (zone),
                "unknown_currency" (currency); not retryable.
        """
        ...

    async def movers(self, query: Query, *, of: Metric, most: int) -> tuple[Row, ...]:
        """The groups in which a metric changed most since `against`, the largest change first; the rest is not read.

        `group_by` and `against` are given; order and top are not looked at. Of a refund rate: by their part in it.
        Raises BadRequest("metric_not_by").
        """
        ...

    async def lines(
        self, filters: Filters, period: Period, *, zone: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[list[SaleLine], str | None]:
        """The lines behind a figure, newest first, and where the next page begins (None: that was all)."""
        ...

    async def funnel(self, filters: Filters, period: Period, *, group_by: GroupBy | None = None) -> list[FunnelRow]:
        """How far contacted creators came; by campaign, creator, or in all. Raises BadRequest("metric_not_by")."""
        ...

    async def outcomes(self, filters: Filters, period: Period, *, group_by: GroupBy) -> list[OutcomeRow]:
        """What became of samples sent in a period: first to last in time, else the most samples first.

        Raises BadRequest("metric_not_by") for anything but `OUTCOME_GROUPS`.
        """
        ...

    async def freshness(self) -> list[Freshness]:
        """What each source covers, the stalest first."""
        ...
