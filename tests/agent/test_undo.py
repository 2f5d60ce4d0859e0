"""「撤销」 in chat and as a form: the member's own last change, one by one, and never over somebody else's."""

import asyncio
from datetime import timedelta

import pytest

from agent.undo.registry import REVERSERS
from evals.suites.selling_office import SellingOffice, content, open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.chat import EditDraft, SavePolicy, SaveProduct, Undo, UpdateRelation
from memory.domain.chat_stores import Fence
from memory.domain.creator import Relation
from memory.domain.errors import Conflict
from memory.domain.ids import CreatorId
from memory.domain.outreach import DraftStatus
from memory.domain.product_stores import Preference
from memory.domain.rate_forms import AgreeRate
from prompts.render import texts
from tools.contract import TurnContext
from tools.preferences.tool import PreferencesArgs, preferences

NOTHING = "最近 24 小时里没有你能撤销的改动。"


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    """One brand with people of every role; it is noon in New York."""
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def relation(shop: SellingOffice, creator: CreatorId) -> Relation:
    async with shop.database.unit(shop.lead) as unit:
        return (await unit.relations.of([creator]))[creator]


async def test_a_profile_goes_back_step_by_step(shop: SellingOffice) -> None:
    (creator,) = await shop.creators(1)
    talk = await open_talk(shop, shop.operator)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied", add_tags=("vip",)))
    await talk.submit(UpdateRelation(handle="creator00000", note="calls on Monday", blocked=True))
    assert await talk.say("撤销") == "已撤销：@creator00000（共 1 位）的备注、屏蔽改回原样。"
    first = await relation(shop, creator)
    assert (first.stage, first.tags, first.notes, first.blocked) == ("replied", ("vip",), (), False)
    assert "阶段、标签" in (await talk.submit(Undo())).text
    before = await relation(shop, creator)
    assert (before.stage, before.tags) == ("new", ())
    assert await talk.say("撤销") == NOTHING


async def test_many_creators_changed_together_go_back_together_or_not_at_all(shop: SellingOffice) -> None:
    creators = await shop.creators(6)
    async with shop.database.unit(shop.operator) as unit:
        await unit.relations.update(creators, stage="negotiating")
    async with shop.database.unit(shop.ben) as unit:
        await unit.relations.update(creators[:1], add_tags=["mine"])
    talk = await open_talk(shop, shop.operator)
    assert await talk.say("撤销") == "「@creator00000」后来又改过，没有撤销，什么都没动。"
    assert (await relation(shop, creators[5])).stage == "negotiating"
    with pytest.raises(Conflict, match="undo_changed_since"):
        await talk.submit(Undo())
    other = await open_talk(shop, shop.ben)
    await other.say("撤销")
    assert "共 6 位" in await talk.say("撤销")
    assert {(await relation(shop, creator)).stage for creator in creators} == {"new"}


async def test_a_rate_typed_by_hand_goes_back_to_what_stood_there(shop: SellingOffice) -> None:
    await shop.creators(1)
    talk, other = await open_talk(shop, shop.operator), await open_talk(shop, shop.ben)

    async def agreed() -> list[int]:
        async with shop.database.unit(shop.operator) as unit:
            return [rate.rate_bp for rate in await unit.sales.agreed(brand=shop.brand)]

    for rate in ("15%", "18%"):
        reply = await talk.submit(AgreeRate(handle="creator00000", rate=rate))
    assert reply.undo is not None
    assert (await talk.say("撤销"), await agreed()) == ("已撤销：和 @creator00000 约定的佣金率改回 15%。", [1_500])
    assert (await talk.say("undo"), await agreed()) == ("已撤销：和 @creator00000 约定的 15% 不算了，按之前的算。", [])
    assert await talk.say("撤销") == NOTHING
    await talk.submit(AgreeRate(handle="creator00000", rate="15%"))
    await other.submit(AgreeRate(handle="creator00000", rate="12%"))
    assert (await talk.say("撤销"), await agreed()) == ("「@creator00000」后来又改过，没有撤销，什么都没动。", [1_200])


async def test_a_product_goes_back_and_an_added_one_stays(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    await talk.submit(SaveProduct(name="Fountain", price="39.9", selling_points=("quiet",)))
    assert "添加不能撤销" in await talk.say("撤销")
    async with shop.database.unit(shop.operator) as unit:
        (made,) = await unit.products.all()
    await talk.submit(SaveProduct(id=made.id, name="Fountain Pro", price="49.9"))
    assert await talk.say("undo") == "已撤销：产品「Fountain」改回原样。"
    async with shop.database.unit(shop.operator) as unit:
        assert await unit.products.all() == [made]


async def test_preferences_are_forgotten_and_remembered_again(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    tool = preferences(shop.database, lambda text: {"markets": ["US"]} if "美国" in text else {})

    async def call(action: str, text: str) -> None:
        async with shop.database.unit(shop.operator) as unit:
            id_, _ = await unit.turns.add(
                talk.conversation, text=text, connector="web", outside_id=f"{action} {text}", now=unit.now
            )
            begun = await unit.turns.begin(id_)
        assert begun is not None
        turn = TurnContext(shop.operator, talk.conversation, Fence(id_, begun.attempt), "zh", f"turn:{id_}:0", (text,))
        await tool.run(PreferencesArgs.model_validate({"action": action, "text": text}), turn)

    async def kept() -> list[Preference]:
        async with shop.database.unit(shop.operator) as unit:
            return await unit.preferences.all()

    await call("set", "只看美国的")
    await call("forget", "只看美国的")
    assert await kept() == []
    assert await talk.say("撤销") == "已撤销：重新记住「只看美国的」。"
    assert [(each.text, each.criteria) for each in await kept()] == [("只看美国的", {"markets": ["US"]})]
    assert "不再照这条记" in await talk.say("撤销")
    assert await kept() == []


async def test_an_edited_draft_has_its_older_text_again_and_needs_a_new_approval(shop: SellingOffice) -> None:
    writer, approver = await open_talk(shop, shop.operator), await open_talk(shop, shop.anna)
    batch = await approver.draft(2)
    await writer.submit(EditDraft(draft=batch.drafts[0].id, seen_digest=batch.drafts[0].version.digest, text="Hello"))
    await approver.see(batch)
    await approver.say("批准 1")
    said = await writer.say("撤销")
    assert said == f"已撤销：{batch.code} 的 1 改回上一版文字，要重新看、重新批准。"
    first = (await shop.read(batch))[0]
    assert (first.version.content, first.version.number, first.status) == (content("Hi 1"), 3, DraftStatus.OPEN)
    await shop.move_clock(timedelta(minutes=2))
    assert (await shop.dispatch()).claimed == 0


async def test_what_is_on_its_way_keeps_its_text(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1))
    await shop.edit(batch.drafts[0], "Second thoughts")
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert (await shop.dispatch()).sent == 1
    talk = await open_talk(shop, shop.operator)
    assert await talk.say("撤销") == f"{batch.code} 的 1 已在发送或已结束，改不回去。"


async def test_a_lead_takes_a_policy_back_unless_it_was_changed_since(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.lead)
    async with shop.database.unit(shop.lead) as unit:
        before = await unit.people.policy(shop.brand)
    await talk.submit(SavePolicy(own_drafts_approvable=False, commission_ceiling="15%"))
    assert await talk.say("撤销") == "已撤销：审批规则改回原样。"
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.people.policy(shop.brand) == before
    await talk.submit(SavePolicy(own_drafts_approvable=False, commission_ceiling="15%"))
    await talk.submit(SavePolicy(own_drafts_approvable=True, commission_ceiling="20%"))
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, before)
    assert "后来又改过" in await talk.say("撤销")


async def test_only_ones_own_changes_of_a_day_and_only_once(shop: SellingOffice) -> None:
    (creator,) = await shop.creators(1)
    talk, other = await open_talk(shop, shop.operator), await open_talk(shop, shop.ben)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    assert await other.say("撤销") == NOTHING
    twice = await asyncio.gather(talk.submit(Undo()), talk.submit(Undo()))
    assert sorted(reply.text == NOTHING for reply in twice) == [False, True]
    assert (await relation(shop, creator)).stage == "new"
    await talk.submit(UpdateRelation(handle="creator00000", stage="agreed"))
    await shop.move_clock(timedelta(hours=25))
    assert await talk.say("撤销") == NOTHING


def test_every_kind_of_change_says_something() -> None:
    assert {event.partition(".")[0] for event in REVERSERS} == {
        "relation", "product", "sample", "preference", "template", "draft", "policy", "hand", "follow_up",
        "digest", "rate",
    }  # fmt: skip
    assert all(f"undo_field_{field}" in texts() for field in ("stage", "tags", "notes", "owner", "blocked"))
