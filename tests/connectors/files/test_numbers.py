"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.numbers import Amount, currencies_of, currency_in, multiplier_in, read_amount


def amount(low: str, high: str | None = None, sign: str | None = None, *, percent: bool = False) -> Amount:
    return Amount(Decimal(low), Decimal(high or low), sign, percent)


def plain(read: Amount | None) -> tuple[Decimal, Decimal, str | None, bool] | None:
    return None if read is None else (read.low, read.high, read.sign, read.percent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", amount("0")),
        ("1.2K", amount("1200")),
        ("3.4万", amount("34000")),
        ("12.5w粉丝", amount("125000")),
        ("2.3亿", amount("230000000")),
        ("1,234,567", amount("1234567")),
        ("1.234.567", amount("1234567")),
        ("12,34,567", amount("1234567")),
        ("1 234 567", amount("1234567")),
        ("1'234'567", amount("1234567")),
        ("1,234.56", amount("1234.56")),
        ("1.234,56", amount("1234.56")),
        ("1,5K", amount("1500")),
        ("１２万", amount("120000")),
        ("$3.4M", amount("3400000", sign="$")),
        ("￥1,200", amount("1200", sign="¥")),
        ("US$ 3.4M", amount("3400000", sign="us$")),
        ("3.4m usd", amount("3400000", sign="usd")),
        ("R$ 1.234,56", amount("1234.56", sign="r$")),
        ("Rp 150.000", amount("150000", sign="rp")),
        ("500美金", amount("500", sign="美金")),
        ("12 %", amount("12", percent=True)),
        ("12％", amount("12", percent=True)),
        ("18个点", amount("18", percent=True)),
        ("0.12", amount("0.12")),
        ("5K-10K", amount("5000", "10000")),
        ("5-10K", amount("5000", "10000")),
        ("500-1K", amount("500", "1000")),
        ("1-10万", amount("10000", "100000")),
        ("1万~10万", amount("10000", "100000")),
        ("$1K – $5K", amount("1000", "5000", sign="$")),
        ("5% 至 8%", amount("5", "8", percent=True)),
        ("10K-5K", amount("5000", "10000")),
        ("$1K+", amount("1000", sign="$")),
        ("1万以上", amount("10000")),
        ("<100", amount("0", "100")),
        ("10万以下", amount("0", "100000")),
        ("约1.5万", amount("15000")),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, expected: Amount) -> None:
    assert plain(read_amount(text)) == plain(expected)


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "N/A", "n/a", "#N/A", "null", "未知", "暂无数据", "None"])
def test_what_says_unknown_is_unknown_and_never_zero(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    "text", ["-5", "abc", "1.2.3", "2024-01-02", "12 apples", "=1+1", "1e400", "9" * 16, "1" * 81, "5K-", "%"]
)
def test_what_is_no_number_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_amount(text)


def test_a_single_dot_before_three_digits_follows_what_is_counted() -> None:
    assert plain(read_amount("12.345", dots="thousands")) == plain(amount("12345"))
    assert plain(read_amount("12.345", dots="decimals")) == plain(amount("12.345"))
    assert plain(read_amount("12.345", currency="EUR")) == plain(amount("12345"))
    assert plain(read_amount("12.345", currency="USD")) == plain(amount("12.345"))


def test_headers_name_currencies_and_multiples() -> None:
    assert [currency_in(header) for header in ("GMV($)", "近30天GMV（美元）", "price_usd", "GMV", "Real name")] == [
        "$",
        "美元",
        "usd",
        None,
        None,
    ]
    assert [multiplier_in(header) for header in ("粉丝数（万）", "Followers (K)", "Followers")] == [10_000, 1000, 1]
    assert currencies_of("$")[0] == "USD"
    assert "MXN" in currencies_of("$")
    assert currencies_of("zebra") == ()


@given(st.text(max_size=120))
def test_any_text_is_a_number_unknown_or_unreadable(text: str) -> None:
    try:
        read = read_amount(text)
    except ValueError:
        return
    assert read is None or Decimal(0) <= read.low <= read.high


@given(st.integers(min_value=0, max_value=10**14))
def test_a_whole_number_is_read_whatever_groups_it(number: int) -> None:
    for text in (f"{number}", f"{number:,}", f"{number:,}".replace(",", " ")):
        assert plain(read_amount(text)) == plain(amount(str(number)))
