"""Digests in numbers, for whoever words them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from memory.domain.digests import News
from memory.domain.performance import Freshness, Key, Report, Row, Sums, figure, untold
from memory.domain.periods import Period, PeriodName
from tools.digest.figures import METRICS, DigestFigures
from tools.digest.needs import Needs
from tools.digest.results import Digest

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
LOS_ANGELES = "America/Los_Angeles"
FILE = Freshness(
    "orders.csv", "orders", datetime(2026, 11, 19, 22, tzinfo=UTC), date(2026, 9, 1), date(2026, 11, 19), 900
)
YESTERDAY = Period(PeriodName.CUSTOM, date(2026, 11, 18), date(2026, 11, 18))
WEEK = Period(PeriodName.CUSTOM, date(2026, 11, 11), date(2026, 11, 17))
MONTH = Period(PeriodName.THIS_MONTH, date(2026, 11, 1), date(2026, 11, 18))


def sold(gmv: int, orders: int, *, refunded: int = 0, commission: int = 0, provisional: int = 0) -> Sums:
    """What a period came to, in cents."""
    return Sums(
        orders=orders, units=orders, gross=gmv, refunded=refunded, commission=commission, provisional=provisional
    )


def report(
    now: Sums | None, before: Sums | None, *, period: Period = YESTERDAY, sources: Sequence[Freshness] = (FILE,),
    currency: str = "USD", zones: tuple[str, ...] = (LOS_ANGELES,),
) -> Report:  # fmt: skip
    """One row of all; None: nobody told anything of those days."""
    figures = {metric: figure(metric, now) if now is not None else untold(metric) for metric in METRICS}
    then = {metric: figure(metric, before) if before is not None else untold(metric) for metric in METRICS}
    as_of = max((one.as_of for one in sources), default=None)
    total = Row(Key("", ""), figures, then)
    return Report(period, zones, currency, total, (), 0, (), tuple(sources), as_of, against=WEEK)


def figures_of(
    now: Sums | None, before: Sums | None, *, mean_of: int | None = 7, month: Sums | None = None,
    sources: Sequence[Freshness] = (FILE,),
) -> DigestFigures:  # fmt: skip
    """Yesterday beside the week before it."""
    so_far = report(month if month is not None else now, before, period=MONTH, sources=sources)
    return DigestFigures(report(now, before, sources=sources), so_far, mean_of)


def digest_of(
    figures: DigestFigures, needs: Needs | None = None, *, brands: tuple[str, ...] = ("宠物优品",),
    due_at: datetime | None = None, news: News | None = None,
) -> Digest:  # fmt: skip
    """The digest of 20 November, nine in the morning in Shanghai."""
    return Digest(brands, DAY, ZONE, NOW, figures, needs or Needs(), due_at, news or News())


def ago(**span: float) -> datetime:
    """A while before now."""
    return NOW - timedelta(**span)
