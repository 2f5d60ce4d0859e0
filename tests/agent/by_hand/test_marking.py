from dataclasses import replace
from datetime import timedelta

import pytest

from agent.by_hand.marking import mark
from agent.outreach.reconcile import reconcile
from memory.domain.by_hand import HandMark, HandPlace
from memory.domain.outreach import DraftStatus
from tests.agent.by_hand.conftest import OPEN_HANDED, HandShop

SENT, FAILED, SKIPPED, AGAIN, UNDONE = (HandMark(one) for one in ("sent", "failed", "skipped", "again", "undone"))


async def status(shop: HandShop, batch: object) -> list[DraftStatus]:
    return [draft.status for draft in await shop.office.read(batch)]  # type: ignore[arg-type]  # a Batch


async def test_sent_is_sent_now_and_said_twice_it_is_sent_once(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    await shop.take([draft])
    assert len((await shop.mark([draft], SENT)).done) == 1
    again = await shop.mark([draft], SENT)
    assert (len(again.done), len(again.already)) == (0, 1)
    (after,) = await shop.office.read(batch)
    assert (after.status, after.sent_at is not None) == (DraftStatus.SENT, True)
    async with shop.office.database.unit(shop.office.owner) as unit:
        (today, *_) = await unit.counters.activity(days=2)
        relation = (await unit.relations.of([after.creator]))[after.creator]
    assert (today.messages, today.invites, relation.last_contacted_at) == (1, 1, after.sent_at)


async def test_what_did_not_go_out_is_offered_only_on_request(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    await shop.take([draft])
    await shop.mark([draft], FAILED)
    assert await shop.places() == [HandPlace.FAILED]
    refused = await shop.take([draft])
    assert [one.why.key for one in refused.refused] == ["hand_failed_before"]
    await shop.mark([draft], AGAIN)
    assert await shop.places() == [HandPlace.READY]
    assert [step.attempt for step in (await shop.take([draft])).steps] == [2]


async def test_sent_is_not_taken_back_while_another_first_message_waits_for_the_same_person(shop: HandShop) -> None:
    first = await shop.approved(1)
    await shop.take([first.drafts[0].id])
    await shop.mark([first.drafts[0].id], SENT)
    await shop.office.save_policy(replace(OPEN_HANDED, cool_down_days=0))
    second = await shop.approved(0, creators=[first.drafts[0].creator])
    refused = await shop.mark([first.drafts[0].id], UNDONE)
    assert [one.why.key for one in refused.refused] == ["hand_other_waits"]
    assert await status(shop, first) == [DraftStatus.SENT]
    await shop.mark([second.drafts[0].id], SKIPPED)
    assert len((await shop.mark([first.drafts[0].id], UNDONE)).done) == 1
    assert await status(shop, first) == [DraftStatus.UNKNOWN]


@pytest.mark.parametrize("taken", [False, True])
async def test_skipped_is_stopped(shop: HandShop, taken: bool) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    if taken:
        await shop.take([draft])
    await shop.mark([draft], SKIPPED)
    (after,) = await shop.office.read(batch)
    assert (after.status, after.reason and after.reason.key) == (DraftStatus.STOPPED, "hand_skipped")
    assert await shop.places() == []


async def test_left_for_a_day_it_is_unclear_and_never_offered_by_itself(shop: HandShop) -> None:
    batch = await shop.approved(2)
    first, second = (draft.id for draft in batch.drafts)
    await shop.take([first, second])
    assert await shop.forget() == 0
    await shop.office.move_clock(timedelta(hours=24))
    assert await shop.forget() == 2
    found = await reconcile(shop.office.database, shop.messengers)
    assert (found.still_unclear, found.never_seen) == (0, 0)
    assert await shop.places() == [HandPlace.UNSURE] * 2
    refused = await shop.take([first, second], by=shop.office.ben)
    assert [one.why.key for one in refused.refused] == ["hand_unsure"] * 2
    await shop.mark([first], SENT)
    await shop.mark([second], FAILED)  # it was not sent: offered again on this word
    assert await status(shop, batch) == [DraftStatus.SENT, DraftStatus.APPROVED]


async def test_a_mark_taken_back_asks_again_and_counts_once(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    await shop.take([draft])
    await shop.mark([draft], SENT)
    await shop.mark([draft], UNDONE)
    assert await shop.places() == [HandPlace.UNSURE]
    assert await status(shop, batch) == [DraftStatus.UNKNOWN]
    await shop.mark([draft], SENT)
    async with shop.office.database.unit(shop.office.owner) as unit:
        (today, *_) = await unit.counters.activity(days=2)
    assert today.messages == 1
    await shop.office.move_clock(timedelta(hours=25))
    late = await shop.mark([draft], UNDONE)
    assert [one.why.key for one in late.refused] == ["hand_too_late"]


async def test_a_day_counts_what_went_out_on_it_whatever_was_said_in_between(shop: HandShop) -> None:
    batch = await shop.approved(2)
    went, stayed = (draft.id for draft in batch.drafts)
    await shop.take([went, stayed])
    await shop.mark([went, stayed], SENT)
    assert await counted(shop) == [(2, 2)]
    await shop.office.move_clock(timedelta(hours=20))
    await shop.mark([went, stayed], UNDONE)
    assert await counted(shop) == [(0, 0), (0, 0)]
    await shop.mark([went], SENT)
    await shop.mark([stayed], FAILED)
    assert await counted(shop) == [(1, 1), (0, 0)]
    await shop.office.move_to_hour(12)
    await shop.take([stayed])
    await shop.mark([stayed], SENT)
    assert [sum(each) for each in zip(*await counted(shop), strict=True)] == [2, 2]


async def counted(shop: HandShop) -> list[tuple[int, int]]:
    """Messages and invites of each day, newest first."""
    async with shop.office.database.unit(shop.office.owner) as unit:
        days = await unit.counters.activity(days=7)
    return [(day.messages, day.invites) for day in days]


async def test_only_who_holds_it_or_an_approver_says_what_came_of_it(shop: HandShop) -> None:
    batch = await shop.approved(2)
    first, second = (draft.id for draft in batch.drafts)
    await shop.take([first, second], by=shop.office.ben)
    refused = await shop.mark([first], SENT, by=shop.office.operator)
    assert [(one.why.key, one.why.facts) for one in refused.refused] == [("hand_taken", {"who": "ben"})]
    assert len((await shop.mark([second], SENT, by=shop.office.anna)).done) == 1


async def test_what_nobody_opened_is_not_marked_as_sent(shop: HandShop) -> None:
    batch = await shop.approved(1)
    result = await shop.mark([batch.drafts[0].id], SENT)
    assert [one.why.key for one in result.refused] == ["hand_not_open"]
    assert await status(shop, batch) == [DraftStatus.APPROVED]


async def test_an_old_page_does_not_mark_a_later_attempt(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    await shop.take([draft])
    await shop.mark([draft], FAILED)
    await shop.mark([draft], AGAIN)
    await shop.take([draft])
    async with shop.office.database.unit(shop.office.operator) as unit:
        stale = await mark(unit, [draft], SENT, attempts={draft: 1})
    assert [one.why.key for one in stale.refused] == ["hand_moved_on"]
    assert await shop.places() == [HandPlace.MINE]
