"""What may be asked of the figures: one closed model, as the architecture names it."""

from datetime import date
from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from tools.contract import Arguments

MOST_ROWS = 100


class Subject(StrEnum):
    """What a question is about."""

    SHOP = "shop"
    CREATORS = "creators"
    CREATOR = "creator"
    PRODUCTS = "products"
    CAMPAIGN = "campaign"
    VIDEOS = "videos"
    SAMPLES = "samples"
    FUNNEL = "funnel"


class PeriodName(StrEnum):
    """A span of days by name; `custom` has a first and a last day."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    CUSTOM = "custom"


class Metric(StrEnum):
    """A figure. `prompts/figures_defined.*.toml` says what each means."""

    GMV = "gmv"
    ORDERS = "orders"
    UNITS = "units"
    COMMISSION = "commission"
    REFUND_RATE = "refund_rate"
    CONVERSION_RATE = "conversion_rate"
    ROI = "roi"
    SAMPLE_ROI = "sample_roi"
    REPLY_RATE = "reply_rate"
    POST_RATE = "post_rate"
    VIEWS = "views"


class GroupBy(StrEnum):
    """What each row of an answer is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CREATOR = "creator"
    PRODUCT = "product"
    BRAND = "brand"
    CAMPAIGN = "campaign"
    MARKET = "market"
    TEMPLATE = "template"
    LANGUAGE = "language"
    HOUR = "hour"
    ROUND = "round"


class Compare(StrEnum):
    """With which other period."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"


Order = GroupBy | Metric


class PerformanceArgs(Arguments):
    """Figures of a period: of the shop, creators, products, a campaign, videos, samples, or the funnel.

    `period` `custom` takes `from` and `to`, both inclusive. `order_by` is a metric or the grouping; `explain` takes a
    change apart. No subject: the one the other fields speak of, else the shop.
    """

    model_config = ConfigDict(validate_by_name=True)

    subject: Subject | None = None
    handle: str | None = Field(default=None, max_length=80)
    product: str | None = Field(default=None, max_length=200)
    campaign: str | None = Field(default=None, max_length=80)
    brand: str | None = Field(default=None, max_length=80)
    period: PeriodName | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    metrics: tuple[Metric, ...] = ()
    group_by: GroupBy | None = None
    order_by: Order | None = None
    descending: bool | None = None
    top: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    compare: Compare | None = None
    explain: bool = False
    chart: bool = False

    @model_validator(mode="after")
    def _days_in_order(self) -> "PerformanceArgs":
        if self.first and self.last and self.first > self.last:
            raise ValueError("from is after to")
        return self


_OUTREACH_METRICS = frozenset({Metric.REPLY_RATE, Metric.POST_RATE})
_OUTREACH_GROUPS = frozenset({GroupBy.TEMPLATE, GroupBy.LANGUAGE, GroupBy.HOUR, GroupBy.ROUND})
_OF_A_GROUP = {GroupBy.CREATOR: Subject.CREATORS, GroupBy.PRODUCT: Subject.PRODUCTS, GroupBy.CAMPAIGN: Subject.CAMPAIGN}


def subject_of(args: PerformanceArgs) -> Subject:
    """What is asked about: how outreach went is the funnel's, whatever else was named; then as said, then as meant."""
    if args.group_by in _OUTREACH_GROUPS or (args.metrics and _OUTREACH_METRICS.issuperset(args.metrics)):
        return Subject.FUNNEL
    if args.subject is not None:
        return args.subject
    if args.handle:
        return Subject.CREATOR
    if args.metrics and set(args.metrics) == {Metric.SAMPLE_ROI}:
        return Subject.SAMPLES
    if args.group_by in _OF_A_GROUP:
        return _OF_A_GROUP[args.group_by]
    if args.campaign:
        return Subject.CAMPAIGN
    return Subject.PRODUCTS if args.product else Subject.SHOP
