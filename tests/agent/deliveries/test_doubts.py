"""What nobody knows the end of stays so, whatever its repetition meets: it goes no other way and is said once."""

from datetime import timedelta

import pytest

from memory.domain.errors import AppError, Misconfigured, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from tests.agent.deliveries.conftest import APP, HOOK, FakePusher, PushShop

UNCLEAR = ("unknown", "channel_unclear")


async def in_doubt(shop: PushShop, *then: AppError, urgent: bool = True) -> tuple[ChannelId, FakePusher, FakePusher]:
    """A push that arrived and was not confirmed, over a channel that knows repeats; `then`: how repeats end."""
    app, _ = await shop.channel(APP), await shop.channel(HOOK)
    pusher = FakePusher(APP, knows_repeats=True, script=[Unclear("channel_unclear"), *then], swallows=True)
    hook = FakePusher(HOOK)
    await shop.answers(1, urgent=urgent)
    await shop.deliver(pusher, hook)
    assert shop.rows() == [UNCLEAR]
    pusher.swallows = False
    return app, pusher, hook


async def later(shop: PushShop, *pushers: FakePusher, minutes: int = 1) -> None:
    """A round after it has rested."""
    shop.rest_no_longer()
    await shop.office.move_clock(timedelta(minutes=minutes))
    await shop.deliver(*pushers)


@pytest.mark.parametrize("meets", [Unavailable("channel_busy"), Misconfigured("secrets_of_another_key")])
async def test_a_repeat_that_is_not_taken_leaves_it_unknown_under_its_own_key(shop: PushShop, meets: AppError) -> None:
    app, pusher, hook = await in_doubt(shop, meets)
    await later(shop, pusher, hook)
    assert (shop.rows(), shop.tries()) == ([UNCLEAR], [(app, "unknown", 1)])
    await later(shop, pusher, hook)
    assert (shop.rows(), shop.tries()) == ([("delivered", None)], [(app, "delivered", 1)])
    assert (pusher.calls, len(pusher.accepted), hook.calls) == (3, 1, 0)


async def test_it_is_repeated_less_and_less_often_and_no_other_channel_is_ever_asked(shop: PushShop) -> None:
    app, pusher, hook = await in_doubt(shop, *(Unavailable("channel_busy", pause_seconds=5) for _ in range(8)))
    rests = []
    for _ in range(8):
        shop._read("update channel_setting set paused_until = null returning id")
        await later(shop, pusher, hook)
        ((seconds,),) = shop._read("select extract(epoch from lease_until - clock_timestamp()) from delivery_try")
        rests.append(round(float(seconds) / 60))
    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]
    assert (shop.rows(), shop.tries()) == ([UNCLEAR], [(app, "unknown", 1)])
    assert (pusher.calls, hook.calls) == (9, 0)


async def test_a_repeat_that_is_refused_is_the_last_one_and_no_other_channel_is_asked(shop: PushShop) -> None:
    app, pusher, hook = await in_doubt(shop, Refused("app_address_not_allowed", address="203.0.113.7"))
    for _ in range(3):
        await later(shop, pusher, hook)
    assert (shop.rows(), shop.tries()) == ([UNCLEAR], [(app, "unknown", 1)])
    assert (pusher.calls, len(pusher.accepted), hook.calls) == (2, 1, 0)
    async with shop.database.unit(shop.office.lead) as unit:
        (named,) = await unit.pushes.undelivered()
    assert (str(named.state), named.reason.key if named.reason else "") == UNCLEAR


async def test_it_is_not_repeated_once_the_channel_knows_repeats_no_longer(shop: PushShop) -> None:
    app, pusher, hook = await in_doubt(shop)
    await later(shop, pusher, hook, minutes=4 * 60 - 1)  # a call begun now might end too late
    assert (shop.rows(), pusher.calls) == ([UNCLEAR], 1)
    await later(shop, pusher, hook, minutes=60)
    assert (shop.rows(), shop.tries(), hook.calls) == ([UNCLEAR], [(app, "unknown", 1)], 0)
    assert (pusher.calls, len(pusher.accepted)) == (1, 1)


async def test_a_channel_that_rests_is_asked_for_no_repeat(shop: PushShop) -> None:
    _, pusher, hook = await in_doubt(shop)
    async with shop.database.across_tenants("test") as work:
        (app,) = [one.id for one in await work.channels.every() if one.kind is APP]
        await work.deliveries.pause(app, for_=timedelta(minutes=1))
    await later(shop, pusher, hook)
    assert (shop.rows(), pusher.calls) == ([UNCLEAR], 1)


async def test_at_night_nothing_is_repeated(shop: PushShop) -> None:
    await shop.at(21)
    _, pusher, hook = await in_doubt(shop, urgent=False)
    await later(shop, pusher, hook, minutes=70)
    assert (shop.rows(), pusher.calls) == ([UNCLEAR], 1)
