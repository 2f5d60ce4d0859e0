"""One person, one first message: refused when decided, held when claimed, whatever batch, member or import."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from agent.approval.facts import read_gone
from evals.suites.selling_office import SellingOffice
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import CreatorId
from memory.domain.outreach import Batch, DraftStatus, Purpose, StepState
from memory.domain.workspace import BrandPolicy
from tests.agent.approval.test_decisions import reasons


async def decide_anew(shop: SellingOffice, creators: list[CreatorId], purpose: Purpose = Purpose.INVITE) -> object:
    """Another member drafts another first message and tries to approve it."""
    batch = await shop.draft(creators, purpose=purpose)
    return await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1])


async def known_again(shop: SellingOffice, number: int) -> CreatorId:
    """The public row of a creator whom the tenant has as its own too."""
    async with await psycopg.AsyncConnection.connect(shop.database.url) as connection:
        await connection.execute("set local role daren_service")
        cursor = await connection.execute(
            "insert into creator (platform, handle, name, bio, market, languages, categories, captions, hashtags,"
            " source, source_as_of, made_at, changed_at) values ('tiktok', %s, '', '', 'US', '[]', '[]', '[]', '[]',"
            " 'shared', now(), now(), now()) returning id",
            [f"CREATOR{number:05d}"],
        )
        row = await cursor.fetchone()
    assert row is not None
    return CreatorId(row[0])


async def give_pass(shop: SellingOffice, creator: CreatorId) -> None:
    async with shop.database.unit(shop.lead) as unit:
        await unit.steps.give_pass(creator, brand=shop.brand, reason="met at a fair")


async def reason(shop: SellingOffice, batch: Batch) -> str | None:
    (draft,) = await shop.read(batch)
    return draft.reason.key if draft.reason else None


async def test_who_was_invited_is_not_invited_again_within_the_cool_down(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    first = await shop.approved(creators)
    await shop.dispatch()
    await shop.move_clock(timedelta(days=29))
    await shop.move_to_hour(10)
    result = await decide_anew(shop, creators)
    (refusal,) = result.refused  # type: ignore[attr-defined]  # a DecisionResult
    assert refusal.reason.key == "cool_down"
    assert (refusal.reason.facts["who"], refusal.reason.facts["batch"]) == ("anna", first.code)
    assert reasons(await decide_anew(shop, creators, Purpose.SAMPLE_OFFER)) == {1: "cool_down"}
    assert reasons(await decide_anew(shop, creators, Purpose.THANKS)) == {}


@pytest.mark.parametrize(("policy", "days"), [(BrandPolicy(), 30), (BrandPolicy(cool_down_days=3), 3)])
async def test_after_the_cool_down_they_may_be(shop: SellingOffice, policy: BrandPolicy, days: int) -> None:
    await shop.save_policy(policy)
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    await shop.move_clock(timedelta(days=days))
    await shop.move_to_hour(12)
    assert reasons(await decide_anew(shop, creators)) == {}
    assert (await shop.dispatch()).sent == 1


async def test_another_brands_message_is_none_of_this_one(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    async with shop.database.unit(shop.owner) as unit:
        found = await unit.steps.first_contacts(creators, brand=shop.brand)
        assert set(found) == set(creators)
        assert await unit.steps.first_contacts(creators, brand=type(shop.brand)(10_000)) == {}


@pytest.mark.parametrize("failure", [Refused("account_closed"), None])
async def test_what_never_went_out_starts_no_cool_down(shop: SellingOffice, failure: Refused | None) -> None:
    creators = await shop.creators(1)
    batch = await shop.approved(creators)
    if failure is not None:
        shop.messenger.script = {"creator00000": [failure]}
        await shop.dispatch()
    else:
        await shop.decide(await shop.show(batch, shop.anna), shop.anna, reject=[1])
    assert reasons(await decide_anew(shop, creators)) == {}


async def test_a_first_message_that_is_only_paused_may_still_go_out(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.stop(await shop.approved(creators), by=shop.viewer)
    assert reasons(await decide_anew(shop, creators)) == {1: "first_message_open"}


async def test_what_may_have_gone_out_does(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    shop.messenger.script = {"creator00000": [Unclear()]}
    batch = await shop.approved(creators)
    await shop.dispatch()
    assert reasons(await decide_anew(shop, creators)) == {1: "first_message_open"}
    async with shop.database.unit(shop.lead) as unit:
        (draft,) = await unit.drafts.lock(batch.id, numbers=[1])
        step = (await unit.steps.of_drafts([draft.id]))[draft.id]
        await unit.steps.move(step.id, StepState.STOPPED)
    assert reasons(await decide_anew(shop, creators)) == {1: "cool_down"}


async def test_one_person_known_twice_is_one_person(shop: SellingOffice) -> None:
    """A public creator and the tenant's own row of the same handle."""
    own = await shop.creators(1)
    public = await known_again(shop, 0)
    first = await shop.approved(own)
    assert reasons(await decide_anew(shop, [public])) == {1: "first_message_open"}
    # Both approved in one decision: whichever is claimed first goes, the other is held.
    await shop.decide(await shop.show(first, shop.anna), shop.anna, reject=[1])
    both = await shop.approved([*own, public])
    await shop.dispatch()
    await shop.dispatch()
    assert len(shop.messenger.received) == 1
    assert [draft.reason and draft.reason.key for draft in await shop.read(both)] == [None, "cool_down"]
    assert reasons(await decide_anew(shop, [public])) == {1: "first_message_open"}


async def test_an_import_changes_nothing_of_it(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    async with shop.database.unit(shop.owner) as unit:
        facts = [CreatorFacts(handle="Creator00000", name="again", market="GB")]
        await unit.creators.upsert(facts, source="file", as_of=unit.now)
        found = await unit.creators.by_handles(["creator00000"])
    assert reasons(await decide_anew(shop, [found["creator00000"].id])) == {1: "cool_down"}


async def test_a_leads_pass_lets_one_through_and_is_used_up(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    await give_pass(shop, creators[0])
    assert reasons(await decide_anew(shop, creators)) == {}
    assert (await shop.dispatch()).sent == 1
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.steps.open_passes(creators, brand=shop.brand) == {}
    assert reasons(await decide_anew(shop, creators)) == {1: "cool_down"}


async def test_a_pass_does_not_let_two_wait_at_once(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await give_pass(shop, creators[0])
    assert reasons(await decide_anew(shop, creators)) == {1: "first_message_open"}


async def test_a_pass_serves_every_try_of_the_message_it_let_through(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    await give_pass(shop, creators[0])
    shop.messenger.script = {"creator00000": [Unavailable()]}
    assert reasons(await decide_anew(shop, creators)) == {}
    assert (await shop.dispatch()).claimed == 1
    await shop.move_clock(timedelta(minutes=45))
    assert (await shop.dispatch()).sent == 1
    assert len(shop.messenger.received) == 2


async def test_a_pass_frees_what_was_held(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(cool_down_days=0))
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    second = await shop.approved(creators)
    await shop.save_policy(BrandPolicy())
    assert (await shop.dispatch()).held == 1
    assert await reason(shop, second) == "cool_down"
    await give_pass(shop, creators[0])
    async with shop.database.unit(shop.lead) as unit:
        await unit.steps.wake_held()
    assert (await shop.dispatch()).sent == 1


async def test_a_pass_given_again_takes_the_new_reason(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await give_pass(shop, creators[0])
    async with shop.database.unit(shop.lead) as unit:
        await unit.steps.give_pass(creators[0], brand=shop.brand, reason="asked for it")
        passes = await unit.steps.open_passes(creators, brand=shop.brand)
    assert [given.reason for given in passes.values()] == ["asked for it"]


async def test_two_members_approve_overlapping_batches_at_once_and_each_person_gets_one(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(sends_per_minute=100))
    for _ in range(3):
        shop.messenger.received.clear()
        creators = await shop.creators(6)
        cards = []
        for who, some in ((shop.anna, creators[:4]), (shop.ben, creators[2:])):
            batch = await shop.draft(some)
            cards.append((await shop.show(batch, who), who))
        await asyncio.gather(
            *(shop.decide(card, who, approve=range(1, 5)) for card, who in cards),
            shop.dispatch(),
            return_exceptions=True,
        )
        await shop.dispatch()
        for card, who in cards:  # whoever lost tries again
            await shop.decide(card, who, approve=range(1, 5))
        await shop.dispatch()
        assert sorted(ticket.creator for ticket in shop.messenger.received) == sorted(creators)


async def test_two_dispatchers_claim_at_once_and_each_person_gets_one(shop: SellingOffice) -> None:
    """Everybody is known twice, so that the index on creators does not help: two steps a person are due together."""
    await shop.save_policy(BrandPolicy(sends_per_minute=100))
    own = await shop.creators(8)
    both = await shop.approved([*own, *[await known_again(shop, number) for number in range(8)]])
    assert {draft.status for draft in await shop.read(both)} == {DraftStatus.APPROVED}
    await asyncio.gather(*(shop.dispatch() for _ in range(4)))
    await shop.dispatch()
    assert len({ticket.handle.lower() for ticket in shop.messenger.received}) == 8
    assert len(shop.messenger.received) == 8


async def test_gone_is_read_for_all_at_once(shop: SellingOffice) -> None:
    creators = await shop.creators(2)
    await shop.approved(creators[:1])
    batch = await shop.draft(creators)
    async with shop.database.unit(shop.anna) as unit:
        gone = await read_gone(unit, shop.brand, batch.drafts, days=30)
    assert {number: flag.key for number, flag in gone.items()} == {1: "first_message_open"}
    assert {draft.status for draft in await shop.read(batch)} == {DraftStatus.OPEN}
