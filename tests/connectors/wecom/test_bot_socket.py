"""The long connection: subscribing, beating, coming back, staying down, one frame in flight, closing."""

import asyncio
from itertools import pairwise

import pytest

from connectors.wecom.bot import wire
from connectors.wecom.bot.frames import Ack, Cmd, EventCallback, MsgCallback
from connectors.wecom.bot.line import Connection
from connectors.wecom.bot.socket import Ended
from evals.emulators.clock import START
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator, running
from memory.domain.errors import Unavailable, Unclear
from tests.connectors.wecom.lines import BOT, Heard, after, live, plan, running_socket, socket_of, until


def frame(req_id: str, content: str, *, finish: bool = False) -> dict[str, object]:
    return {"msgtype": "stream", "stream": {"id": f"s-{req_id}", "finish": finish, "content": content}}


def subscriptions(emulator: Emulator) -> int:
    return len(emulator.platform.records.of("aibot/aibot_subscribe"))


def test_what_comes_is_an_ack_a_message_or_an_event() -> None:
    assert wire.read('{"headers":{"req_id":"a"},"errcode":0,"errmsg":"ok"}') == Ack("a", 0, "ok")
    said = wire.read(
        '{"cmd":"aibot_msg_callback","headers":{"req_id":"b"},"body":{"msgid":"M","chattype":"single",'
        '"from":{"userid":"lina"},"msgtype":"text","text":{"content":"在吗"},"new_field":1}}'
    )
    assert isinstance(said, MsgCallback)
    assert (said.body.sender.userid, said.body.text and said.body.text.content) == ("lina", "在吗")
    pressed = wire.read(
        '{"cmd":"aibot_event_callback","headers":{"req_id":"c"},"body":{"event":'
        '"{\\"eventtype\\":\\"template_card_event\\",\\"template_card_event\\":{\\"event_key\\":\\"k\\"}}"}}'
    )
    assert isinstance(pressed, EventCallback)
    assert pressed.body.event.template_card_event is not None
    assert pressed.body.event.template_card_event.event_key == "k"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"headers":{"req_id":"a"}}', '{"cmd":"new","headers":{"req_id":"a"}}',
     '{"cmd":"aibot_msg_callback","headers":{"req_id":"a"},"body":{"msgid":"M","msgtype":"text"}}'],
)  # fmt: skip
def test_what_fits_nothing_is_unreadable(text: str) -> None:
    with pytest.raises(wire.Unreadable):
        wire.read(text)


async def test_a_message_is_heard_and_answered_on_the_same_connection(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        await until(lambda: bool(line.heard.callbacks))
        req_id = line.heard.callbacks[0].req_id
        ack = await line.socket.call(Cmd.RESPOND_MSG, frame(req_id, "在", finish=True), req_id=req_id)
    assert ack.errcode == 0
    assert emulator.platform.chats.messages[-1].content == "在"
    assert await line.task is Ended.CLOSED


async def test_frames_of_one_req_id_wait_for_each_other_and_others_do_not() -> None:
    async with running(Platform(rules=Rules(ack_seconds=2.0))) as emulator:
        heard = Heard(emulator.platform.records.ring)
        socket = socket_of(emulator, heard)
        task = asyncio.create_task(socket.run())
        await after(emulator, 5, lambda: socket.state.connected_since is not None)
        emulator.phone.says_to_bot("lina", "一", bot_id=BOT)
        emulator.phone.says_to_bot("wangwei", "二", bot_id=BOT)
        await until(lambda: len(heard.callbacks) == 2)
        first, second = (callback.req_id for callback in heard.callbacks)
        calls = [
            asyncio.create_task(socket.call(Cmd.RESPOND_MSG, frame(req_id, text), req_id=req_id))
            for req_id, text in ((first, "甲"), (first, "甲乙"), (second, "丙"))
        ]
        records = emulator.platform.records
        await until(lambda: len(records.of("aibot/aibot_respond_msg")) == 2)
        await after(emulator, 10, lambda: all(call.done() for call in calls))
        assert [call.result().errcode for call in calls] == [0, 0, 0]
        assert [warning for warning in records.warnings if "overlaps" in warning] == []
        assert [call.at for call in records.of("aibot/aibot_respond_msg")][:2] == [records.calls[1].at] * 2
        await socket.close()
        await task


async def test_a_lost_ack_is_unclear_after_its_time_and_holds_nothing_up(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        plan(emulator, FaultKind.ACK_LOST, "aibot/ping")
        lost = asyncio.create_task(line.socket.call(Cmd.PING))
        await until(lambda: len(emulator.platform.records.of("aibot/ping")) == 1)
        assert (await line.socket.call(Cmd.PING)).errcode == 0
        await after(emulator, 11, lost.done)
        with pytest.raises(Unclear):
            lost.result()


async def test_two_missed_heartbeats_make_a_new_connection(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        plan(emulator, FaultKind.WS_HALF_OPEN, "aibot/ping")
        await after(emulator, 31, lambda: len(emulator.platform.records.of("aibot/ping")) == 1)
        await after(emulator, 70, lambda: subscriptions(emulator) == 2)
        await until(lambda: line.socket.state.connected_since is not None)
        assert (await line.socket.call(Cmd.PING)).errcode == 0


async def test_a_heartbeat_goes_every_thirty_seconds(emulator: Emulator) -> None:
    async with running_socket(emulator):
        await live(emulator, 95)
        assert [call.at for call in emulator.platform.records.of("aibot/ping")] == [START + 30, START + 60, START + 90]
    assert subscriptions(emulator) == 1


async def test_pauses_double_to_thirty_seconds_with_chance_and_begin_anew_after_a_subscription(
    emulator: Emulator,
) -> None:
    tries: list[float] = []

    async def refused() -> Connection:
        tries.append(emulator.platform.clock.now)
        raise ConnectionRefusedError

    socket = socket_of(emulator, Heard(lambda: None), dial=refused)
    task = asyncio.create_task(socket.run())
    await after(emulator, 200, lambda: len(tries) == 9, step=0.01)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    for pause, longest in zip(pauses, (1, 2, 4, 8, 16, 30, 30, 30), strict=True):
        assert longest / 2 - 0.02 <= pause <= longest + 0.02
    assert len({round(pause, 2) for pause in pauses[5:]}) == 3
    await socket.close()
    assert await task is Ended.CLOSED


async def test_a_wrong_secret_stops_at_once(emulator: Emulator) -> None:
    socket = socket_of(emulator, Heard(lambda: None), secret="nonsense")
    assert await socket.run() is Ended.WRONG_SECRET
    assert (subscriptions(emulator), socket.state.last_error) == (1, "600041")
    call = asyncio.create_task(socket.call(Cmd.PING))
    await after(emulator, 31, call.done)
    with pytest.raises(Unavailable):
        call.result()


async def test_a_throttled_subscription_waits_a_minute(emulator: Emulator) -> None:
    plan(emulator, FaultKind.ACK_ERROR, "aibot/aibot_subscribe", errcode=45009)
    socket = socket_of(emulator, Heard(lambda: None))
    task = asyncio.create_task(socket.run())
    await until(lambda: subscriptions(emulator) == 1)
    await live(emulator, 58)
    assert subscriptions(emulator) == 1
    await after(emulator, 5, lambda: subscriptions(emulator) == 2)
    await until(lambda: socket.state.connected_since is not None)
    await socket.close()
    await task


async def test_two_processes_on_one_bot_do_not_fight(emulator: Emulator) -> None:
    async with running_socket(emulator) as first:
        async with running_socket(emulator) as second:
            assert await first.task is Ended.TAKEN_OVER
            await live(emulator, 300)
            emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
            await until(lambda: bool(second.heard.callbacks))
            assert second.socket.state.connected_since is not None
        assert subscriptions(emulator) == 2
        assert first.heard.callbacks == []


async def test_a_closed_connection_comes_back_and_what_waited_for_an_ack_is_unclear(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        plan(emulator, FaultKind.WS_CLOSE, "aibot/ping", code=1011)
        with pytest.raises(Unclear):
            await line.socket.call(Cmd.PING)
        sent = asyncio.create_task(line.socket.call(Cmd.PING))
        await after(emulator, 2, lambda: subscriptions(emulator) == 2)
        assert (await sent).errcode == 0


async def test_a_lost_subscription_is_made_again(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        plan(emulator, FaultKind.ACK_ERROR, "aibot/ping", errcode=846609)
        assert (await line.socket.call(Cmd.PING)).errcode == 846609
        again = asyncio.create_task(line.socket.call(Cmd.PING))
        await after(emulator, 2, again.done)
        assert again.result().errcode == 0
    assert subscriptions(emulator) == 2


async def test_closing_ends_what_is_in_flight_and_nothing_is_sent_afterwards(emulator: Emulator) -> None:
    async with running_socket(emulator) as line:
        plan(emulator, FaultKind.ACK_LOST, "aibot/ping")
        waiting = asyncio.create_task(line.socket.call(Cmd.PING))
        await until(lambda: len(emulator.platform.records.of("aibot/ping")) == 1)
        await line.socket.close()
        assert await line.task is Ended.CLOSED
        with pytest.raises(Unclear):
            await waiting
        late = asyncio.create_task(line.socket.call(Cmd.PING))
        await after(emulator, 31, late.done)
        with pytest.raises(Unavailable):
            late.result()
    assert len(emulator.platform.records.of("aibot/ping")) == 1
    assert emulator.hub.lines == {}
