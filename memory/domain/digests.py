"""The daily digest: who gets one when, and which days are due, late or let go. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.ids import BrandId, ConversationId, DigestId
from memory.domain.outreach import Flag
from memory.domain.places import Place
from memory.domain.workspace import Lang

EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)  # Monday first
LATEST: Final = timedelta(hours=12)  # later than that nobody reads it as that day's any more
USUAL_TIME: Final = time(9)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day in a zone, on some weekdays (Monday is 0; at least one)."""

    at: time
    zone: str
    days: tuple[int, ...] = EVERY_DAY

    def moment(self, day: date) -> datetime:
        """When a local day's digest is due (UTC).

        Where the clock shows the time twice, the first of them; where it jumps over it, the moment it jumps.
        """
        zone, wanted = ZoneInfo(self.zone), datetime.combine(day, self.at)
        moment = wanted.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wanted:
            return moment
        moment = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)  # before the jump
        while moment.astimezone(zone).replace(tzinfo=None) < wanted:
            moment += _MINUTE
        return moment

    def after(self, day: date) -> date:
        """The next day that has one."""
        return next(later for ahead in range(1, 8) if (later := day + ahead * _DAY).weekday() in self.days)

    def first(self, now: datetime, *, last: date | None) -> date:
        """The first day whose digest is still to come; `last`: the last one that was dealt with."""
        yesterday = now.astimezone(ZoneInfo(self.zone)).date() - _DAY
        day = self.after(max(yesterday, last) if last else yesterday)
        return day if self.moment(day) > now else self.after(day)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is due now: a day's digest to make, days let go because they are too late, and the day that comes next."""

    day: date | None
    skipped: tuple[date, ...]
    then: date


def owed(schedule: Schedule, day: date, *, now: datetime) -> Owed:
    """What has become due since the digest of `day` was to come."""
    due: list[date] = []
    while schedule.moment(day) <= now:
        due.append(day)
        day = schedule.after(day)
    newest = due[-1] if due and now - schedule.moment(due[-1]) <= LATEST else None
    return Owed(newest, tuple(takewhile(lambda one: one != newest, due)), day)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a conversation wants its digests. `place`: the chat outside in which that was said."""

    schedule: Schedule
    lang: Lang
    active: bool
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A conversation's digests. `next_day`: the local day of the next one; `last_day`: the last one dealt with."""

    id: DigestId
    conversation: ConversationId
    brand: BrandId | None
    wish: Wish
    next_day: date
    last_day: date | None = None

    @property
    def next_at(self) -> datetime:
        """When the next one is due."""
        return self.wish.schedule.moment(self.next_day)


@dataclass(frozen=True, slots=True)
class News:
    """What a digest says of those before it: days let go since the last one, and the last one if it did not arrive.

    `since`: when the last one was made.
    """

    skipped: Sequence[date] = ()
    undelivered: date | None = None
    why: Flag | None = None
    since: datetime | None = None
