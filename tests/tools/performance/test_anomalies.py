"""What is worth a sentence, and how seldom a quiet shop gets one."""

import csv
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from memory.domain.performance import Freshness
from tools.performance.anomalies import LOOKED_BACK, Anomaly, DaySales, Kind, of_sales, of_sources

FIRST = date(2026, 9, 1)
LAST = FIRST + timedelta(days=LOOKED_BACK - 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
WEEK = (0.8, 0.8, 0.9, 1.0, 1.1, 1.3, 1.2)  # how a shop sells from Monday to Sunday
MOST_FALSE = 0.02  # of days on which nothing happened: one in seven weeks


def steady(*, gmv: int = 100_000, orders: int = 40, refunds: int = 4_000) -> list[DaySales]:
    """Five weeks of the same day."""
    return [DaySales(FIRST + timedelta(days=day), gmv, orders, refunds) for day in range(LOOKED_BACK)]


def lively(seed: int, *, usual: int, spread: float, growth: float = 0.0) -> list[DaySales]:
    """Five weeks of a shop where nothing happens but its week, chance, and slow growth."""
    chance = random.Random(seed)
    days = []
    for day in range(LOOKED_BACK):
        mean = usual * WEEK[day % 7] * (1 + growth) ** day
        orders = max(round(chance.gauss(mean, mean * spread)), 0)
        prices = [chance.randrange(1_500, 6_000) for _ in range(orders)]
        refunds = sum(price for price in prices if chance.random() < 0.06)
        days.append(DaySales(FIRST + timedelta(days=day), sum(prices), orders, refunds))
    return days


@pytest.mark.parametrize(("usual", "spread", "growth"), [(15, 0.3, 0.0), (40, 0.25, 0.005), (300, 0.2, 0.01)])
def test_a_shop_where_nothing_happens_is_left_in_peace(usual: int, spread: float, growth: float) -> None:
    worlds = 250
    alarms = sum(bool(of_sales(lively(seed, usual=usual, spread=spread, growth=growth))) for seed in range(worlds))
    assert alarms / worlds <= MOST_FALSE


def test_the_shops_of_the_seeded_world_are_left_in_peace() -> None:
    """`demo_days.csv`: 201 days of both demo shops of ten thousand creators, as seeded with 7 and with 11."""
    shops: dict[str, list[DaySales]] = defaultdict(list)
    with Path(__file__).with_name("demo_days.csv").open() as file:
        for row in csv.DictReader(file):
            amounts = (int(row[name]) for name in ("gmv", "orders", "refunds"))
            shops[row["shop"]].append(DaySales(date.fromisoformat(row["day"]), *amounts))
    windows = [
        of_sales(days[end - LOOKED_BACK : end]) for days in shops.values() for end in range(LOOKED_BACK, len(days) + 1)
    ]
    assert len(windows) == 668
    assert sum(map(bool, windows)) / len(windows) <= MOST_FALSE


def test_a_small_shop_that_jumps_by_itself_is_left_in_peace() -> None:
    assert all(of_sales(lively(seed, usual=4, spread=0.8)) == [] for seed in range(100))


@pytest.mark.parametrize(
    ("gmv", "expected"),
    [
        (250_000, [Anomaly(Kind.RISE, LAST, 250_000, 100_000)]),
        (30_000, [Anomaly(Kind.FALL, LAST, 30_000, 100_000)]),
        (140_000, []),
        (70_000, []),
    ],
)
def test_a_sudden_day_is_told_with_the_usual_one(gmv: int, expected: list[Anomaly]) -> None:
    days = steady()
    assert of_sales([*days[:-1], DaySales(LAST, gmv, 40, 0)]) == expected


def test_a_day_without_a_sale_is_a_fall() -> None:
    days = steady()
    assert of_sales([*days[:-1], DaySales(LAST, 0, 0, 0)]) == [Anomaly(Kind.FALL, LAST, 0, 100_000)]


def test_refunds_of_a_week_three_times_the_usual_are_told() -> None:
    days = steady()
    late = [DaySales(one.day, one.gmv, one.orders, 12_000) for one in days[-7:]]
    assert of_sales([*days[:-7], *late]) == [Anomaly(Kind.REFUNDS, days[-7].day, 1_200, 400)]


def test_one_large_order_that_comes_back_is_no_spike() -> None:
    days = steady()
    returned = DaySales(days[-3].day, days[-3].gmv, days[-3].orders, 90_000)
    assert of_sales([*days[:-3], returned, *days[-2:]]) == []


def test_few_orders_prove_no_spike_of_refunds() -> None:
    days = steady(gmv=20_000, orders=5, refunds=800)
    late = [DaySales(one.day, one.gmv, one.orders, 2_400) for one in days[-7:]]
    assert of_sales([*days[:-7], *late]) == []


def test_too_short_a_past_judges_nothing() -> None:
    days = steady()[-10:]
    assert of_sales([*days[:-1], DaySales(LAST, 900_000, 300, 0)]) == []


def source(*, heard: timedelta, last: date, kind: str = "orders", name: str = "tiktok_shop") -> Freshness:
    return Freshness(name, kind, NOW - heard, date(2026, 1, 1), last, 10)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (source(heard=timedelta(hours=3), last=TODAY), []),
        (source(heard=timedelta(hours=3), last=date(2026, 11, 17)), []),  # asked today: there were no orders since
        (
            source(heard=timedelta(days=3), last=date(2026, 11, 17)),
            [Anomaly(Kind.STALE, date(2026, 11, 17), source="tiktok_shop")],
        ),
        (
            source(heard=timedelta(hours=3), last=date(2026, 11, 17), name="file:orders.csv"),
            [Anomaly(Kind.SHORT, date(2026, 11, 17), source="file:orders.csv")],
        ),
        (source(heard=timedelta(days=9), last=date(2026, 11, 11), kind="posts"), []),
    ],
)
def test_orders_that_stopped_coming_are_told(found: Freshness, expected: list[Anomaly]) -> None:
    assert of_sources([found], last=TODAY, today=TODAY, now=NOW) == expected


def test_an_old_period_that_is_covered_says_nothing_of_a_sync() -> None:
    old = source(heard=timedelta(days=20), last=date(2026, 10, 31))
    assert of_sources([old], last=date(2026, 10, 15), today=TODAY, now=NOW) == []


def test_the_fresher_of_two_sources_counts() -> None:
    stale, fresh = source(heard=timedelta(days=20), last=date(2026, 10, 1)), source(heard=timedelta(0), last=TODAY)
    assert of_sources([stale, fresh], last=TODAY, today=TODAY, now=NOW) == []
