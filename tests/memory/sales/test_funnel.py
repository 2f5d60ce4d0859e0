"""How far creators came whom a brand wrote to, and the lines behind a figure page by page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from evals.suites.performance.rows import plant, raw_rows
from evals.suites.performance.suite import opened_shops
from memory.database import Database
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.performance import Filters, GroupBy
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import OrderLine, Sale

YEAR = Period(PeriodName.CUSTOM, date(2026, 1, 1), date(2026, 12, 31))


async def test_each_contacted_creator_counts_once_as_far_as_they_came(database: Database, database_url: str) -> None:
    scope, shops = await opened_shops(database)
    plant(database_url, seed=4, shops=shops[:1], tenant=scope.tenant, member=scope.member)
    rows = raw_rows(database_url)
    first: dict[int, datetime] = {}
    for _, creator, at, *_ in rows["sent"]:
        assert isinstance(creator, int)
        assert isinstance(at, datetime)
        first[creator] = min(at, first.get(creator, at))
    replied = {
        creator: at for _, creator, at in rows["answer"] if isinstance(creator, int) and isinstance(at, datetime)
    }
    late = {creator for creator, at in replied.items() if at >= first[creator]}
    buyer = CreatorId(min(first))
    sold_at = first[buyer] + timedelta(days=9)
    async with database.unit(scope) as unit:
        handle = (await unit.creators.by_ids([buyer]))[buyer].facts.handle
        early = Sale(OrderLine("A1", "s", first[buyer] - timedelta(days=1), Money(100), 1, handle=handle))
        after = Sale(OrderLine("A2", "s", sold_at, Money(100), 1, handle=handle))
        await unit.sales.upsert([early, after], brand=shops[0].brand, source="file", as_of=sold_at)
    async with database.unit(scope) as unit:
        (whole,) = await unit.performance.funnel(Filters(), YEAR)
        each = await unit.performance.funnel(Filters(), YEAR, group_by=GroupBy.CREATOR)
        campaigns = await unit.performance.funnel(Filters(), YEAR, group_by=GroupBy.CAMPAIGN)
        with pytest.raises(BadRequest, match="metric_not_by"):
            await unit.performance.funnel(Filters(), YEAR, group_by=GroupBy.DAY)
    assert (whole.contacted, whole.replied, whole.sampled, whole.posted, whole.sold) == (len(first), len(late), 0, 0, 1)
    assert {row.key.label for row in each if row.sold} == {handle}
    assert sum(row.contacted for row in campaigns) == sum(row.contacted for row in each) == len(first)
    assert whole.to_reply is not None
    assert (whole.to_sample, whole.to_post, whole.to_sale) == (None, None, None)


async def test_lines_come_page_by_page_newest_first(database: Database) -> None:
    scope, shops = await opened_shops(database)
    began = datetime(2026, 10, 5, 12, tzinfo=UTC)
    sales = [Sale(OrderLine(f"A{n}", "s", began + timedelta(hours=n // 2), Money(100), 1)) for n in range(5)]
    async with database.unit(scope) as unit:
        await unit.sales.upsert(sales, brand=shops[0].brand, source="file", as_of=began)
    found: list[str] = []
    after, pages = None, 0
    async with database.unit(scope) as unit:
        while pages == 0 or after:
            shown, after = await unit.performance.lines(Filters(), YEAR, after=after, limit=2)
            found += [line.order for line in shown]
            pages += 1
        with pytest.raises(BadRequest):
            await unit.performance.lines(Filters(), YEAR, after="nowhere")
    assert (found, pages) == (["A4", "A3", "A2", "A1", "A0"], 3)
