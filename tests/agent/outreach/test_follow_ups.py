"""Follow-ups wait for the message before, keep their distance from it, and end as soon as they are needless."""

from collections import Counter
from datetime import timedelta

import pytest

from agent.approval.pausing import resume, stop_now
from agent.approval.recording import DecisionResult
from agent.approval.withdrawing import withdraw
from evals.suites.selling_office import SellingOffice
from memory.domain.account_stores import NewBrand
from memory.domain.follow_ups import Condition
from memory.domain.outreach import Batch, Draft, DraftStatus, Flag, Intent

DAY = timedelta(days=1)


async def approve(shop: SellingOffice, batch: Batch, *numbers: int) -> DecisionResult:
    wanted = numbers or tuple(draft.number for draft in batch.drafts)
    return await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=wanted)


async def days_pass(shop: SellingOffice, days: int) -> None:
    """So many days, with a look at what is due after each of them."""
    for _ in range(days):
        await shop.move_clock(DAY)
        await shop.dispatch()


async def only(shop: SellingOffice, batch: Batch) -> Draft:
    (draft,) = await shop.read(batch)
    return draft


def texts(shop: SellingOffice) -> Counter[str]:
    return Counter(ticket.text for ticket in shop.messenger.received)


async def test_each_round_goes_to_those_who_are_silent_and_to_nobody_twice(shop: SellingOffice) -> None:
    creators = await shop.creators(5)
    invited = await shop.approved(creators)
    first = await shop.follow_up(invited)
    second = await shop.follow_up(first, root=invited)
    await shop.dispatch()
    for batch in (first, second):
        await approve(shop, batch)
    for creator in creators[:2]:
        await shop.answer(creator)
    await days_pass(shop, 2)
    assert texts(shop) == Counter({f"Hi {number}": 1 for number in range(1, 6)})
    await days_pass(shop, 1)
    rounds = Counter(f"Round 1 for {number}" for number in (3, 4, 5))
    assert texts(shop) == Counter({f"Hi {number}": 1 for number in range(1, 6)}) + rounds
    await shop.answer(creators[2])
    await days_pass(shop, 5)
    rounds += Counter(f"Round 2 for {number}" for number in (4, 5))
    assert texts(shop) == Counter({f"Hi {number}": 1 for number in range(1, 6)}) + rounds
    sent = [draft.status for draft in (*await shop.read(first), *await shop.read(second))]
    stopped, went = DraftStatus.STOPPED, DraftStatus.SENT
    assert sent == [stopped, stopped, went, went, went, stopped, stopped, stopped, went, went]
    reasons = [draft.reason for draft in await shop.read(second) if draft.status is stopped]
    assert reasons == [Flag("replied", {})] * 3


async def test_a_round_is_planned_behind_the_one_before(shop: SellingOffice) -> None:
    invited = await shop.approved(await shop.creators(1))
    first = await shop.follow_up(invited, days=3)
    second = await shop.follow_up(first, root=invited, days=4)
    await shop.dispatch()
    (late,) = (await approve(shop, second)).planned  # before the first round is decided
    (early,) = (await approve(shop, first)).planned
    sent_at = (await only(shop, invited)).sent_at
    assert sent_at is not None
    assert early.due_at == sent_at + 3 * DAY
    assert late.due_at is not None
    assert late.due_at >= sent_at + 7 * DAY
    await shop.move_clock(4 * DAY)
    await shop.move_to_hour(12)
    await shop.dispatch()
    sent_at = (await only(shop, first)).sent_at
    await days_pass(shop, 7)
    followed_at = (await only(shop, second)).sent_at
    assert sent_at is not None
    assert followed_at is not None
    assert followed_at >= sent_at + 4 * DAY


async def test_an_answer_ends_what_nobody_decided_yet_and_says_why(shop: SellingOffice) -> None:
    (creator,) = await shop.creators(1)
    invited = await shop.approved([creator])
    await shop.dispatch()
    follow = await shop.follow_up(invited)
    shown = await shop.show(follow, shop.anna)
    await shop.answer(creator)
    draft = await only(shop, follow)
    assert (draft.status, draft.reason, draft.approvable) == (DraftStatus.STOPPED, Flag("replied", {}), False)
    approved = await shop.decide(shown, shop.anna, approve=[1])
    rejected = await shop.decide(shown, shop.anna, reject=[1])
    assert [refused.reason.key for refused in (*approved.refused, *rejected.refused)] == ["replied", "replied"]


async def test_an_opt_out_ends_them_for_every_brand_and_another_brands_answer_for_none(shop: SellingOffice) -> None:
    async with shop.database.across_tenants("another brand") as unit:
        other = await unit.accounts.make_brand(
            shop.owner.tenant, NewBrand("Other", "Other Shop", "US", "Asia/Shanghai")
        )
    (creator,) = await shop.creators(1)
    invited = await shop.approved([creator])
    await shop.dispatch()
    follow = await shop.follow_up(invited)
    await shop.answer(creator, brand=other.id)
    assert (await only(shop, follow)).status is DraftStatus.OPEN
    await shop.answer(creator, brand=other.id, intent=Intent.OPT_OUT)
    assert (await only(shop, follow)).reason == Flag("opted_out", {})


async def test_written_after_an_answer_it_cannot_be_approved(shop: SellingOffice) -> None:
    (creator,) = await shop.creators(1)
    invited = await shop.approved([creator])
    await shop.dispatch()
    await shop.move_clock(timedelta(hours=1))
    await shop.answer(creator)
    await shop.move_clock(timedelta(hours=1))
    follow = await shop.follow_up(invited)
    (refused,) = (await approve(shop, follow)).refused
    assert refused.reason.key == "replied"


@pytest.mark.parametrize("how", ["rejected", "expired", "stopped"])
async def test_without_the_message_before_there_is_nothing_to_follow(shop: SellingOffice, how: str) -> None:
    invited = await shop.draft(await shop.creators(1))
    follow = await shop.follow_up(invited)
    if how == "expired":
        await shop.move_clock(timedelta(hours=71))
        await approve(shop, follow)
        await shop.move_clock(timedelta(hours=2))
    else:
        await approve(shop, follow)
        shown = await shop.show(invited, shop.anna)
        if how == "stopped":
            await shop.decide(shown, shop.anna, approve=[1])
        await shop.decide(shown, shop.anna, reject=[1])
    await days_pass(shop, 7)
    draft = await only(shop, follow)
    assert (draft.status, draft.reason) == (DraftStatus.STOPPED, Flag("nothing_to_follow", {}))
    assert shop.messenger.received == []


async def test_planned_twice_a_round_goes_once(shop: SellingOffice) -> None:
    invited = await shop.approved(await shop.creators(1))
    await shop.dispatch()
    once, again = [await shop.follow_up(invited) for _ in range(2)]
    assert (await approve(shop, once)).approved == (1,)
    (refused,) = (await approve(shop, again)).refused
    assert refused.reason.key == "occasion_used"
    other = await shop.follow_up(invited, condition=Condition.NOT_POSTED)
    assert (await approve(shop, other)).approved == (1,)


async def test_a_stop_and_an_approval_taken_back_hold_a_round_like_any_message(shop: SellingOffice) -> None:
    invited = await shop.approved(await shop.creators(1))
    await shop.dispatch()
    follow = await shop.follow_up(invited)
    (planned,) = (await approve(shop, follow)).planned
    async with shop.database.unit(shop.operator) as unit:
        await stop_now(unit, follow.code)
    await days_pass(shop, 1)
    async with shop.database.unit(shop.anna) as unit:
        resumed = await resume(unit, follow.code)
    assert resumed.first is not None
    assert resumed.first.due_at == planned.due_at
    async with shop.database.unit(shop.anna) as unit:
        assert (await withdraw(unit, follow.code, [1])).taken == (1,)
    assert (await approve(shop, follow)).approved == (1,)
    assert len(shop.messenger.received) == 1
    await days_pass(shop, 2)
    assert len(shop.messenger.received) == 2
