"""When a creator may be written to: within a daily window of their own wall clock, rest days left out. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.outreach.rest_days import NO_REST, RestDays, rest_days_of
from memory.domain.weeks import first_moment
from memory.domain.workspace import BrandPolicy

_DAYS_AT_ONCE = 4
# No market rests longer; a window that opens later never does.
_LONGEST_REST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Window:
    """Local times of day; `start` is inside, `end` is not, and start is before end. On rest days it stays shut."""

    start: time = time(9)
    end: time = time(20)
    rest: RestDays = NO_REST

    def __post_init__(self) -> None:
        if self.start >= self.end:
            message = f"a window that never opens: {self.start} to {self.end}"
            raise ValueError(message)


DAYTIME = Window()


def window_of(policy: BrandPolicy) -> Window:
    """The brand's window within daytime; one that never opens counts as daytime."""
    start, end = max(policy.window_start, DAYTIME.start), min(policy.window_end, DAYTIME.end)
    return Window(start, end) if start < end else DAYTIME


def hours_of(policy: BrandPolicy, market: str | None, *, first: bool) -> Window:
    """When a message may go to a creator of a market; only a first one keeps the brand's rest days."""
    window = window_of(policy)
    return replace(window, rest=rest_days_of(policy, market)) if first else window


def is_open(moment: datetime, zone: ZoneInfo, window: Window = DAYTIME) -> bool:
    """Whether the creator's wall clock is inside the window at `moment`."""
    local = moment.astimezone(zone)
    return window.start <= local.time() < window.end and local.date() not in window.rest


def next_open(moment: datetime, zone: ZoneInfo, window: Window = DAYTIME) -> datetime:
    """The earliest time (UTC) not before `moment` at which the window is open.

    Clock changes are followed: a window that begins in a skipped hour opens when the clock jumps, one that the
    clock falls back into opens a second time.

    Raises:
        ValueError: every day of two months is a rest day.
    """
    moment = moment.astimezone(UTC)
    if is_open(moment, zone, window):
        return moment
    today = moment.astimezone(zone).date()
    for ahead in range(-1, _LONGEST_REST.days, _DAYS_AT_ONCE - 1):  # a change of the clock may belong to two days
        openings = [
            opening
            for day in range(ahead, ahead + _DAYS_AT_ONCE)
            for opening in _openings(today + timedelta(days=day), zone, window)
            if opening >= moment and is_open(opening, zone, window)
        ]
        if openings:
            return min(openings)
    message = f"a window that does not open within {_LONGEST_REST.days} days of {moment}"
    raise ValueError(message)


def next_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of the next day in a zone: when a day's limit begins anew."""
    return first_moment(moment.astimezone(zone).date() + timedelta(days=1), zone)


def day_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of the day that `moment` falls on in a zone."""
    return next_day(moment.astimezone(zone) - timedelta(days=1), zone)


def _openings(day: date, zone: ZoneInfo, window: Window) -> list[datetime]:
    """Moments on a local day at which the window may begin to be open: its start, and a change of the clock."""
    start = datetime.combine(day, window.start, zone)
    found = [start.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    change = _clock_change(midnight - timedelta(hours=2), midnight + timedelta(hours=26), zone)
    return [*found, change] if change else found


def _clock_change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime | None:
    """The first second with the new offset, when the offset differs between two moments."""
    if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
        return None
    old = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high
