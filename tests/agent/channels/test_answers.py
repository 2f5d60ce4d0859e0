"""An answer that is owed in a chat is said once, whoever hears the question and however often; doubts are named."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.channels.answers import SaidOnce
from evals.suites.talking import open_talk
from memory.domain.channels import ChannelKind
from memory.domain.chat import Inbound, Reply, Tap
from memory.domain.deliveries import PushKind
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId, PresentationId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.agent.deliveries.conftest import APP, BOT, FakePusher, PushShop, shop

__all__ = ["shop"]
QUESTION = "B:m1"


def answers(shop: PushShop) -> SaidOnce:
    return SaidOnce(shop.database)


async def asked(shop: PushShop, *, text: str = "找 10 个宠物达人", outside_id: str = QUESTION) -> ChannelId:
    """A member's question is stored; the channel it came by."""
    channel = await shop.channel(BOT)
    await asks(shop, channel, text=text, outside_id=outside_id)
    return channel


async def asks(shop: PushShop, channel: ChannelId, *, text: str, outside_id: str = QUESTION) -> None:
    anna = shop.office.anna
    place = Place(channel=channel, chat="CH1", is_group=True, user="anna")
    inbound = Inbound(connector="wecom_bot", outside_id=outside_id, text=text, chat="CH1", place=place)
    await (await open_talk(shop.office, anna)).desk.receive(anna, inbound)


async def owed(shop: PushShop, channel: ChannelId) -> list[Owed]:
    return list(await answers(shop).waiting(channel))


async def say(shop: PushShop, channel: ChannelId, *, failure: AppError | None = None) -> bool:
    async with answers(shop).saying(channel, QUESTION) as is_ours:
        if is_ours and failure is not None:
            raise failure
        return is_ours


async def test_why_a_click_decided_nothing_is_owed_once_and_is_what_the_same_click_is_answered(shop: PushShop) -> None:
    channel, anna = await shop.channel(BOT), shop.office.anna
    place = Place(channel=channel, chat="anna", is_group=False, user="anna")
    for text in ("审批要由审批人来做。", "又一次"):
        await answers(shop).owe(anna, place, outside_id=QUESTION, reply=Reply(text=text))
    assert [one.reply for one in await owed(shop, channel)] == [Reply(text="审批要由审批人来做。")]
    tap = Tap(presentation=PresentationId(1), approve=(1,), place=place, outside_id=QUESTION)
    desk = (await open_talk(shop.office, anna)).desk
    assert await desk.decide(anna, tap) == Reply(text="审批要由审批人来做。")
    assert [await say(shop, channel), await say(shop, channel)] == [True, False]


@pytest.mark.parametrize("kind", [ChannelKind.WECOM_KF, ChannelKind.WECHAT_ACCOUNT])
async def test_an_answer_is_owed_where_nothing_can_be_pushed(shop: PushShop, kind: ChannelKind) -> None:
    channel = await shop.channel(kind)
    await asks(shop, channel, text="找 10 个宠物达人")
    assert len(await owed(shop, channel)) == 1
    assert await say(shop, channel)
    assert await owed(shop, channel) == []


async def test_a_question_stored_twice_is_one_turn_whose_answer_is_owed_once(shop: PushShop) -> None:
    channel = await asked(shop)
    await asks(shop, channel, text="找 10 个宠物达人")
    (one,) = await owed(shop, channel)
    assert (one.place.chat, one.place.user, one.outside_id, one.member) == (
        "CH1",
        "anna",
        QUESTION,
        shop.office.anna.member,
    )
    assert one.turn is not None
    assert await answers(shop).is_open(channel, QUESTION)
    assert not await answers(shop).is_open(channel, "B:other")


async def test_a_command_is_answered_by_its_turn_too(shop: PushShop) -> None:
    channel = await asked(shop, text="停")
    (one,) = await owed(shop, channel)
    assert one.turn is not None


async def test_of_many_who_would_say_it_one_does(shop: PushShop) -> None:
    channel = await asked(shop)
    said = await asyncio.gather(*(say(shop, channel) for _ in range(6)))
    assert sorted(said) == [False] * 5 + [True]
    assert (await owed(shop, channel), shop.rows()) == ([], [("delivered", None)])


async def test_what_was_never_asked_is_nobodys_to_answer(shop: PushShop) -> None:
    channel = await shop.channel(BOT)
    assert not await say(shop, channel)


async def test_what_nobody_accepted_waits_and_is_said_by_the_next_some_times_over(shop: PushShop) -> None:
    channel = await asked(shop)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await say(shop, channel, failure=Unavailable("wecom_not_connected"))
        assert await owed(shop, channel) == []  # it rests
        await shop.office.move_clock(timedelta(seconds=20))
        assert len(await owed(shop, channel)) == 1
    with pytest.raises(Unavailable):
        await say(shop, channel, failure=Unavailable("wecom_not_connected"))
    assert shop.rows() == [("refused", "wecom_not_connected")]


@pytest.mark.parametrize(
    ("failure", "state"), [(Refused("wecom_blocked"), "refused"), (Unclear("wecom_no_ack"), "unknown")]
)
async def test_how_it_ended_badly_is_named_on_the_page_and_it_is_not_said_again(
    shop: PushShop, failure: AppError, state: str
) -> None:
    channel = await asked(shop)
    with pytest.raises(type(failure)):
        await say(shop, channel, failure=failure)
    assert not await say(shop, channel)
    async with shop.database.unit(shop.office.lead) as unit:
        (lost,) = await unit.pushes.undelivered()
    assert (lost.kind, str(lost.state), lost.channel) == (PushKind.REPLY, state, "channel wecom_bot")
    assert lost.reason is not None
    assert lost.reason.key == failure.text_key


async def test_a_process_that_dies_in_the_middle_leaves_it_unknown(shop: PushShop) -> None:
    channel = await asked(shop)
    begun = asyncio.Event()

    async def cut_off() -> None:
        async with answers(shop).saying(channel, QUESTION):
            begun.set()
            await asyncio.Event().wait()

    saying = asyncio.create_task(cut_off())
    await begun.wait()
    saying.cancel()
    await asyncio.wait({saying})
    assert (await owed(shop, channel), await say(shop, channel)) == ([], False)
    shop.rest_no_longer()
    await shop.deliver()
    assert shop.rows() == [("unknown", "push_sender_gone")]


async def kept(shop: PushShop) -> ChannelId:
    """An answer that is kept where somebody gives it."""
    channel = await asked(shop)
    async with answers(shop).saying(channel, QUESTION, kept_for=timedelta(days=4)) as is_ours:
        assert is_ours
    return channel


@pytest.mark.parametrize(
    ("failure", "end"),
    [
        (None, ("delivered", None)),
        (Refused("ration_shelf_full"), ("refused", "ration_shelf_full")),
        (Unclear("channel_unclear"), ("unknown", "channel_unclear")),
    ],
)
async def test_what_is_kept_to_be_given_is_settled_by_who_gives_it(
    shop: PushShop, failure: AppError | None, end: tuple[str, str | None]
) -> None:
    channel = await kept(shop)
    assert (await owed(shop, channel), await say(shop, channel), shop.rows()) == ([], False, [("claimed", None)])
    await answers(shop).ended(channel, "B:never-asked", None)
    assert shop.rows() == [("claimed", None)]
    await answers(shop).ended(channel, QUESTION, failure)
    assert shop.rows() == [end]


async def test_what_nobody_has_given_in_its_time_is_named_as_not_given(shop: PushShop) -> None:
    channel = await kept(shop)
    await shop.deliver()
    assert shop.rows() == [("claimed", None)]
    shop.rest_no_longer()
    await shop.deliver()
    assert (shop.rows(), await owed(shop, channel)) == ([("refused", "ration_not_given")], [])
    async with shop.database.unit(shop.office.lead) as unit:
        (lost,) = await unit.pushes.undelivered()
    assert (lost.kind, str(lost.state)) == (PushKind.REPLY, "refused")


async def test_what_was_given_by_the_next_after_its_process_died_counts_as_given(shop: PushShop) -> None:
    channel = await asked(shop)
    async with shop.database.across_tenants("test") as work:
        assert await work.owed.claim(channel, QUESTION, lease=timedelta(0)) is not None
    await shop.deliver()
    assert shop.rows() == [("unknown", "push_sender_gone")]
    await answers(shop).ended(channel, QUESTION, None)
    assert shop.rows() == [("delivered", None)]


async def test_who_pushes_leaves_answers_to_whoever_holds_the_channel(shop: PushShop) -> None:
    channel = await asked(shop)
    report = await shop.deliver()
    assert (report.calls, shop.rows()) == (0, [("waiting", None)])
    assert len(await owed(shop, channel)) == 1


async def test_an_answer_that_ended_unclear_is_not_taken_up_as_a_push(shop: PushShop) -> None:
    channel = await shop.channel(APP)
    await asks(shop, channel, text="找 10 个宠物达人")
    with pytest.raises(Unclear):
        await say(shop, channel, failure=Unclear("channel_unclear"))
    shop.rest_no_longer()
    pusher = FakePusher(APP, knows_repeats=True)
    await shop.deliver(pusher)
    assert (pusher.calls, shop.rows()) == (0, [("unknown", "channel_unclear")])


async def test_what_nobody_may_hear_any_more_is_dropped(shop: PushShop) -> None:
    channel = await asked(shop)
    (one,) = await owed(shop, channel)
    await answers(shop).drop(one)
    assert shop.rows() == [("dropped", "reply_not_bound")]


async def test_a_lead_of_all_brands_is_owed_answers_too(shop: PushShop) -> None:
    channel = await shop.channel(BOT)
    lead = replace(shop.office.owner, brand=None)
    async with shop.database.unit(lead) as unit:
        place = Place(channel=channel, chat="boss", is_group=False, user="boss")
        await unit.owed.owe(place, outside_id=QUESTION, reply=Reply(text="好"))
        assert await unit.owed.reply_to(channel, QUESTION) == Reply(text="好")
    (one,) = await owed(shop, channel)
    assert (one.member, one.turn, one.reply) == (lead.member, None, Reply(text="好"))
