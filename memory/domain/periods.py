"""Periods of reporting days: which days a name means, and what they are compared with. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from memory.domain.errors import BadRequest

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class PeriodName(StrEnum):
    """Periods people name. `last_7_days` and the like are whole days that end with yesterday."""

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


class Compare(StrEnum):
    """What a period is compared with."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included. Weeks begin on Monday."""

    name: PeriodName
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


_LAST = {PeriodName.LAST_7_DAYS: 7, PeriodName.LAST_30_DAYS: 30, PeriodName.LAST_90_DAYS: 90}


def period_of(name: PeriodName, *, today: date, first: date | None = None, last: date | None = None) -> Period:
    """The days a name means on a day; `first` and `last` are for a custom one, a missing end is today.

    Raises:
        BadRequest: "period_without_start", "period_backwards".
    """
    yesterday, monday = today - _DAY, today - timedelta(days=today.weekday())
    match name:
        case PeriodName.TODAY:
            return Period(name, today, today)
        case PeriodName.YESTERDAY:
            return Period(name, yesterday, yesterday)
        case PeriodName.LAST_7_DAYS | PeriodName.LAST_30_DAYS | PeriodName.LAST_90_DAYS:
            return Period(name, today - timedelta(days=_LAST[name]), yesterday)
        case PeriodName.THIS_WEEK:
            return Period(name, monday, today)
        case PeriodName.LAST_WEEK:
            return Period(name, monday - _WEEK, monday - _DAY)
        case PeriodName.THIS_MONTH:
            return Period(name, today.replace(day=1), today)
        case PeriodName.LAST_MONTH:
            ended = today.replace(day=1) - _DAY
            return Period(name, ended.replace(day=1), ended)
        case PeriodName.CUSTOM:
            if first is None:
                raise BadRequest("period_without_start")
            if (last or today) < first:
                raise BadRequest("period_backwards")
            return Period(name, first, last or today)


def compared(period: Period, to: Compare) -> Period:
    """The days a period is compared with.

    The period before: of a month so far the same days of the month before, of a week so far those of the week before,
    of a whole calendar month the month before, of anything else as many days right before it. A 29 February of the
    year before is its 28th.
    """
    if to is Compare.PREVIOUS_YEAR:
        return Period(PeriodName.CUSTOM, _year_before(period.first), _year_before(period.last))
    before = period.first - _DAY
    match period.name:
        case PeriodName.THIS_MONTH:
            start = before.replace(day=1)
            return Period(PeriodName.CUSTOM, start, min(before, start + (period.last - period.first)))
        case PeriodName.THIS_WEEK:
            return Period(PeriodName.CUSTOM, period.first - _WEEK, period.last - _WEEK)
        case _ if _is_a_month(period):
            return Period(PeriodName.CUSTOM, before.replace(day=1), before)
        case _:
            return Period(PeriodName.CUSTOM, period.first - period.days * _DAY, before)


def _is_a_month(period: Period) -> bool:
    first, last = period.first, period.last
    return first.day == 1 and last == first.replace(day=monthrange(first.year, first.month)[1])


def _year_before(day: date) -> date:
    year = day.year - 1
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
