"""The figures of a digest: a period against what came before it, and the month so far. Reads; unknown stays unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.performance import Figure, Filters, Freshness, GroupBy, Metric, Query, Report
from memory.domain.periods import Compare, Period, PeriodName, compared, period_of
from memory.domain.stores import Unit
from tools.performance.arguments import PerformanceArgs, Subject
from tools.performance.queries import query_of
from tools.performance.question import asked
from tools.performance.results import FiguresShown

METRICS: Final = (Metric.GMV, Metric.ORDERS, Metric.UNITS, Metric.NET, Metric.REFUND_RATE, Metric.COMMISSION)
MEAN_OF: Final = 7
TREND_DAYS: Final = 14
ORDERS: Final = "orders"
_DAY: Final = timedelta(days=1)
_ONE_DAY: Final = frozenset({None, PeriodName.TODAY, PeriodName.YESTERDAY})


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """`main` beside what it is compared with, and `month` so far beside the same days of the month before.

    `mean_of`: `main` is one day, and what it is compared with is the mean of so many days that are known (0: of none);
    None: a period as long as itself. `trend`: the GMV of the last days up to `main`, where that is one day.
    """

    main: Report
    month: Report
    mean_of: int | None
    trend: FiguresShown | None = None

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


async def read_figures(unit: Unit, moment: datetime, period: PeriodName | None = None) -> DigestFigures:
    """The figures as of a moment: of the shop's day before it, or of a period that is named."""
    zones = (await unit.performance.days()).zones
    today = min(moment.astimezone(ZoneInfo(zone)).date() for zone in zones)
    filters = Filters()
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
    if period not in _ONE_DAY:
        return DigestFigures(report, month, None)
    return DigestFigures(report, month, known_days(against, report.sources), await _trend(unit, main.last))


async def _trend(unit: Unit, day: date) -> FiguresShown:
    """Day by day beside as many days before, asked as anybody would ask for it in the chat."""
    days = {"from": day - (TREND_DAYS - 1) * _DAY, "to": day}
    wish = {"subject": Subject.SHOP, "metrics": (Metric.GMV,), "group_by": GroupBy.DAY, "chart": True}
    args = PerformanceArgs.model_validate({**wish, **days, "compare": Compare.PREVIOUS_PERIOD})
    question = await asked(unit, args)
    query = query_of(question)
    return FiguresShown(question, await unit.performance.report(query), query.metrics, query.group_by, unit.now)


def known_days(period: Period, sources: Sequence[Freshness]) -> int:
    """Of how many days of a period some source tells orders."""
    days = [period.first + ahead * _DAY for ahead in range(period.days)]
    return sum(any(_tells(one, day) for one in sources) for day in days)


def _tells(source: Freshness, day: date) -> bool:
    return source.kind == ORDERS and source.first_day <= day <= source.as_of.astimezone(UTC).date()
