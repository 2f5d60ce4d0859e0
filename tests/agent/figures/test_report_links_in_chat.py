"""A read-only link asked for in chat: laid before a lead whole, made by their own word, and told where it opens."""

from dataclasses import dataclass, replace

import pytest

from agent.cards.report_links import link_asked, links_listed
from agent.desk import OpenDesk
from agent.figures.links import LinkSigner
from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.talking import open_talk
from evals.suites.working_desk import inbound
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.chat import Decided
from memory.domain.errors import AppError
from memory.domain.periods import PeriodName
from memory.domain.report_links import USUAL_PARTS, ReportWish
from memory.domain.workspace import Role, Scope
from prompts.render import texts
from tests.agent.approval.test_large_batch_in_chat import open_desk
from tests.agent.figures.test_report_links import SIGNER
from tests.support.asking import Asking
from tools.report_links.results import ReportLinkAsked, ReportLinksListed
from tools.report_links.tool import ReportLinksArgs, report_links

ADDRESS = "https://daren.example"
PUBLIC = LinkSigner(SIGNER.box, ADDRESS)


@dataclass(slots=True)
class Desk(Asking):
    """A member who asks for links."""

    address: str | None = ADDRESS

    async def ask(self, **args: object) -> ReportLinkAsked | ReportLinksListed:
        """One call of the tool, in a turn of its own."""
        tool = report_links(self.shop.database, self.address)
        result = await tool.run(ReportLinksArgs.model_validate(args), await self.turn())
        assert isinstance(result, ReportLinkAsked | ReportLinksListed)
        return result

    async def wish(self, **args: object) -> ReportLinkAsked:
        """The same, of one to be made."""
        result = await self.ask(action="make", **args)
        assert isinstance(result, ReportLinkAsked)
        return result

    async def refused(self, **args: object) -> str:
        """Why it was not done, as a person reads it."""
        with pytest.raises(AppError) as failure:
            await self.ask(**args)
        return texts().say(failure.value.text_key, "zh", **failure.value.facts)


async def confirmed(shop: SellingOffice, who: Scope, code: str, signer: LinkSigner | None) -> str:
    """What a member's 「确认 C1」 is answered with."""
    desk: OpenDesk = replace(open_desk(shop), signer=signer)
    receipt = await desk.receive(who, inbound(f"确认 {code}", (await open_talk(shop, who)).conversation))
    assert isinstance(receipt, Decided)
    return receipt.reply.text


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


async def test_a_lead_is_told_exactly_what_it_would_show_and_makes_it_by_the_code(shop: SellingOffice) -> None:
    desk = Desk(shop, await open_talk(shop, shop.lead))
    asked = await desk.wish(days=14)
    assert asked.wish == ReportWish(PeriodName.LAST_30_DAYS, None, None, USUAL_PARTS, 14)
    said = link_asked(asked, "zh", texts()).text
    for fact in ("近30天（每天更新）", "店铺、达人榜、产品、视频", "14 天内有效", "不用登录", "确认 C1"):
        assert fact in said
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.report_links.recent(limit=5) == []
    nothing = texts().say("nothing_to_confirm", "zh", code="C1")
    assert await confirmed(shop, shop.anna, "C1", PUBLIC) == nothing
    told = await confirmed(shop, shop.lead, "C1", PUBLIC)
    async with shop.database.unit(shop.lead) as unit:
        (link,) = await unit.report_links.recent(limit=5)
    assert link.wish == asked.wish
    assert f"{ADDRESS}{SIGNER.path(link)}" in told
    assert await confirmed(shop, shop.lead, "C1", PUBLIC) == nothing
    listed = await desk.ask(action="list")
    assert isinstance(listed, ReportLinksListed)
    (table,) = links_listed(listed, "zh", texts()).cards
    assert isinstance(table, ReportCard)
    assert [(row[2], row[4]) for row in table.rows] == [("有效", "0")]
    assert "/report/" not in table.model_dump_json()


async def test_a_month_is_told_by_its_days_and_bounds_are_told_before_anything_waits(shop: SellingOffice) -> None:
    desk = Desk(shop, await open_talk(shop, shop.lead))
    asked = await desk.wish(**{"from": "2026-10-01", "to": "2026-10-31", "parts": ["stages", "shop"]})
    assert "2026-10-01 ~ 2026-10-31；店铺、建联到出单" in link_asked(asked, "zh", texts()).text
    assert await desk.refused(action="make", days=91) == "有效期填 1 到 90 天。"
    assert asked.code == "C1"
    assert (await desk.wish()).code == "C2"


async def test_who_may_not_is_told_who_may_and_without_an_address_where_it_can_be_made(shop: SellingOffice) -> None:
    for who in (shop.viewer, shop.operator, shop.anna):
        assert "只有负责人能建：请 " in await Desk(shop, await open_talk(shop, who)).refused(action="make")
    desk = Desk(shop, await open_talk(shop, shop.lead), address=None)
    assert "DAREN_PUBLIC_URL" in await desk.refused(action="make")
    assert links_listed(ReportLinksListed((), "UTC"), "zh", texts()).text.startswith("还没有只读报告链接")


async def test_a_lead_who_only_stands_in_is_told_so_at_the_word_and_makes_nothing(shop: SellingOffice) -> None:
    await shop.stand_in(shop.anna, for_=shop.lead)
    acting = Scope(shop.anna.tenant, shop.anna.brand, shop.anna.member, Role.LEAD)
    asked = await Desk(shop, await open_talk(shop, acting)).wish()
    assert "本人来建" in await confirmed(shop, acting, asked.code, PUBLIC)
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.report_links.recent(limit=5) == []


async def test_where_the_address_went_away_meanwhile_it_is_found_on_the_page(shop: SellingOffice) -> None:
    asked = await Desk(shop, await open_talk(shop, shop.lead)).wish()
    told = await confirmed(shop, shop.lead, asked.code, None)
    assert "/report/" not in told
    assert "「业绩」页" in told
