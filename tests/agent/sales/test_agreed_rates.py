"""Agreed rates out of files and target collaborations, and the nightly look at what is told against them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.imports import Imports
from agent.sales.agreed import news_of
from agent.sales.agreeing import agree_by_hand
from agent.sales.auditing import DIFFERS, SumAuditor, subject_of
from connectors.files.reader import FileReader
from connectors.ports.queries import ImportView
from memory.database import Database
from memory.domain.collaborations import Collaboration, CollaborationStatus, Rated
from memory.domain.creator import CreatorFacts
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId, ProductId, TenantId
from memory.domain.money import Money
from memory.domain.rate_forms import AgreeRate
from memory.domain.rates import AgreedRate
from memory.domain.sales import Commission, OrderLine, Payee, Sale, Settlement
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.database import Office

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ENDS = AT + 60 * DAY
MAMA, BOX = CreatorId(1), ProductId(7)
FILE = (
    "达人账号,产品名称,约定佣金率,生效日期,结束日期\n"
    "@cat_mama,Litter Box,15%,2026-10-01,\n"
    "cat_mama,全部商品,12%,2026-10-01,2026-12-31\n"
    "公开合作,,10%,2026-10-01,\n"
    ",Litter Box,20%,2026-10-01,\n"
    "nobody_known,Litter Box,20%,2026-10-01,\n"
    "cat_mama,Lamp,20%,2026-10-01,\n"
    "cat_mama,Litter Box,0,2026-10-02,\n"
    "cat_mama,Litter Box,15%,2026-10-01,\n"
)


def told(*, rate: int = 1_500, **changes: object) -> tuple[Collaboration, Rated]:
    rated = Rated("1729", "Litter Box", rate, holds_from=changes.pop("holds_from", None))  # type: ignore[arg-type]  # a moment or nothing
    one = Collaboration("c1", "Autumn", CollaborationStatus.LIVE, ENDS, True, False, (rated,), ())
    return replace(one, **changes), rated  # type: ignore[arg-type]  # fields of a collaboration


def news(known: list[AgreedRate], now: datetime, *, rate: int = 1_500, **changes: object) -> list[AgreedRate]:
    one, rated = told(rate=rate, **changes)
    return list(news_of(one, rated, known, creator=MAMA, product=BOX, now=now))


def test_a_rate_is_from_when_the_platform_says_else_from_when_it_was_first_seen() -> None:
    seen = AgreedRate(1_500, AT, MAMA, BOX, ENDS, collaboration="c1")
    assert news([], AT) == [seen]
    assert news([seen], AT + DAY) == []
    begins = AT + 2 * DAY
    said = replace(seen, since=begins, exact=True)
    assert news([], AT, holds_from=begins) == [said]
    assert news([said], AT + 5 * DAY, holds_from=begins) == []


def test_a_changed_rate_follows_and_the_one_before_lasts_as_long_as_the_collaboration() -> None:
    first = AgreedRate(1_500, AT, MAMA, BOX, AT + 20 * DAY, collaboration="c1")
    second = AgreedRate(1_000, AT + 10 * DAY, MAMA, BOX, ENDS, collaboration="c1")
    assert news([first], AT + 10 * DAY, rate=1_000) == [replace(first, until=ENDS), second]


def test_what_is_over_ends_once() -> None:
    known = AgreedRate(1_500, AT, MAMA, BOX, ENDS, collaboration="c1")
    over = news([known], AT + DAY, status=CollaborationStatus.ENDED)
    assert over == [replace(known, until=AT + DAY)]
    assert news(over, AT + 2 * DAY, status=CollaborationStatus.ENDED) == []
    assert news([], ENDS + DAY, status=CollaborationStatus.ENDED) == []


async def handed_in(database: Database, scope: Scope) -> ImportView:
    imports = Imports(database, FileReader(), texts())
    run = await imports.preview(scope, name="rates.csv", content=FILE.encode(), kind="rates")
    previewed = await imports.view(scope, run)
    await imports.start(scope, run, {})
    await imports.carry_out(scope, run)
    done = await imports.view(scope, run)
    assert done.problems == previewed.problems
    return done


async def test_a_file_of_rates_is_kept_and_the_night_finds_what_is_told_otherwise(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    assert scope.brand is not None
    async with database.unit(scope) as unit:
        recently = unit.now - 3 * DAY
        sales = [
            Sale(
                OrderLine(order, "s", recently, Money(3000), 1, product_name="Litter Box", handle="cat_mama"), (),
                (Commission(Payee.CREATOR, Settlement.PROVISIONAL, rate, estimated=Money(3000 * rate // 10_000)),),
            )
            for order, rate in (("A1", 1_500), ("A2", 1_800))
        ]  # fmt: skip
        await unit.sales.upsert(sales, brand=scope.brand, source="shop", as_of=unit.now)
    done = await handed_in(database, scope)
    assert (done.added, done.changed) == (3, 0)
    assert [(row, said.partition("，")[0]) for row, said in done.problems] == [
        (5, "没有达人账号"),
        (6, "没有 @nobody_known 这位达人"),
        (7, "没有名为「Lamp」的产品"),
        (8, "佣金率读不出来（0）"),
        (9, "与第 2 行重复"),
    ]
    async with database.unit(scope) as unit:
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
        (product,) = await unit.products.all()
        kept = await unit.sales.agreed(brand=scope.brand)
    begins, ends = datetime(2026, 10, 1, 7, tzinfo=UTC), datetime(2026, 12, 31, 8, tzinfo=UTC)
    assert kept == [
        AgreedRate(1_500, begins, creator, product.id),
        AgreedRate(1_200, begins, creator, until=ends),
        AgreedRate(1_000, begins),
    ]

    async def owner(tenant: TenantId) -> Scope:
        assert tenant == office.tenant
        return office.lead()

    auditor = SumAuditor(database, database, owner)
    assert [[(one.order, one.told_bp, one.agreed_bp) for one in found.differing] for found in await auditor.look()] == [
        [("A2", 1_800, 1_500)],
        [],
    ]
    await auditor.run()
    async with database.unit(scope) as unit:
        recorded = await unit.audit.recorded(DIFFERS, beginning=subject_of(scope.brand), since=AT)
    assert recorded.newest == {"count": 1, "order": "A2", "handle": "cat_mama", "told": 1_800, "agreed": 1_500}


async def test_a_rate_written_down_by_hand_replaces_that_of_the_same_day(database: Database, office: Office) -> None:
    scope = office.operator()
    assert scope.brand is not None
    async with database.unit(scope) as unit:
        await unit.creators.upsert([CreatorFacts("cat_mama")], source="file:c.csv", as_of=unit.now)
        for rate in ("15%", "18"):
            assert await agree_by_hand(unit, AgreeRate(handle="@Cat_Mama", rate=rate, since="2026-10-01")) == "cat_mama"
        creator = (await unit.creators.by_handles(["cat_mama"]))["cat_mama"].id
        kept = await unit.sales.agreed(brand=scope.brand)
    assert kept == [AgreedRate(1_800, datetime(2026, 10, 1, 7, tzinfo=UTC), creator)]
    wrong = {
        "share_unreadable": AgreeRate(handle="cat_mama", rate="much"),
        "rate_product_unknown": AgreeRate(handle="cat_mama", rate="15%", product="99"),
        "rate_day_unreadable": AgreeRate(handle="cat_mama", rate="15%", since="soon"),
    }
    for key, form in wrong.items():
        async with database.unit(scope) as unit:
            with pytest.raises(BadRequest, match=key):
                await agree_by_hand(unit, form)
