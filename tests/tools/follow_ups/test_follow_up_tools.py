"""Follow-ups planned, listed and cancelled by what a member asks for, over real rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.cards.follow_ups import cancel_waiting, cancelled, listed, planned
from agent.undo.undoing import undo
from evals.suites.selling_office import NOON, open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.chat import Reply
from memory.domain.creator import Stage
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.follow_ups import Condition, Holds, needless, stage_by_book
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, DraftStatus, Flag, Purpose
from memory.domain.sample import SampleStatus
from memory.domain.shortlist_stores import NewShortlistItem
from prompts.render import texts
from tests.support.asking import Asking
from tests.support.fake_drafting import Acceptor
from tools.follow_ups.arguments import ScheduleFollowUpArgs, WhoseFollowUpsArgs
from tools.follow_ups.schedule_tool import FollowUpsPlanned, schedule_follow_up
from tools.follow_ups.waiting_tool import (
    CancelWaiting,
    FollowUpList,
    FollowUpsCancelled,
    cancel_follow_ups,
    list_follow_ups,
)

DAY = timedelta(days=1)


@dataclass(slots=True)
class Desk(Asking):
    """A member whose plans are published as at the end of a turn."""

    async def plan(self, args: ScheduleFollowUpArgs) -> FollowUpsPlanned:
        """The plan, published as at the end of its turn."""
        turn = await self.turn()
        result = await schedule_follow_up(self.shop.database, Acceptor(), None).run(args, turn)
        assert isinstance(result, FollowUpsPlanned)
        await self.end(turn)
        return result

    async def list(self, args: WhoseFollowUpsArgs | None = None) -> FollowUpList:
        result = await list_follow_ups(self.shop.database).run(args or WhoseFollowUpsArgs(), await self.turn())
        assert isinstance(result, FollowUpList)
        return result

    async def cancel(self, args: WhoseFollowUpsArgs | None = None) -> FollowUpsCancelled | CancelWaiting:
        result = await cancel_follow_ups(self.shop.database).run(args or WhoseFollowUpsArgs(), await self.turn())
        assert isinstance(result, FollowUpsCancelled | CancelWaiting)
        return result

    async def shortlist(self, creators: Sequence[CreatorId]) -> None:
        async with self.shop.database.unit(self.shop.operator) as unit:
            items = [NewShortlistItem(creator, ()) for creator in creators]
            await unit.shortlists.add(self.talk.conversation, items, total=len(items), criteria={})

    async def invited(self, count: int) -> Batch:
        """Creators who were invited a minute ago and stand in the shortlist."""
        creators = await self.shop.creators(count)
        batch = await self.shop.approved(creators)
        await self.shop.dispatch()
        await self.shortlist(creators)
        return batch


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.lead) as unit:
        await unit.products.save(None, {"name": "Litter Box | 猫砂盆"}, brand=shop.brand)
    return Desk(shop, await open_talk(shop, shop.operator))


async def test_a_plan_is_a_batch_a_round_each_behind_the_one_before(desk: Desk) -> None:
    invited = await desk.invited(2)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3, every_days=4, rounds=2))
    first, second = plan.batches
    assert [draft.creator for draft in second.drafts] == [draft.creator for draft in invited.drafts]
    assert {draft.purpose for batch in plan.batches for draft in batch.drafts} == {Purpose.FOLLOW_UP}
    for before, batch, days, count in ((invited, first, 3, 1), (first, second, 4, 2)):
        for earlier, root, draft in zip(before.drafts, invited.drafts, batch.drafts, strict=True):
            assert draft.follow is not None
            assert (draft.follow.after, draft.follow.root) == (earlier.id, root.id)
            assert (draft.follow.round, draft.follow.delay_days) == (count, days)
    said = [draft.version.content.text for batch in plan.batches for draft in batch.drafts]
    assert len(set(said)) == 4
    shown = planned(plan, "zh", texts())
    assert first.code in shown.text
    assert second.code in shown.text
    flags = [flag for card in shown.cards if card.kind == "drafts" for row in card.items for flag in row.flags]
    assert "第 2 轮跟进：前一条发出 4 天后，没回复才发" in flags


async def test_only_those_who_need_one_get_one(desk: Desk) -> None:
    invited = await desk.invited(4)
    silent, answered, phoned, twice = [draft.creator for draft in invited.drafts]
    (stranger,) = await desk.shop.creators(1)
    await desk.shortlist([silent, answered, phoned, twice, stranger])
    await desk.shop.move_clock(timedelta(minutes=5))
    await desk.shop.answer(answered)
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        await unit.relations.update([phoned], blocked=True)
    before = await desk.plan(ScheduleFollowUpArgs(ranks=(4,)))
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3))
    assert [draft.creator for draft in plan.batches[0].drafts] == [silent]
    assert {out.handle: out.reason for out in plan.left_out} == {
        "creator00001": Flag("replied", {}),
        "creator00002": Flag("blocked", {}),
        "creator00003": Flag("follow_up_exists", {"batch": before.batches[0].code}),
        "creator00004": Flag("never_written_to", {}),
    }
    with pytest.raises(BadRequest, match="nobody_to_follow"):
        await desk.plan(ScheduleFollowUpArgs(ranks=(5,)))


async def test_without_a_shortlist_it_is_about_everybody_the_condition_names(desk: Desk) -> None:
    creators = await desk.shop.creators(2)
    await desk.shop.approved(creators)
    await desk.shop.dispatch()
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3))
    assert sorted(draft.creator for draft in plan.batches[0].drafts) == sorted(creators)
    with pytest.raises(BadRequest, match="nobody_in_segment"):
        await desk.plan(ScheduleFollowUpArgs(after_days=7, condition=Condition.NOT_POSTED))


async def test_what_waits_for_its_approval_can_be_followed_too(desk: Desk) -> None:
    creators = await desk.shop.creators(1)
    invited = await desk.shop.draft(creators)
    plan = await desk.plan(ScheduleFollowUpArgs(handles=("creator00000",), after_days=3))
    (draft,) = plan.batches[0].drafts
    assert draft.follow is not None
    assert draft.follow.after == invited.drafts[0].id


async def sample(desk: Desk, creator: CreatorId, status: SampleStatus) -> None:
    """What the team wrote down of a sample of theirs."""
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        known = [one for one in await unit.samples.find(creators=[creator]) if one.creator == creator]
        now, lead = unit.now, desk.shop.lead.member
        (one,) = known or [await unit.samples.begin(creator, brand=desk.shop.brand)]
        signed = replace(
            one, approved_by=lead, approved_at=now, shipped_at=now, delivered_at=now, due_at=now + 14 * DAY
        )
        await unit.samples.save(
            replace(signed, status=status, posted_at=now if status is SampleStatus.POSTED else None)
        )


async def test_a_reminder_goes_by_the_samples_own_book(desk: Desk) -> None:
    invited = await desk.invited(3)
    owing, posting, without = [draft.creator for draft in invited.drafts]
    for creator in (owing, posting):
        await sample(desk, creator, SampleStatus.DELIVERED)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=1, condition=Condition.DELIVERED))
    await sample(desk, posting, SampleStatus.POSTED)
    drafts = plan.batches[0].drafts
    assert [draft.creator for draft in drafts] == [owing, posting, without]
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        progress = await unit.steps.progress([draft.id for draft in drafts])
    found = [(progress[draft.id].holds, needless(progress[draft.id])) for draft in drafts]
    assert found == [(Holds.YES, None), (Holds.NO_LONGER, "follow_up_settled"), (Holds.NOT_YET, None)]


@pytest.mark.parametrize(
    ("stage", "samples", "stands"),
    [
        (Stage.CONTACTED, (), Stage.CONTACTED),
        (Stage.CONTACTED, (SampleStatus.SHIPPED,), Stage.CONTACTED),
        (Stage.CONTACTED, (SampleStatus.DELIVERED,), Stage.DELIVERED),
        (Stage.DELIVERED, (SampleStatus.POSTED,), Stage.POSTED),
        (Stage.AGREED, (SampleStatus.POSTED, SampleStatus.OVERDUE), Stage.DELIVERED),
        (Stage.POSTED, (SampleStatus.DELIVERED,), Stage.POSTED),
        (Stage.DECLINED, (SampleStatus.DELIVERED,), Stage.DECLINED),
    ],
)
def test_the_samples_book_says_more_than_the_stage_and_never_less(
    stage: Stage, samples: tuple[SampleStatus, ...], stands: Stage
) -> None:
    assert stage_by_book(stage, samples) is stands


async def test_a_nudge_repeats_the_offer_and_a_reminder_makes_none(desk: Desk) -> None:
    offer = Offer(commission_bp=1500, free_sample=True)
    await desk.shop.draft(await desk.shop.creators(1), offer=offer)
    who = ("creator00000",)
    nudge = await desk.plan(ScheduleFollowUpArgs(handles=who))
    reminder = await desk.plan(ScheduleFollowUpArgs(handles=who, condition=Condition.NOT_POSTED))
    offers = [plan.batches[0].drafts[0].version.content.offer for plan in (nudge, reminder)]
    assert offers == [offer, Offer()]


async def test_a_day_begins_by_the_creators_clock_and_an_hour_is_the_teams(desk: Desk) -> None:
    await desk.invited(1)
    day = ((await desk.shop.now()) + 5 * DAY).astimezone(NOON).date()
    by_day = await desk.plan(ScheduleFollowUpArgs(at=day.isoformat(), condition=Condition.NOT_POSTED, rounds=2))
    first, second = [batch.drafts[0].follow for batch in by_day.batches]
    assert first is not None
    assert first.not_before is not None
    assert (first.not_before.astimezone(NOON).date(), first.not_before.astimezone(NOON).hour) == (day, 0)
    assert second is not None
    assert (second.not_before, second.delay_days) == (None, 3)
    assert by_day.batches[0].drafts[0].purpose is Purpose.CONTENT_REMINDER
    by_hour = await desk.plan(ScheduleFollowUpArgs(at=f"{day.isoformat()}T15:00"))
    (draft,) = by_hour.batches[0].drafts
    assert draft.follow is not None
    assert draft.follow.not_before is not None
    assert draft.follow.not_before.astimezone(ZoneInfo("Asia/Shanghai")).hour == 15
    await desk.shop.decide(await desk.shop.show(by_day.batches[0], desk.shop.anna), desk.shop.anna, approve=[1])
    (row,) = await desk.shop.read(by_day.batches[0])
    assert row.due_at is not None
    assert (row.due_at.astimezone(NOON).date(), row.due_at.astimezone(NOON).hour) == (day, 9)


@pytest.mark.parametrize(
    ("args", "key"),
    [
        (ScheduleFollowUpArgs(at="2020-01-01"), "follow_up_past"),
        (ScheduleFollowUpArgs(at="2020-01-01T09:00"), "follow_up_past"),
        (ScheduleFollowUpArgs(purpose=Purpose.INVITE), "follow_up_purpose"),
        (ScheduleFollowUpArgs(purpose=Purpose.REPLY), "follow_up_purpose"),
    ],
)
async def test_what_cannot_be_planned_is_said(desk: Desk, args: ScheduleFollowUpArgs, key: str) -> None:
    await desk.invited(1)
    with pytest.raises(BadRequest, match=key):
        await desk.plan(args)


async def test_the_list_says_what_waits_when_and_what_ended_why(desk: Desk) -> None:
    invited = await desk.invited(3)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3))
    batch = plan.batches[0]
    await desk.shop.decide(await desk.shop.show(batch, desk.shop.anna), desk.shop.anna, approve=[1, 2])
    await desk.shop.answer(invited.drafts[1].creator)
    found = await desk.list()
    assert [(draft.number, draft.status) for draft in found.drafts] == [
        (1, DraftStatus.APPROVED),
        (3, DraftStatus.OPEN),
        (2, DraftStatus.STOPPED),
    ]
    assert found.waiting == 2
    piece = listed(found, "zh", texts())
    (card,) = piece.cards
    assert card.kind == "report"
    assert card.rows[0][2] == f"{batch.code}-1"
    assert "达人已回复" in card.rows[2][-1]
    assert "没有排跟进" in listed(replace(found, drafts=(), waiting=0), "zh", texts()).text
    assert (await desk.list(WhoseFollowUpsArgs(ranks=(3,)))).waiting == 1


async def test_cancelled_ones_never_go_and_come_back_only_if_nobody_had_approved_them(desk: Desk) -> None:
    await desk.invited(2)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3))
    batch = plan.batches[0]
    await desk.shop.decide(await desk.shop.show(batch, desk.shop.anna), desk.shop.anna, approve=[1])
    result = await desk.cancel(WhoseFollowUpsArgs(ranks=(1,)))
    assert result == FollowUpsCancelled(1, ("creator00000",))
    assert "creator00000" in cancelled(result, "zh", texts()).text
    assert await desk.cancel(WhoseFollowUpsArgs(ranks=(1,))) == FollowUpsCancelled(0, ())
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        refused = await undo(unit, texts())
    assert isinstance(refused, Conflict)
    assert refused.text_key == "undo_follow_up_approved"
    assert await desk.cancel() == FollowUpsCancelled(1, ("creator00001",))
    assert [draft.status for draft in await desk.shop.read(batch)] == [DraftStatus.STOPPED, DraftStatus.STOPPED]
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        assert isinstance(await undo(unit, texts()), Reply)
    assert [draft.status for draft in await desk.shop.read(batch)] == [DraftStatus.STOPPED, DraftStatus.OPEN]
    await desk.shop.move_clock(4 * DAY)
    await desk.shop.dispatch()
    assert [ticket.text for ticket in desk.shop.messenger.received] == ["Hi 1", "Hi 2"]
    again = await desk.plan(ScheduleFollowUpArgs(ranks=(1,), after_days=3))
    await desk.shop.decide(await desk.shop.show(again.batches[0], desk.shop.anna), desk.shop.anna, approve=[1])
    await desk.shop.dispatch()
    assert len(desk.shop.messenger.received) == 3


async def test_above_ten_they_wait_for_the_word_of_the_member_who_asked(desk: Desk) -> None:
    await desk.invited(6)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3, rounds=2))
    result = await desk.cancel()
    assert result == CancelWaiting("C1", 12)
    assert "确认 C1" in cancel_waiting(result, "zh", texts()).text
    assert {draft.status for batch in plan.batches for draft in await desk.shop.read(batch)} == {DraftStatus.OPEN}
    assert await desk.talk.say("确认 C1") == "C1 已确认，取消了 12 条跟进。"
    assert {draft.status for batch in plan.batches for draft in await desk.shop.read(batch)} == {DraftStatus.STOPPED}


async def test_a_stopped_batch_is_cancelled_like_any_other(desk: Desk) -> None:
    await desk.invited(1)
    plan = await desk.plan(ScheduleFollowUpArgs(after_days=3))
    await desk.shop.decide(await desk.shop.show(plan.batches[0], desk.shop.anna), desk.shop.anna, approve=[1])
    await desk.shop.stop(plan.batches[0], by=desk.shop.operator)
    assert (await desk.list()).waiting == 1
    assert await desk.cancel() == FollowUpsCancelled(1, ("creator00000",))
    assert (await desk.list()).waiting == 0


async def test_a_viewer_only_looks(desk: Desk) -> None:
    await desk.invited(1)
    turn = replace(await desk.turn(), scope=desk.shop.viewer)
    schedule, cancel = schedule_follow_up(desk.shop.database, Acceptor(), None), cancel_follow_ups(desk.shop.database)
    for refused in (schedule.run(ScheduleFollowUpArgs(), turn), cancel.run(WhoseFollowUpsArgs(), turn)):
        with pytest.raises(NotAllowed, match="needs_role"):
            await refused
