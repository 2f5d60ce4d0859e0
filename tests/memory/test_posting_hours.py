"""Where creators live by the hours at which they post: how often that is right, on creators planted in known zones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from memory.domain.markets import MARKETS
from memory.domain.posting_hours import LEAST_POSTS, SURE_BP, likely_zone
from memory.domain.zones import ZoneSource, home_zone

US = MARKETS["US"].clocks
_MARCH = datetime(2026, 3, 1)  # noqa: DTZ001  # a creator's wall clock, read in their zone below


def posts(draw: Random, zone: str, count: int) -> list[datetime]:
    """Posts of somebody with a day of their own: when they rise and sleep, favourite hours, now and then at night."""
    rise = draw.gauss(8, 1.3)
    sleep = rise + draw.gauss(15.5, 1.0)
    favourites = [draw.uniform(rise, sleep) for _ in range(draw.choice([0, 1, 2, 3]))]
    anywhen = draw.uniform(0.2, 0.9) if favourites else 1.0

    def hour() -> float:
        if draw.random() < 0.04:
            return draw.uniform(0, 24)
        return draw.uniform(rise, sleep) if draw.random() < anywhen else draw.gauss(draw.choice(favourites), 1.0)

    days = [_MARCH + timedelta(days=draw.randrange(250)) for _ in range(count)]
    return [(day + timedelta(hours=hour())).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days]


def hours_between(one: str, other: str) -> float:
    offsets = [datetime(2026, 6, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for zone in (one, other)]
    return abs((offsets[0] - offsets[1]) / timedelta(hours=1))


@dataclass(slots=True)
class Tally:
    """Of so many creators: concluded, right to the hour, wrong by more than two; wrong so by the main zone alone."""

    concluded: int = 0
    right: int = 0
    far: int = 0
    far_before: int = 0
    far_after: int = 0


def tallied(market: str, *, count: int, creators: int = 250) -> Tally:
    draw, known, tally = Random(f"{market}:{count}"), MARKETS[market], Tally()
    for _ in range(creators):
        truth = draw.choices(list(known.clocks), weights=list(known.clocks.values()))[0]
        found = likely_zone(posts(draw, truth, count), known.clocks)
        home = home_zone(None, market, found.zone if found else None).zone.key
        tally.far_before += hours_between(known.zone.key, truth) > 2
        tally.far_after += hours_between(home, truth) > 2
        if found is not None:
            tally.concluded += 1
            tally.right += hours_between(found.zone, truth) <= 1
            tally.far += hours_between(found.zone, truth) > 2
    return tally


@pytest.mark.parametrize(("market", "count"), [("US", 30), ("US", 120), ("CA", 60), ("ID", 30)])
def test_what_is_concluded_is_right_to_the_hour_and_hardly_ever_far_off(market: str, count: int) -> None:
    tally = tallied(market, count=count)
    assert tally.concluded >= 100
    assert tally.right >= 0.9 * tally.concluded
    assert tally.far <= 0.03 * tally.concluded


def test_fewer_creators_are_written_to_by_a_clock_that_is_far_off() -> None:
    tally = tallied("US", count=100)
    assert tally.far_after <= 0.8 * tally.far_before


def test_a_creator_of_the_west_is_written_to_by_a_clock_at_most_an_hour_off() -> None:
    west = ZoneInfo("America/Los_Angeles")
    awake = [
        datetime(2026, 6, day, 9, tzinfo=west) + timedelta(hours=hour) for day in (1, 2, 3, 4) for hour in range(16)
    ]
    found = likely_zone(awake, US)
    assert found is not None
    assert (found.zone, found.posts, found.confidence_bp >= SURE_BP) == ("America/Denver", 64, True)


def test_nothing_is_concluded_from_few_posts_from_one_hour_a_day_or_where_there_is_one_clock() -> None:
    many = posts(Random(7), "America/Los_Angeles", 120)
    assert likely_zone(many[: LEAST_POSTS - 1], US) is None
    assert likely_zone([many[0] + timedelta(minutes=minute % 50) for minute in range(100)], US) is None
    noon = [datetime(2026, 3, 1, 20, tzinfo=UTC) + timedelta(days=day) for day in range(100)]
    assert likely_zone(noon, US) is None
    assert likely_zone(many, {"Europe/London": 100}) is None


def test_posts_count_only_where_no_source_spoke_and_only_for_a_clock_of_the_market() -> None:
    likely = "America/Los_Angeles"
    assert home_zone("America/Denver", "US", likely).source is ZoneSource.GIVEN
    assert home_zone(None, "GB", likely).source is ZoneSource.MARKET
    assert home_zone(None, "CA", likely).source is ZoneSource.MAIN_OF_MARKET
    found = home_zone(None, "US", likely)
    assert (found.zone.key, found.source, found.estimated) == (likely, ZoneSource.POSTS, True)
