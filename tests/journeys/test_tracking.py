"""From a sentence to a sale: a link made in chat is followed by a stranger, and an order names it."""

from datetime import timedelta

import httpx
import pytest

from agent.bootstrap import web
from agent.settings import Settings
from memory.domain.cards import ReportCard
from memory.domain.creator import CreatorFacts
from memory.domain.money import Money
from memory.domain.performance import Metric, Query
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import OrderLine, Rule, Sale
from tests.journeys.test_real_workspace import SETUP
from tests.support.product import Person, at_work, card

pytestmark = pytest.mark.journey

PHONE = {"user-agent": "Mozilla/5.0 (iPhone) Mobile Safari/604.1"}


async def test_a_link_made_in_chat_brings_its_creator_a_sale(empty_settings: Settings) -> None:
    async with at_work(empty_settings.model_copy(update={"public_url": "https://daren.example"})) as daren:
        scope = await daren.accounts.scope((await daren.accounts.set_up(SETUP)).token)
        assert scope is not None
        assert scope.brand is not None
        async with daren.database.unit(scope) as unit:
            await unit.creators.upsert([CreatorFacts(handle="mia", market="US")], source="file", as_of=unit.now)
            (product,) = await unit.products.all()
            await unit.products.save(product, {"link": "https://shop.example/tree"}, brand=scope.brand)
        owner = Person(daren, scope, "journey")
        made = card(await owner.ask("给 @mia 生成跟踪链接"), ReportCard)
        path = made.rows[0][1].removeprefix("https://daren.example")
        transport = httpx.ASGITransport(app=web(daren), client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://daren.test") as stranger:
            followed = await stranger.get(path, headers=PHONE)
            assert followed.status_code == 302
            assert followed.headers["location"] == (
                "https://shop.example/tree?utm_source=tiktok&utm_medium=creator&utm_campaign=creators"
                f"&utm_content={path.removeprefix('/r/')}&utm_term=mia"
            )
            assert (await stranger.get("/r/zzzzzzz", headers=PHONE)).status_code == 404
        async with daren.database.unit(scope) as unit:
            at = unit.now + timedelta(minutes=1)
            line = OrderLine("1", "s", at, Money(4990), 1, link=path.removeprefix("/r/"))
            await unit.sales.upsert([Sale(line)], brand=scope.brand, source="file", as_of=at)
            days = Period(PeriodName.CUSTOM, at.date() - timedelta(days=2), at.date() + timedelta(days=2))
            (sold,), _ = await unit.performance.lines(Query(days, (Metric.GMV,)).filters, days)
        assert (sold.handle, sold.rule) == ("mia", Rule.LINK)
        assert card(await owner.ask("看看 @mia 的跟踪链接"), ReportCard).rows[0][2] == "1"
