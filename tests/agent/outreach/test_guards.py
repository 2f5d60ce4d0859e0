"""Each guard of a claim, taken away: what only that guard stops would go out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from agent.outreach.guards import APPROVAL_GUARDS, CLAIM_GUARDS, SEQUENCE_GUARDS, STEP_GUARDS, TIME_GUARDS
from agent.outreach.rest_days import SUNDAY
from evals.suites.selling_office import SellingOffice
from memory.domain.follow_ups import Condition
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Channel, Purpose
from memory.domain.sales import OrderLine, Sale
from memory.domain.workspace import BrandPolicy, Role
from tests.support.collaborations import PRODUCT_CARD, approved_offer, collaborate
from tests.support.races import behind_our_back

NEW_YORK = ZoneInfo("America/New_York")
Scenario = Callable[[SellingOffice], Awaitable[None]]


async def stopped_while_it_was_being_approved(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update batch set stopped_at = now()")


async def rejected_and_planned_at_once(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.decide(await shop.show(batch, shop.ben), shop.ben, reject=[1])
    await behind_our_back(shop, "update outreach_step set state = 'planned'")


async def opted_out_after_approval(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update relation set opted_out_at = now()")


async def suppressed_for_every_brand(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(
        shop,
        "insert into suppression (tenant_id, platform, handle_key, reason, at)"
        " select tenant_id, platform, handle_key, 'opt_out', now() from creator",
    )


async def blocked_after_approval(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    async with shop.database.unit(shop.lead) as unit:
        await unit.relations.update(creators, blocked=True)


async def unreachable_after_approval(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    shop.messenger.unreachable = {"creator00000"}


async def shop_disconnected_after_approval(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update outreach_step set channel = 'tiktok'")
    shop.messenger.channel = Channel.TIKTOK


async def edited_away_after_approval(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(1))
    await shop.edit(batch.drafts[0], "never approved")
    await behind_our_back(
        shop,
        "update decision set voided_at = null",
        "update outreach_step set state = 'planned', look_at = due_at",
    )


async def approved_without_having_been_shown(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update presentation set delivered_at = null")


async def approved_after_the_card_could_be_answered(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update presentation set decide_by = '2000-01-01'")


async def approved_too_long_ago(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.move_clock(timedelta(days=8))
    await shop.move_to_hour(12)


async def decider_lost_the_role(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.set_role(shop.anna.member, Role.OPERATOR)


async def decider_left(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.set_role(shop.anna.member, Role.APPROVER, active=False)


async def own_draft_when_that_is_no_longer_allowed(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1), by=shop.anna)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.save_policy(shop.brand, BrandPolicy(own_drafts_approvable=False))


async def planned_for_later(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update outreach_step set due_at = due_at + interval '1 hour'")


async def overdue_at_night(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.move_to_hour(22)


async def on_a_day_the_brand_began_to_keep_free(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.move_to_hour(12)
    while (await shop.now()).astimezone(NEW_YORK).weekday() != SUNDAY:
        await shop.move_to_hour(12)
    await shop.save_policy(BrandPolicy(rest_on_sundays=True))


async def standing_in_taken_back(shop: SellingOffice) -> None:
    deputy = await shop.stand_in(shop.operator, for_=shop.anna)
    await shop.approved(await shop.creators(1), by=shop.operator)
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.revoke_deputy(deputy)


async def more_at_once_than_an_approver_may_today(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(2))
    await shop.save_policy(BrandPolicy(batch_ceiling=1))
    await shop.edit(batch.drafts[1], "other words, which nobody approved")


async def dearer_than_an_approver_may_give_today(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(1), offer=Offer(flat_fee=Money(10_000, "CNY")))
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    await shop.save_policy(BrandPolicy(fee_ceiling_minor=1_000))


async def invited_a_moment_ago_in_another_batch(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(cool_down_days=0))
    creators = await shop.creators(1)
    for _ in range(2):
        await shop.approved(creators)
        if not shop.messenger.received:
            await shop.dispatch()
    await shop.save_policy(BrandPolicy(cool_down_days=30))
    shop.messenger.received.clear()


async def followed_up(
    shop: SellingOffice, *, sent: bool = True, condition: Condition = Condition.NO_REPLY, days: int = 3
) -> Batch:
    """An invitation, sent unless said otherwise, and an approved follow-up that its plan says is due."""
    invited = await shop.approved(await shop.creators(1))
    if sent:
        assert (await shop.dispatch()).sent == 1
    follow = await shop.follow_up(invited, condition=condition, days=days)
    await shop.decide(await shop.show(follow, shop.anna), shop.anna, approve=[1])
    await shop.move_clock(timedelta(days=days))
    await shop.move_to_hour(12)
    shop.messenger.received.clear()
    return follow


async def answered_and_planned_all_the_same(shop: SellingOffice) -> None:
    follow = await followed_up(shop)
    await shop.answer(follow.drafts[0].creator)
    await behind_our_back(
        shop,
        "update outreach_step set state = 'planned' where state = 'stopped'",
        "update relation set stage = 'contacted'",
    )


async def sold_something_since_the_invitation(shop: SellingOffice) -> None:
    follow = await followed_up(shop)
    async with shop.database.unit(shop.operator) as unit:
        line = OrderLine("5001", "sku-1", unit.now, Money(3_000), 1, "1729", "Box", follow.drafts[0].handle)
        await unit.sales.upsert([Sale(line)], brand=shop.brand, source="file:orders.csv", as_of=unit.now)


async def after_an_invitation_that_was_refused(shop: SellingOffice) -> None:
    await followed_up(shop)
    await behind_our_back(shop, "update outreach_step set state = 'failed' where state = 'sent'")


async def agreed_on_the_phone(shop: SellingOffice) -> None:
    follow = await followed_up(shop)
    async with shop.database.unit(shop.operator) as unit:
        await unit.relations.update([follow.drafts[0].creator], stage="agreed")


async def posted_before_the_reminder(shop: SellingOffice) -> None:
    follow = await followed_up(shop, condition=Condition.NOT_POSTED)
    async with shop.database.unit(shop.operator) as unit:
        await unit.relations.update([follow.drafts[0].creator], stage="posted")


async def not_delivered_yet(shop: SellingOffice) -> None:
    await followed_up(shop, condition=Condition.DELIVERED)


async def after_an_invitation_whose_end_is_unclear(shop: SellingOffice) -> None:
    await followed_up(shop)
    await behind_our_back(shop, "update outreach_step set state = 'unknown', sent_at = null where state = 'sent'")


async def sent_later_than_planned(shop: SellingOffice) -> None:
    await followed_up(shop)
    await behind_our_back(shop, "update outreach_step set sent_at = sent_at + interval '2 days' where state = 'sent'")


async def written_by_hand_an_hour_after_the_invitation(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    assert (await shop.dispatch()).sent == 1
    follow = await shop.draft(creators, purpose=Purpose.FOLLOW_UP)
    await shop.decide(await shop.show(follow, shop.anna), shop.anna, approve=[1])
    await behind_our_back(
        shop, "update outreach_step set due_at = '2000-01-01', look_at = '2000-01-01' where state = 'planned'"
    )
    shop.messenger.received.clear()


async def for_a_campaign_that_starts_later(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await behind_our_back(shop, "update batch set starts_on = current_date + 400")


async def offering_less_than_a_collaboration_made_since(shop: SellingOffice) -> None:
    await approved_offer(shop)
    await collaborate(shop, rate=2_500)


async def with_the_card_of_a_product_whose_link_is_another_one_by_now(shop: SellingOffice) -> None:
    await approved_offer(shop, cards=(PRODUCT_CARD,))
    await behind_our_back(shop, "update product set link = 'https://shop.tiktok.com/view/product/1729000000000000001'")


SCENARIOS: list[tuple[str, Scenario]] = [
    ("batch_runs", stopped_while_it_was_being_approved),
    ("nobody_rejected", rejected_and_planned_at_once),
    ("creator_listens", opted_out_after_approval),
    ("creator_listens", suppressed_for_every_brand),
    ("creator_is_not_blocked", blocked_after_approval),
    ("cool_down_is_over", invited_a_moment_ago_in_another_batch),
    ("shop_is_connected", shop_disconnected_after_approval),
    ("offer_is_live", offering_less_than_a_collaboration_made_since),
    ("cards_hold", with_the_card_of_a_product_whose_link_is_another_one_by_now),
    ("nobody_answered", answered_and_planned_all_the_same),
    ("nothing_was_sold", sold_something_since_the_invitation),
    ("earlier_message_is_sent", after_an_invitation_that_was_refused),
    ("condition_can_hold", agreed_on_the_phone),
    ("condition_can_hold", posted_before_the_reminder),
    ("somebody_delivers", unreachable_after_approval),
    ("text_is_approved", edited_away_after_approval),
    ("text_was_seen", approved_without_having_been_shown),
    ("text_was_seen", approved_after_the_card_could_be_answered),
    ("approval_is_fresh", approved_too_long_ago),
    ("decider_has_role", decider_lost_the_role),
    ("decider_has_role", decider_left),
    ("decider_has_role", standing_in_taken_back),
    ("decider_has_role", more_at_once_than_an_approver_may_today),
    ("decider_has_role", dearer_than_an_approver_may_give_today),
    ("decider_may_sign_own", own_draft_when_that_is_no_longer_allowed),
    ("earlier_message_is_sent", after_an_invitation_whose_end_is_unclear),
    ("delay_is_over", sent_later_than_planned),
    ("a_day_has_passed", written_by_hand_an_hour_after_the_invitation),
    ("condition_holds", not_delivered_yet),
    ("is_due", planned_for_later),
    ("its_day_has_come", for_a_campaign_that_starts_later),
    ("it_is_daytime", overdue_at_night),
    ("it_is_no_rest_day", on_a_day_the_brand_began_to_keep_free),
]


PUTS_OFF = ("its_day_has_come", "it_is_daytime", "it_is_no_rest_day", *SEQUENCE_GUARDS)


def test_every_guard_has_a_scenario() -> None:
    assert {guard for guard, _ in SCENARIOS} == set(CLAIM_GUARDS)


@pytest.mark.parametrize(("guard", "scenario"), SCENARIOS, ids=lambda part: getattr(part, "__name__", part))
async def test_only_this_guard_stops_it(
    shop: SellingOffice, monkeypatch: pytest.MonkeyPatch, guard: str, scenario: Scenario
) -> None:
    await scenario(shop)
    assert (await shop.dispatch()).claimed == 0
    assert shop.messenger.received == []
    for table in (STEP_GUARDS, APPROVAL_GUARDS, SEQUENCE_GUARDS, TIME_GUARDS):
        monkeypatch.delitem(table, guard, raising=False)
    await behind_our_back(
        shop,
        "update outreach_step set state = 'planned' where state = 'stopped'",
        "update outreach_step set look_at = '2000-01-01'",
    )
    if guard in PUTS_OFF:
        await behind_our_back(shop, "update outreach_step set due_at = '2000-01-01'")
    await shop.dispatch()
    assert len(shop.messenger.received) == 1


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            (
                "insert into send (tenant_id, brand_id, step_id, attempt, state, version_id, digest, claimed_at)"
                " select tenant_id, brand_id, step_id, attempt + 1, 'claimed', version_id, digest, claimed_at from send"
            ),
            "uq_send_open",
        ),
        (
            (
                "insert into send (tenant_id, brand_id, step_id, attempt, state, version_id, digest, claimed_at)"
                " select tenant_id, brand_id, step_id, attempt, 'refused', version_id, digest, claimed_at from send"
            ),
            "uq_send_step_id_attempt",
        ),
        ("update outreach_step set state = 'lost'", "ck_outreach_step_state"),
        (
            (
                "insert into decision (tenant_id, brand_id, draft_id, member_id, verdict, version_id, digest,"
                " presentation_id, decided_at, valid_until) select tenant_id, brand_id, draft_id, member_id, 'reject',"
                " version_id, digest, presentation_id, decided_at, valid_until from decision"
            ),
            "uq_decision_live",
        ),
    ],
)
async def test_the_database_refuses_what_no_code_may_write(shop: SellingOffice, statement: str, index: str) -> None:
    await shop.approved(await shop.creators(1))
    await shop.dispatch()
    with pytest.raises(psycopg.errors.IntegrityError, match=index):
        await behind_our_back(shop, statement)


async def test_the_database_keeps_a_second_first_message_out(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    for _ in range(2):
        batch = await shop.draft(creators, purpose=Purpose.THANKS)
        await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    with pytest.raises(psycopg.errors.UniqueViolation, match="uq_outreach_step_first_message"):
        await behind_our_back(shop, "update outreach_step set first_message = true")


async def test_the_database_sends_an_occasion_once(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(2))
    with pytest.raises(psycopg.errors.UniqueViolation, match="uq_outreach_step_occasion"):
        await behind_our_back(shop, "update outreach_step set occasion = 'the same'")
