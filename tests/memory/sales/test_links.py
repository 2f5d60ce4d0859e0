"""Promo codes and tracking links: the last resort by which a sale finds its creator, and never across a window."""

from datetime import UTC, date, datetime, timedelta

import pytest

from memory.database import Database
from memory.domain.clicks import Visitor
from memory.domain.creator import CreatorFacts
from memory.domain.errors import BadRequest, Conflict
from memory.domain.ids import BrandId, CreatorId
from memory.domain.links import PromoCode, TrackingLink, with_utm
from memory.domain.money import Money
from memory.domain.performance import Metric, Query
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import WINDOW, OrderLine, Rule, Sale
from memory.domain.stores import Unit
from memory.domain.workspace import Scope
from tests.support.database import Office, looking

AT = datetime(2026, 10, 12, 20, tzinfo=UTC)
OCTOBER = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 31))
TARGET = "https://shop.example/lamp"


def sold(order: str, *, code: str = "", link: str = "", handle: str = "") -> Sale:
    return Sale(OrderLine(order, "s", AT, Money(1000), 1, handle=handle, code=code, link=link))


async def keep(unit: Unit, *sales: Sale) -> None:
    assert unit.scope.brand is not None
    await unit.sales.upsert(sales, brand=unit.scope.brand, source="file", as_of=AT)


async def whose(database: Database, scope: Scope) -> dict[str, tuple[str, Rule | None]]:
    async with database.unit(scope) as unit:
        shown, _ = await unit.performance.lines(Query(OCTOBER, (Metric.GMV,)).filters, OCTOBER)
        assert scope.brand is not None
        assert await unit.sales.wrong_days(scope.brand) == []
    return {line.order: (line.handle, line.rule) for line in shown}


async def made(database: Database, scope: Scope) -> tuple[BrandId, CreatorId, CreatorId]:
    assert scope.brand is not None
    async with database.unit(scope) as unit:
        facts = [CreatorFacts(handle=handle, market="US") for handle in ("ann", "bob")]
        await unit.creators.upsert(facts, source="file", as_of=AT)
        found = await unit.creators.by_handles(["ann", "bob"])
    return scope.brand, found["ann"].id, found["bob"].id


async def test_a_redeemed_code_is_its_creators_whenever_it_was_told_and_the_platforms_word_is_stronger(
    database: Database, office: Office
) -> None:
    scope = office.lead()
    brand, ann, bob = await made(database, scope)
    async with database.unit(scope) as unit:
        await keep(unit, sold("1", code="ann 10"), sold("2", code="ANN10", handle="bob"), sold("3", code="other"))
    async with database.unit(scope) as unit:
        assert await unit.links.add_codes([PromoCode("Ann10", ann)], brand=brand) == 1
        assert await unit.links.add_codes([PromoCode("ANN10", ann)], brand=brand) == 0
        await keep(unit, sold("4", code="ann10"))
    assert await whose(database, scope) == {
        "1": ("ann", Rule.CODE),
        "2": ("bob", Rule.CREATOR),
        "3": ("", None),
        "4": ("ann", Rule.CODE),
    }
    with pytest.raises(BadRequest, match="promo_code_taken"):
        async with database.unit(scope) as unit:
            await unit.links.add_codes([PromoCode("ann10", bob)], brand=brand)


MIA, ZOE = Visitor("203.0.113.7", "Mozilla/5.0 (iPhone)"), Visitor("203.0.113.7", "Mozilla/5.0 (Windows NT 10.0)")


async def follow(database: Database, code: str, visitor: Visitor | None, *, at: datetime) -> str | None:
    async with database.across_tenants("test") as work:
        return await work.clicks.follow(code, visitor, at=at)


async def test_a_link_counts_while_its_last_click_is_within_the_window_whenever_the_link_was_told(
    database: Database, office: Office
) -> None:
    scope = office.lead()
    brand, ann, _ = await made(database, scope)
    async with database.unit(scope) as unit:
        for code in ("fresh", "stale", "later", "never"):
            await unit.links.add_link(code, TARGET, ann, brand=brand)
    await follow(database, "fresh", MIA, at=AT - WINDOW)
    await follow(database, "stale", MIA, at=AT - WINDOW - timedelta(seconds=1))
    await follow(database, "later", MIA, at=AT + timedelta(seconds=1))
    async with database.unit(scope) as unit:
        await keep(unit, *(sold(code) for code in ("fresh", "stale", "later", "never")))
    assert await whose(database, scope) == dict.fromkeys(("fresh", "stale", "later", "never"), ("", None))
    async with database.unit(scope) as unit:
        await keep(unit, *(sold(code, link=code) for code in ("fresh", "stale", "later", "never")))
    found = await whose(database, scope)
    assert found == {"fresh": ("ann", Rule.LINK), "stale": ("", None), "later": ("", None), "never": ("", None)}
    with pytest.raises(Conflict, match="link_code_taken"):
        async with database.unit(office.lead(1)) as unit:
            await unit.links.add_link("fresh", TARGET, ann, brand=office.brands[1].id)


async def test_a_visitor_counts_once_a_day_a_machine_never_and_nobody_is_kept(
    database: Database, office: Office
) -> None:
    scope = office.lead()
    brand, ann, bob = await made(database, scope)
    async with database.unit(scope) as unit:
        await unit.links.add_link("one", TARGET, ann, brand=brand)
        await unit.links.add_link("two", TARGET, bob, brand=brand)
    leads_to = f"{TARGET}?utm_source=tiktok&utm_medium=creator&utm_campaign=creators&utm_content=one&utm_term=ann"
    for visitor in (MIA, MIA, ZOE, None):
        assert await follow(database, "one", visitor, at=AT) == leads_to
    await follow(database, "two", MIA, at=AT)
    await follow(database, "one", MIA, at=AT + timedelta(days=1))
    assert await follow(database, "nowhere", MIA, at=AT) is None
    async with database.unit(scope) as unit:
        assert await unit.links.links() == [
            TrackingLink("two", bob, TARGET, clicks=1),
            TrackingLink("one", ann, TARGET, clicks=3),
        ]
    with looking(database.url) as line:
        kept = line.execute("select device, visitor, to_jsonb(link_click)::text from link_click order by id").fetchall()
    assert [device for device, _, _ in kept] == ["phone", "computer", "phone", "phone"]
    assert len({visitor for _, visitor, _ in kept}) == 4  # neither the next day nor another link knows them again
    assert not any(MIA.address in row or "Mozilla" in row for _, _, row in kept)


def test_a_target_is_marked_for_the_shops_reports_and_only_a_safe_one_is_taken() -> None:
    marked = with_utm("https://shop.example/lamp?utm_medium=own&x=1", creator="ann", campaign="bf", code="k7")
    assert marked == (
        "https://shop.example/lamp?utm_source=tiktok&utm_medium=own&utm_campaign=bf&utm_content=k7&utm_term=ann&x=1"
    )
    twice = with_utm("https://shop.example/?x=1&x=2", creator="ann", campaign="bf", code="k7")
    assert twice.endswith("utm_term=ann&x=1&x=2")
    for unsafe in (
        "http://shop.example",
        "https://127.0.0.1/x",
        "javascript:alert(1)",
        "https://a@b.example",
        "https://x",
        "https://[::ffff:127.0.0.1]/x",
        "https://0x7f.0.0.1/x",
        "https://shop.example\\.elsewhere.example/x",
        "https://@shop.example/x",
        "https://printer.local/x",
        "https://[x",
        "https://shop.example:port/x",
    ):
        with pytest.raises(BadRequest, match="link_target_unsafe"):
            with_utm(unsafe, creator="ann", campaign="bf", code="k7")
