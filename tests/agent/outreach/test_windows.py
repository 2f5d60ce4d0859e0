from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.outreach.rest_days import RestDays, is_public_holiday
from agent.outreach.windows import (
    DAYTIME,
    Window,
    day_start,
    hours_of,
    is_open,
    next_day,
    next_open,
    window_of,
)
from memory.domain.markets import MARKETS
from memory.domain.weeks import next_week, week_start
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import ZoneSource, home_zone

CHANGING = ["America/New_York", "Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]
ZONES = [*CHANGING, *(str(market.zone) for market in MARKETS.values()), "Asia/Kathmandu"]
moments = st.datetimes(datetime(2008, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
windows = (
    st.tuples(st.integers(0, 95), st.integers(0, 95))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: [time(quarter // 4, quarter % 4 * 15) for quarter in sorted(pair)])
    .map(lambda pair: Window(pair[0], pair[1]))
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
@example(datetime(2026, 11, 1, 1, 0, tzinfo=UTC), "America/New_York", Window(rest=RestDays(frozenset({5, 6}))))
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
    ("zone", "market", "name", "source", "estimated"),
    [
        ("America/Los_Angeles", "US", "America/Los_Angeles", ZoneSource.GIVEN, False),
        (None, "US", "America/New_York", ZoneSource.MAIN_OF_MARKET, True),
        ("Mars/Olympus", "GB", "Europe/London", ZoneSource.MARKET, True),
        ("../../etc/passwd", "jp", "Asia/Tokyo", ZoneSource.MARKET, True),
        (None, None, "America/New_York", ZoneSource.NOBODY, True),
    ],
)
def test_a_zone_is_given_or_estimated(
    zone: str | None, market: str | None, name: str, source: ZoneSource, *, estimated: bool
) -> None:
    home = home_zone(zone, market)
    assert (str(home.zone), home.source, home.estimated) == (name, source, estimated)


@pytest.mark.parametrize(
    ("day", "market", "rests"),
    [
        ("2026-12-25", "US", True), ("2026-12-25", "gb", True), ("2026-12-25", "JP", False),
        ("2026-07-03", "US", True),  # the Fourth is a Saturday
        ("2026-11-26", "US", True), ("2026-11-26", "CA", False), ("2026-07-01", "CA", True),
        ("2026-02-17", "VN", True), ("2026-02-17", "SG", True), ("2026-08-17", "ID", True),
        ("2026-11-27", "US", False), ("2026-12-25", "XX", False),
    ],
)  # fmt: skip
def test_public_holidays_are_the_markets_own(day: str, market: str, *, rests: bool) -> None:
    assert is_public_holiday(date.fromisoformat(day), market) is rests


def test_every_market_has_holidays_every_year() -> None:
    for year in range(2025, 2031):
        days = [date(year, 1, 1) + timedelta(days=ahead) for ahead in range(365)]
        for market in MARKETS:
            assert 5 <= sum(is_public_holiday(day, market) for day in days) <= 30, (market, year)


def test_a_first_message_waits_for_the_day_after_christmas_and_the_week_end() -> None:
    eve = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)  # 21:00 on the 24th in New York
    zone = ZoneInfo("America/New_York")
    policy = BrandPolicy(rest_on_holidays=True, rest_on_saturdays=True, rest_on_sundays=True)
    assert next_open(eve, zone, hours_of(policy, "US", first=True)) == datetime(2026, 12, 28, 14, 0, tzinfo=UTC)
    assert next_open(eve, zone, hours_of(policy, "US", first=False)) == datetime(2026, 12, 25, 14, 0, tzinfo=UTC)
    assert next_open(eve, zone, hours_of(BrandPolicy(), "US", first=True)) == datetime(2026, 12, 25, 14, 0, tzinfo=UTC)


def test_the_new_year_of_vietnam_is_left_out_to_its_end() -> None:
    zone, policy = ZoneInfo("Asia/Ho_Chi_Minh"), BrandPolicy(rest_on_holidays=True)
    opens = next_open(datetime(2026, 2, 16, 3, 0, tzinfo=UTC), zone, hours_of(policy, "VN", first=True))
    days = [date(2026, 2, 16) + timedelta(days=ahead) for ahead in range(10)]
    assert opens.astimezone(zone).date() == next(day for day in days if not is_public_holiday(day, "VN"))
    assert opens.astimezone(zone).time() == time(9)


def test_a_window_that_never_opens_is_an_error_and_no_endless_search() -> None:
    never = Window(rest=RestDays(frozenset(range(7))))
    with pytest.raises(ValueError, match="does not open"):
        next_open(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("Asia/Tokyo"), never)


@given(moments, st.sampled_from(ZONES))
def test_a_week_is_what_lies_between_two_local_sundays(moment: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    start, end = week_start(moment, zone), next_week(moment, zone)
    assert start <= moment < end
    assert timedelta(days=5, hours=22) <= end - start <= timedelta(days=7, hours=2)
    assert next_week(start, zone) == week_start(end, zone) == end
