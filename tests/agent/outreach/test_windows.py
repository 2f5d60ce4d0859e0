from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.outreach.windows import DAYTIME, Window, day_start, is_open, next_day, next_open, window_of
from memory.domain.markets import MARKETS
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import home_zone

CHANGING = ["America/New_York", "Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]
ZONES = [*CHANGING, *(str(market.zone) for market in MARKETS.values()), "Asia/Kathmandu"]
moments = st.datetimes(datetime(2008, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
windows = (
    st.tuples(st.integers(0, 95), st.integers(0, 95))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Window(*(time(quarter // 4, quarter % 4 * 15) for quarter in sorted(pair))))
)
BRAZIL_GAP = datetime(2018, 11, 4, 2, 30, tzinfo=UTC)
APIA_SKIP = datetime(2011, 12, 30, 5, tzinfo=UTC)


def test_beijing_afternoon_is_night_in_new_york() -> None:
    approved = datetime(2026, 1, 15, 7, 0, tzinfo=UTC)  # 15:00 in Beijing
    assert next_open(approved, ZoneInfo("America/New_York")) == datetime(2026, 1, 15, 14, 0, tzinfo=UTC)


def test_an_open_window_is_now() -> None:
    now = datetime(2026, 7, 1, 15, 0, 7, tzinfo=UTC)
    assert next_open(now, ZoneInfo("Europe/London")) == now


@pytest.mark.parametrize(
    ("local", "inside"), [("08:59:59", False), ("09:00:00", True), ("19:59:59", True), ("20:00:00", False)]
)
def test_the_start_is_inside_and_the_end_is_not(local: str, *, inside: bool) -> None:
    moment = datetime.fromisoformat(f"2026-03-03T{local}").replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert is_open(moment, ZoneInfo("Asia/Tokyo")) is inside


@settings(max_examples=400, deadline=None)
@given(moments, st.sampled_from(ZONES), windows)
@example(BRAZIL_GAP, "America/Sao_Paulo", Window(time(0), time(1)))
@example(APIA_SKIP, "Pacific/Apia", DAYTIME)
@example(datetime(2026, 11, 1, 5, 45, tzinfo=UTC), "America/New_York", Window(time(1), time(1, 30)))
@example(datetime(2026, 3, 8, 6, 45, tzinfo=UTC), "America/New_York", Window(time(2, 15), time(4)))
def test_no_earlier_moment_is_open(moment: datetime, zone_name: str, window: Window) -> None:
    zone = ZoneInfo(zone_name)
    found = next_open(moment, zone, window)
    assert found >= moment
    assert is_open(found, zone, window)
    probe = moment
    while probe < found:
        assert not is_open(probe, zone, window)
        probe += timedelta(minutes=5)


@given(moments, st.sampled_from(ZONES))
def test_a_day_is_what_lies_between_two_local_midnights(moment: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    start, end = day_start(moment, zone), next_day(moment, zone)
    assert start <= moment < end
    assert start.astimezone(zone).date() == moment.astimezone(zone).date() < end.astimezone(zone).date()


def test_a_brand_may_narrow_daytime_and_never_widen_it() -> None:
    assert window_of(BrandPolicy(window_start=time(7), window_end=time(23))) == DAYTIME
    assert window_of(BrandPolicy(window_start=time(10), window_end=time(18))) == Window(time(10), time(18))
    assert window_of(BrandPolicy(window_start=time(21), window_end=time(23))) == DAYTIME


@pytest.mark.parametrize(
    ("zone", "market", "name", "estimated"),
    [
        ("America/Los_Angeles", "US", "America/Los_Angeles", False),
        (None, "US", "America/New_York", True),
        ("Mars/Olympus", "GB", "Europe/London", True),
        ("../../etc/passwd", "jp", "Asia/Tokyo", True),
        (None, None, "America/New_York", True),
    ],
)
def test_a_zone_is_given_or_estimated(zone: str | None, market: str | None, name: str, *, estimated: bool) -> None:
    home = home_zone(zone, market)
    assert (str(home.zone), home.estimated) == (name, estimated)
