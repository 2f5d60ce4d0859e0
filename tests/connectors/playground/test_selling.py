"""The playground's shop: what it tells adds up to what its world sold, and everything told fits together."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connectors.playground.selling import SETTLED_AFTER, Sold, posts, sales
from memory.domain.sales import Settlement

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
NUMBERS = count(1)
ZONE = ZoneInfo("America/Los_Angeles")


@st.composite
def lines(draw: st.DrawFn) -> Sold:
    pieces = draw(st.integers(1, 40))
    age = draw(st.integers(1, 100))
    return Sold(
        id=next(NUMBERS), number=7, handle="cat_mama", rate_bp=draw(st.sampled_from([None, 800, 3000])),
        placed_at=NOW - timedelta(days=age, minutes=30), product="litter-box", price=draw(st.integers(1, 9_999)),
        quantity=pieces, currency="USD", refunded=draw(st.integers(0, pieces)) if age > 3 else 0,
        posted_at=NOW - timedelta(days=120), kind="video", views=draw(st.integers(20, 90_000)),
    )  # fmt: skip


@given(sold=lines())
def test_orders_add_up_to_what_the_world_sold_and_owe_what_their_age_says(sold: Sold) -> None:
    told = list(sales([sold], ceilings={"litter-box": 2_000}, now=NOW))
    assert sum(sale.line.gross.minor for sale in told) == sold.price * sold.quantity
    assert sum(refund.amount.minor for sale in told for refund in sale.refunds) == sold.price * sold.refunded
    assert len({sale.line.order for sale in told}) == len(told)
    assert told == list(sales([sold], ceilings={"litter-box": 2_000}, now=NOW))
    for sale in told:
        (owed,) = sale.commissions
        assert owed.rate_bp == min(sold.rate_bp or 1_500, 2_000)
        back = sum(refund.quantity for refund in sale.refunds)
        if back == sale.line.quantity:
            assert owed.settlement is Settlement.INELIGIBLE
        elif sale.line.placed_at + SETTLED_AFTER <= NOW:
            assert (owed.settlement, owed.base and owed.base.minor) == (
                Settlement.SETTLED,
                sold.price * (sale.line.quantity - back),
            )
        else:
            assert (owed.settlement, owed.actual) == (Settlement.PROVISIONAL, None)


@given(sold=lines())
def test_a_post_was_seen_and_clicked_on_every_day_it_sold_and_never_after_now(sold: Sold) -> None:
    (post,) = posts([sold], zone=ZONE, now=NOW)
    days = {one.day: one for one in post.counters}
    for sale in sales([sold], ceilings={"litter-box": 2_000}, now=NOW):
        day = days[sale.line.placed_at.astimezone(ZONE).date()]
        assert (sale.line.content, sale.line.handle) == (post.content, post.handle)
        assert (day.views or 0) > (day.clicks or 0) > 0
    assert max(days) <= NOW.astimezone(ZONE).date()
    assert min(days) == post.posted_at.astimezone(ZONE).date()
