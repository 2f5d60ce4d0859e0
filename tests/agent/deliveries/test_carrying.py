"""Deliveries over real rows: made once, carried out once, over the next channel only after a refusal."""

import asyncio
from datetime import timedelta

from agent.deliveries.carrying import deliver_due
from agent.deliveries.rules import MOST_ATTEMPTS, MOST_IN_ONE
from memory.domain.channels import ChannelFields
from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.errors import Refused, Unavailable, Unclear
from tests.agent.deliveries.conftest import APP, BOT, HOOK, FakePusher, PushShop

KNOWN = {APP: timedelta(hours=4)}
DELIVERED, REFUSED, UNKNOWN, WAITING = (
    str(state)
    for state in (DeliveryState.DELIVERED, DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.WAITING)
)


async def test_an_occasion_is_made_and_delivered_once(shop: PushShop) -> None:
    await shop.channel()
    await shop.answers(1)
    async with shop.database.across_tenants("test") as work:
        again = await work.deliveries.make(
            shop.queue, PushKind.ANSWER, occasion="answer:1", subject={}, valid_until=work.now + timedelta(hours=1)
        )
    assert again is False
    first, second = await shop.deliver(), await shop.deliver()
    assert (first.ends, second.ends) == ({DeliveryState.DELIVERED: 1}, {})
    assert shop.rows() == [(DELIVERED, None)]
    assert len(shop.pushers[HOOK].accepted) == 1
    assert shop.pushers[HOOK].secrets == [{"key": "secret of wecom_webhook"}]


async def test_without_a_channel_nothing_is_made(shop: PushShop) -> None:
    async with shop.database.across_tenants("test") as work:
        made = await work.deliveries.make(
            shop.queue, PushKind.ANSWER, occasion="answer:1", subject={}, valid_until=work.now + timedelta(hours=1)
        )
    assert (made, shop.rows()) == (False, [])


async def test_what_waits_together_goes_as_few_messages(shop: PushShop) -> None:
    await shop.channel()
    await shop.answers(MOST_IN_ONE + 3)
    report = await shop.deliver()
    assert (report.calls, report.ends) == (2, {DeliveryState.DELIVERED: MOST_IN_ONE + 3})
    first, second = (text for _, text in shop.pushers[HOOK].accepted)
    assert (first.count("\n>"), second.count("\n>")) == (MOST_IN_ONE, 3)


async def test_a_refusal_goes_on_to_the_next_channel_in_order(shop: PushShop) -> None:
    hook, app, bot = await shop.channel(HOOK), await shop.channel(APP), await shop.channel(BOT)
    shop.pushers[BOT].script = [Refused("refused")]
    shop.pushers[APP].script = [Refused("refused")]
    await shop.answers(1)
    await shop.deliver()
    assert shop.tries() == [(bot, REFUSED, 1), (app, REFUSED, 2), (hook, DELIVERED, 3)]
    assert shop.rows() == [(DELIVERED, None)]


async def test_refused_everywhere_it_ends_with_what_the_last_one_said(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.channel(APP)
    shop.pushers[APP].script = [Refused("refused")]
    shop.pushers[HOOK].script = [Refused("webhook_key_dead")]
    await shop.answers(1)
    await shop.deliver()
    assert shop.rows() == [(REFUSED, "webhook_key_dead")]
    await shop.deliver()
    assert (shop.pushers[APP].calls, shop.pushers[HOOK].calls) == (1, 1)


async def test_what_is_unclear_is_never_repeated_and_goes_to_no_other_channel(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.channel(APP)
    shop.pushers[APP].script, shop.pushers[APP].swallows = [Unclear("unclear")], True
    await shop.answers(2)
    await shop.deliver()
    shop.rest_no_longer()
    await shop.office.move_clock(timedelta(hours=1))
    await shop.deliver()
    assert shop.rows() == [(UNKNOWN, "unclear"), (UNKNOWN, "unclear")]
    assert (shop.pushers[APP].calls, shop.pushers[HOOK].calls) == (1, 0)


async def test_a_channel_that_knows_repeats_is_asked_again_under_the_same_key(shop: PushShop) -> None:
    await shop.channel(APP)
    pusher = FakePusher(APP, knows_repeats=True, script=[Unclear("unclear")], swallows=True)
    await shop.answers(3)
    await shop.deliver(pusher)
    assert [state for state, _ in shop.rows()] == [UNKNOWN] * 3
    await shop.deliver(pusher)
    assert pusher.calls == 1  # it rests first
    shop.rest_no_longer()
    await shop.deliver(pusher)
    assert [state for state, _ in shop.rows()] == [DELIVERED] * 3
    assert (pusher.calls, len(pusher.accepted)) == (2, 1)


async def test_a_busy_channel_is_tried_again_later_and_not_passed_over(shop: PushShop) -> None:
    await shop.channel(HOOK)
    app = await shop.channel(APP)
    shop.pushers[APP].script = [Unavailable("unavailable")]
    await shop.answers(1)
    await shop.deliver()
    await shop.deliver()
    assert (shop.pushers[APP].calls, shop.rows()) == (1, [(WAITING, "unavailable")])
    await shop.office.move_clock(timedelta(minutes=1))
    await shop.deliver()
    assert shop.tries() == [(app, REFUSED, 1), (app, DELIVERED, 2)]
    assert shop.pushers[HOOK].calls == 0


async def test_a_channel_that_stays_busy_is_passed_over_in_the_end(shop: PushShop) -> None:
    hook, app = await shop.channel(HOOK), await shop.channel(APP)
    shop.pushers[APP].script = [Unavailable("unavailable") for _ in range(50)]
    await shop.answers(1, urgent=True)
    for _ in range(MOST_ATTEMPTS + 1):
        await shop.deliver()
        await shop.office.move_clock(timedelta(minutes=31))
    assert [channel for channel, _, _ in shop.tries()] == [app] * MOST_ATTEMPTS + [hook]
    assert shop.rows() == [(DELIVERED, None)]


async def test_a_channel_that_asks_for_rest_gets_it(shop: PushShop) -> None:
    await shop.channel(HOOK)
    shop.pushers[HOOK].script = [Unavailable("channel_too_often", pause_seconds=60)]
    await shop.answers(1)
    await shop.deliver()
    await shop.answers(1)
    await shop.office.move_clock(timedelta(minutes=5))  # the channel rests on the machine's clock
    await shop.deliver()
    assert shop.pushers[HOOK].calls == 1
    with_rest_over(shop)
    await shop.office.move_clock(timedelta(minutes=2))
    await shop.deliver()
    assert [state for state, _ in shop.rows()] == [DELIVERED, DELIVERED]


def with_rest_over(shop: PushShop) -> None:
    shop._read("update channel_setting set paused_until = null returning id")


async def test_no_more_than_its_share_goes_to_a_channel_in_a_minute(shop: PushShop) -> None:
    await shop.channel(HOOK)
    shop.pushers[HOOK].per_minute = 2
    await shop.answers(MOST_IN_ONE * 3)
    await shop.deliver()
    await shop.office.move_clock(timedelta(minutes=5))  # a demo's clock makes no platform faster
    await shop.deliver()
    assert shop.pushers[HOOK].calls == 2
    assert [state for state, _ in shop.rows()].count(WAITING) == MOST_IN_ONE


async def test_at_night_pushes_wait_for_the_teams_morning_and_urgent_ones_do_not(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.at(23)
    await shop.answers(1)
    await shop.answers(1, urgent=True)
    await shop.deliver()
    assert [state for state, _ in shop.rows()] == [WAITING, DELIVERED]
    await shop.at(8)
    await shop.deliver()
    assert shop.pushers[HOOK].calls == 1
    await shop.at(9)
    await shop.deliver()
    assert [state for state, _ in shop.rows()] == [DELIVERED, DELIVERED]


async def test_what_waited_too_long_is_refused_and_says_so(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.answers(1, hours=1)
    await shop.office.move_clock(timedelta(hours=2))
    report = await shop.deliver()
    assert (report.ends, shop.rows()) == ({DeliveryState.REFUSED: 1}, [(REFUSED, "push_too_late")])
    assert shop.pushers[HOOK].calls == 0


async def test_a_channel_held_by_another_process_is_left_to_it(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.channel(BOT)
    await shop.answers(1)
    elsewhere = FakePusher(BOT, elsewhere=True)
    await shop.deliver(elsewhere, FakePusher(HOOK))
    assert shop.rows() == [(WAITING, None)]
    holder = FakePusher(BOT)
    await shop.deliver(holder)
    assert (len(holder.accepted), elsewhere.calls) == (1, 0)


async def test_a_channel_switched_off_is_not_used_and_what_waits_waits_on(shop: PushShop) -> None:
    hook = await shop.channel(HOOK)
    await shop.answers(1)
    async with shop.database.unit(shop.office.owner) as unit:
        await unit.channels.save(hook, ChannelFields(HOOK, "off", active=False))
    await shop.deliver()
    assert shop.rows() == [(WAITING, None)]
    async with shop.database.unit(shop.office.owner) as unit:
        await unit.channels.save(hook, ChannelFields(HOOK, "on", options={"lang": "zh"}))
    await shop.office.move_clock(timedelta(minutes=11))
    await shop.deliver()
    assert shop.rows() == [(DELIVERED, None)]


async def test_a_channel_of_another_brand_or_tenant_carries_nothing(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.answers(1)
    async with shop.database.across_tenants("test") as work:
        (queue,) = await work.deliveries.queues(now=work.now)
        routes = await work.deliveries.routes(type(queue)(queue.tenant, shop.office.brand))
        foreign = await work.deliveries.routes(type(queue)(type(queue.tenant)(queue.tenant + 1), queue.brand))
    assert (len(routes), list(foreign)) == (1, [])


async def test_many_at_once_deliver_each_once(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.answers(60)
    await asyncio.gather(*(deliver_due(shop.post()) for _ in range(6)))
    said = "\n".join(text for _, text in shop.pushers[HOOK].accepted)
    assert [said.count(f"＠c{number}（") for number in range(1, 61)] == [1] * 60
    assert {state for state, _ in shop.rows()} == {DELIVERED}


async def test_a_claim_whose_process_went_away_becomes_unknown_and_its_late_word_is_believed(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.answers(1)
    async with shop.database.across_tenants("test") as work:
        audience = await work.deliveries.audience(shop.queue)
        (route,) = await work.deliveries.routes(shop.queue)
        waiting = await work.deliveries.waiting(shop.queue, now=work.now, limit=5)
        parcel = await work.deliveries.claim(shop.queue, route, waiting, audience, lease=timedelta(0))
    report = await shop.deliver()
    assert (report.abandoned, report.calls, shop.rows()) == (1, 0, [(UNKNOWN, "push_sender_gone")])
    async with shop.database.across_tenants("test") as work:
        ended = await work.deliveries.settle(parcel.tries, DeliveryState.DELIVERED, look_at=work.now)
    assert (ended, shop.rows()) == (1, [(DELIVERED, None)])


async def test_a_try_taken_up_again_is_settled_by_its_new_holder_alone(shop: PushShop) -> None:
    await shop.channel(APP)
    pusher = FakePusher(APP, knows_repeats=True, script=[Unclear("unclear")])
    await shop.answers(1)
    await shop.deliver(pusher)
    shop.rest_no_longer()
    async with shop.database.across_tenants("test") as work:
        taken = await work.deliveries.unclear(KNOWN, lease=timedelta(minutes=2))
        assert taken is not None
    async with shop.database.across_tenants("test") as work:
        assert await work.deliveries.unclear(KNOWN, lease=timedelta(minutes=2)) is None
        stale = [type(one)(one.id, one.delivery, one.attempt, 1) for one in taken.tries]
        assert await work.deliveries.settle(stale, DeliveryState.REFUSED, look_at=work.now) == 0
        assert await work.deliveries.settle(taken.tries, DeliveryState.DELIVERED, look_at=work.now) == 1
    assert shop.rows() == [(DELIVERED, None)]
