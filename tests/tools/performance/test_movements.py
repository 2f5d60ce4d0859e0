"""A change and its parts: whatever the figures are, the parts sum to it exactly."""

from hypothesis import given
from hypothesis import strategies as st

from memory.domain.performance import GroupBy, Key, Metric, Row, figure
from tests.support.figures import BOX, OIL, sales
from tools.performance.movements import Part, Parts, of_orders, of_refund_rate, of_sum, value_of

AMOUNTS = st.integers(min_value=0, max_value=10**9)
PAIRS = st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=12)
METRICS = (Metric.GMV, Metric.REFUNDS, Metric.REFUND_RATE)


def row(key: Key, now: tuple[int, int], then: tuple[int, int]) -> Row:
    """A row of sales and refunds, now and then."""
    after, before = (sales(1, gross, refunded=refunded) for gross, refunded in (now, then))
    return Row(key, {one: figure(one, after) for one in METRICS}, {one: figure(one, before) for one in METRICS})


@given(PAIRS, st.integers(min_value=0, max_value=6))
def test_parts_of_a_sum_and_the_others_are_the_whole_change(pairs: list[tuple[int, int]], most: int) -> None:
    rows = [row(Key(str(place), "x"), (now, 0), (then, 0)) for place, (now, then) in enumerate(pairs)]
    change = sum(now - then for now, then in pairs)
    parts = of_sum(GroupBy.CREATOR, rows, Metric.GMV, change=change, most=most)
    assert parts.change == change
    assert len(parts.largest) <= most
    assert all(abs(parts.others) >= 0 and part.change for part in parts.largest)


@given(PAIRS)
def test_what_rows_do_not_account_for_is_among_the_others(pairs: list[tuple[int, int]]) -> None:
    rows = [row(Key(str(place), "x"), (now, 0), (then, 0)) for place, (now, then) in enumerate(pairs)]
    change = sum(now - then for now, then in pairs) + 500
    assert of_sum(GroupBy.CREATOR, rows, Metric.GMV, change=change, most=99).others == 500


@given(PAIRS, PAIRS)
def test_parts_of_a_refund_rate_are_the_whole_change(now: list[tuple[int, int]], then: list[tuple[int, int]]) -> None:
    rows = [row(Key(str(place), "x"), new, old) for place, (new, old) in enumerate(zip(now, then, strict=False))]
    paired = list(zip(now, then, strict=False))
    total = row(
        Key("", ""),
        (sum(new[0] for new, _ in paired), sum(new[1] for new, _ in paired)),
        (sum(old[0] for _, old in paired), sum(old[1] for _, old in paired)),
    )
    after, before = value_of(total, Metric.REFUND_RATE) or 0, value_of(total, Metric.REFUND_RATE, before=True) or 0
    parts = of_refund_rate(GroupBy.PRODUCT, rows, total, change=after - before)
    assert parts.change == after - before


@given(*[st.integers(min_value=1, max_value=10**9)] * 4)
def test_number_and_value_of_orders_are_the_whole_change(now: int, then: int, orders: int, before: int) -> None:
    parted = of_orders({Metric.GMV: now, Metric.ORDERS: orders}, {Metric.GMV: then, Metric.ORDERS: before})
    assert parted is not None
    assert sum(parted) == now - then


def test_as_many_orders_at_a_higher_price_are_all_value() -> None:
    assert of_orders({Metric.GMV: 300, Metric.ORDERS: 10}, {Metric.GMV: 200, Metric.ORDERS: 10}) == (0, 100)


def test_without_orders_then_nothing_is_said_of_their_value() -> None:
    assert of_orders({Metric.GMV: 300, Metric.ORDERS: 10}, {Metric.GMV: 0, Metric.ORDERS: 0}) is None


def test_a_refund_rate_rises_by_the_product_that_came_back() -> None:
    """Half of all sales is the box; 20% of it came back instead of 2%: nine points, all its own."""
    rows = [row(OIL, (10_000, 200), (10_000, 200)), row(BOX, (10_000, 2_000), (10_000, 200))]
    total = row(Key("", ""), (20_000, 2_200), (20_000, 400))
    parts = of_refund_rate(GroupBy.PRODUCT, rows, total, change=900)
    assert parts == Parts(GroupBy.PRODUCT, (Part(BOX, 900),), 0)
