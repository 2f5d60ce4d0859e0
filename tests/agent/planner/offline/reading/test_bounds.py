"""Which side of a number is open, however it is said."""

from decimal import Decimal

import pytest

from agent.planner.offline.reading.message import read
from agent.planner.offline.reading.quantities import Quantity
from agent.planner.offline.reading.tokens import tokenise


def only(text: str) -> Quantity:
    """The one quantity of a text, bounds included."""
    (found,) = [token.quantity for token in tokenise(read(text)) if token.quantity is not None]
    return found


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("粉丝起码三万", 30000, None),
        ("粉丝唔好少过两万", 20000, None),
        ("粉丝不要低于两万", 20000, None),
        ("三万粉，起码", 30000, None),
        ("GMV门槛提高到5000", 5000, None),
        ("粉丝破百万", 1000000, None),
        ("均播过万", 10000, None),
        ("followers no fewer than 20k", 20000, None),
        ("30k followers at least", 30000, None),
        ("drop the GMV floor to 2000", 2000, None),
        ("粉丝10万封顶", None, 100000),
        ("粉丝不能多于50万", None, 500000),
        ("粉丝上限放到30万", None, 300000),
        ("nobody above 200k", None, 200000),
        ("followers shouldn't go over 50k", None, 50000),
        ("sub-50k accounts", None, 50000),
        ("12k followers tops", None, 12000),
        ("raise the follower cap to 200k", None, 200000),
    ],
)
def test_a_comparison_and_its_negation_make_one_bound(text: str, low: int | None, high: int | None) -> None:
    found = only(text)
    assert (found.low, found.high, found.bounded) == (low, high, True)


@pytest.mark.parametrize(
    ("text", "way"), [("粉丝提高到五万", "up"), ("bump followers up to 50k", "up"), ("降到3万", "down")]
)
def test_a_moved_bound_says_which_way(text: str, way: str) -> None:
    found = only(text)
    assert (found.moved, found.bounded) == (way, False)


def test_12_percent_commission_or_below_is_a_share_of_at_most_that() -> None:
    found = only("at 12% commission or below")
    assert (found.low, found.high) == (None, Decimal("0.12"))
