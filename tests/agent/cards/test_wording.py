"""How facts read in both languages."""

from datetime import UTC, datetime

import pytest

from agent.cards import wording
from memory.domain.money import MoneySpan, Span
from memory.domain.workspace import Lang


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (999, "zh", "999"),
        (9_999, "zh", "9,999"),
        (34_200, "zh", "3.4万"),
        (10_000, "zh", "1万"),
        (120_000_000, "zh", "1.2亿"),
        (34_200, "en", "34.2K"),
        (3_400_000, "en", "3.4M"),
    ],
)
def test_numbers(value: int, lang: Lang, said: str) -> None:
    assert wording.number(value, lang) == said


def test_money_names_its_currency_and_shows_ranges() -> None:
    assert wording.money(MoneySpan(2990, 2990), "zh") == "$29.90"
    assert wording.money(MoneySpan(500_000, 1_000_000), "en") == "$5,000–10K"
    assert wording.money(MoneySpan(5000, 5000, "JPY"), "en") == "JP¥5,000"
    assert wording.money(MoneySpan(5000, 5000, "CHF"), "en") == "CHF 50"


def test_spans_and_shares() -> None:
    assert wording.span(Span(10_000, 100_000), "zh") == "1万–10万"
    assert wording.share(1850) == "18.5%"
    assert wording.share(1800) == "18%"


def test_a_moment_is_said_on_the_clock_of_its_zone() -> None:
    moment = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    assert wording.clock(moment, "America/New_York", "zh") == "11-21 周六 09:30"
    assert wording.clock(moment, "Asia/Shanghai", "en") == "Sat 11-21 22:30"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([1, 2, 4], "1、2、4"), ([1, 2, 3, 4], "1-4"), ([8, 6, 7, 1], "1、6-8"), ([], "")],
)
def test_numbers_are_read_back_shortly(numbers: list[int], said: str) -> None:
    assert wording.ranges(numbers, "zh") == said
    assert wording.ranges(numbers, "en") == said.replace("、", ", ")
