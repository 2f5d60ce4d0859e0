import asyncio
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from agent.outreach.dispatch import dispatch_due
from agent.outreach.rest_days import SUNDAY
from memory.domain.by_hand import HandMark, HandPlace
from memory.domain.errors import NotAllowed
from memory.domain.ids import CreatorId
from memory.domain.outreach import DraftStatus
from memory.domain.weeks import next_week
from memory.domain.workspace import BrandPolicy, Role
from tests.agent.by_hand.conftest import OPEN_HANDED, HandShop

READY, MINE, THEIRS = HandPlace.READY, HandPlace.MINE, HandPlace.THEIRS


def administrator(shop: HandShop) -> psycopg.Connection:
    """Rows of every tenant, as the service sees them."""
    line = psycopg.connect(shop.office.database.url)
    line.execute("set role daren_service")
    return line


def reasons(shop_result: object) -> list[str]:
    return [refused.why.key for refused in shop_result.refused]  # type: ignore[attr-defined]  # a HandedOut


async def test_the_dispatcher_leaves_what_waits_for_a_person(shop: HandShop) -> None:
    batch = await shop.approved(3)
    report = await dispatch_due(shop.office.database, shop.messengers)
    assert (report.claimed, report.held) == (0, 0)
    assert [draft.status for draft in await shop.office.read(batch)] == [DraftStatus.APPROVED] * 3
    assert await shop.places() == [READY] * 3


async def test_taking_a_text_claims_it_in_the_members_name(shop: HandShop) -> None:
    batch = await shop.approved(2)
    first, second = (draft.id for draft in batch.drafts)
    handed = await shop.take([first])
    (step,) = handed.steps
    assert (step.text, step.holder, step.attempt) == ("Hi hand1_1", shop.office.operator.member, 1)
    assert await shop.places() == [MINE, READY]
    assert await shop.places(shop.office.ben) == [THEIRS, READY]
    again = await shop.take([first])
    assert [(one.attempt, one.send) for one in again.steps] == [(1, step.send)]
    assert [draft.status for draft in await shop.office.read(batch)] == [DraftStatus.SENDING, DraftStatus.APPROVED]
    assert second not in {one.draft for one in again.steps}


async def test_of_two_members_one_gets_it_and_the_other_is_told_who(shop: HandShop) -> None:
    batch = await shop.approved(4)
    drafts = [draft.id for draft in batch.drafts]
    people = (shop.office.operator, shop.office.ben, shop.office.anna)
    results = await asyncio.gather(*(shop.take(drafts, by=who) for who in people))
    taken = [step.draft for result in results for step in result.steps]
    assert sorted(taken) == sorted(drafts)
    (winner,) = {step.holder_name for result in results for step in result.steps}
    refused = [one.why for result in results for one in result.refused]
    assert {(flag.key, flag.facts["who"]) for flag in refused} == {("hand_taken", winner)}
    assert len(refused) == 8


async def test_a_viewer_only_looks(shop: HandShop) -> None:
    batch = await shop.approved(1)
    with pytest.raises(NotAllowed):
        await shop.take([batch.drafts[0].id], by=shop.office.viewer)
    with pytest.raises(NotAllowed):
        await shop.mark([batch.drafts[0].id], HandMark.SKIPPED, by=shop.office.viewer)
    assert await shop.places(shop.office.viewer) == [READY]
    card = await shop.desk.listed(shop.office.viewer)
    assert [(row.text, row.may_mark) for row in card.items] == [(None, False)]


async def test_a_first_message_taken_together_with_an_earlier_one_is_no_exception(shop: HandShop) -> None:
    """Who names texts of several batches at once may name two to one person, of which one went already."""
    office = shop.office
    earlier = await shop.approved(1)
    await shop.take([earlier.drafts[0].id])
    await shop.mark([earlier.drafts[0].id], HandMark.SENT)
    await office.save_policy(replace(OPEN_HANDED, cool_down_days=0))
    later = await shop.approved(0, creators=[earlier.drafts[0].creator])
    await office.save_policy(OPEN_HANDED)
    handed = await shop.take([earlier.drafts[0].id, later.drafts[0].id])
    assert (handed.steps, reasons(handed)) == ((), ["hand_sent_already", "cool_down"])


async def test_of_two_first_messages_to_one_person_known_twice_one_is_handed_out(shop: HandShop) -> None:
    own = await shop.approved(1)
    with administrator(shop) as line:
        row = line.execute(
            "insert into creator (platform, handle, name, bio, market, languages, categories, captions, hashtags,"
            " source, source_as_of, made_at, changed_at) values ('tiktok', 'HAND1_1', '', '', 'US', '[]', '[]', '[]',"
            " '[]', 'shared', now(), now(), now()) returning id"
        ).fetchone()
    assert row is not None
    public = CreatorId(row[0])
    await shop.office.decide(await shop.office.show(own, shop.office.anna), shop.office.anna, reject=[1])
    both = await shop.approved(0, creators=[own.drafts[0].creator, public])
    first, second = (draft.id for draft in both.drafts)
    handed = await shop.take([first, second])
    assert ([step.draft for step in handed.steps], reasons(handed)) == ([first], ["hand_one_first"])
    again = await shop.take([first, second])
    assert ([step.draft for step in again.steps], reasons(again)) == ([first], ["cool_down"])


async def test_what_a_claim_checks_is_checked_here(shop: HandShop) -> None:
    office = shop.office
    batch = await shop.approved(4)
    edited, silent, blocked, fine = batch.drafts
    await office.edit(edited, "Something nobody approved")
    async with office.database.unit(office.operator) as unit:
        await unit.relations.update([blocked.creator], blocked=True)
    await office.set_role(office.anna.member, Role.APPROVER)
    with administrator(shop) as line:
        line.execute("update relation set opted_out_at = now() where creator_id = %s", [silent.creator])
    handed = await shop.take([draft.id for draft in batch.drafts])
    assert [step.draft for step in handed.steps] == [fine.id]
    assert reasons(handed) == ["draft_changed", "opted_out", "blocked"]
    assert sorted(await shop.places()) == sorted([HandPlace.HELD, HandPlace.HELD, HandPlace.HELD, MINE])


async def test_a_lost_role_holds_it_and_its_return_frees_it(shop: HandShop) -> None:
    office = shop.office
    batch = await shop.approved(1)
    await office.set_role(office.anna.member, Role.VIEWER)
    assert reasons(await shop.take([batch.drafts[0].id])) == ["decider_role"]
    await office.set_role(office.anna.member, Role.APPROVER)
    assert await shop.places() == [READY]
    assert len((await shop.take([batch.drafts[0].id])).steps) == 1


async def test_after_a_stop_nothing_is_handed_out_not_even_again(shop: HandShop) -> None:
    batch = await shop.approved(2)
    first, second = (draft.id for draft in batch.drafts)
    await shop.take([first])
    await shop.office.stop(batch, by=shop.office.viewer)
    handed = await shop.take([first, second])
    assert (handed.steps, reasons(handed)) == ((), ["batch_stopped", "batch_stopped"])
    card = await shop.desk.listed(shop.office.operator)
    assert [(row.place, row.text) for row in card.items] == [("mine", None), ("held", None)]
    assert len((await shop.mark([first], HandMark.SENT)).done) == 1


async def test_at_night_it_is_listed_and_not_copied(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await shop.office.move_to_hour(23)
    (item,) = await shop.items()
    assert (item.place, item.until is not None) == (HandPlace.NIGHT, True)
    for night in (False, True):
        assert reasons(await shop.take([batch.drafts[0].id], night=night)) == ["hand_night"]


async def test_a_brand_that_allows_nights_asks_for_a_word_and_records_it(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await shop.office.save_policy(replace(OPEN_HANDED, night_by_hand=True))
    await shop.office.move_to_hour(23)
    draft = batch.drafts[0].id
    assert reasons(await shop.take([draft])) == ["hand_night_ask"]
    assert len((await shop.take([draft], night=True)).steps) == 1
    with administrator(shop) as line:
        found = line.execute("select event, member_id from audit_event where event = 'hand.night'").fetchall()
    assert found == [("hand.night", shop.office.operator.member)]


async def test_not_even_at_night_before_its_campaign_begins_where_the_creator_lives(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await shop.office.save_policy(replace(OPEN_HANDED, night_by_hand=True))
    await shop.office.move_to_hour(23)
    with administrator(shop) as line:
        line.execute("update batch set starts_on = current_date + 400")
    assert reasons(await shop.take([batch.drafts[0].id], night=True)) == ["hand_not_due"]


async def test_limits_count_what_people_take(shop: HandShop) -> None:
    batch = await shop.approved(5)
    await shop.office.save_policy(BrandPolicy(sends_per_minute=2, sends_per_day=3))
    drafts = [draft.id for draft in batch.drafts]
    first = await shop.take(drafts)
    assert (len(first.steps), reasons(first)) == (2, ["hand_limit"] * 3)
    await shop.office.move_clock(timedelta(minutes=2))
    second = await shop.take(drafts)
    assert len(second.steps) == 3
    assert reasons(second) == ["hand_limit"] * 2


async def test_a_weeks_new_contacts_limit_what_people_take(shop: HandShop) -> None:
    batch = await shop.approved(3)
    await shop.office.save_policy(replace(OPEN_HANDED, contacts_per_week=2))
    taken = await shop.take([draft.id for draft in batch.drafts])
    assert (len(taken.steps), reasons(taken)) == (2, ["hand_week"])
    assert taken.refused[0].until == next_week(await shop.office.now(), ZoneInfo("America/New_York"))


async def test_nobody_is_written_to_first_by_hand_on_a_rest_day_even_at_night(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await shop.office.move_to_hour(22)
    while (await shop.office.now()).astimezone(ZoneInfo("America/New_York")).weekday() != SUNDAY:
        await shop.office.move_to_hour(22)
    await shop.office.save_policy(replace(OPEN_HANDED, rest_on_sundays=True, night_by_hand=True))
    taken = await shop.take([batch.drafts[0].id], night=True)
    assert (taken.steps, reasons(taken)) == ((), ["hand_not_due"])


async def test_a_follow_up_is_handed_out_behind_its_message_and_its_delay_even_at_night(shop: HandShop) -> None:
    invited = await shop.approved(1)
    follow = await shop.office.follow_up(invited, days=1)
    await shop.office.decide(await shop.office.show(follow, shop.office.anna), shop.office.anna, approve=[1])
    await shop.office.save_policy(replace(OPEN_HANDED, night_by_hand=True))
    first, second = invited.drafts[0].id, follow.drafts[0].id
    await shop.office.move_clock(timedelta(days=2))
    await shop.office.move_to_hour(23)
    assert reasons(await shop.take([second], night=True)) == ["hand_not_due"]
    assert len((await shop.take([first], night=True)).steps) == 1
    await shop.mark([first], HandMark.SENT)
    await shop.office.move_clock(timedelta(hours=22))
    assert reasons(await shop.take([second], night=True)) == ["hand_not_due"]
    await shop.mark([first], HandMark.UNDONE)
    await shop.office.move_clock(timedelta(hours=3))
    assert reasons(await shop.take([second], night=True)) == ["hand_not_due"]
    await shop.mark([first], HandMark.SENT)
    await shop.office.move_clock(timedelta(hours=25))
    assert len((await shop.take([second], night=True)).steps) == 1
