"""A team's own templates over real rows: saved from drafts, used, changed, taken back; what they void, what is kept."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from agent.cards.drafting import drafted as drafted_shown
from agent.cards.funnel import funnel as funnel_shown
from agent.cards.templates import template_refused, template_saved, templates_shown
from agent.undo.undoing import undo
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.chat import Reply
from memory.domain.creator import CreatorFacts
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed
from memory.domain.funnel import Counts, Group, Grouping
from memory.domain.funnel_stores import Sent
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Content, DraftStatus, Intent
from prompts.render import texts
from tests.support.asking import Asking
from tests.support.fake_drafting import Acceptor
from tools.drafting.tool import Drafted, DraftMessagesArgs, draft_messages
from tools.performance.arguments import PerformanceArgs
from tools.performance.funnel import FunnelShown
from tools.performance.tool import performance
from tools.templates.tool import TemplateRefused, TemplatesArgs, TemplateSaved, TemplatesShown, templates

PEOPLE = ("Mia", "Zoe", "Ana", "Lea", "Kim", "Noa", "Eva", "Ida")


@dataclass(slots=True)
class Desk(Asking):
    """A member who writes to people with profiles, about one product."""

    async def draft(self, **args: object) -> Drafted:
        """Drafts of one turn, published."""
        turn = await self.turn()
        tool = draft_messages(self.shop.database, Acceptor(), None)
        given = {"purpose": "invite", "channel": "playground"} | args
        drafted = await tool.run(DraftMessagesArgs.model_validate(given), turn)
        assert isinstance(drafted, Drafted)
        await self.end(turn)
        return drafted

    async def template(self, **args: object) -> TemplatesShown | TemplateSaved | TemplateRefused:
        """One call of the tool, in a turn of its own."""
        result = await templates(self.shop.database).run(TemplatesArgs.model_validate(args), await self.turn())
        assert isinstance(result, TemplatesShown | TemplateSaved | TemplateRefused)
        return result

    async def saved(self, name: str = "猫砂盆首轮", **args: object) -> TemplateSaved:
        """A template saved from a draft of this conversation."""
        result = await self.template(action="save", name=name, **args)
        assert isinstance(result, TemplateSaved)
        return result

    async def funnel(self, **args: object) -> FunnelShown:
        """The funnel of the last days, today included."""
        given = PerformanceArgs.model_validate({"subject": "funnel"} | args)
        result = await performance(self.shop.database).run(given, await self.turn())
        assert isinstance(result, FunnelShown)
        return result

    async def undo(self) -> str:
        """What the newest change is taken back with."""
        async with self.shop.database.unit(self.shop.operator) as unit:
            reply = await undo(unit, texts())
        assert isinstance(reply, Reply)
        return reply.text

    async def approve(self, batch: Batch) -> None:
        """All of a batch, as it is now."""
        shown = await self.shop.show(batch, self.shop.anna)
        await self.shop.decide(shown, self.shop.anna, approve=[draft.number for draft in batch.drafts])

    async def statuses(self, batch: Batch) -> list[tuple[DraftStatus, str | None]]:
        """Each draft's status and the key of its reason."""
        return [(one.status, one.reason.key if one.reason else None) for one in await self.shop.read(batch)]

    async def refusal(self, **args: object) -> AppError:
        """What a call is refused with."""
        with pytest.raises(AppError) as refused:
            await self.template(**args)
        return refused.value


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.lead) as unit:
        facts = [
            CreatorFacts(handle=f"{name.lower()}.pets", name=name, market="US", languages=("en",), categories=("pets",),
                         bio="honest notes on cat things", hashtags=(f"{name.lower()}andcats",))
            for name in PEOPLE
        ]  # fmt: skip
        await unit.creators.upsert(facts, source="file", as_of=unit.now)
        await unit.products.save(
            None, {"name": "QuietScoop Litter Box | 静音猫砂盆", "price": Money(2990), "sample": True}, brand=shop.brand
        )
    return Desk(shop, await open_talk(shop, shop.operator))


def handles(*places: int) -> list[str]:
    return [f"{PEOPLE[place].lower()}.pets" for place in places]


async def test_a_draft_becomes_a_template_that_writes_to_somebody_else(desk: Desk) -> None:
    first = (await desk.draft(handles=handles(0, 1, 2), commission_rate=0.18, free_sample=True)).batch
    saved = await desk.saved(number=2)
    source = first.drafts[1].version.content
    wording = saved.template.in_force.wording
    assert (saved.template.name, saved.template.current, wording.offer) == ("猫砂盆首轮", 1, source.offer)
    assert not any(
        word in wording.text + wording.text_zh for word in ("Zoe", "18%", "29.90", "QuietScoop", "zoeandcats")
    )
    second = await desk.draft(handles=handles(3, 4), template="猫砂盆 首轮")
    lea, kim = (draft.version.content for draft in second.batch.drafts)
    assert lea.text == source.text.replace("Zoe", "Lea").replace("zoeandcats", "leaandcats")
    assert kim.text_zh == source.text_zh.replace("Zoe", "Kim").replace("zoeandcats", "kimandcats")
    assert lea.template == kim.template == f"team.invite.{saved.template.in_force.id}"
    assert {draft.status for draft in await desk.shop.read(second.batch)} == {DraftStatus.OPEN}
    said = drafted_shown(second, "zh", texts()).text
    assert "模板 猫砂盆首轮（第 1 版）：2 条（1、2）" in said


async def test_what_is_offered_now_wins_over_what_was_saved(desk: Desk) -> None:
    await desk.draft(handles=handles(0), commission_rate=0.18)
    await desk.saved()
    (draft,) = (await desk.draft(handles=handles(1), template="猫砂盆首轮", commission_rate=0.2)).batch.drafts
    assert draft.version.content.offer == Offer(2000)
    assert "20%" in draft.version.content.text
    assert "18%" not in draft.version.content.text


async def test_saving_the_name_again_voids_what_waits_of_the_version_before(desk: Desk) -> None:
    await desk.draft(handles=handles(0, 1), commission_rate=0.18)
    await desk.saved(number=1)
    waiting = (await desk.draft(handles=handles(2, 3), template="猫砂盆首轮")).batch
    await desk.approve(waiting)
    assert await desk.statuses(waiting) == [(DraftStatus.APPROVED, None)] * 2
    await desk.draft(handles=handles(0, 1), commission_rate=0.18, tone="formal")
    again = await desk.saved(number=2)
    assert (again.template.current, len(again.template.versions)) == (2, 2)
    assert [(one.batch_code, one.number) for one in again.voided] == [(waiting.code, 1), (waiting.code, 2)]
    assert await desk.statuses(waiting) == [(DraftStatus.OPEN, "template_changed")] * 2
    await desk.shop.dispatch()
    assert desk.shop.messenger.received == []
    said = template_saved(again, "zh", texts()).text
    assert f"2 条按旧版写的草稿，之前的批准作废，要重新看过再批：{waiting.code} 1、2" in said
    await desk.approve(waiting)
    await desk.shop.dispatch()
    assert [ticket.handle for ticket in desk.shop.messenger.received] == handles(2, 3)


async def test_a_send_keeps_its_version_language_hour_and_round(desk: Desk) -> None:
    await desk.draft(handles=handles(0), commission_rate=0.18)
    saved = await desk.saved()
    batch = (await desk.draft(handles=handles(1, 2), template="猫砂盆首轮")).batch
    await desk.approve(batch)
    await desk.shop.dispatch()
    later = await desk.shop.follow_up(batch)
    await desk.approve(later)
    await desk.shop.answer(batch.drafts[0].creator, intent=Intent.PRICE)
    await desk.shop.move_clock(timedelta(days=4))
    await desk.shop.move_to_hour(15)
    await desk.shop.dispatch()
    now = await desk.shop.now()
    sent = Sent(now - timedelta(days=30), now + timedelta(days=1))
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        found = {by: await unit.funnel.counts(sent, by=by) for by in (None, *Grouping)}
        (kept,) = await unit.templates.all()
    first, second = Counts(2, replied=1, interested=1), Counts(1)
    assert found == {
        None: [Group(first)],
        Grouping.TEMPLATE: [Group(first, "猫砂盆首轮", 1), Group(second)],
        Grouping.LANGUAGE: [Group(first, "en")],
        Grouping.HOUR: [Group(first, "12"), Group(second, "15")],
        Grouping.ROUND: [Group(first, "1"), Group(second, "2")],
    }
    assert kept.versions[0].sent == 2
    assert saved.template.versions[0].sent == 0


async def test_two_templates_are_split_by_chance_and_the_card_says_how(desk: Desk) -> None:
    await desk.draft(handles=handles(0, 1), commission_rate=0.18)
    a = await desk.saved("A", number=1)
    b = await desk.saved("B", number=2)
    drafted = await desk.draft(handles=handles(2, 3, 4, 5, 6, 7), split=["A", "B"])
    codes = [draft.version.content.template for draft in drafted.batch.drafts]
    of_a, of_b = (f"team.invite.{one.template.in_force.id}" for one in (a, b))
    assert sorted([codes.count(of_a), codes.count(of_b)]) == [3, 3]
    assert [(use.name, len(use.numbers)) for use in drafted.made_from] == [("A", 3), ("B", 3)]
    assert [codes[number - 1] for number in drafted.made_from[0].numbers] == [of_a] * 3
    assert "随机分" in drafted_shown(drafted, "zh", texts()).text
    with pytest.raises(BadRequest) as refused:
        await desk.draft(handles=handles(2, 3), split=["A", "a"])
    assert refused.value.text_key == "templates_same"


async def test_a_draft_that_speaks_of_its_creator_alone_is_refused_with_the_reason(desk: Desk) -> None:
    batch = (await desk.draft(handles=handles(0), commission_rate=0.18)).batch
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        own = "Hi Mia, 45 minutes of “honest notes on cat things” with our QuietScoop Litter Box!"
        words = Content(own, "Mia你好，想跟你聊聊我们的静音猫砂盆，45 分钟。", "en", Offer())
        await unit.drafts.add_version(batch.drafts[0].id, words, ())
    refused = await desk.template(action="save", name="只给 Mia")
    assert isinstance(refused, TemplateRefused)
    assert {flag.key for flag in refused.problems} >= {"ungrounded_quote", "ungrounded_number"}
    said = template_refused(refused, "zh", texts()).text
    assert said.startswith(f"{batch.code} 第 1 条没有存成模板「只给 Mia」，因为：")
    shown = await desk.template(action="list")
    assert isinstance(shown, TemplatesShown)
    assert shown.templates == ()


async def test_a_draft_in_free_words_becomes_a_template_too(desk: Desk) -> None:
    batch = (await desk.draft(handles=handles(0), commission_rate=0.18)).batch
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        words = Content(
            "Hi Mia, may I send you our QuietScoop Litter Box? You keep 18% of every sale.",
            "Mia你好，想寄我们的静音猫砂盆给你，每单你拿 18%。",
            "en",
            Offer(1800),
        )
        await unit.drafts.add_version(batch.drafts[0].id, words, ())
    saved = await desk.saved("自己写的")
    assert saved.template.in_force.wording.text == (
        "Hi {name}, may I send you our {product}? You keep {commission} of every sale."
    )
    (draft,) = (await desk.draft(handles=handles(1), template="自己写的", commission_rate=0.15)).batch.drafts
    assert draft.version.content.text_zh == "Zoe你好，想寄我们的静音猫砂盆给你，每单你拿 15%。"
    assert draft.version.flags == ()


async def test_changes_are_undone_and_needless_approvals_stay_void(desk: Desk) -> None:
    await desk.draft(handles=handles(0, 1), commission_rate=0.18)
    await desk.saved(number=1)
    await desk.saved(number=2)
    waiting = (await desk.draft(handles=handles(2), template="猫砂盆首轮")).batch
    await desk.approve(waiting)
    assert await desk.undo() == ("已撤销：模板「猫砂盆首轮」恢复到第 1 版；按撤掉那版写的草稿要重新批准。")
    assert await desk.statuses(waiting) == [(DraftStatus.OPEN, "template_changed")]
    await desk.template(action="rename", name="猫砂盆首轮", new_name="新首轮")
    retired = await desk.template(action="retire", name="新首轮")
    assert isinstance(retired, TemplatesShown)
    assert "已停用" in templates_shown(retired, "zh", texts()).text
    assert await desk.undo() == "已撤销：模板「新首轮」恢复使用。"
    assert await desk.undo() == "已撤销：模板改回叫「猫砂盆首轮」。"
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        (kept,) = await unit.templates.all()
    assert (kept.name, kept.current, [version.number for version in kept.versions]) == ("猫砂盆首轮", 1, [1, 2])


async def test_mistakes_are_said_clearly(desk: Desk) -> None:
    assert (await desk.refusal(action="save", name="早了")).text_key == "template_no_draft"
    batch = (await desk.draft(handles=handles(0), commission_rate=0.18)).batch
    assert (await desk.refusal(action="save", name="「」")).text_key == "template_needs_name"
    assert (await desk.refusal(action="save", name="Warm")).text_key == "template_name_built_in"
    assert (await desk.refusal(action="save", name="X", number=9)).facts == {"number": 9, "batch": batch.code}
    await desk.saved("X")
    await desk.saved("Y")
    unknown = await desk.refusal(action="show", name="Z")
    assert unknown.facts == {"template": "Z", "templates": "X、Y"}
    assert isinstance(await desk.refusal(action="rename", name="X", new_name="y"), Conflict)
    with pytest.raises(BadRequest) as needs:
        await desk.draft(handles=handles(1), template="nothing like it")
    assert needs.value.text_key == "unknown_template"
    turn = await desk.turn()
    viewer = replace(turn, scope=desk.shop.viewer)
    with pytest.raises(NotAllowed):
        await templates(desk.shop.database).run(TemplatesArgs(action="retire", name="X"), viewer)


async def test_the_funnel_answers_with_numbers_and_claims_nothing_of_a_few(desk: Desk) -> None:
    await desk.draft(handles=handles(0), commission_rate=0.18)
    await desk.saved()
    empty = await desk.funnel()
    assert funnel_shown(empty, "en", texts()).text.startswith("Nothing was sent in ")
    batch = (await desk.draft(handles=handles(1, 2), template="猫砂盆首轮")).batch
    await desk.approve(batch)
    await desk.shop.dispatch()
    await desk.shop.answer(batch.drafts[0].creator)
    piece = funnel_shown(await desk.funnel(group_by="template", metrics=["reply_rate"]), "zh", texts())
    (card,) = piece.cards
    assert isinstance(card, ReportCard)
    assert card.rows == (("猫砂盆首轮（第 1 版）", "2", "1，样本不足", "1，样本不足", "0，样本不足"),)
    assert "高于" not in piece.text
