"""The page of figures over real rows: each part is the chat's own answer, each figure has its lines."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from agent.figures.overview import figures_file, figures_view, lines_view
from memory.database import Database
from memory.domain.errors import BadRequest, NotFound
from memory.domain.figures_views import FiguresWish
from memory.domain.money import Money
from memory.domain.performance import Filters, GroupBy
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import Commission, OrderLine, Payee, Sale, Settlement
from memory.domain.sample import SampleStatus, moved, way
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.database import Office

OCTOBER = FiguresWish(first="2026-10-01", last="2026-10-31")
EARLY = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 7))
SOLD = (("5001", 3, "cat_mama", 3_000), ("5002", 3, "dog_papa", 9_000), ("5003", 9, "cat_mama", 2_000))


def sale(order: str, day: int, handle: str, minor: int) -> Sale:
    """One SKU, ordered in the evening of a day of October, Los Angeles included."""
    placed = datetime(2026, 10, day, 20, tzinfo=UTC)
    line = OrderLine(order, "sku-1", placed, Money(minor), 1, "1729", "Litter Box", handle, content=f"v-{handle}")
    return Sale(line, (), (Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1500, estimated=Money(minor // 10)),))


@pytest.fixture
async def lead(database: Database, office: Office) -> Scope:
    """A lead whose brand sold in October."""
    who = office.lead()
    assert who.brand is not None
    async with database.unit(who) as unit:
        now = datetime(2026, 11, 2, tzinfo=UTC)
        await unit.sales.upsert([sale(*one) for one in SOLD], brand=who.brand, source="file:orders.csv", as_of=now)
    return who


async def test_every_part_is_what_the_chat_would_answer(database: Database, lead: Scope) -> None:
    async with database.unit(lead) as unit:
        view = await figures_view(unit, OCTOBER, texts())
    shop, creators, products = (view.parts[name] for name in ("shop", "creators", "products"))
    assert shop.rows[0][:2] == ("GMV", "$140")
    assert [row[:2] for row in creators.rows] == [("@dog_papa", "$90"), ("@cat_mama", "$50")]
    assert creators.names == ("dog_papa", "cat_mama")
    assert products.rows[0][:2] == ("Litter Box", "$140")
    assert view.trend is not None
    assert "最高 10-03 $120" in view.trend.alt
    assert view.period.startswith("10-01 ~ 10-31")
    assert view.stages is None  # nobody was written to
    assert view.parts["stages"].rows == (("全部", "0", "0", "0", "0", "0", "-", "-", "-", "-"),)


async def send(database: Database, lead: Scope, handle: str, status: SampleStatus, day: int) -> None:
    """A sample of the litter box that came to a status on a day of October."""
    assert lead.brand is not None
    at = datetime(2026, 10, day, 20, tzinfo=UTC)
    async with database.unit(lead) as unit:
        creator = (await unit.creators.by_handles([handle]))[handle].id
        (product,) = await unit.products.all()
        begun = replace(await unit.samples.begin(creator, brand=lead.brand), product=product.id)
        steps = way(begun.status, status)
        await unit.samples.save(moved(begun, steps, market="US", by=lead.member, now=at))


async def test_what_became_of_the_periods_samples_is_a_chart_a_table_and_a_file(
    database: Database, lead: Scope
) -> None:
    await send(database, lead, "cat_mama", SampleStatus.POSTED, 3)
    await send(database, lead, "dog_papa", SampleStatus.DELIVERED, 4)
    await send(database, lead, "cat_mama", SampleStatus.SHIPPED, 30)
    async with database.unit(lead) as unit:
        view = await figures_view(unit, OCTOBER, texts())
        early = await figures_view(unit, FiguresWish(first="2026-10-01", last="2026-10-03"), texts())
        by_day = await unit.performance.outcomes(Filters(), EARLY, group_by=GroupBy.DAY)
        with pytest.raises(BadRequest):
            await unit.performance.outcomes(Filters(), EARLY, group_by=GroupBy.CONTENT)
        file = await figures_file(unit, OCTOBER, "outcomes", "csv", texts())
    heads = ("产品", "已发内容", "逾期未发", "还没到期", "已丢件", "已免发", "合计")
    assert (view.parts["outcomes"].columns, view.parts["outcomes"].rows) == (
        heads, (("Litter Box", "1", "1", "1", "0", "0", "3"),)
    )  # fmt: skip
    assert view.outcomes is not None
    assert view.outcomes.alt == "共 3 个样品：已发内容 1、逾期未发 1、还没到期 1。"
    assert early.parts["outcomes"].rows == (("Litter Box", "1", "0", "0", "0", "0", "1"),)
    assert [(row.key.id, row.posted, row.overdue) for row in by_day] == [("2026-10-03", 1, 0), ("2026-10-04", 0, 1)]
    assert file.content.decode("utf-8-sig").splitlines()[1].startswith("产品,已发内容")


async def test_the_lines_behind_a_figure_are_those_of_the_creator_asked_for(database: Database, lead: Scope) -> None:
    async with database.unit(lead) as unit:
        view = await lines_view(unit, FiguresWish(first="2026-10-01", last="2026-10-31", handle="cat_mama"))
        assert [(line.order, line.gross.minor) for line in view.lines] == [("5003", 2_000), ("5001", 3_000)]
        assert (view.about, view.after) == ("@cat_mama", "")
        with pytest.raises(NotFound):
            await lines_view(unit, FiguresWish(handle="nobody.here"))


async def test_a_demos_table_is_a_file_that_says_it_is_made_up(database: Database, lead: Scope) -> None:
    async with database.unit(lead) as unit:
        file = await figures_file(unit, OCTOBER, "creators", "csv", texts())
        book = await figures_file(unit, OCTOBER, "creators", "xlsx", texts())
        stages = await figures_file(unit, OCTOBER, "stages", "csv", texts())
    assert file.name.startswith("演示数据-")
    marked, heads, *rows = file.content.decode("utf-8-sig").splitlines()
    assert marked.startswith("演示数据")
    assert heads.startswith("达人,GMV")
    assert [row.split(",")[0] for row in rows] == ["'@dog_papa", "'@cat_mama"]
    assert book.content.startswith(b"PK")
    assert stages.content.decode("utf-8-sig").splitlines()[1].startswith("活动,已联系,已回复,给了样品,已发内容,已出单")


async def test_days_nobody_can_read_are_refused_and_a_brand_without_orders_has_no_parts(
    database: Database, office: Office, lead: Scope
) -> None:
    async with database.unit(lead) as unit:
        for wish in (FiguresWish(first="yesterday"), FiguresWish(first="2026-10-09", last="2026-10-01")):
            with pytest.raises(BadRequest) as refused:
                await figures_view(unit, wish, texts())
            assert refused.value.text_key == "figures_days_unreadable"
        with pytest.raises(BadRequest):
            await figures_file(unit, OCTOBER, "passwords", "csv", texts())
    async with database.unit(office.lead(1)) as unit:
        assert (await figures_view(unit, OCTOBER, texts())).parts == {}
