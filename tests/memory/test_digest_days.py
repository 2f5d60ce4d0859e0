"""Which day's digest is due: weekdays, zones, clocks that jump, and machines that come back late."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.domain.digests import EVERY_DAY, LATEST, Owed, Schedule, owed

NEW_YORK, SHANGHAI, BERLIN = "America/New_York", "Asia/Shanghai", "Europe/Berlin"
NINE = Schedule(time(9), SHANGHAI)
MONDAY = date(2026, 11, 23)


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


@pytest.mark.parametrize(
    ("zone", "day", "at", "due"),
    [
        (SHANGHAI, date(2026, 11, 23), time(9), utc(2026, 11, 23, 1)),
        (NEW_YORK, date(2026, 7, 1), time(9), utc(2026, 7, 1, 13)),
        (NEW_YORK, date(2026, 12, 1), time(9), utc(2026, 12, 1, 14)),
        (NEW_YORK, date(2027, 3, 14), time(2, 30), utc(2027, 3, 14, 7)),  # 02:30 is left out: at 03:00, when it jumps
        (NEW_YORK, date(2027, 3, 14), time(3), utc(2027, 3, 14, 7)),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30)),  # 01:30 comes twice: the first
        (BERLIN, date(2027, 3, 28), time(2, 15), utc(2027, 3, 28, 1)),
        (BERLIN, date(2026, 10, 25), time(2, 15), utc(2026, 10, 25, 0, 15)),
    ],
)
def test_a_day_has_one_moment(zone: str, day: date, at: time, due: datetime) -> None:
    assert Schedule(at, zone).moment(day) == due


@given(
    zone=st.sampled_from([NEW_YORK, BERLIN, "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"]),
    day=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_whatever_the_clock_does_a_days_moment_is_that_day_and_the_next_one_is_later(
    zone: str, day: date, minute: int
) -> None:
    schedule = Schedule(time(*divmod(minute, 60)), zone)
    moment = schedule.moment(day)
    assert moment.astimezone(ZoneInfo(zone)).date() == day
    assert schedule.moment(day + timedelta(days=1)) > moment


def test_only_its_weekdays_have_one() -> None:
    weekdays = Schedule(time(9), SHANGHAI, EVERY_DAY[:5])
    friday = date(2026, 11, 27)
    assert weekdays.after(friday) == date(2026, 11, 30)
    assert weekdays.after(MONDAY) == date(2026, 11, 24)
    assert Schedule(time(9), SHANGHAI, (0,)).after(MONDAY) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("now", "last", "first"),
    [
        (utc(2026, 11, 23, 0, 59), None, MONDAY),
        (utc(2026, 11, 23, 1), None, date(2026, 11, 24)),  # it is nine: that one is over
        (utc(2026, 11, 22, 17), None, MONDAY),  # already Monday in Shanghai
        (utc(2026, 11, 23, 0, 30), MONDAY, date(2026, 11, 24)),  # moved to later, but there was one today
        (utc(2026, 11, 23, 0, 30), date(2026, 11, 24), date(2026, 11, 25)),  # the zone before was ahead
    ],
)
def test_the_first_one_is_still_to_come(now: datetime, last: date | None, first: date) -> None:
    assert NINE.first(now, last=last) == first


def test_nothing_is_due_before_its_time() -> None:
    assert owed(NINE, MONDAY, now=utc(2026, 11, 23, 0, 59)) == Owed(None, (), MONDAY)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=3), LATEST])
def test_a_late_start_still_makes_that_days(late: timedelta) -> None:
    assert owed(NINE, MONDAY, now=NINE.moment(MONDAY) + late) == Owed(MONDAY, (), date(2026, 11, 24))


def test_too_late_is_let_go_and_named_later() -> None:
    now = NINE.moment(MONDAY) + LATEST + timedelta(minutes=1)
    assert owed(NINE, MONDAY, now=now) == Owed(None, (MONDAY,), date(2026, 11, 24))


def test_after_days_of_silence_only_the_newest_is_made() -> None:
    now = NINE.moment(date(2026, 11, 26)) + timedelta(minutes=5)
    skipped = (MONDAY, date(2026, 11, 24), date(2026, 11, 25))
    assert owed(NINE, MONDAY, now=now) == Owed(date(2026, 11, 26), skipped, date(2026, 11, 27))


@given(
    hours=st.integers(0, 24 * 40),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    zone=st.sampled_from([NEW_YORK, SHANGHAI, BERLIN]),
)
def test_every_day_is_dealt_with_once_however_long_nothing_ran(hours: int, days: tuple[int, ...], zone: str) -> None:
    schedule = Schedule(time(2, 30), zone, days)
    first = schedule.after(date(2026, 10, 20))
    now = schedule.moment(first) + timedelta(hours=hours)
    due = owed(schedule, first, now=now)
    dealt = [*due.skipped, *([due.day] if due.day else [])]
    expected, day = [], first
    while schedule.moment(day) <= now:
        expected.append(day)
        day = schedule.after(day)
    assert (dealt, due.then) == (expected, day)
    assert all(now - schedule.moment(day) > LATEST for day in due.skipped)
