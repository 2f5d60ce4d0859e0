"""A campaign that starts on a day to come, with several products, or written from a team's templates."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.cards.campaigns import planned, shown
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.creator import CreatorFacts
from memory.domain.errors import BadRequest
from memory.domain.funnel_stores import Sent
from memory.domain.ids import ProductId, TemplateVersionId
from memory.domain.offer import Offer
from memory.domain.outreach import DraftStatus, Purpose
from memory.domain.performance import Filters
from memory.domain.templates import Template, Wording, version_of
from prompts.render import texts
from tests.support.fake_drafting import Acceptor
from tests.tools.campaigns.test_campaign_tool import DAY, Desk
from tools.drafting.messengers import PLAYGROUND_SOURCE
from tools.follow_ups.arguments import ScheduleFollowUpArgs
from tools.follow_ups.schedule_tool import FollowUpsPlanned, schedule_follow_up

BOX, FOUNTAIN = "Litter Box | 猫砂盆", "Dog Water Fountain | 狗狗饮水机"
NEW_YORK = ZoneInfo("America/New_York")
FIRST = Wording("Hi {name}, {product} pays {commission}.", "{name}，{product} 佣金 {commission}。", "en", Offer(1800))
OTHER = Wording("{name}, would {product} be for you?", "{name}，{product} 合适吗？", "en")
NUDGE = Wording("Hi {name}, did you see this?", "{name}，看到了吗？", "en")


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.lead) as unit:
        await unit.products.save(None, {"name": BOX}, brand=shop.brand)
    return Desk(shop, await open_talk(shop, shop.operator))


async def today(desk: Desk) -> date:
    """The team's day."""
    return (await desk.shop.now()).astimezone(ZoneInfo("Asia/Shanghai")).date()


async def keep(desk: Desk, name: str, wording: Wording, purpose: Purpose = Purpose.INVITE) -> Template:
    """A template of the team's, or its next version."""
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        kept = await unit.templates.keep(name, wording, purpose=purpose, brand=desk.shop.brand)
        await unit.templates.void_others(kept)
    return kept


def versions(drafts: Mapping[int, str | None]) -> Counter[TemplateVersionId | None]:
    return Counter(version_of(code) for code in drafts.values())


async def test_nothing_goes_before_the_day_a_campaign_starts_and_its_approval_holds_until_then(desk: Desk) -> None:
    await desk.found(2)
    start = await today(desk) + 20 * DAY
    plan = await desk.plan(name="返校季", rounds=2, every_days=3, start_date=start.isoformat())
    said = planned(plan, "zh", texts())
    nine = datetime(start.year, start.month, start.day, 9, tzinfo=NEW_YORK)
    there, here = f"{start:%m-%d}", nine.astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{start.isoformat()}（达人当地日期）起才发；最早一条 {there} " in said.text
    assert f"09:00（估） / {here:%m-%d} " in said.text
    assert plan.campaign.plan.starts_on == start
    for batch in (plan.batches[1], plan.batches[0]):  # the later round first: its approval must last as well
        await desk.approve(batch)
    (first, *_) = await desk.shop.read(plan.batches[0])
    (second, *_) = await desk.shop.read(plan.batches[1])
    assert (first.due_at, second.due_at) == (nine, nine + 3 * DAY)
    await desk.shop.move_clock(nine - await desk.shop.now() - timedelta(hours=2))
    await desk.shop.dispatch()
    assert desk.sent() == []
    await desk.shop.move_clock(timedelta(hours=2))
    await desk.shop.dispatch()
    assert sorted(desk.sent()) == ["creator00000", "creator00001"]
    for _ in range(3):
        await desk.shop.move_clock(DAY)
    await desk.shop.dispatch()
    assert Counter(desk.sent()) == {"creator00000": 2, "creator00001": 2}


async def test_who_is_added_before_the_start_waits_for_it_too(desk: Desk) -> None:
    await desk.found(1)
    start = await today(desk) + 5 * DAY
    await desk.plan(name="返校季", rounds=1, start_date=start.isoformat())
    await desk.found(1)
    again = await desk.plan(name="返校季")
    assert {draft.starts_on for draft in again.first.batch.drafts} == {start}
    await desk.found(1)
    other = await desk.plan(name="返校季", start_date=(start + DAY).isoformat())
    assert ({draft.starts_on for draft in other.first.batch.drafts}, other.campaign.plan.starts_on) == (
        {start + DAY},
        start,
    )


@pytest.mark.parametrize(
    ("days", "sale", "why"),
    [(-1, None, "campaign_start_past"), (181, None, "campaign_start_far"), (9, 8, "campaign_start_after_day")],
)
async def test_a_start_that_cannot_be_is_told_and_writes_nothing(
    desk: Desk, days: int, sale: int | None, why: str
) -> None:
    await desk.found(1)
    now = await today(desk)
    given = {"start_date": (now + days * DAY).isoformat()}
    if sale is not None:
        given["promotion_date"] = (now + sale * DAY).isoformat()
    with pytest.raises(BadRequest, match=why):
        await desk.plan(name="返校季", **given)


async def test_a_day_of_the_sale_before_the_start_of_its_campaign_is_told(desk: Desk) -> None:
    await desk.found(1)
    now = await today(desk)
    await desk.plan(name="返校季", rounds=1, start_date=(now + 9 * DAY).isoformat())
    await desk.found(1)
    with pytest.raises(BadRequest, match="campaign_start_after_day"):
        await desk.plan(name="返校季", promotion_date=(now + 5 * DAY).isoformat())


async def test_a_start_too_near_the_sale_is_doubted(desk: Desk) -> None:
    await desk.found(1)
    now = await today(desk)
    days = {"start_date": (now + 30 * DAY).isoformat(), "promotion_date": (now + 40 * DAY).isoformat()}
    plan = await desk.plan(name="返校季", rounds=1, **days)
    (late,) = [flag for flag in plan.doubts if flag.key == "campaign_late"]
    assert (late.facts["from"], late.facts["by"]) == (days["start_date"], (now + 51 * DAY).isoformat())


async def test_of_several_products_each_creator_is_offered_the_one_that_fits(desk: Desk) -> None:
    async with desk.shop.database.unit(desk.shop.owner) as unit:
        facts = [
            CreatorFacts(handle="cat_mama", market="US", hashtags=("catsoftiktok", "litterboxhacks")),
            CreatorFacts(handle="dog_dad", market="US", bio="Life with two dogs", categories=("pets",)),
        ]
        await unit.creators.upsert(facts, source=PLAYGROUND_SOURCE, as_of=unit.now)
        known = await unit.creators.by_handles(["cat_mama", "dog_dad"])
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        await unit.products.save(None, {"name": FOUNTAIN}, brand=desk.shop.brand)
        ids = {product.name: product.id for product in await unit.products.all()}
    await desk.shortlist([known["dog_dad"].id, known["cat_mama"].id])
    plan = await desk.plan(name="返校季", rounds=2, products=["猫砂盆", "狗狗饮水机"])
    wanted = {"dog_dad": ids[FOUNTAIN], "cat_mama": ids[BOX]}
    for batch in plan.batches:
        assert {draft.handle: draft.product for draft in batch.drafts} == wanted
    assert plan.campaign.plan.products == (ids[BOX], ids[FOUNTAIN])
    card = planned(plan, "zh", texts()).cards[0]
    assert isinstance(card, ReportCard)
    assert card.columns[:2] == ("达人", "推哪个产品")
    assert [row[:2] for row in card.rows] == [("@dog_dad", FOUNTAIN), ("@cat_mama", BOX)]
    assert f"产品：{BOX}、{FOUNTAIN}" in shown(await desk.show("返校季"), "zh", texts()).text
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        read = await unit.drafts.batch(plan.batches[0].code)
    assert read is not None
    assert read.product_name == f"{FOUNTAIN}、{BOX}"
    await desk.approve(plan.first.batch)
    await desk.shop.dispatch()
    now = await desk.shop.now()
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        for product in wanted.values():
            of = Filters(product=product, campaign=plan.campaign.id)
            (group,) = await unit.funnel.counts(Sent(now - DAY, now + DAY, of), by=None)
            assert group.counts.contacted == 1
    with pytest.raises(BadRequest, match="campaign_too_many_products"):
        await _with_six(desk, ids)


async def _with_six(desk: Desk, ids: Mapping[str, ProductId]) -> None:
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        for number in range(6 - len(ids)):
            await unit.products.save(None, {"name": f"Other thing {number}"}, brand=desk.shop.brand)
    await desk.found(1)
    await desk.plan(name="返校季", products=[f"Other thing {number}" for number in range(4)])


async def test_rounds_are_written_from_the_teams_templates_and_a_new_version_voids_what_waits(desk: Desk) -> None:
    first, nudge = await keep(desk, "首轮", FIRST), await keep(desk, "催一催", NUDGE, Purpose.FOLLOW_UP)
    await desk.found(2)
    plan = await desk.plan(name="返校季", rounds=3, templates=["首轮", "", "催一催"])
    one, two, three = plan.batches
    assert {draft.version.content.text for draft in three.drafts} == {
        "Hi creator00000, did you see this?",
        "Hi creator00001, did you see this?",
    }
    assert [versions({d.number: d.version.content.template for d in batch.drafts}) for batch in (one, two, three)] == [
        {first.in_force.id: 2},
        {None: 2},
        {nudge.in_force.id: 2},
    ]
    assert {draft.version.content.offer for draft in (*one.drafts, *two.drafts)} == {Offer(1800)}
    assert "模板 催一催（第 1 版）：2 条（1、2）" in planned(plan, "zh", texts()).text
    for batch in plan.batches:
        await desk.approve(batch)
    await keep(desk, "催一催", replace(NUDGE, text="Hi {name}, still here?"), Purpose.FOLLOW_UP)
    statuses = [{draft.status for draft in await desk.shop.read(batch)} for batch in plan.batches]
    assert statuses == [{DraftStatus.APPROVED}, {DraftStatus.APPROVED}, {DraftStatus.OPEN}]
    await desk.found(1)
    again = await desk.plan(name="返校季")
    assert again.batches[2].drafts[0].version.content.text == "Hi creator00002, still here?"


async def test_two_templates_are_split_by_chance_in_the_first_round_and_the_sends_say_which(desk: Desk) -> None:
    templates = [await keep(desk, "甲", replace(FIRST, offer=Offer())), await keep(desk, "乙", OTHER)]
    await desk.found(4)
    plan = await desk.plan(name="返校季", rounds=1, split=["甲", "乙"], commission_rate=0.2)
    drafts = plan.first.batch.drafts
    made = versions({draft.number: draft.version.content.template for draft in drafts})
    assert made == {template.in_force.id: 2 for template in templates}
    await desk.approve(plan.first.batch)
    await desk.shop.dispatch()
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        sent = {template.name: template.in_force.sent for template in await unit.templates.all()}
    assert sent == {"甲": 2, "乙": 2}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"templates": ["催一催"]}, "template_not_first"),
        ({"templates": ["首轮", "首轮"]}, "template_not_afterwards"),
        ({"templates": ["首轮", "催一催", "催一催"], "rounds": 2}, "templates_beyond_rounds"),
        ({"templates": ["没有的"]}, "unknown_template"),
        ({"templates": ["首轮"], "split": ["首轮", "首轮"]}, "split_or_template"),
        ({"split": ["首轮", "首轮"]}, "templates_same"),
    ],
)
async def test_a_template_that_does_not_do_is_told_and_writes_nothing(
    desk: Desk, given: dict[str, object], why: str
) -> None:
    await keep(desk, "首轮", FIRST)
    await keep(desk, "催一催", NUDGE, Purpose.FOLLOW_UP)
    await desk.found(1)
    with pytest.raises(BadRequest, match=why):
        await desk.plan(name="返校季", **given)
    assert (await desk.listing()).views == ()


async def test_follow_ups_are_written_from_a_template_too(desk: Desk) -> None:
    nudge = await keep(desk, "催一催", NUDGE, Purpose.FOLLOW_UP)
    await keep(desk, "首轮", FIRST)
    creators = await desk.creators(2)
    await desk.shop.approved(creators)
    await desk.shop.dispatch()
    await desk.shortlist(creators)

    async def follow(*names: str, rounds: int = 2) -> FollowUpsPlanned:
        turn = await desk.turn()
        args = ScheduleFollowUpArgs(rounds=rounds, templates=names)
        found = await schedule_follow_up(desk.shop.database, Acceptor(), None).run(args, turn)
        assert isinstance(found, FollowUpsPlanned)
        await desk.end(turn)
        return found

    with pytest.raises(BadRequest, match="template_not_afterwards"):
        await follow("首轮")
    with pytest.raises(BadRequest, match="templates_beyond_rounds"):
        await follow("催一催", "催一催", rounds=1)
    one, two = (found := await follow("", "催一催")).batches
    assert {version_of(draft.version.content.template) for draft in one.drafts} == {None}
    assert {version_of(draft.version.content.template) for draft in two.drafts} == {nudge.in_force.id}
    assert [(code, use.name, use.numbers) for code, use in found.made_from.items()] == [(two.code, "催一催", (1, 2))]
