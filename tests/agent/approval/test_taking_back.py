"""Stopping, resuming and withdrawing, said in chat and read back from the rows."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.outreach.send import LEASE
from evals.suites.selling_office import SellingOffice
from evals.suites.talking import open_talk
from memory.domain.chat import ResumeBatch, StopBatch, WithdrawApprovals
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.outreach import DraftStatus

NEW_YORK = ZoneInfo("America/New_York")


async def claim(shop: SellingOffice, count: int) -> None:
    """Bring messages to where their platform is being called."""
    async with shop.database.across_tenants("a claim in flight") as unit:
        (queue,) = await unit.dispatch.queues(now=unit.now)
        for candidate in await unit.dispatch.candidates(queue, now=unit.now, limit=count):
            await unit.dispatch.claim(candidate, now=unit.now, lease=LEASE)


async def statuses(shop: SellingOffice, batch: object) -> list[DraftStatus]:
    return [draft.status for draft in await shop.read(batch)]  # type: ignore[arg-type]  # a Batch


async def test_a_stop_says_what_it_stopped_and_what_it_could_not(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(7))
    await claim(shop, 2)
    anybody = await open_talk(shop, shop.viewer)
    said = await anybody.say(f"停 {batch.code}")
    assert "停了 5 条；2 条已在发送，收不回" in said
    assert f"恢复 {batch.code}" in said
    assert (await shop.dispatch()).claimed == 0
    assert await statuses(shop, batch) == [DraftStatus.SENDING] * 2 + [DraftStatus.STOPPED] * 5


async def test_a_stop_does_not_count_what_was_taken_back_before(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(5))
    approver = await open_talk(shop, shop.anna)
    await approver.say(f"撤回 {batch.code} 的 2")
    assert "停了 4 条" in await approver.say("停")
    assert "4 条重新排期" in await approver.say("恢复")


async def test_only_who_may_decide_resumes_and_it_goes_on_by_daylight_at_normal_pace(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(12))
    anybody, approver = await open_talk(shop, shop.operator), await open_talk(shop, shop.anna)
    assert "停了 12 条" in await anybody.say("先别发")
    await shop.move_to_hour(23)
    assert (await shop.dispatch()).claimed == 0
    told = await anybody.say("恢复")
    assert "审批人或负责人" in told
    assert "anna" in told
    with pytest.raises(NotAllowed):
        await anybody.submit(ResumeBatch(batch=batch.code))
    assert f"已恢复 {batch.code}：12 条重新排期" in await approver.say("恢复")
    drafts = await shop.read(batch)
    due = [draft.due_at.astimezone(NEW_YORK) for draft in drafts if draft.due_at]
    assert [(at.hour, at.minute) for at in due] == [(9, 0)] * 10 + [(9, 1)] * 2
    assert (await shop.dispatch()).claimed == 0
    await shop.move_to_hour(9)
    assert (await shop.dispatch()).sent == 10
    await shop.move_clock(timedelta(minutes=2))
    assert (await shop.dispatch()).sent == 2
    assert shop.messenger.duplicates() == 0
    assert "没有停着的" in await approver.say("恢复")


async def test_a_stop_lifted_at_once_does_not_shorten_the_minute_in_which_an_approval_is_taken_back(
    shop: SellingOffice,
) -> None:
    batch = await shop.draft(await shop.creators(2))
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2], wait=False)
    talk = await open_talk(shop, shop.anna)
    await talk.say("停")
    await talk.say("恢复")
    assert (await shop.dispatch()).claimed == 0
    assert "已撤回 1" in await talk.say(f"撤回 {batch.code} 的 1")
    await shop.move_clock(timedelta(seconds=60))
    assert (await shop.dispatch()).sent == 1


@pytest.mark.parametrize(
    ("batches", "named"), [(3, "已恢复 K1、K2、K3：没有"), (10, "已恢复 10 批：没有")], ids=["a few", "a long past"]
)
async def test_a_long_past_is_counted_and_not_listed(shop: SellingOffice, batches: int, named: str) -> None:
    for creator in await shop.creators(batches):
        await shop.draft([creator])
    approver = await open_talk(shop, shop.anna)
    await approver.say("停")
    assert (await approver.say("恢复")).startswith(named)


async def test_a_stopped_batch_takes_no_approval_until_it_is_resumed(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.anna)
    batch = await talk.draft(3)
    await talk.say("批准 1")
    await talk.submit(StopBatch(batch=batch.code))
    assert await statuses(shop, batch) == [DraftStatus.STOPPED] * 3
    assert "这一批已停" in await talk.say(f"批准 {batch.code} 1-2")
    assert "已拒 3" in await talk.say(f"拒 {batch.code} 3")
    await talk.submit(ResumeBatch(batch=batch.code))
    assert await statuses(shop, batch) == [DraftStatus.APPROVED, DraftStatus.OPEN, DraftStatus.REJECTED]
    assert "已批准 2" in await talk.say("批准 2")


async def test_what_was_edited_while_stopped_stays_open_when_it_goes_on(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(2))
    talk = await open_talk(shop, shop.anna)
    await talk.say("停")
    await shop.edit(batch.drafts[0], "Another text")
    await talk.say("恢复")
    await shop.dispatch()
    assert await statuses(shop, batch) == [DraftStatus.OPEN, DraftStatus.SENT]


async def test_an_approval_is_taken_back_within_its_minute_and_may_be_given_anew(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.anna)
    batch = await talk.draft(4)
    said = await talk.say("批准 1-3")
    assert f"撤回 {batch.code} 的 1-3" in said
    assert (await shop.dispatch()).claimed == 0
    assert await talk.say("撤回 2、4") == f"{batch.code}：已撤回 2，可以重新审批；4 没有批准过，没有动"
    assert await statuses(shop, batch) == [
        DraftStatus.APPROVED, DraftStatus.OPEN, DraftStatus.APPROVED, DraftStatus.OPEN,
    ]  # fmt: skip
    await shop.move_clock(timedelta(seconds=60))
    assert (await shop.dispatch()).sent == 2
    assert await talk.say("撤回 1") == f"{batch.code}：1 已在发送，撤不回"
    assert "已批准 2" in await talk.say("批准 2")
    await shop.move_clock(timedelta(seconds=60))
    assert (await shop.dispatch()).sent == 1
    assert {ticket.text for ticket in shop.messenger.received} == {"Hi 1", "Hi 2", "Hi 3"}


async def test_a_whole_batch_is_taken_back_by_another_approver_and_by_nobody_else(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(3))
    operator, other = await open_talk(shop, shop.operator), await open_talk(shop, shop.ben)
    assert "审批人或负责人" in await operator.say(f"撤回 {batch.code}")
    assert await other.say(f"撤回 {batch.code} 全部") == f"{batch.code}：已撤回 1-3，可以重新审批"
    assert (await shop.dispatch()).claimed == 0
    drafts = await shop.read(batch)
    assert [(draft.status, draft.reason and draft.reason.key) for draft in drafts] == [
        (DraftStatus.OPEN, "withdrawn")
    ] * 3


async def test_a_withdrawal_means_the_decided_batch_even_when_another_one_waits(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.anna)
    decided = await talk.draft(2)
    await talk.say(f"批准 {decided.code}")
    await talk.draft(2)
    assert await talk.say("撤回 1") == f"{decided.code}：已撤回 1，可以重新审批"


async def test_afternoon_in_beijing_sends_nothing_to_america_before_its_morning(shop: SellingOffice) -> None:
    await shop.move_to_hour(15, zone=ZoneInfo("Asia/Shanghai"))
    batch = await shop.approved(await shop.creators(5))
    for _ in range(5):
        assert (await shop.dispatch()).claimed == 0
        await shop.move_clock(timedelta(minutes=50))
    assert {draft.due_at.astimezone(NEW_YORK).hour for draft in await shop.read(batch) if draft.due_at} == {9}
    await shop.move_to_hour(9)
    assert (await shop.dispatch()).sent == 5


async def test_who_stands_in_for_an_approver_resumes_and_withdraws_until_the_date(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(2))
    talk = await open_talk(shop, shop.operator)
    await talk.say("停")
    assert "审批人或负责人" in await talk.say("恢复")
    await shop.stand_in(shop.operator, for_=shop.anna, days=1)
    assert "已恢复" in await talk.say("恢复")
    assert await talk.say(f"撤回 {batch.code} 1") == f"{batch.code}：已撤回 1，可以重新审批"
    await shop.move_clock(timedelta(days=1))
    assert "审批人或负责人" in await talk.say(f"撤回 {batch.code} 2")


async def test_the_form_of_a_page_withdraws_as_the_line_does(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(3))
    await claim(shop, 1)
    talk = await open_talk(shop, shop.anna)
    said = (await talk.submit(WithdrawApprovals(batch=batch.code, numbers=(1, 2)))).text
    assert said == f"{batch.code}：已撤回 2，可以重新审批；1 已在发送，撤不回"
    assert (await talk.submit(WithdrawApprovals(batch=batch.code.lower()))).text == (
        f"{batch.code}：已撤回 3，可以重新审批；1 已在发送，撤不回"
    )
    with pytest.raises(NotAllowed):
        await (await open_talk(shop, shop.operator)).submit(WithdrawApprovals(batch=batch.code))
    with pytest.raises(NotFound):
        await talk.submit(WithdrawApprovals(batch="Z9"))


async def test_a_stopped_card_names_who_resumes_and_an_open_one_nobody(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    talk = await open_talk(shop, shop.viewer)
    before = await talk.desk.present(shop.viewer, batch.code)
    await talk.say("停")
    stopped = await talk.desk.present(shop.viewer, batch.code)
    assert (before.stopped, before.may_resume) == (False, ())
    assert (stopped.stopped, stopped.may_resume) == (True, ("lead", "anna", "ben", "owner"))


async def test_a_withdrawn_message_shows_no_time_any_more(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.anna)
    batch = await talk.draft(1)
    await talk.say("批准 1")
    (before,) = (await talk.desk.present(shop.anna, batch.code)).items
    await talk.say("撤回 1")
    (after,) = (await talk.desk.present(shop.anna, batch.code)).items
    assert (before.due_at is None, after.due_at) == (False, None)
