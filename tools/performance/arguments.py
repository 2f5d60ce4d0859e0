"""What may be asked of the figures: one closed model, as the architecture names it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from memory.domain.performance import GroupBy, Metric
from memory.domain.periods import Compare, PeriodName
from tools.contract import Arguments
from tools.zone_names import ZoneName

MOST_ROWS: Final = 100


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


Order = Metric | GroupBy


class PerformanceArgs(Arguments):
    """Figures of a period: of the shop, creators, products, a campaign, videos, samples, or the funnel.

    `period` `custom` takes `from` and `to`, both inclusive. `order_by` is a metric or the grouping; `explain` takes a
    change apart. No subject: the one the other fields speak of, else the shop. `timezone`: count days there instead of
    in the shop's zone; `define`: say how the metrics are worked out instead of showing them.
    """

    model_config = ConfigDict(validate_by_name=True)

    subject: Subject | None = None
    handle: str | None = Field(default=None, max_length=80)
    product: str | None = Field(default=None, max_length=200)
    campaign: str | None = Field(default=None, max_length=80)
    brand: str | None = Field(default=None, max_length=80)
    market: Annotated[str, StringConstraints(to_upper=True, pattern="^[A-Za-z]{2}$")] | None = None
    period: PeriodName | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    timezone: ZoneName = None
    metrics: tuple[Metric, ...] = ()
    group_by: GroupBy | None = None
    order_by: Order | None = None
    descending: bool | None = None
    top: int | None = Field(default=None, ge=1, le=MOST_ROWS)
    compare: Compare | None = None
    explain: bool = False
    chart: bool = False
    define: bool = False

    @model_validator(mode="after")
    def _days_in_order(self) -> "PerformanceArgs":
        if self.first and self.last and self.first > self.last:
            raise ValueError("from is after to")
        return self


_OF_A_GROUP: Final = {
    GroupBy.CREATOR: Subject.CREATORS,
    GroupBy.PRODUCT: Subject.PRODUCTS,
    GroupBy.CAMPAIGN: Subject.CAMPAIGN,
    GroupBy.CONTENT: Subject.VIDEOS,
}

_OF_MESSAGES: Final = frozenset({GroupBy.TEMPLATE, GroupBy.LANGUAGE, GroupBy.HOUR, GroupBy.ROUND})
_OF_OUTREACH: Final = frozenset({Metric.REPLY_RATE, Metric.POST_RATE})


def subject_of(args: PerformanceArgs) -> Subject:
    """What is asked about: as said, else as the metrics, the names and the grouping speak of it."""
    if args.subject is not None:
        return args.subject
    if args.group_by in _OF_MESSAGES and _OF_OUTREACH.issuperset(args.metrics):
        return Subject.FUNNEL
    if args.handle:
        return Subject.CREATOR
    if args.metrics and set(args.metrics) == {Metric.SAMPLE_ROI}:
        return Subject.SAMPLES
    if args.group_by in _OF_A_GROUP:
        return _OF_A_GROUP[args.group_by]
    if args.campaign:
        return Subject.CAMPAIGN
    return Subject.PRODUCTS if args.product else Subject.SHOP
