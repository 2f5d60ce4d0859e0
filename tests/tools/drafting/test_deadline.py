"""A batch can be decided for its hours, and never stops being decidable while the team is away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.drafting.deadline import decide_by

BEIJING = ZoneInfo("Asia/Shanghai")
ZONES = [BEIJING, ZoneInfo("America/New_York"), ZoneInfo("Europe/Madrid"), ZoneInfo("America/Sao_Paulo")]


def local(text: str, zone: ZoneInfo = BEIJING) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-16 10:30", "2026-11-19 10:30"),  # Monday to Thursday
        ("2026-11-17 09:00", "2026-11-20 09:00"),  # the first minute of a team day
        ("2026-11-17 19:00", "2026-11-20 19:00"),  # the last one
        ("2026-11-17 19:01", "2026-11-23 10:00"),  # Friday evening: Monday
        ("2026-11-16 08:59", "2026-11-19 10:00"),  # before the team comes: the same morning
        ("2026-11-16 23:30", "2026-11-20 10:00"),  # Thursday night: Friday
        ("2026-11-18 14:00", "2026-11-23 10:00"),  # Saturday
        ("2026-11-19 14:00", "2026-11-23 10:00"),  # Sunday
        ("2026-11-20 03:00", "2026-11-23 10:00"),  # Monday at night: that Monday
    ],
)
def test_it_ends_inside_team_hours(now: str, ends: str) -> None:
    assert decide_by(local(now), BEIJING) == local(ends)


def test_a_clock_change_in_between_counts_hours_not_wall_time() -> None:
    new_york = ZoneInfo("America/New_York")
    assert decide_by(local("2026-10-30 12:00", new_york), new_york) == local("2026-11-02 11:00", new_york)


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(ZONES),
    st.integers(1, 336),
)
def test_it_is_never_sooner_and_never_outside(now: datetime, zone: ZoneInfo, hours: int) -> None:
    ends = decide_by(now, zone, hours=hours)
    there = ends.astimezone(zone)
    assert now + timedelta(hours=hours) <= ends <= now + timedelta(hours=hours, days=4)
    assert there.weekday() < 5
    assert 9 <= there.hour <= 19
