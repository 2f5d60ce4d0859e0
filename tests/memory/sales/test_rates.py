"""Agreed rates: raised at once, lowered late, the nearest agreement first; and what orders owe by them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.database import Database
from memory.domain.ids import CreatorId, ProductId
from memory.domain.import_stores import RowOutcome
from memory.domain.money import Money
from memory.domain.performance import Figure, Kind, Metric, Query, Unknown, UnknownPart
from memory.domain.performance_stores import RateDiffers
from memory.domain.periods import Period, PeriodName
from memory.domain.rates import OLD_RATE_STAYS, AgreedRate, AgreedRates, InForce, RateChange, in_force, rate_in_force
from memory.domain.sales import Commission, OrderLine, Payee, Refund, Sale, Settlement
from memory.domain.workspace import Scope
from tests.support.database import Office

AT = datetime(2026, 3, 18, 20, tzinfo=UTC)
DAY = timedelta(days=1)
MAMA, DAD, BOX = CreatorId(1), CreatorId(2), ProductId(7)
MARCH = Period(PeriodName.CUSTOM, date(2026, 3, 1), date(2026, 3, 31))
CHANGES = st.lists(
    st.builds(
        lambda day, rate, exact: RateChange(AT + day * DAY, rate, exact),
        st.integers(0, 200), st.integers(100, 8_000), st.booleans(),
    ),
    max_size=6, unique_by=lambda one: one.at,
)  # fmt: skip


def test_a_raised_rate_counts_at_once_and_a_lowered_one_thirty_days_later() -> None:
    agreed = [RateChange(AT, 1_500), RateChange(AT + 10 * DAY, 1_000), RateChange(AT + 60 * DAY, 2_000)]
    days = (-1, 0, 39, 40, 59, 60)
    assert [rate_in_force(agreed, AT + day * DAY) for day in days] == [None, 1500, 1500, 1000, 1000, 2000]


def test_what_the_platform_lets_begin_is_not_late() -> None:
    agreed = [RateChange(AT, 1_500), RateChange(AT + 10 * DAY, 1_000, exact=True)]
    assert [in_force(agreed, AT + day * DAY) for day in (9, 10)] == [
        InForce(1_500, frozenset({1_500})),
        InForce(1_000, frozenset({1_000})),
    ]


def test_while_a_lowered_rate_is_late_both_may_be_told() -> None:
    agreed = [RateChange(AT, 1_500), RateChange(AT + 10 * DAY, 1_000)]
    told = {day: in_force(agreed, AT + day * DAY) for day in (9, 10, 39, 40)}
    assert {day: sorted(held.possible) for day, held in told.items() if held} == {
        9: [1_500],
        10: [1_000, 1_500],
        39: [1_000, 1_500],
        40: [1_000],
    }


@given(CHANGES, st.integers(-5, 240))
def test_a_rate_in_force_is_one_that_was_agreed_by_then(agreed: Sequence[RateChange], day: int) -> None:
    at = AT + day * DAY
    held, begun = in_force(agreed, at), {one.rate_bp for one in agreed if one.at <= at}
    assert (held is None) == (not begun)
    if held is not None:
        assert held.rate_bp == max(held.possible)
        assert held.possible <= begun


@given(CHANGES, st.integers(0, 240), st.integers(1, 8_000))
def test_a_raise_counts_at_once_and_a_cut_not_before_thirty_days(
    agreed: Sequence[RateChange], day: int, rate: int
) -> None:
    at = max([AT + day * DAY, *(one.at + timedelta(seconds=1) for one in agreed)])
    before = rate_in_force(agreed, at)
    after = [*agreed, RateChange(at, rate)]
    if before is None or rate >= before:
        assert rate_in_force(after, at) == rate
    else:
        assert rate_in_force(after, at) == before
        last = at + OLD_RATE_STAYS
        assert rate_in_force(after, last) in {rate, rate_in_force(agreed, last)}


def test_the_nearest_agreement_goes_first_and_an_ended_one_counts_no_more() -> None:
    rates = AgreedRates(
        [
            AgreedRate(1_000, AT),
            AgreedRate(1_100, AT, product=BOX),
            AgreedRate(1_200, AT, MAMA),
            AgreedRate(1_300, AT, MAMA, BOX, until=AT + 10 * DAY),
        ]
    )
    asked = [(MAMA, BOX, 0), (MAMA, BOX, 10), (MAMA, None, 0), (DAD, BOX, 0), (DAD, None, 0), (DAD, BOX, -1)]
    found = [rates.of(creator, product, AT + day * DAY) for creator, product, day in asked]
    assert [held.rate_bp if held else None for held in found] == [1_300, 1_200, 1_200, 1_100, 1_000, None]
    assert rates.of(None, BOX, AT) is None


@pytest.fixture
def lead(office: Office) -> Scope:
    return office.lead()


def sold(order: str, *, day: int = 0, told: Commission | None = None) -> Sale:
    line = OrderLine(order, "s", AT + day * DAY, Money(3000), 2, product_name="Litter Box", handle="cat_mama")
    return Sale(line, (), (told,) if told else ())


async def test_an_order_without_a_told_commission_owes_the_agreed_one(database: Database, lead: Scope) -> None:
    assert lead.brand is not None
    told = Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1_500, estimated=Money(900))
    unpaid = Commission(Payee.CREATOR, Settlement.PENDING, 1_500)
    returned = replace(sold("4", day=2), refunds=(Refund(Money(3000), 1),))
    sales = [sold("1", told=told), sold("2"), sold("3", told=unpaid), returned]
    async with database.unit(lead) as unit:
        await unit.sales.upsert(sales, brand=lead.brand, source="file:a.csv", as_of=unit.now)
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
    rate = AgreedRate(2_000, AT - 40 * DAY, creator)
    for outcome in (RowOutcome.ADDED, RowOutcome.SAME):
        async with database.unit(lead) as unit:
            assert await unit.sales.agree([rate], brand=lead.brand, source="file:r.csv", as_of=unit.now) == [outcome]
    asked = (Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION)
    async with database.unit(lead) as unit:
        report = await unit.performance.report(Query(MARCH, asked))
        shown, _ = await unit.performance.lines(Query(MARCH, asked).filters, MARCH)
        assert await unit.sales.wrong_days(lead.brand) == []
    # 9.00 told; 12.00 and, one of two pieces returned, 6.00 by the agreed rate; nothing of the unpaid one.
    whole = Figure(Kind.MONEY, 2_700, 3, provisional_bp=10_000, unknown=(UnknownPart(Unknown.COMMISSION, 1),), agreed=2)
    assert [report.total.figures[metric] for metric in asked] == [whole, whole]
    assert {line.order: (line.commission, line.agreed) for line in shown} == {
        "1": (Money(900), False),
        "2": (Money(1200), True),
        "3": (None, False),
        "4": (Money(600), True),
    }
    lowered = AgreedRate(1_000, AT - 10 * DAY, creator)
    async with database.unit(lead) as unit:
        await unit.sales.agree([lowered], brand=lead.brand, source="file:r.csv", as_of=unit.now)
        assert await unit.sales.agreed(brand=lead.brand, creators=[creator]) == [rate, lowered]
        overlap = await unit.performance.report(Query(MARCH, asked))
        # Told 15 %; 20 % holds still, and 10 % might be told already.
        found = await unit.sales.differing_rates(lead.brand, since=AT - 90 * DAY)
    assert overlap.total.figures == report.total.figures
    assert found == [
        RateDiffers("1", "s", "cat_mama", AT, 1_500, 2_000),
        RateDiffers("3", "s", "cat_mama", AT, 1_500, 2_000),
    ]


async def test_who_is_erased_leaves_no_rate(database: Database, office: Office, lead: Scope) -> None:
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        await unit.sales.upsert([sold("1")], brand=lead.brand, source="file:a.csv", as_of=unit.now)
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
        rates = [AgreedRate(1_000, AT, creator), AgreedRate(900, AT)]
        await unit.sales.agree(rates, brand=lead.brand, source="file:r.csv", as_of=unit.now)
    async with database.unit(office.owner) as unit:
        await unit.erasing.erase(creator)
    async with database.unit(lead) as unit:
        assert await unit.sales.agreed(brand=lead.brand) == [AgreedRate(900, AT)]
        assert await unit.sales.wrong_days(lead.brand) == []


async def test_nobody_sees_another_brands_rates(database: Database, office: Office, lead: Scope) -> None:
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        await unit.sales.agree([AgreedRate(1_000, AT)], brand=lead.brand, source="file:r.csv", as_of=unit.now)
    other = office.lead(1)
    assert other.brand is not None
    async with database.unit(other) as unit:
        assert await unit.sales.agreed(brand=other.brand) == await unit.sales.agreed(brand=lead.brand) == []


async def test_what_orders_owe_follows_a_rate_that_is_taken_back(database: Database, lead: Scope) -> None:
    assert lead.brand is not None
    brand = lead.brand
    async with database.unit(lead) as unit:
        await unit.sales.upsert([sold("1")], brand=brand, source="file:a.csv", as_of=unit.now)
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
    first, better = (AgreedRate(rate, AT - 40 * DAY, creator) for rate in (1_000, 2_000))

    async def owed() -> Money | None:
        async with database.unit(lead) as unit:
            ((line,), _) = await unit.performance.lines(Query(MARCH, (Metric.COMMISSION,)).filters, MARCH)
            assert await unit.sales.wrong_days(brand) == []
        return line.commission

    async def back(rate: AgreedRate, before: AgreedRate | None) -> bool:
        async with database.unit(lead) as unit:
            return await unit.sales.take_back_rate(rate, before, brand=brand, source="by_hand")

    async with database.unit(lead) as unit:
        for rate in (first, better):
            await unit.sales.agree([rate], brand=brand, source="by_hand", as_of=unit.now)
    assert await owed() == Money(1_200)
    assert (await back(better, first), await owed()) == (True, Money(600))
    assert (await back(better, first), await owed()) == (False, Money(600))
    assert (await back(first, None), await owed()) == (True, None)
