"""Every accepted send and stored answer is counted once, whoever settles it and however often it is tried."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agent.outreach.reconcile import reconcile
from evals.suites.selling_office import SellingOffice
from memory.domain.dispatch import Addressee
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import CreatorId
from memory.domain.office_stores import DayActivity
from memory.domain.outreach import Gist, Intent, Purpose, SendState
from memory.domain.workspace import Scope
from tests.support.database import make_workspace

WEEK = 7


async def activity(shop: SellingOffice, scope: Scope | None = None) -> list[DayActivity]:
    async with shop.database.unit(scope or shop.owner) as unit:
        return await unit.counters.activity(days=WEEK)


async def today(shop: SellingOffice) -> tuple[int, int, int, int]:
    """Active creators, invites, messages and replies of this day."""
    newest = (await activity(shop))[0]
    return newest.active_creators, newest.invites, newest.messages, newest.replies


async def hear_from(shop: SellingOffice, creator: CreatorId, *, number: int) -> None:
    async with shop.database.across_tenants("a test's answer") as unit:
        await unit.answers.store(
            shop.owner.tenant,
            Addressee(creator, shop.brand),
            source="test",
            outside_id=f"a{number}",
            text="Sounds good",
            gist=Gist(Intent.INTERESTED, 90),
            received_at=unit.now,
        )


async def let_it_be_asked(shop: SellingOffice) -> None:
    async with shop.database.across_tenants("no need to wait in a test") as unit:
        await unit.ledger.rest_no_longer()


async def test_a_day_counts_messages_invites_replies_and_each_creator_once(shop: SellingOffice) -> None:
    creators = await shop.creators(3)
    await shop.approved(creators)
    await shop.dispatch()
    assert await today(shop) == (3, 3, 3, 0)
    thanks = await shop.draft(creators[:1], purpose=Purpose.THANKS)
    await shop.decide(await shop.show(thanks, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    assert await today(shop) == (3, 3, 4, 0)
    (stranger,) = await shop.creators(1)
    for creator, number in ((creators[1], 1), (creators[1], 1), (creators[1], 2), (stranger, 3)):
        await hear_from(shop, creator, number=number)  # the second is a repeat
    assert await today(shop) == (4, 3, 4, 3)


async def test_a_sample_offer_is_a_message_but_no_invite(shop: SellingOffice) -> None:
    offer = await shop.draft(await shop.creators(1), purpose=Purpose.SAMPLE_OFFER)
    await shop.decide(await shop.show(offer, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    assert await today(shop) == (1, 0, 1, 0)


async def test_every_utc_day_has_its_own_counts(shop: SellingOffice) -> None:
    creators = await shop.creators(2)
    await shop.approved(creators)
    await shop.dispatch()
    await hear_from(shop, creators[0], number=1)
    first = (await shop.now()).date()
    await shop.move_clock(timedelta(days=1))
    await hear_from(shop, creators[0], number=2)
    await shop.move_clock(timedelta(days=1))
    assert await activity(shop) == [
        DayActivity(first + timedelta(days=2)),
        DayActivity(first + timedelta(days=1), active_creators=1, replies=1),
        DayActivity(first, active_creators=2, invites=2, messages=2, replies=1),
    ]


@pytest.mark.parametrize("swallows", [True, False])
async def test_an_unclear_send_counts_once_when_it_turns_out_to_be_sent(shop: SellingOffice, *, swallows: bool) -> None:
    creators = await shop.creators(1)
    shop.messenger.script, shop.messenger.swallows = {"creator00000": [Unclear()]}, swallows
    await shop.approved(creators)
    await shop.dispatch()
    assert await today(shop) == (0, 0, 0, 0)
    await let_it_be_asked(shop)
    await asyncio.gather(*(reconcile(shop.database, shop.messengers) for _ in range(3)))
    await shop.dispatch()
    await reconcile(shop.database, shop.messengers)
    assert await today(shop) == (1, 1, 1, 0)


async def test_a_sender_that_comes_back_after_its_send_was_reconciled_counts_nothing(shop: SellingOffice) -> None:
    shop.messenger.script, shop.messenger.swallows = {"creator00000": [Unclear()]}, True
    await shop.approved(await shop.creators(1))
    await shop.dispatch()
    await let_it_be_asked(shop)
    async with shop.database.across_tenants("what is unclear") as unit:
        (unclear,) = await unit.ledger.unclear(limit=2)
    await reconcile(shop.database, shop.messengers)
    async with shop.database.across_tenants("a late answer") as unit:
        assert await unit.ledger.settle(unclear.ticket.send, state=SendState.ACCEPTED, now=unit.now) is None
    assert await today(shop) == (1, 1, 1, 0)


async def test_a_settlement_that_was_rolled_back_counts_nothing(shop: SellingOffice) -> None:
    shop.messenger.script, shop.messenger.swallows = {"creator00000": [Unclear()]}, True
    await shop.approved(await shop.creators(1))
    await shop.dispatch()
    await let_it_be_asked(shop)

    async def die_before_the_commit() -> None:
        async with shop.database.across_tenants("dies before its commit") as unit:
            (unclear,) = await unit.ledger.unclear(limit=2)
            await unit.ledger.settle(unclear.ticket.send, state=SendState.ACCEPTED, now=unit.now)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await die_before_the_commit()
    assert await today(shop) == (0, 0, 0, 0)
    await reconcile(shop.database, shop.messengers)
    assert await today(shop) == (1, 1, 1, 0)


async def test_tries_that_were_refused_count_nothing(shop: SellingOffice) -> None:
    creators = await shop.creators(2)
    shop.messenger.script = {"creator00000": [Unavailable(), Unavailable()], "creator00001": [Refused("closed")]}
    await shop.approved(creators)
    for _ in range(3):
        await shop.dispatch()
        await shop.move_clock(timedelta(minutes=45))
    counted = [(day.active_creators, day.messages) for day in await activity(shop)]
    assert (sum(active for active, _ in counted), sum(messages for _, messages in counted)) == (1, 1)


async def test_counts_are_the_tenants_own_and_told_only_to_those_who_work_for_every_brand(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.dispatch()
    rival = await make_workspace(shop.database, name="Rival")
    assert [day.messages for day in await activity(shop, rival.owner)] == [0]
    assert await activity(shop, shop.lead) == []
    assert [day.messages for day in await activity(shop)] == [1]


async def test_days_before_the_asked_ones_are_left_out(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.dispatch()
    await shop.move_clock(timedelta(days=WEEK))
    assert [day.messages for day in await activity(shop)] == [0]
    assert (await activity(shop))[0].day > datetime.now(UTC).date()
