"""Posts out of files: their counters upserted day by day, their sales attributed, the samples they answer moved."""

from datetime import UTC, date, datetime, timedelta

from agent.imports import Imports
from connectors.files.reader import FileReader
from connectors.ports.queries import ImportView
from memory.database import Database
from memory.domain.money import Money
from memory.domain.performance import GroupBy, Metric, Query
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import ContentKind, OrderLine, Rule, Sale
from memory.domain.sample import SampleStatus, moved
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.database import Office

HEAD = "Video ID,Creator,Product name,Post time,Date,Views,Clicks,Orders,Video link\n"
PAGE = "https://www.tiktok.com/@cat_mama/video/7300001"
FIRST = (
    f"{HEAD}7300001,cat_mama,Litter Box,2026-10-12 10:00,2026-10-12,900,40,2,{PAGE}\n"
    f"7300001,cat_mama,Litter Box,2026-10-12 10:00,2026-10-13,500,,,\n"
    "7300002,dog_dad,Litter Box,never,2026-10-12,1,1,1,\n"
)
SECOND = (
    f"{HEAD}7300001,cat_mama,,2026-10-12 10:00,2026-10-12,950,40,2,\n"
    "7300001,cat_mama,,2026-10-12 10:00,2026-10-13,500,,,\n"
    "7300001,cat_mama,,2026-10-12 10:00,2026-10-14,300,,,\n"
)
OCTOBER = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 31))
BEFORE = datetime(2026, 10, 5, 12, tzinfo=UTC)


async def handed_in(database: Database, scope: Scope, text: str) -> ImportView:
    imports = Imports(database, FileReader(), texts())
    run = await imports.preview(scope, name="posts.csv", content=text.encode(), kind="posts")
    await imports.start(scope, run, {})
    await imports.carry_out(scope, run)
    return await imports.view(scope, run)


async def waiting_sale_and_sample(database: Database, scope: Scope) -> None:
    """An order whose post nobody knows yet, and two samples that arrived before it was posted."""
    assert scope.brand is not None
    line = OrderLine(
        "A1", "s", datetime(2026, 10, 14, 20, tzinfo=UTC), Money(3000), 1, product_name="Litter Box", content="7300001"
    )
    async with database.unit(scope) as unit:
        await unit.sales.upsert([Sale(line)], brand=scope.brand, source="file:orders.csv", as_of=unit.now)
    other = OrderLine("A2", "s", BEFORE, Money(100), 1, handle="cat_mama")
    async with database.unit(scope) as unit:
        await unit.sales.upsert([Sale(other)], brand=scope.brand, source="file:orders.csv", as_of=unit.now)
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
        await unit.samples.lock([creator], brand=scope.brand)
        for delay in (timedelta(0), timedelta(days=20)):
            sample = await unit.samples.begin(creator, brand=scope.brand)
            way = (SampleStatus.APPROVED, SampleStatus.SHIPPED, SampleStatus.DELIVERED)
            arrived = moved(sample, way, market="US", by=scope.member, now=unit.now, at=BEFORE + delay)
            await unit.samples.save(arrived)


async def test_a_file_of_posts_counts_attributes_and_moves_samples(database: Database, office: Office) -> None:
    scope = office.operator()
    await waiting_sale_and_sample(database, scope)
    first = await handed_in(database, scope, FIRST)
    assert (first.rows, first.good, first.added) == (3, 2, 2)
    assert first.problems == ((4, "发布时间读不出来（never），已跳过；日和月要能分清，请写成 2026-10-31"),)
    second = await handed_in(database, scope, SECOND)
    assert (second.added, second.changed, second.same) == (1, 1, 1)
    asked = (Metric.GMV, Metric.VIEWS)
    async with database.unit(scope) as unit:
        report = await unit.performance.report(Query(OCTOBER, asked, group_by=GroupBy.CREATOR))
        shown, _ = await unit.performance.lines(Query(OCTOBER, asked).filters, OCTOBER)
        assert scope.brand is not None
        (post,) = await unit.sales.posts(brand=scope.brand)
        samples = await unit.samples.find()
        assert await unit.sales.wrong_days(scope.brand) == []
    assert {row.key.label: [row.figures[m].value for m in asked] for row in report.rows} == {"cat_mama": [3100, 1750]}
    assert {(line.order, line.handle, line.rule) for line in shown} == {
        ("A1", "cat_mama", Rule.CONTENT),
        ("A2", "cat_mama", Rule.CREATOR),
    }
    assert (post.kind, post.product_name, post.link) == (ContentKind.VIDEO, "Litter Box", PAGE)
    assert post.counted == {"views": 1750, "clicks": 40, "orders": 2}
    # The one that came before the post was answered by it, once; the one that came after still waits.
    assert {(one.status, one.content_link) for one in samples} == {
        (SampleStatus.POSTED, PAGE),
        (SampleStatus.OVERDUE, None),
    }
