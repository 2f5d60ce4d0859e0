"""Sales as they are told: kept by order and SKU, attributed, summed up by the day, right again whatever comes later."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from memory.database import Database
from memory.domain.creator import CreatorFacts
from memory.domain.import_stores import RowOutcome
from memory.domain.money import Money
from memory.domain.performance import Figure, GroupBy, Key, Kind, Metric, Query, Unknown, UnknownPart
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import (
    Commission,
    ContentKind,
    ContentPost,
    DayCounters,
    OrderLine,
    Payee,
    Refund,
    Rule,
    Sale,
    Settlement,
)
from memory.domain.workspace import Scope
from memory.domain.zones import HomeZone, ZoneSource, home_zone
from tests.support.database import Office, make_workspace

OCTOBER = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 31))
AS_OF = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sold(order: str = "5001", *, at: datetime, handle: str = "cat_mama", minor: int = 3000, pieces: int = 1) -> Sale:
    line = OrderLine(order, "sku-1", at, Money(minor), pieces, "1729", "Litter Box", handle, content="v1")
    return Sale(line, (), (Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1500, estimated=Money(450 * pieces)),))


def at(day: int, hour: int = 20) -> datetime:
    """An evening hour of October in UTC: the same day in Los Angeles."""
    return datetime(2026, 10, day, hour, tzinfo=UTC)


async def keep(database: Database, scope: Scope, *sales: Sale, as_of: datetime = AS_OF) -> list[RowOutcome]:
    assert scope.brand is not None
    async with database.unit(scope) as unit:
        return await unit.sales.upsert(sales, brand=scope.brand, source="file:orders.csv", as_of=as_of)


async def values(database: Database, scope: Scope, *metrics: Metric, period: Period = OCTOBER) -> list[int | None]:
    async with database.unit(scope) as unit:
        report = await unit.performance.report(Query(period, metrics))
    return [report.total.figures[metric].value for metric in metrics]


@contextmanager
def spoiling(url: str) -> Iterator[psycopg.Connection]:
    """A hand in the tables past the product."""
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("set role daren_service")
        yield line


@pytest.fixture
def lead(office: Office) -> Scope:
    return office.lead()


async def test_a_line_told_again_is_the_same_and_a_later_refund_changes_the_day_it_was_ordered(
    database: Database, lead: Scope
) -> None:
    first, other = sold(at=at(30)), replace(sold("5002", at=at(30), minor=1000))
    assert await keep(database, lead, first, other) == [RowOutcome.ADDED, RowOutcome.ADDED]
    assert await keep(database, lead, first) == [RowOutcome.SAME]
    refunded = replace(first, refunds=(Refund(Money(3000), 1, datetime(2026, 11, 20, tzinfo=UTC)),))
    assert await keep(database, lead, refunded) == [RowOutcome.CHANGED]
    assert await values(database, lead, Metric.GMV, Metric.NET, Metric.REFUNDS, Metric.REFUND_RATE) == [
        4000,
        1000,
        3000,
        7500,
    ]


async def test_a_correction_moves_a_line_to_its_right_day_and_settles_what_was_provisional(
    database: Database, lead: Scope
) -> None:
    await keep(database, lead, sold(at=at(30)), sold("5002", at=at(30)))
    paid = Commission(Payee.CREATOR, Settlement.SETTLED, 1500, actual=Money(440))
    late = datetime(2026, 11, 3, 20, tzinfo=UTC)
    await keep(database, lead, replace(sold("5002", at=late), commissions=(paid,)))
    assert await values(database, lead, Metric.GMV, Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION) == [
        3000,
        450,
        450,
    ]
    november = Period(PeriodName.CUSTOM, date(2026, 11, 1), date(2026, 11, 30))
    asked = (Metric.ORDERS, Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION)
    assert await values(database, lead, *asked, period=november) == [1, 440, 0]


async def test_what_is_told_earlier_fills_gaps_and_changes_nothing_known(database: Database, lead: Scope) -> None:
    await keep(database, lead, replace(sold(at=at(2)), commissions=()))
    earlier = replace(sold(at=at(2), minor=9900), refunds=(Refund(Money(100), 0),))
    outcome = await keep(database, lead, earlier, as_of=datetime(2026, 10, 3, tzinfo=UTC))
    assert outcome == [RowOutcome.CHANGED]
    assert await values(database, lead, Metric.GMV, Metric.REFUNDS, Metric.COMMISSION) == [3000, 100, 450]


async def test_a_sale_near_midnight_counts_on_the_shops_day_and_on_beijings_when_asked(
    database: Database, lead: Scope
) -> None:
    await keep(database, lead, sold(at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC)))  # 31 October, 23:30 in Los Angeles
    async with database.unit(lead) as unit:
        own = await unit.performance.report(Query(OCTOBER, (Metric.GMV,), group_by=GroupBy.DAY))
        beijing = await unit.performance.report(Query(OCTOBER, (Metric.GMV,), zone="Asia/Shanghai"))
    assert (own.zones, own.total.figures[Metric.GMV].value) == (("America/Los_Angeles",), 3000)
    assert [row.key.id for row in own.rows if row.figures[Metric.GMV].value] == ["2026-10-31"]
    assert (beijing.zones, beijing.total.figures[Metric.GMV].value) == (("Asia/Shanghai",), 0)


async def test_a_leaderboard_names_creators_and_what_is_nobodys(database: Database, lead: Scope) -> None:
    nobody = replace(sold("5003", at=at(4), handle="", minor=500), commissions=())
    nobody = replace(nobody, line=replace(nobody.line, content=""))
    bare = sold("5004", at=at(5), handle="dog_dad", minor=7000)
    bare = replace(bare, line=replace(bare.line, content=""))
    await keep(database, lead, sold(at=at(3)), nobody, bare)
    async with database.unit(lead) as unit:
        query = Query(OCTOBER, (Metric.GMV, Metric.COMMISSION), group_by=GroupBy.CREATOR, order_by=Metric.GMV, top=2)
        report = await unit.performance.report(query)
    assert [(row.key.label, row.figures[Metric.GMV].value, row.creators) for row in report.rows] == [
        ("dog_dad", 7000, 1),
        ("cat_mama", 3000, 1),
    ]
    assert (report.groups, report.total.creators, report.as_of) == (3, 2, AS_OF)
    assert [(one.rule, one.orders, one.gmv) for one in report.attributed] == [
        (Rule.CONTENT, 1, Money(3000)),
        (Rule.CREATOR, 1, Money(7000)),
        (None, 1, Money(500)),
    ]
    assert report.total.figures[Metric.COMMISSION] == Figure(
        Kind.MONEY, 900, 2, provisional_bp=10_000, unknown=(UnknownPart(Unknown.COMMISSION, 1),)
    )


async def test_no_orders_at_all_are_unknown_and_days_before_the_data_too(database: Database, lead: Scope) -> None:
    assert await values(database, lead, Metric.GMV, Metric.POST_RATE) == [None, None]
    await keep(database, lead, sold(at=at(9)))
    september = Period(PeriodName.CUSTOM, date(2026, 9, 1), date(2026, 9, 30))
    assert await values(database, lead, Metric.GMV, period=september) == [None]
    assert await values(
        database, lead, Metric.GMV, period=Period(PeriodName.CUSTOM, date(2026, 10, 10), date(2026, 10, 12))
    ) == [0]


async def test_two_currencies_are_told_in_one_by_the_dated_table(database: Database, lead: Scope) -> None:
    pounds = sold("6001", at=at(8))
    pounds = Sale(replace(pounds.line, price=Money(7600, "GBP")))
    await keep(database, lead, sold(at=at(8)), pounds)
    async with database.unit(lead) as unit:
        report = await unit.performance.report(Query(OCTOBER, (Metric.GMV, Metric.ORDERS)))
        in_pounds = await unit.performance.report(Query(OCTOBER, (Metric.GMV,), currency="GBP"))
    assert (report.currency, report.rates_day) == ("USD", date(2026, 11, 1))
    assert [report.total.figures[m].value for m in (Metric.GMV, Metric.ORDERS)] == [3000 + 10_000, 2]
    assert in_pounds.total.figures[Metric.GMV].value == 7600 + 2280


async def test_a_post_told_later_claims_its_sales_and_brings_views_and_clicks(database: Database, lead: Scope) -> None:
    waiting = sold(at=at(12), handle="")
    await keep(database, lead, waiting)
    post = ContentPost(
        "v1", "cat_mama", ContentKind.VIDEO, at(11), "1729", counters=(DayCounters(date(2026, 10, 12), 900, clicks=20),)
    )
    async with database.unit(lead) as unit:
        assert lead.brand is not None
        await unit.sales.add_posts([post], brand=lead.brand, source="file:posts.csv", as_of=AS_OF)
    async with database.unit(lead) as unit:
        asked = (Metric.GMV, Metric.VIEWS, Metric.CONVERSION_RATE)
        report = await unit.performance.report(Query(OCTOBER, asked, group_by=GroupBy.CONTENT))
        shown, following = await unit.performance.lines(Query(OCTOBER, asked).filters, OCTOBER)
    assert [report.rows[0].figures[metric].value for metric in asked] == [3000, 900, 500]
    assert (report.rows[0].key, report.attributed[0].rule) == (Key("v1", "v1"), Rule.CONTENT)
    assert [(line.order, line.handle, line.product, line.rule, line.commission) for line in shown] == [
        ("5001", "cat_mama", "Litter Box", Rule.CONTENT, Money(450))
    ]
    assert following is None


async def test_sums_that_went_wrong_are_found_and_mended(database: Database, database_url: str, lead: Scope) -> None:
    await keep(database, lead, sold(at=at(12)), sold("5002", at=at(13)), sold("5003", at=at(14)))
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        assert await unit.sales.wrong_days(lead.brand) == []
    with spoiling(database_url) as line:
        line.execute("update rollup_day set creator_id = 0 where day = '2026-10-12'")
        line.execute("update order_line set commission_minor = 7 where day = '2026-10-14'")
    async with database.unit(lead) as unit:
        wrong = await unit.sales.wrong_days(lead.brand)
        assert wrong == [date(2026, 10, 12), date(2026, 10, 14)]
        await unit.sales.mend(lead.brand, wrong)
    async with database.unit(lead) as unit:
        assert await unit.sales.wrong_days(lead.brand) == []
    assert await values(database, lead, Metric.COMMISSION) == [1350]


async def test_nobody_sees_another_brands_sales(database: Database, office: Office) -> None:
    await keep(database, office.lead(0), sold(at=at(12)))
    assert await values(database, office.lead(1), Metric.GMV) == [None]
    assert await values(database, office.owner, Metric.GMV) == [3000]
    stranger = await make_workspace(database, name="Other")
    assert await values(database, stranger.owner, Metric.GMV) == [None]


async def test_another_source_is_compared_line_by_line(database: Database, lead: Scope) -> None:
    await keep(database, lead, sold(at=at(12)))
    theirs = replace(sold(at=at(12), pieces=2), refunds=(Refund(Money(3000), 1),))
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        (found, none) = await unit.sales.differences([theirs, sold("7001", at=at(13))], brand=lead.brand)
    assert [(one.field, one.ours, one.theirs, one.source) for one in found] == [
        ("paid", "30.00 USD", "60.00 USD", "file:orders.csv"),
        ("quantity", "1", "2", "file:orders.csv"),
        ("refund", "-", "30.00 USD", "file:orders.csv"),
        ("estimated", "4.50 USD", "9.00 USD", "file:orders.csv"),
    ]
    assert none == ()


async def test_the_hours_of_posts_say_where_a_creator_lives_until_a_source_does(
    database: Database, office: Office
) -> None:
    lead, west = office.lead(), ZoneInfo("America/Los_Angeles")
    by_day = [
        ContentPost(
            f"{day}-{hour}", "cat_mama", ContentKind.VIDEO, datetime(2026, 10, day, 9, tzinfo=west) + hour * HOUR
        )
        for day in range(1, 5)
        for hour in range(16)
    ]
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        await unit.sales.add_posts(by_day[:10], brand=lead.brand, source="shop", as_of=AS_OF)
        few = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"]
        await unit.sales.add_posts(by_day, brand=lead.brand, source="shop", as_of=AS_OF)
        many = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"]
        said = CreatorFacts(handle="cat_mama", market="US", zone=west.key)
        await unit.creators.upsert([said], source="file", as_of=unit.now)
        told = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"]
    assert (few.home, few.likely) == (home_zone(None, "US"), None)
    assert (many.home, many.likely and many.likely.posts) == (
        HomeZone(ZoneInfo("America/Denver"), ZoneSource.POSTS),
        64,
    )
    assert told.home == HomeZone(west)


async def test_who_is_erased_leaves_sales_of_nobody_and_no_posts(database: Database, office: Office) -> None:
    lead = office.lead()
    await keep(database, lead, sold(at=at(12)), sold("5002", at=at(12), handle="dog_dad"))
    post = ContentPost("v1", "cat_mama", ContentKind.VIDEO, at(11), link="https://www.tiktok.com/@cat_mama/video/v1")
    async with database.unit(lead) as unit:
        assert lead.brand is not None
        await unit.sales.add_posts([post], brand=lead.brand, source="shop", as_of=AS_OF)
        known = await unit.creators.by_handles(["cat_mama"])
    async with database.unit(office.owner) as unit:
        await unit.erasing.erase(known["cat_mama"].id)
    async with database.unit(lead) as unit:
        report = await unit.performance.report(Query(OCTOBER, (Metric.GMV,), group_by=GroupBy.CREATOR))
        shown, _ = await unit.performance.lines(Query(OCTOBER, (Metric.GMV,)).filters, OCTOBER)
        assert await unit.sales.wrong_days(lead.brand) == []
    assert {row.key.label: row.figures[Metric.GMV].value for row in report.rows} == {"": 3000, "dog_dad": 3000}
    assert {(line.handle, line.content) for line in shown} == {("", ""), ("dog_dad", "v1")}
