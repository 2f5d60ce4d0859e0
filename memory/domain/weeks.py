"""Where a local day and a week of contacts begin. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_SUNDAY: Final = 6
_WEEK: Final = timedelta(days=7)
_MINUTE: Final = timedelta(minutes=1)


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of a local day; of the next one where a zone left it out."""
    start = datetime.combine(day, time(0), zone).astimezone(UTC)
    while start.astimezone(zone).date() < day:  # midnight itself may be skipped
        start += _MINUTE
    return start


def week_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of the Sunday on or before `moment`: when contacts are counted anew."""
    today = moment.astimezone(zone).date()
    return first_moment(today - timedelta(days=(today.weekday() - _SUNDAY) % 7), zone)


def next_week(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of the next Sunday in a zone."""
    return first_moment(week_start(moment, zone).astimezone(zone).date() + _WEEK, zone)
