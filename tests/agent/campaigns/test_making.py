"""A campaign's form: what it shows before anything is kept, what is wrong and where, and what is kept."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.campaigns.making import choices, preview
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.campaign import CampaignStep, Scenario, Writing
from memory.domain.campaign_forms import MakeCampaign
from memory.domain.campaign_plans import CampaignPreview
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.follow_ups import Condition
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.templates import Wording
from prompts.render import texts
from tests.agent.team.forms_at_work import submit

INVITE = Wording("Hi {name}, we pay for {product}.", "{name}，{product} 有佣金。", "en")
PRICED = Wording("Hi {name}, {product} is {price}.", "{name}，{product} 卖 {price}。", "en")
NUDGE = Wording("Hi {name}, did you see this?", "{name}，看到了吗？", "en")


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    async with office.database.unit(office.lead) as unit:
        await unit.products.save(None, {"name": "猫砂盆 litter box"}, brand=office.brand)
    return office


async def form(shop: SellingOffice, **changed: object) -> MakeCampaign:
    """Two creators of a saved shortlist and a third one by handle."""
    listed, (third,) = await shop.creators(2), await shop.creators(1)
    async with shop.database.unit(shop.operator) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
        items = [NewShortlistItem(creator, ()) for creator in listed]
        saved = await unit.shortlists.add(talk.id, items, total=2, criteria={}, name="夏季名单")
        handle = (await unit.creators.by_ids([third]))[third].handle
        product = (await unit.products.all())[0]
    given: dict[str, object] = {
        "name": "返校季", "scenario": "promotion", "products": (product.id,), "shortlists": (saved,),
        "handles": (f"@{handle.upper()}", handle), "commission": "20%", "rounds": "3", "every_days": "4",
    }  # fmt: skip
    return MakeCampaign.model_validate(given | changed)


async def shown(shop: SellingOffice, typed: MakeCampaign) -> CampaignPreview:
    async with shop.database.unit(shop.operator) as unit:
        return await preview(unit, typed, texts())


async def test_the_preview_says_who_gets_what_when_and_keeps_nothing(shop: SellingOffice) -> None:
    found = await shown(shop, await form(shop))
    assert (found.problems, found.name, found.scenario, found.count) == ({}, "返校季", "大促", 3)
    assert [each.what for each in found.rounds] == [
        "第 1 轮：邀约",
        "第 2 轮：跟进，上一轮发出 4 天后，没回复才发",
        "第 3 轮：跟进，上一轮发出 4 天后，没回复才发",
    ]
    assert [len(row.rounds) for row in found.rows] == [3, 3, 3]
    assert found.rounds[1].begins - found.rounds[0].begins == timedelta(days=4)
    assert found.doubts == ("人数离通常差得多：这个活动 3 位，通常 100-300 位。",)
    async with shop.database.unit(shop.operator) as unit:
        assert await unit.campaigns.all() == []


async def test_making_it_keeps_plan_and_creators_for_the_job(shop: SellingOffice) -> None:
    typed = await form(shop, condition="not_posted", rounds="2", free_sample=True)
    reply = await submit(shop, shop.operator, typed)
    assert reply.text.startswith("活动「返校季」已建好，正在为 3 位达人写草稿")
    async with shop.database.unit(shop.operator) as unit:
        (kept,) = await unit.campaigns.all()
        (view,) = await unit.campaigns.views([kept])
    assert view.writing == Writing(waiting=3)
    assert (kept.plan.scenario, kept.plan.offer) == (Scenario.PROMOTION, Offer(2000, None, True))  # a noun's field
    later = CampaignStep(Purpose.CONTENT_REMINDER, 4, Condition.NOT_POSTED)
    assert kept.plan.steps == (CampaignStep(Purpose.INVITE), later)
    assert (await shown(shop, typed)).problems.keys() == {"name"}


async def test_everything_wrong_is_told_at_once_each_beside_its_field(shop: SellingOffice) -> None:
    wrong = MakeCampaign(
        scenario="soon", commission="a lot", rounds="9", every_days="0", condition="maybe", promotion_on="2020-01-01",
        handles=("@nobody.here",), products=(77,),
    )  # fmt: skip
    found = await shown(shop, wrong)
    assert found.problems == {
        "scenario": "请选一个场景。",
        "promotion_on": "大促日 2020-01-01 已经过了，换个以后的日子。",
        "products": "请选一个产品。",
        "rounds": "「9」不行：请填 1 到 7 的整数。",
        "every_days": "「0」不行：请填 1 到 90 的整数。",
        "condition": texts().say("bad_request", "zh"),
        "commission": texts().say("share_unreadable", "zh", text="a lot"),
        "handles": "有 1 个账号不认识：@nobody.here。请改正或删掉，再预览。",
    }
    assert (await shown(shop, MakeCampaign(scenario="daily", shortlists=(999,)))).problems["shortlists"] == (
        "选的名单已经没有了，请重新选。"
    )
    assert "shortlists" in (await shown(shop, MakeCampaign(scenario="daily"))).problems
    with pytest.raises(BadRequest, match="campaign_form_wrong"):
        await submit(shop, shop.operator, wrong)
    with pytest.raises(NotAllowed, match="needs_role"):
        await submit(shop, shop.viewer, wrong)
    with pytest.raises(BadRequest, match="choose_a_brand"):
        await submit(shop, shop.owner, wrong)


async def test_who_may_not_be_written_to_is_counted_and_a_form_of_nobody_else_is_refused(shop: SellingOffice) -> None:
    typed = await form(shop)
    async with shop.database.unit(shop.lead) as unit:
        (blocked,) = (await unit.creators.by_handles(["creator00002"])).values()
        await unit.relations.update([blocked.id], blocked=True)
    found = await shown(shop, typed)
    assert (found.count, found.left_out) == (2, ("已拉黑 1",))
    alone = typed.model_copy(update={"shortlists": ()})
    assert (await shown(shop, alone)).problems.keys() == {"handles"}


async def test_the_form_offers_scenarios_products_and_saved_shortlists(shop: SellingOffice) -> None:
    await form(shop)
    async with shop.database.unit(shop.viewer) as unit:
        offered = await choices(unit, texts())
    assert [value for value, _, _ in offered.scenarios] == [scenario.value for scenario in Scenario]
    assert ([one.name for one in offered.shortlists], len(offered.products)) == (["夏季名单"], 1)


async def test_a_start_to_come_several_products_and_own_templates_are_shown_and_kept(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        more = await unit.products.save(None, {"name": "饮水机 water fountain"}, brand=shop.brand)
        first = [
            await unit.templates.keep(name, INVITE, purpose=Purpose.INVITE, brand=shop.brand) for name in ("甲", "乙")
        ]
        nudge = await unit.templates.keep("催一催", NUDGE, purpose=Purpose.FOLLOW_UP, brand=shop.brand)
    start = (await shop.now()).astimezone(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=10)
    typed = await form(shop, starts_on=start.isoformat(), split=str(first[1].id))
    typed = typed.model_copy(
        update={"products": (*typed.products, more.id), "templates": (str(first[0].id), "", str(nudge.id), "")}
    )
    found = await shown(shop, typed)
    assert (found.problems, found.starts) == ({}, start.isoformat())
    assert [each.what for each in found.rounds] == [
        "第 1 轮：邀约（模板 甲、乙）",
        "第 2 轮：跟进，上一轮发出 4 天后，没回复才发",
        "第 3 轮：跟进（模板 催一催），上一轮发出 4 天后，没回复才发",
    ]
    nine = datetime(start.year, start.month, start.day, 9, tzinfo=ZoneInfo("America/New_York"))
    assert (found.rounds[0].begins, found.rounds[0].ends) == (nine, nine)
    assert {row.product for row in found.rows} <= {"猫砂盆 litter box", "饮水机 water fountain"}
    assert sum(int(one.rsplit(" ", 1)[1]) for one in found.products) == found.count == 3
    await submit(shop, shop.operator, typed)
    async with shop.database.unit(shop.operator) as unit:
        (kept,) = await unit.campaigns.all()
    assert (kept.plan.starts_on, kept.plan.products) == (start, typed.products)
    assert [step.templates for step in kept.plan.steps] == [(first[0].id, first[1].id), (), (nudge.id,)]


async def test_what_is_wrong_with_a_start_or_a_template_is_told_beside_it(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        nudge = await unit.templates.keep("催一催", NUDGE, purpose=Purpose.FOLLOW_UP, brand=shop.brand)
    own = (str(nudge.id), "777", "", str(nudge.id))
    found = await shown(shop, await form(shop, starts_on="soon", rounds="2", templates=own))
    assert found.problems == {
        "starts_on": texts().say("day_unreadable", "zh", text="soon"),
        "template_1": "「催一催」是后面几轮用的模板，第一轮要用邀约、样品邀请或感谢的模板。",
        "template_2": texts().say("template_gone", "zh"),
        "template_4": "说了 4 轮的模板，只有 2 轮。",
    }
    async with shop.database.unit(shop.lead) as unit:
        priced = await unit.templates.keep("价", PRICED, purpose=Purpose.INVITE, brand=shop.brand)
    asked = await shown(shop, await form(shop, templates=(str(priced.id),)))
    assert asked.problems == {"template_1": texts().say("template_needs", "zh", name="价", facts="{price}")}
    alone = await form(shop, split=str(nudge.id), handles=(), promotion_on="2020-01-01", starts_on="2020-01-01")
    problems = (await shown(shop, alone)).problems
    assert problems.keys() == {"promotion_on", "starts_on", "template_1"}
