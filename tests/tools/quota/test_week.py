"""Whose turn it is: what a creator is worth, and how a week's room is shared out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.ids import CreatorId
from memory.domain.money import Money, MoneySpan, RateTable, Span
from tools.quota.week import Room, Worth, turns, worths

RATES = RateTable(date(2026, 11, 1), {"USD": Decimal(1), "GBP": Decimal("0.8")})
SOURCE = Source("file", datetime(2026, 11, 1, tzinfo=UTC))


def creator(number: int, sales: Money | None = None, kept: int | None = None) -> Creator:
    facts = CreatorFacts(handle=f"c{number}")
    facts = replace(facts, gmv_30d=MoneySpan.exactly(sales)) if sales else facts
    facts = replace(facts, fulfilment_bp=Span.exactly(kept)) if kept is not None else facts
    return Creator(CreatorId(number), None, facts, SOURCE)


def order(found: list[Worth]) -> list[int]:
    return [worth.creator.id for worth in found]


def test_sales_times_fulfilment_orders_in_one_currency() -> None:
    found = worths(
        [
            creator(1, Money.of(1_000, "USD"), 5_000),
            creator(2, Money.of(800, "GBP"), 6_000),
            creator(3, Money.of(700), 10_000),
        ],
        RATES,
    )
    assert [(worth.creator.id, worth.value) for worth in found] == [(3, 70_000), (2, 60_000), (1, 50_000)]


def test_what_nobody_knows_is_the_middle_and_not_nothing() -> None:
    known = [creator(1, Money.of(100), 9_000), creator(2, Money.of(300), 5_000), creator(3, Money.of(200), 7_000)]
    found = {worth.creator.id: worth for worth in worths([*known, creator(4), creator(5, Money.of(10_000))], RATES)}
    assert found[CreatorId(4)].value == 25_000 * 7_000 // 10_000  # the middle of four sales, of three shares
    assert (found[CreatorId(4)].sales, found[CreatorId(4)].fulfilment_bp) == (None, None)
    assert found[CreatorId(5)].value == 700_000
    assert order(worths([*known, creator(4)], RATES)) == [2, 3, 4, 1]


def test_a_currency_nobody_can_convert_is_unknown() -> None:
    (other,) = worths([creator(1, Money(5_000, "XAU"), 5_000)], RATES)
    assert (other.value, other.sales) == (None, None)


def test_without_any_sales_the_better_keeper_comes_first_and_equals_stay() -> None:
    found = worths([creator(1), creator(2, kept=3_000), creator(3, kept=9_000), creator(4)], RATES)
    assert order(found) == [3, 1, 4, 2]
    assert {worth.value for worth in found} == {None}


@pytest.mark.parametrize(
    ("room", "weeks"),
    [
        (Room(2, 2), [0, 0, 1, 1, 2, 2]),
        (Room(0, 4), [1, 1, 1, 1, 2, 2]),
        (Room(9, 9), [0] * 6),
        (Room(None, None), [0] * 6),
        (Room(1, 0), [0, 1, 1, 1, 1, 1]),
        (Room(2, 2, ahead=1), [0, 0, 1, 2, 2, 3]),
    ],
)
def test_the_rest_waits_for_the_sunday_that_has_room(room: Room, weeks: list[int]) -> None:
    ranked = worths([creator(number) for number in range(1, 7)], RATES)
    assert [turn.week for turn in turns(ranked, room, free=frozenset())] == weeks


def test_who_costs_nothing_comes_first_and_takes_no_room() -> None:
    ranked = worths([creator(number, Money.of(1_000 - number)) for number in range(1, 5)], RATES)
    found = turns(ranked, Room(1, 1), free=frozenset({CreatorId(3)}))
    assert [(turn.worth.creator.id, turn.week, turn.free) for turn in found] == [
        (3, 0, True), (1, 0, False), (2, 1, False), (4, 2, False),
    ]  # fmt: skip
