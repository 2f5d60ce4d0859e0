"""Which days a question is about, in the zone it is asked in, and which days they are compared with. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.weeks import first_moment
from tools.performance.arguments import Compare, PerformanceArgs, PeriodName

USUAL: Final = PeriodName.LAST_30_DAYS
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_SPANS: Final = {PeriodName.LAST_7_DAYS: 7, PeriodName.LAST_30_DAYS: 30, PeriodName.LAST_90_DAYS: 90}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both inclusive, of a zone. `name`: how they were asked for."""

    first: date
    last: date
    zone: ZoneInfo
    name: PeriodName = PeriodName.CUSTOM

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def begins(self) -> datetime:
        """The first moment of it, UTC."""
        return first_moment(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after it, UTC."""
        return first_moment(self.last + _DAY, self.zone)


def period_of(args: PerformanceArgs, *, now: datetime, zone: ZoneInfo) -> Period:
    """The days asked for, none of them after today unless nothing else was asked for; without a period the usual."""
    today = now.astimezone(zone).date()
    if args.first or args.last:
        first = args.first or args.last or today
        last = args.last or today
        return Period(first, max(first, min(last, today)), zone)
    name = args.period if args.period not in (None, PeriodName.CUSTOM) else USUAL
    monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    match name:
        case PeriodName.TODAY:
            first, last = today, today
        case PeriodName.YESTERDAY:
            first, last = today - _DAY, today - _DAY
        case PeriodName.THIS_WEEK:
            first, last = monday, today
        case PeriodName.LAST_WEEK:
            first, last = monday - _WEEK, monday - _DAY
        case PeriodName.THIS_MONTH:
            first, last = month, today
        case PeriodName.LAST_MONTH:
            first, last = (month - _DAY).replace(day=1), month - _DAY
        case _:
            first, last = today - timedelta(days=_SPANS[name] - 1), today
    return Period(first, last, zone, name)


def compared_with(period: Period, compare: Compare) -> Period:
    """The days before, as many of them; a month, or its days so far, against the same days of the month before."""
    if compare is Compare.PREVIOUS_YEAR:
        first, last = _year_before(period.first), _year_before(period.last)
    elif _of_one_month(period):
        before = period.first - _DAY
        whole = period.last.day == monthrange(period.last.year, period.last.month)[1]
        first = before.replace(day=1)
        last = before if whole else before.replace(day=min(period.last.day, before.day))
    else:
        step = _WEEK if period.name is PeriodName.THIS_WEEK else timedelta(days=period.days)
        first, last = period.first - step, period.last - step
    return Period(first, last, period.zone)


def _of_one_month(period: Period) -> bool:
    """Whether it is a month or the beginning of this one, rather than some days of it."""
    if period.first.day != 1 or (period.first.year, period.first.month) != (period.last.year, period.last.month):
        return False
    whole = period.last.day == monthrange(period.last.year, period.last.month)[1]
    return whole or period.name is PeriodName.THIS_MONTH


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
