"""Numbers as people write them, with units and bounds."""

from decimal import Decimal

import pytest

from agent.planner.offline.reading.bounds import bound
from agent.planner.offline.reading.message import read
from agent.planner.offline.reading.quantities import Quantity, Unit, quantity_at


def first(text: str) -> Quantity:
    """The first quantity of a text, bounds included."""
    folded = read(text).text
    found = next(q for at in range(len(folded)) if (q := quantity_at(folded, at)))
    return bound(folded, found)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "currency"),
    [
        ("1,200", "1200", "1200", Unit.PLAIN, None),
        ("1.5万", "15000", "15000", Unit.PLAIN, None),
        ("3w", "30000", "30000", Unit.PLAIN, None),
        ("１０Ｋ", "10000", "10000", Unit.PLAIN, None),
        ("1.2m", "1200000", "1200000", Unit.PLAIN, None),
        ("2亿", "200000000", "200000000", Unit.PLAIN, None),
        ("十五万", "150000", "150000", Unit.PLAIN, None),
        ("两万五", "25000", "25000", Unit.PLAIN, None),
        ("三千二", "3200", "3200", Unit.PLAIN, None),
        ("一百二十三", "123", "123", Unit.PLAIN, None),
        ("1万5", "15000", "15000", Unit.PLAIN, None),
        ("三四十个", "30", "40", Unit.PEOPLE, None),
        ("两三万", "20000", "30000", Unit.PLAIN, None),
        ("一两万", "10000", "20000", Unit.PLAIN, None),
        ("3、5万", "30000", "50000", Unit.PLAIN, None),
        ("20来万", "200000", "200000", Unit.PLAIN, None),
        ("十来万", "100000", "100000", Unit.PLAIN, None),
        ("找俩意大利的", "2", "2", Unit.PEOPLE, None),
        ("1-10w", "10000", "100000", Unit.PLAIN, None),
        ("5000到1万", "5000", "10000", Unit.PLAIN, None),
        ("between 5k and 20k", "5000", "20000", Unit.PLAIN, None),
        ("1 lakh", "100000", "100000", Unit.PLAIN, None),
        ("50k to 2.5 lakhs", "50000", "250000", Unit.PLAIN, None),
        ("one crore", "10000000", "10000000", Unit.PLAIN, None),
        ("past fortnight", "14", "14", Unit.DAYS, None),
        ("40 nos.", "40", "40", Unit.PEOPLE, None),
        ("3个点", "0.03", "0.03", Unit.PERCENT, None),
        ("两成", "0.2", "0.2", Unit.PERCENT, None),
        ("五成半", "0.55", "0.55", Unit.PERCENT, None),
        ("百分之十五", "0.15", "0.15", Unit.PERCENT, None),
        ("12.5%", "0.125", "0.125", Unit.PERCENT, None),
        ("5%-10%", "0.05", "0.1", Unit.PERCENT, None),
        ("200刀", "200", "200", Unit.MONEY, "USD"),
        ("$1.5k", "1500", "1500", Unit.MONEY, "USD"),
        ("RM80", "80", "80", Unit.MONEY, "MYR"),
        ("3000日元", "3000", "3000", Unit.MONEY, "JPY"),
        ("500泰铢", "500", "500", Unit.MONEY, "THB"),
        ("€40", "40", "40", Unit.MONEY, "EUR"),
        ("两个月", "60", "60", Unit.DAYS, None),
        ("一个半月", "45", "45", Unit.DAYS, None),
        ("two weeks", "14", "14", Unit.DAYS, None),
        ("18-24岁", "18", "24", Unit.AGE, None),
    ],
)
def test_a_number_and_its_unit(text: str, low: str, high: str, unit: Unit, currency: str | None) -> None:
    found = first(text)
    assert (found.low, found.high, found.unit, found.currency) == (Decimal(low), Decimal(high), unit, currency)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10万以上", 100000, None),
        ("超过5千", 5000, None),
        ("10万+", 100000, None),
        ("at least 3k", 3000, None),
        ("不超过8万", None, 80000),
        ("不到2万", None, 20000),
        ("under 50k", None, 50000),
        ("5万以内", None, 50000),
        ("20k or less", None, 20000),
        ("10万左右", 80000, 120000),
        ("around 50k", 40000, 60000),
    ],
)
def test_a_bound_word_opens_one_side(text: str, low: int | None, high: int | None) -> None:
    found = first(text)
    assert (found.low, found.high) == (low, high)
