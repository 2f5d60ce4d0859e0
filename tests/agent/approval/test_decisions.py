import asyncio
from datetime import timedelta

import pytest

from agent.approval.policy import POLICY, Sign, required_sign
from agent.approval.recording import stop
from evals.suites.selling_office import SellingOffice
from memory.domain.dispatch import Signable
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.ids import MemberId
from memory.domain.offer import Offer
from memory.domain.outreach import DraftStatus, Flag, ProposalKind
from memory.domain.workspace import BrandPolicy, Role


def reasons(result: object) -> dict[int, str]:
    return {refusal.number: refusal.reason.key for refusal in result.refused}  # type: ignore[attr-defined]  # a DecisionResult


def test_every_kind_has_a_sign_and_an_unknown_one_needs_a_lead() -> None:
    assert POLICY.keys() == set(ProposalKind)
    what = Signable(ProposalKind.SAMPLE, "d", Offer(), MemberId(1), MemberId(1))
    assert required_sign(what, BrandPolicy(), policy={}) is Sign.LEAD
    costly = Signable(ProposalKind.MESSAGE, "d", Offer(commission_bp=3000), MemberId(1), MemberId(1))
    assert required_sign(costly, BrandPolicy(commission_ceiling_bp=2000)) is Sign.LEAD
    assert required_sign(costly, BrandPolicy(commission_ceiling_bp=3000)) is Sign.APPROVER


async def test_numbers_are_judged_one_by_one(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(5))
    shown = await shop.show(batch, shop.anna, numbers=[1, 2, 3, 4])
    await shop.edit(batch.drafts[1], "Changed")
    result = await shop.decide(shown, shop.anna, approve=[1, 2, 3, 5], reject=[4])
    assert (result.approved, result.rejected, result.changed_since) == ((1, 3), (4,), (2,))
    assert reasons(result) == {2: "draft_changed", 5: "not_on_card"}
    assert [draft.number for draft in result.planned] == [1, 3]
    assert [draft.status for draft in await shop.read(batch)] == [
        DraftStatus.APPROVED, DraftStatus.OPEN, DraftStatus.APPROVED, DraftStatus.REJECTED, DraftStatus.OPEN,
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_only_who_may_decides(shop: SellingOffice, role: str) -> None:
    batch = await shop.draft(await shop.creators(1))
    member = getattr(shop, role)
    with pytest.raises(NotAllowed):
        await shop.decide(await shop.show(batch, member), member, approve=[1])
    with pytest.raises(NotAllowed):
        await shop.decide(await shop.show(batch, member), member, reject=[1])


async def test_a_card_that_was_not_delivered_decides_nothing(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1))
    shown = await shop.show(batch, shop.anna, delivered=False)
    with pytest.raises(NotAllowed, match="card_not_shown"):
        await shop.decide(shown, shop.anna, approve=[1])


async def test_somebody_elses_card_decides_nothing(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1))
    shown = await shop.show(batch, shop.anna)
    with pytest.raises(NotAllowed):
        await shop.decide(shown, shop.ben, approve=[1])
    async with shop.database.unit(shop.ben) as unit:
        assert await unit.drafts.presentation(shown.id) is None
        with pytest.raises(NotFound):
            await unit.drafts.delivered(shown.id, now=unit.now)


async def test_a_second_click_is_harmless(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(2))
    shown = await shop.show(batch, shop.anna)
    first = await shop.decide(shown, shop.anna, approve=[1, 2])
    second = await shop.decide(shown, shop.anna, approve=[1, 2])
    assert (first.approved, second.approved, second.already) == ((1, 2), (), (1, 2))
    await shop.dispatch()
    third = await shop.decide(shown, shop.anna, approve=[1])
    assert third.already == (1,)
    assert len(shop.messenger.received) == 2


async def test_a_rejection_wins_until_the_claim(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(2))
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2])
    result = await shop.decide(await shop.show(batch, shop.ben), shop.ben, reject=[1])
    assert result.rejected == (1,)
    await shop.dispatch()
    assert [ticket.text for ticket in shop.messenger.received] == ["Hi 2"]
    late = await shop.decide(await shop.show(batch, shop.ben), shop.ben, reject=[2])
    assert reasons(late) == {2: "already_sending"}
    again = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert again.approved == ()


async def test_a_rejected_draft_comes_back_as_a_new_version(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1))
    await shop.decide(await shop.show(batch, shop.ben), shop.ben, reject=[1])
    refused = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert reasons(refused) == {1: "rejected_by"}
    await shop.edit(batch.drafts[0], "Better")
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert result.approved == (1,)


async def test_what_may_not_be_approved_says_why(shop: SellingOffice) -> None:
    creators = await shop.creators(3)
    failing = await shop.draft(creators[:1], flags=(Flag("ungrounded", {}),))
    result = await shop.decide(await shop.show(failing, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == {1: "draft_failing"}
    unpaired = await shop.draft(creators[1:], paired=False)
    both = await shop.decide(await shop.show(unpaired, shop.anna), shop.anna, approve=[1, 2])
    assert reasons(both) == {1: "decided_alone", 2: "decided_alone"}
    alone = await shop.decide(await shop.show(unpaired, shop.anna), shop.anna, approve=[1])
    assert alone.approved == (1,)


async def test_a_decision_covers_twenty_drafts(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(21))
    shown = await shop.show(batch, shop.anna)
    with pytest.raises(NotAllowed, match="too_many_at_once"):
        await shop.decide(shown, shop.anna, approve=range(1, 22))
    result = await shop.decide(shown, shop.anna, approve=range(1, 21))
    assert len(result.approved) == 20


async def test_after_decide_by_nothing_is_approved(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1), hours=2)
    shown = await shop.show(batch, shop.anna)
    await shop.move_clock(timedelta(hours=3))
    result = await shop.decide(shown, shop.anna, approve=[1])
    assert reasons(result) == {1: "decide_by_passed"}
    assert (await shop.read(batch))[0].status is DraftStatus.EXPIRED


async def test_own_drafts_follow_the_brands_policy(shop: SellingOffice) -> None:
    creators = await shop.creators(2)
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(own_drafts_approvable=False))
    own = await shop.draft(creators[:1], by=shop.anna)
    result = await shop.decide(await shop.show(own, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == {1: "own_draft"}
    assert (await shop.decide(await shop.show(own, shop.ben), shop.ben, approve=[1])).approved == (1,)


async def test_alone_a_member_signs_their_own(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(own_drafts_approvable=False))
    for scope in (shop.owner, shop.lead, shop.ben):
        await shop.set_role(scope.member, Role.VIEWER)
    own = await shop.draft(await shop.creators(1), by=shop.anna)
    assert (await shop.decide(await shop.show(own, shop.anna), shop.anna, approve=[1])).approved == (1,)
    assert (await shop.dispatch()).sent == 1


async def test_above_the_ceiling_a_lead_signs(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(commission_ceiling_bp=2000))
    batch = await shop.draft(await shop.creators(1), offer=Offer(commission_bp=2500))
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == {1: "needs_role"}
    assert (await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1])).approved == (1,)


async def test_a_sign_by_two_takes_two_people(shop: SellingOffice) -> None:
    policy = {**POLICY, ProposalKind.MESSAGE: Sign.TWO_APPROVERS}
    batch = await shop.draft(await shop.creators(1))
    first = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1], policy=policy)
    assert (first.approved, first.waiting) == ((), (1,))
    same = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1], policy=policy)
    assert (same.approved, same.already) == ((), (1,))
    assert (await shop.dispatch(policy=policy)).claimed == 0
    second = await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1], policy=policy)
    assert second.approved == (1,)
    assert (await shop.dispatch(policy=policy)).sent == 1


async def test_a_stopped_batch_takes_no_approval_and_anybody_stops_it(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(2))
    shown = await shop.show(batch, shop.anna)
    await shop.decide(shown, shop.anna, approve=[1])
    async with shop.database.unit(shop.viewer) as unit:
        assert await stop(unit, batch.code.lower()) == 1
        with pytest.raises(NotFound):
            await stop(unit, "X99")
    result = await shop.decide(shown, shop.anna, approve=[2])
    assert reasons(result) == {2: "batch_is_stopped"}


async def test_stop_everything_stops_every_batch(shop: SellingOffice) -> None:
    for _ in range(2):
        await shop.approved(await shop.creators(2))
    async with shop.database.unit(shop.viewer) as unit:
        assert await stop(unit, None) == 4
    assert (await shop.dispatch()).claimed == 0


async def test_an_opted_out_or_blocked_creator_is_refused(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    async with shop.database.unit(shop.lead) as unit:
        await unit.relations.update(creators, blocked=True)
    batch = await shop.draft(creators)
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == {1: "blocked"}


async def test_a_later_card_of_one_number_leaves_the_others_as_they_were_shown(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.anna) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
    batch = await shop.draft(await shop.creators(3))
    async with shop.database.unit(shop.anna) as unit:
        for numbers in ([1, 2, 3], [3]):
            card = await unit.drafts.present(batch.id, conversation=talk.id, numbers=numbers, now=unit.now)
            await unit.drafts.delivered(card.id, now=unit.now)
        newest = await unit.drafts.newest_presentation(batch.id, conversation=talk.id)
    assert newest is not None
    result = await shop.decide(newest, shop.anna, approve=[1, 3])
    assert result.approved == (1, 3)
    assert (await shop.dispatch()).sent == 2


async def test_two_deciders_and_overlapping_batches_at_once(shop: SellingOffice) -> None:
    creators = await shop.creators(6)
    one, two = await shop.draft(creators), await shop.draft(list(reversed(creators)))
    cards = [(await shop.show(one, shop.anna), shop.anna), (await shop.show(two, shop.ben), shop.ben)]
    results = await asyncio.gather(
        *(shop.decide(card, who, approve=range(1, 7)) for card, who in cards), return_exceptions=True
    )
    approved = sum(len(result.approved) for result in results if not isinstance(result, BaseException))
    await shop.dispatch()
    assert len(shop.messenger.received) == approved <= 6
    assert shop.messenger.duplicates() == 0
    assert len({ticket.creator for ticket in shop.messenger.received}) == len(shop.messenger.received)


async def test_double_clicks_at_once_decide_once(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(3))
    shown = await shop.show(batch, shop.anna)
    results = await asyncio.gather(*(shop.decide(shown, shop.anna, approve=[1, 2, 3]) for _ in range(4)))
    assert sorted(len(result.approved) for result in results) == [0, 0, 0, 3]
    await shop.dispatch()
    assert (len(shop.messenger.received), shop.messenger.duplicates()) == (3, 0)


async def test_an_edit_racing_an_approval_never_sends_what_was_not_seen(shop: SellingOffice) -> None:
    creators = await shop.creators(8)
    for place, creator in enumerate(creators):
        batch = await shop.draft([creator], texts=[f"old {place}"])
        shown = await shop.show(batch, shop.anna)
        await asyncio.gather(
            shop.decide(shown, shop.anna, approve=[1]),
            shop.edit(batch.drafts[0], f"new {place}"),
            shop.dispatch(),
            return_exceptions=True,
        )
        await shop.dispatch()
    assert all(ticket.text.startswith("old") for ticket in shop.messenger.received)


async def test_an_edit_after_the_claim_is_refused(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.dispatch()
    with pytest.raises(Conflict, match="already_sending"):
        await shop.edit(batch.drafts[0], "Too late")
