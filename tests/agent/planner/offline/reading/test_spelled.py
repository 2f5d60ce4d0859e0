"""Numbers in English words."""

import pytest

from agent.planner.offline.reading.numerals import numeral_at


@pytest.mark.parametrize(
    ("text", "value", "read"),
    [
        ("twenty-five UK creators", 25, "twenty-five"),
        ("twenty two percent", 22, "twenty two"),
        ("one hundred and fifty", 150, "one hundred and fifty"),
        ("fifteen hundred", 1500, "fifteen hundred"),
        ("two hundred thousand", 200_000, "two hundred thousand"),
        ("two and a half million", 2_500_000, "two and a half million"),
        ("half a million", 500_000, "half a million"),
        ("a dozen", 12, "a dozen"),
        ("fifty k", 50_000, "fifty k"),
        ("one and five thousand", 1, "one"),
        ("six twenty", 6, "six"),
    ],
)
def test_number_words_are_read_as_far_as_they_make_one_number(text: str, value: int, read: str) -> None:
    numeral = numeral_at(text, 0)
    assert numeral is not None
    assert (int(numeral.high), text[numeral.start : numeral.end]) == (value, read)


@pytest.mark.parametrize("text", ["tender", "weight", "second"])
def test_a_word_that_only_begins_like_a_number_is_none(text: str) -> None:
    assert numeral_at(text, 0) is None


def test_between_two_numbers_and_joins_nothing() -> None:
    numeral = numeral_at("between one hundred and two hundred", 8)
    assert numeral is not None
    assert numeral.high == 100
