"""Samples as a team records them in chat: who may, what waits for a word, what is asked back, what is undone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.cards.samples import samples_recorded, samples_shown, samples_waiting
from agent.undo.undoing import undo
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.money import Money
from memory.domain.sample import SampleStatus
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.sampling import SampleTeam
from tools.samples.tool import SamplesWaiting

S = SampleStatus


async def test_a_sample_goes_its_way_by_chat(team: SampleTeam) -> None:
    operator, approver = team.office.operator(), team.office.approver()
    await team.creators("mia.pets")
    await team.product("Leash", Money(1999, "USD"))
    mia = {"handles": ["@mia.pets"]}
    await team.recorded(operator, {**mia, "status": "asked"}, "@mia.pets 要样品")
    reply = await team.approved(approver, {**mia, "status": "approved", "cost": {"amount": 12, "currency": "USD"}})
    assert reply.text == "已登记 1 个：@mia.pets「Leash」 已批准待寄（成本 $12）"
    shipped = await team.recorded(operator, {**mia, "status": "shipped", "tracking_number": "1Z999AA1"})
    assert samples_recorded(shipped, "zh", texts()).text == (
        "已登记 1 个：@mia.pets「Leash」 已寄出（单号 1Z999AA1、成本 $12）"
    )
    delivered = await team.recorded(operator, {**mia, "status": "delivered"})
    (sample,) = await team.of("mia.pets")
    assert sample.delivered_at is not None
    assert sample.due_at == sample.delivered_at + timedelta(days=14)
    assert delivered.lines[0].days == 14
    await team.days_pass(15)
    await team.recorded(
        operator, {**mia, "status": "posted"}, "@mia.pets 发视频了 https://www.tiktok.com/@mia.pets/video/1"
    )
    (posted,) = await team.of("mia.pets")
    assert (posted.status, posted.content_link) == (S.POSTED, "https://www.tiktok.com/@mia.pets/video/1")
    relation = await team.relation("mia.pets")
    assert (relation.samples_received, relation.samples_posted) == (1, 1)


async def test_goods_wait_for_the_word_of_who_may_give_them(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    for scope in (team.office.viewer(), team.office.operator()):
        with pytest.raises(NotAllowed):
            await team.say(scope, {"action": "record", "handles": ["mia.pets"], "status": "approved"})
    waiting = await team.say(
        team.office.approver(), {"action": "record", "handles": ["mia.pets"], "status": "shipped", "cost": "8.50"}
    )
    assert isinstance(waiting, SamplesWaiting)
    piece = samples_waiting(waiting, "zh", texts())
    assert piece.text == "这会批准 1 个样品（要花货），登记为「已寄出」。确认无误请回：确认 C1"
    assert piece.cards[0].model_dump()["rows"] == (("@mia.pets", "未填", "新样品 → 已寄出", "$8.50"),)
    assert await team.of("mia.pets") == []
    await team.confirm(team.office.approver(), "C1")
    (sample,) = await team.of("mia.pets")
    assert (sample.status, sample.approved_by) == (S.SHIPPED, team.office.approver().member)


async def test_a_sample_that_changed_since_is_not_approved(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    approver = team.office.approver()
    await team.recorded(team.office.operator(), {"handles": ["mia.pets"], "status": "asked"})
    waiting = await team.say(approver, {"action": "record", "handles": ["mia.pets"], "status": "approved"})
    assert isinstance(waiting, SamplesWaiting)
    await team.recorded(team.office.operator(), {"handles": ["mia.pets"], "cost": "900"})
    assert (await team.confirm(approver, waiting.code)).text == texts().say("sample_changed_since", "zh")
    assert [sample.status for sample in await team.of("mia.pets")] == [S.ASKED]


async def test_a_ceiling_and_ones_own_samples_are_the_brands_rules(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets")
    approver, lead = team.office.approver(), team.office.lead()
    async with team.database.unit(lead) as unit:
        assert unit.scope.brand is not None
        policy = await unit.people.policy(unit.scope.brand)
        strict = replace(policy, sample_ceiling_minor=1000, own_drafts_approvable=False)
        await unit.people.save_policy(unit.scope.brand, strict)
    await team.recorded(team.office.operator(), {"handles": ["mia.pets"], "status": "agreed", "cost": "12"})
    for scope, handle, key in (
        (approver, "mia.pets", "sample_needs_lead"),
        (approver, "ben.pets", "sample_needs_lead"),
        (lead, "ben.pets", "sample_own"),
    ):
        with pytest.raises(NotAllowed, match=key):
            await team.say(scope, {"action": "record", "handles": [handle], "status": "approved"})
    await team.approved(lead, {"handles": ["mia.pets"], "status": "approved"})
    assert [sample.approved_by for sample in await team.of("mia.pets")] == [lead.member]


async def test_what_cannot_be_is_said_and_changes_nothing(team: SampleTeam) -> None:
    await team.creators("mia.pets", "ben.pets")
    approver = team.office.approver()
    await team.approved(approver, {"handles": ["mia.pets"], "status": "shipped"})
    before = await team.of("mia.pets")
    wrong: list[tuple[str, dict[str, object], str]] = [
        ("mia.pets", {"status": "overdue"}, "sample_by_time"),
        ("mia.pets", {}, "nothing_to_change"),
        ("ben.pets", {"status": "posted"}, "sample_none"),
        ("ben.pets", {"tracking_number": "1Z1"}, "sample_none"),
    ]
    for handle, arguments, key in wrong:
        with pytest.raises(BadRequest, match=key):
            await team.recorded(approver, {"handles": [handle], **arguments})
    assert await team.of("mia.pets") == before
    await team.recorded(approver, {"handles": ["mia.pets"], "status": "posted"})
    with pytest.raises(BadRequest, match="sample_no_way"):
        await team.recorded(approver, {"handles": ["mia.pets"], "status": "lost"})
    again = await team.recorded(approver, {"handles": ["mia.pets"], "status": "posted"})
    assert (again.changed, samples_recorded(again, "zh", texts()).text) == (0, "本来就是这样，没有改动。")


async def test_two_samples_of_one_creator_are_told_apart_by_product(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    approver, mia = team.office.approver(), {"handles": ["mia.pets"], "status": "shipped"}
    await team.product("Leash")
    await team.product("Leash XL")
    await team.approved(approver, mia, "@mia.pets 的 Leash 已寄")
    await team.approved(approver, mia, "@mia.pets 的 leash xl 已寄")
    with pytest.raises(BadRequest, match="samples_alike"):
        await team.recorded(approver, {"handles": ["mia.pets"], "status": "delivered"}, "@mia.pets 收到样品了")
    await team.recorded(approver, {"handles": ["mia.pets"], "status": "delivered"}, "@mia.pets 收到 Leash XL 了")
    lines = (await team.shown()).lines
    assert [(line.product, line.sample.status) for line in lines] == [("Leash XL", S.DELIVERED), ("Leash", S.SHIPPED)]


async def test_two_who_tell_the_same_at_once_record_one_sample(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    asked = {"handles": ["mia.pets"], "status": "asked"}
    told = await asyncio.gather(
        *(team.recorded(scope, asked) for scope in (team.office.operator(), team.office.approver(), team.office.lead()))
    )
    assert sorted(result.changed for result in told) == [0, 0, 1]
    assert len(await team.of("mia.pets")) == 1


async def test_eleven_at_once_wait_for_a_word(team: SampleTeam) -> None:
    handles = [f"pet_{number}" for number in range(11)]
    await team.creators(*handles)
    waiting = await team.say(team.office.operator(), {"action": "record", "handles": handles, "status": "asked"})
    assert isinstance(waiting, SamplesWaiting)
    assert (waiting.signs, len(waiting.rows)) == (0, 11)
    reply = await team.confirm(team.office.operator(), waiting.code)
    assert reply.text.startswith("已登记 11 个：@pet_0 已申请；")
    assert len((await team.shown()).lines) == 11


async def test_recording_is_undone_step_by_step(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    operator = team.office.operator()
    await team.recorded(operator, {"handles": ["mia.pets"], "status": "asked", "cost": "5"})
    first = await team.of("mia.pets")
    await team.days_pass(0.1)
    await team.recorded(operator, {"handles": ["mia.pets"], "status": "agreed"})
    assert (await undone(team, operator)).text == "已撤销 1 条样品登记（@mia.pets），回到之前的状态。"
    assert await team.of("mia.pets") == first
    await undone(team, operator)
    assert await team.of("mia.pets") == []


async def test_what_was_recorded_since_is_not_undone(team: SampleTeam) -> None:
    await team.creators("mia.pets")
    approver = team.office.approver()
    await team.approved(approver, {"handles": ["mia.pets"], "status": "shipped"})
    await team.recorded(team.office.operator(), {"handles": ["mia.pets"], "status": "delivered"})
    with pytest.raises(Conflict, match="undo_changed_since"):
        await undone(team, approver)
    await undone(team, team.office.operator())
    assert [sample.status for sample in await team.of("mia.pets")] == [S.SHIPPED]
    relation = await team.relation("mia.pets")
    assert relation.samples_received == 0


async def undone(team: SampleTeam, scope: Scope) -> Reply:
    async with team.database.unit(scope) as unit:
        reply = await undo(unit, texts())
    if not isinstance(reply, Reply):
        raise reply
    return reply


async def test_lists_answer_with_days_cost_owner_and_the_last_message(team: SampleTeam) -> None:
    await team.creators("late.lee", "soon.sam", "new.nia")
    approver = team.office.approver()
    for handle, wait in (("late.lee", 8), ("soon.sam", 7), ("new.nia", 0)):
        await team.approved(approver, {"handles": [handle], "status": "delivered", "cost": "7.25"})
        await team.days_pass(wait)
    async with team.database.unit(team.office.lead()) as unit:
        found = await unit.creators.by_handles(["soon.sam"])
        await unit.relations.update([found["soon.sam"].id], owner=team.office.operator().member)
    owing = await team.shown({"status": "content_due"})
    seen = [(line.handle, line.sample.status, line.days) for line in owing.lines]
    assert seen == [("late.lee", S.OVERDUE, -1), ("soon.sam", S.DELIVERED, 7), ("new.nia", S.DELIVERED, 14)]
    week = await team.shown({"due_within_days": 7})
    piece = samples_shown(week, "zh", texts())
    assert piece.text == (
        "共 1 个样品，最先到期的在前。\n另有 1 个已逾期，可以问「逾期的样品」。\n全部样品：已签收 2、逾期未发 1。"
    )
    (row,) = piece.cards[0].model_dump()["rows"]
    owner = next(line.owner for line in owing.lines if line.handle == "soon.sam")
    assert (row[0], row[2], row[3], row[5], row[6], row[7]) == (
        "@soon.sam", "已签收", "还剩 7 天", "$7.25", owner, "还没有消息",
    )  # fmt: skip
    assert samples_shown(await team.shown({"status": "lost"}), "en", texts()).text.startswith("No samples fit.")
