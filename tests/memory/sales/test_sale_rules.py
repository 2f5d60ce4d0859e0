"""Rules of sales without a database: periods, rates in force, what a commission counts for, fees, what is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.domain.errors import BadRequest
from memory.domain.exchange import Exchange
from memory.domain.fees import fee_of
from memory.domain.ids import CampaignId, ProductId
from memory.domain.money import Money, RateTable
from memory.domain.performance import DEFINITIONS, GROUPS, Metric, Sums, Unknown, figure, part
from memory.domain.periods import Compare, Period, PeriodName, compared, period_of
from memory.domain.sale_books import Touch, campaign_of, merged, totals_of
from memory.domain.sales import (
    AgencySplit,
    Commission,
    OrderLine,
    Payee,
    Refund,
    Sale,
    Settlement,
    Shares,
    counted,
    shared_out,
)

TODAY = date(2026, 3, 31)  # a Tuesday
AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
LINE = OrderLine("A1", "S1", AT, Money(3000), 3)
NAMED = PeriodName


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        (NAMED.TODAY, (3, 31), (3, 31), ((3, 30), (3, 30))),
        (NAMED.YESTERDAY, (3, 30), (3, 30), ((3, 29), (3, 29))),
        (NAMED.LAST_7_DAYS, (3, 24), (3, 30), ((3, 17), (3, 23))),
        (NAMED.THIS_WEEK, (3, 30), (3, 31), ((3, 23), (3, 24))),
        (NAMED.LAST_WEEK, (3, 23), (3, 29), ((3, 16), (3, 22))),
        (NAMED.THIS_MONTH, (3, 1), (3, 31), ((2, 1), (2, 28))),
        (NAMED.LAST_MONTH, (2, 1), (2, 28), ((1, 1), (1, 31))),
    ],
)
def test_a_period_is_whole_days_and_is_compared_with_what_came_before_it(
    name: PeriodName, first: tuple[int, int], last: tuple[int, int], before: Sequence[tuple[int, int]]
) -> None:
    period = period_of(name, today=TODAY)
    assert (period.first, period.last) == (date(2026, *first), date(2026, *last))
    earlier = compared(period, Compare.PREVIOUS_PERIOD)
    assert [earlier.first, earlier.last] == [date(2026, *day) for day in before]


def test_a_year_before_a_leap_day_and_periods_of_ones_own() -> None:
    leap = Period(NAMED.CUSTOM, date(2028, 2, 29), date(2028, 2, 29))
    assert compared(leap, Compare.PREVIOUS_YEAR) == Period(NAMED.CUSTOM, date(2027, 2, 28), date(2027, 2, 28))
    own = period_of(NAMED.CUSTOM, today=TODAY, first=date(2026, 3, 20))
    assert (own.last, own.days) == (TODAY, 12)
    with pytest.raises(BadRequest, match="period_without_start"):
        period_of(NAMED.CUSTOM, today=TODAY)
    with pytest.raises(BadRequest, match="period_backwards"):
        period_of(NAMED.CUSTOM, today=TODAY, first=date(2026, 4, 2))


def test_what_a_commission_counts_for_follows_its_settlement() -> None:
    owed = Commission(Payee.CREATOR, Settlement.PENDING, 1_500, Money(9000), Money(1350), Money(900))
    told = {state: counted(replace(owed, settlement=state)) for state in Settlement}
    assert told == {
        Settlement.PENDING: None,
        Settlement.PROVISIONAL: Money(1350),
        Settlement.SETTLED: Money(900),
        Settlement.INELIGIBLE: Money(0),
    }


def test_the_worked_example_of_a_line_with_one_piece_of_three_returned() -> None:
    paid = Commission(Payee.CREATOR, Settlement.SETTLED, 1_500, actual=Money(900))
    totals = totals_of(Sale(LINE, (Refund(Money(3000), 1),), (paid,)), market="US", day=AT.date())
    assert (totals.gross, totals.refunded, totals.commission, totals.fee) == (9000, 3000, 900, 396)
    assert (fee_of("GB", AT.date(), gross=1, refunded=0), fee_of("US", date(2024, 3, 1), gross=1, refunded=0)) == (
        None,
        None,
    )
    assert fee_of("US", AT.date(), gross=100_000_00, refunded=100_000_00) == 500  # the kept share has a limit


def test_an_agency_keeps_what_the_creators_share_of_its_commission_leaves() -> None:
    split = AgencySplit(tap_rate_bp=4_000, creator_share_bp=3_000)
    assert shared_out(Money(10_000), split) == Shares(Money(4_000), Money(1_200), Money(2_800))


def test_of_two_tellings_the_later_wins_and_the_earlier_fills_gaps() -> None:
    known = Sale(replace(LINE, handle="cat_mama"), (Refund(Money(100), 0, key="r1"),))
    told = Sale(replace(LINE, quantity=2, content="v1"), (Refund(Money(200), 1, key="r2"),))
    both = (Refund(Money(200), 1, key="r2"), Refund(Money(100), 0, key="r1"))
    assert merged(known, told, newer=True) == Sale(replace(LINE, quantity=2, content="v1", handle="cat_mama"), both)
    assert merged(known, told, newer=False).line == replace(LINE, content="v1", handle="cat_mama")


def test_a_sale_is_the_campaigns_that_wrote_last_of_this_product_within_ninety_days() -> None:
    lamp, oil = ProductId(1), ProductId(2)
    touches = [
        Touch(CampaignId(1), AT - timedelta(days=80), None),
        Touch(CampaignId(2), AT - timedelta(days=40), lamp),
        Touch(CampaignId(3), AT + timedelta(days=1), None),
    ]
    assert [campaign_of(touches, AT, goods) for goods in (lamp, oil, None)] == [2, 1, 1]
    assert campaign_of(touches, AT + timedelta(days=51), lamp) == 3
    assert campaign_of(touches[:1], AT + timedelta(days=11), None) is None


def test_days_are_told_by_the_newest_table_of_that_day_or_before() -> None:
    tables = [
        RateTable(date(2026, month, 1), {"USD": Decimal(1), "JPY": Decimal(rate)})
        for month, rate in ((3, 100), (6, 200))
    ]
    exchange = Exchange(tables, "USD")
    days = (date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1))
    assert [exchange.factor("JPY", exchange.place(day)) for day in days] == [1, 1, Decimal("0.5")]
    assert exchange.factor("XXX", 0) is None


@given(st.lists(st.builds(Sums, orders=st.integers(0, 9), gross=st.integers(0, 10**9), refunded=st.integers(0, 10**8))))
def test_parts_sum_to_the_whole(parts: list[Sums]) -> None:
    whole = sum(parts, Sums())
    for metric in (Metric.GMV, Metric.NET, Metric.REFUNDS, Metric.ORDERS):
        assert figure(metric, whole).value == sum(figure(metric, one).value or 0 for one in parts)


def test_every_metric_has_a_definition_and_groups_and_nothing_is_made_of_nothing() -> None:
    assert DEFINITIONS.keys() == GROUPS.keys() == set(Metric)
    shares = {
        Metric.REFUND_RATE,
        Metric.CONVERSION_RATE,
        Metric.ROI,
        Metric.SAMPLE_ROI,
        Metric.REPLY_RATE,
        Metric.POST_RATE,
    }
    assert {metric for metric in Metric if figure(metric, Sums()).value is None} == shares
    assert (part(1, 3), part(-1, 3), part(2, 1), part(1, 0)) == (3333, -3333, 20_000, None)


def test_a_figure_names_what_nobody_told() -> None:
    sums = Sums(orders=3, gross=9000, commission=100, commission_untold=1, fees_unknown=2, samples=1, samples_untold=1)
    assert [(one.what, one.count) for one in figure(Metric.ROI, sums).unknown] == [
        (Unknown.COMMISSION, 1),
        (Unknown.PLATFORM_FEE, 2),
        (Unknown.SAMPLE_COST, 1),
        (Unknown.GOODS_COST, 0),
    ]
    assert figure(Metric.COMMISSION, Sums(orders=2, commission_untold=2)).value is None


def test_a_settlement_that_is_known_is_not_replaced_by_one_that_is_not() -> None:
    paid = Commission(Payee.CREATOR, Settlement.SETTLED, 1_500, actual=Money(900))
    unknown = Commission(Payee.CREATOR, Settlement.PENDING, 1_500, estimated=Money(1_000))
    estimated = Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1_500, estimated=Money(1_000))
    lost = Commission(Payee.CREATOR, Settlement.INELIGIBLE, 1_500)
    for newer in (True, False):
        [both] = merged(Sale(LINE, (), (paid,)), Sale(LINE, (), (unknown,)), newer=newer).commissions
        assert (both.settlement, both.actual, counted(both)) == (Settlement.SETTLED, Money(900), Money(900))
    [after] = merged(Sale(LINE, (), (paid,)), Sale(LINE, (), (lost,)), newer=True).commissions
    assert (after.settlement, counted(after)) == (Settlement.INELIGIBLE, Money(0))
    [after] = merged(Sale(LINE, (), (unknown,)), Sale(LINE, (), (estimated,)), newer=True).commissions
    assert counted(after) == Money(1_000)
