"""What a person types into a product form."""

import pytest

from memory.domain.errors import BadRequest
from memory.domain.money import Money
from tools.products.fields import parse_link, parse_money, parse_share


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("29.9", Money(2990, "USD")),
        ("$1,299.00", Money(129_900, "USD")),
        ("29.9美金", Money(2990, "USD")),
        ("EUR 12", Money(1200, "EUR")),
        ("¥88", Money(8800, "CNY")),
        ("3000日元", Money(3000, "JPY")),
    ],
)
def test_money(text: str, money: Money) -> None:
    assert parse_money(text, default_currency="USD") == money


@pytest.mark.parametrize("text", ["", "cheap", "-5", "12 bananas", "999999999999"])
def test_money_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="money_unreadable"):
        parse_money(text, default_currency="USD")


@pytest.mark.parametrize(
    ("text", "basis_points"), [("18%", 1800), ("18", 1800), ("0.18", 1800), ("18个点", 1800), ("17.5％", 1750)]
)
def test_shares(text: str, basis_points: int) -> None:
    assert parse_share(text) == basis_points


@pytest.mark.parametrize("text", ["", "180%", "-1", "many", "nan", "1e9"])
def test_shares_beyond_the_whole_are_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="share_unreadable"):
        parse_share(text)


def test_links() -> None:
    assert parse_link(" ") is None
    assert parse_link("shop.example/a") == "https://shop.example/a"
    for text in ("javascript:alert(1)", "no link", "ftp://shop.example"):
        with pytest.raises(BadRequest, match="link_unreadable"):
            parse_link(text)
