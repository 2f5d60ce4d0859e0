"""Chinese numerals are read in one place, for commands, searches and figures alike."""

import pytest

from tools.chinese_numerals import read_chinese


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("五十七", 57),
        ("十", 10),
        ("廿", 20),
        ("廿五", 25),
        ("卅一", 31),
        ("一百零三", 103),
        ("一百五", 150),
        ("两万五", 25_000),
        ("一万二千", 12_000),
        ("一万亿", 1_000_000_000_000),
        ("五七", 57),
    ],
)
def test_a_numeral_has_its_value(written: str, value: int) -> None:
    assert read_chinese(written) == value


@pytest.mark.parametrize("written", ["", "万", "几十", "条"])
def test_what_is_no_number_has_none(written: str) -> None:
    assert read_chinese(written) is None
