from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.outreach.reconcile import reconcile
from agent.outreach.send import MOST_ATTEMPTS
from evals.suites.selling_office import SellingOffice
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.outreach import DraftStatus, Purpose
from memory.domain.workspace import BrandPolicy, Role

NEW_YORK = ZoneInfo("America/New_York")


async def statuses(shop: SellingOffice, batch: object) -> list[DraftStatus]:
    return [draft.status for draft in await shop.read(batch)]  # type: ignore[arg-type]  # a Batch


async def unclear(shop: SellingOffice) -> int:
    async with shop.database.unit(shop.lead) as unit:
        return await unit.steps.unclear()


async def test_what_was_approved_is_sent_once(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(12))
    report = await shop.dispatch()
    again = await shop.dispatch()
    assert (report.sent, again.claimed) == (10, 0)  # ten a minute
    await shop.move_clock(timedelta(minutes=2))
    await shop.dispatch()
    assert await statuses(shop, batch) == [DraftStatus.SENT] * 12
    assert (len(shop.messenger.received), shop.messenger.duplicates()) == (12, 0)


async def test_at_night_nothing_goes_and_at_nine_it_does(shop: SellingOffice) -> None:
    await shop.move_to_hour(22)
    batch = await shop.approved(await shop.creators(3))
    assert (await shop.dispatch()).claimed == 0
    planned = await shop.read(batch)
    due = {draft.due_at.astimezone(NEW_YORK).hour for draft in planned if draft.due_at}
    assert due == {9}
    await shop.move_to_hour(9)
    assert (await shop.dispatch()).sent == 3


async def test_a_late_step_is_planned_anew_instead_of_sent_at_night(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.move_to_hour(23)
    report = await shop.dispatch()
    assert (report.claimed, report.later) == (0, 1)
    (draft,) = await shop.read(batch)
    assert draft.due_at is not None
    assert draft.due_at.astimezone(NEW_YORK).hour == 9


async def test_the_day_limit_holds_and_the_rest_goes_next_day(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(sends_per_day=2))
    await shop.approved(await shop.creators(3))
    assert (await shop.dispatch()).sent == 2
    await shop.move_clock(timedelta(hours=2))
    assert (await shop.dispatch()).sent == 0
    await shop.move_to_hour(10)
    assert (await shop.dispatch()).sent == 1


async def test_stop_is_before_the_next_claim(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(4))
    async with shop.database.unit(shop.viewer) as unit:
        assert await unit.drafts.stop(batch.id, now=unit.now) == 4
    assert (await shop.dispatch()).claimed == 0
    assert await statuses(shop, batch) == [DraftStatus.STOPPED] * 4


async def test_an_edit_voids_the_approval_and_a_new_one_frees_it(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.edit(batch.drafts[0], "Hello again")
    assert (await shop.dispatch()).claimed == 0
    assert await statuses(shop, batch) == [DraftStatus.OPEN]
    await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1])
    await shop.dispatch()
    assert [ticket.text for ticket in shop.messenger.received] == ["Hello again"]


async def test_a_decider_who_lost_the_role_holds_the_step_until_it_is_back(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.set_role(shop.anna.member, Role.OPERATOR)
    assert (await shop.dispatch()).held == 1
    (draft,) = await shop.read(batch)
    assert (draft.status, draft.reason and draft.reason.key) == (DraftStatus.HELD, "decider_role")
    assert draft.approvable
    await shop.set_role(shop.anna.member, Role.APPROVER)
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.steps.wake_held() == 1
    assert (await shop.dispatch()).sent == 1


async def test_another_approval_frees_a_held_step(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.set_role(shop.anna.member, Role.APPROVER, active=False)
    await shop.dispatch()
    result = await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1])
    assert result.approved == (1,)
    assert (await shop.dispatch()).sent == 1


async def test_a_policy_grown_stricter_holds_the_step(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1), by=shop.anna)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(own_drafts_approvable=False))
    assert (await shop.dispatch()).held == 1
    (draft,) = await shop.read(batch)
    assert draft.reason is not None
    assert draft.reason.key == "policy_stricter"


async def test_without_a_messenger_it_is_held_and_said_at_decision(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    shop.messenger.unreachable = {"creator00000"}
    batch = await shop.draft(creators)
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    (planned,) = result.planned
    assert (planned.status, planned.reason and planned.reason.key) == (DraftStatus.HELD, "no_channel")
    shop.messenger.unreachable = set()
    await shop.move_clock(timedelta(minutes=10))
    assert (await shop.dispatch()).sent == 1


async def test_a_busy_platform_is_tried_again_later_and_not_for_ever(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    shop.messenger.script = {"creator00000": [Unavailable() for _ in range(MOST_ATTEMPTS)]}
    batch = await shop.approved(creators)
    for _ in range(MOST_ATTEMPTS):
        await shop.dispatch()
        await shop.move_clock(timedelta(minutes=45))
    await shop.dispatch()
    assert await statuses(shop, batch) == [DraftStatus.FAILED]
    assert shop.messenger.received == []


async def test_a_refusal_is_final(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    shop.messenger.script = {"creator00000": [Refused("account_closed")]}
    batch = await shop.approved(creators)
    await shop.dispatch()
    (draft,) = await shop.read(batch)
    assert (draft.status, draft.reason and draft.reason.key) == (DraftStatus.FAILED, "account_closed")


@pytest.mark.parametrize("swallows", [True, False])
async def test_an_unclear_send_is_asked_about_and_never_repeated_blindly(
    shop: SellingOffice, *, swallows: bool
) -> None:
    creators = await shop.creators(1)
    shop.messenger.script, shop.messenger.swallows = {"creator00000": [Unclear()]}, swallows
    batch = await shop.approved(creators)
    await shop.dispatch()
    assert await statuses(shop, batch) == [DraftStatus.UNKNOWN]
    assert (await shop.dispatch()).claimed == 0
    assert await unclear(shop) == 1
    shop.messenger.swallows = False
    async with shop.database.across_tenants("no need to wait in a test") as unit:
        await unit.ledger.rest_no_longer()
    found = await reconcile(shop.database, shop.messengers)
    assert (found.sent, found.never_seen, await unclear(shop)) == ((1, 0, 0) if swallows else (0, 1, 0))
    await shop.dispatch()
    assert await statuses(shop, batch) == [DraftStatus.SENT]
    assert (len(shop.messenger.received), shop.messenger.duplicates()) == (1, 0)


async def test_one_unsettled_first_message_a_creator(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    first = await shop.approved(creators)
    second = await shop.draft(creators)
    result = await shop.decide(await shop.show(second, shop.ben), shop.ben, approve=[1])
    (refusal,) = result.refused
    assert (refusal.reason.key, refusal.reason.facts["batch"], refusal.reason.facts["who"]) == (
        "first_message_open", first.code, "anna",
    )  # fmt: skip
    await shop.dispatch()
    assert len(shop.messenger.received) == 1


async def test_a_reply_is_no_first_message(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    follow = await shop.draft(creators, purpose=Purpose.THANKS)
    result = await shop.decide(await shop.show(follow, shop.anna), shop.anna, approve=[1])
    assert result.approved == (1,)
    assert (await shop.dispatch()).sent == 2
