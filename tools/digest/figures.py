"""The figures of a digest: a period against what came before it, and the month so far. Reads; unknown stays unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.ids import BrandId
from memory.domain.performance import Figure, Filters, Freshness, Metric, Query, Report
from memory.domain.periods import Compare, Period, PeriodName, compared, period_of
from memory.domain.stores import Unit

METRICS: Final = (Metric.GMV, Metric.ORDERS, Metric.UNITS, Metric.NET, Metric.REFUND_RATE, Metric.COMMISSION)
MEAN_OF: Final = 7
ORDERS: Final = "orders"
_DAY: Final = timedelta(days=1)
_ONE_DAY: Final = frozenset({None, PeriodName.TODAY, PeriodName.YESTERDAY})


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """`main` beside what it is compared with, and `month` so far beside the same days of the month before.

    `mean_of`: `main` is one day, and what it is compared with is the mean of so many days that are known (0: of none);
    None: a period as long as itself.
    """

    main: Report
    month: Report
    mean_of: int | None

    @property
    def known(self) -> bool:
        """Whether any source ever told of orders."""
        return any(one.kind == ORDERS for one in self.main.sources)

    def now(self, metric: Metric) -> Figure | None:
        """A figure of the period."""
        return self.main.total.figures.get(metric)

    def before(self, metric: Metric) -> Figure | None:
        """The figure of all the days it is compared with; of none that is known, unknown."""
        figure = self.main.total.before.get(metric)
        return replace(figure, value=None) if figure is not None and self.mean_of == 0 else figure


async def read_figures(
    unit: Unit, moment: datetime, period: PeriodName | None = None, brand: BrandId | None = None
) -> DigestFigures:
    """The figures as of a moment: of the shop's day before it, or of a period that is named."""
    zones = (await unit.performance.days(brand=brand)).zones
    today = min(moment.astimezone(ZoneInfo(zone)).date() for zone in zones)
    filters = Filters(brand=brand)
    if period in _ONE_DAY:
        day = today - (2 if period is PeriodName.YESTERDAY else 1) * _DAY
        main = Period(PeriodName.CUSTOM, day, day)
        against = Period(PeriodName.CUSTOM, day - MEAN_OF * _DAY, day - _DAY)
    else:
        main = period_of(period or PeriodName.YESTERDAY, today=today)
        against = compared(main, Compare.PREVIOUS_PERIOD)
    report = await unit.performance.report(Query(main, METRICS, filters, against=against))
    so_far = Period(PeriodName.THIS_MONTH, main.last.replace(day=1), main.last)
    before = compared(so_far, Compare.PREVIOUS_PERIOD)
    month = await unit.performance.report(Query(so_far, METRICS, filters, against=before))
    return DigestFigures(report, month, known_days(against, report.sources) if period in _ONE_DAY else None)


def known_days(period: Period, sources: Sequence[Freshness]) -> int:
    """Of how many days of a period some source tells orders."""
    days = [period.first + ahead * _DAY for ahead in range(period.days)]
    return sum(any(_tells(one, day) for one in sources) for day in days)


def _tells(source: Freshness, day: date) -> bool:
    return source.kind == ORDERS and source.first_day <= day <= source.as_of.astimezone(UTC).date()
