"""The long connection: subscribing, one connection a bot, acks, overlaps, callbacks."""

import json

import pytest
from websockets.exceptions import ConnectionClosed

from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator, running
from tests.evals.emulators.wecom.products import BUTTONS, bot_client, card, stream

BOT = "AIBOT1"


async def test_nothing_works_before_the_subscribe_ack(emulator: Emulator) -> None:
    async with bot_client(emulator, subscribe=False) as client:
        assert (await client.push("CH1"))["errcode"] == Errcode.NOT_SUBSCRIBED
        assert (await client.call("ping"))["errcode"] == Errcode.NOT_SUBSCRIBED
        first = await client.send("aibot_subscribe", {"bot_id": client.bot_id, "secret": client.secret})
        second = await client.send("ping")
        acks = {ack["headers"]["req_id"]: ack["errcode"] for ack in [await client.receive(), await client.receive()]}
        assert acks == {first: 0, second: Errcode.NOT_SUBSCRIBED}
        assert await client.call("ping") == {
            "headers": {"req_id": "mine-5"},
            "errcode": 0,
            "errmsg": "ok",
        }


async def test_a_wrong_secret_is_refused_and_leaves_the_first_connection_alone(emulator: Emulator) -> None:
    async with bot_client(emulator) as first, bot_client(emulator, subscribe=False) as second:
        assert (await second.subscribe("nonsense"))["errcode"] == Errcode.BOT_SECRET
        assert (await second.push("CH1"))["errcode"] == Errcode.NOT_SUBSCRIBED
        assert (await first.call("ping"))["errcode"] == 0


async def test_subscribing_again_and_again_is_throttled(emulator: Emulator) -> None:
    async with bot_client(emulator, subscribe=False) as client:
        codes = [(await client.subscribe("nonsense"))["errcode"] for _ in range(21)]
        assert codes == [Errcode.BOT_SECRET] * 20 + [Errcode.TOO_FREQUENT]
        await emulator.platform.clock.advance(61)
        assert (await client.subscribe())["errcode"] == 0


async def test_a_second_subscription_tells_the_first_and_closes_it(emulator: Emulator) -> None:
    async with bot_client(emulator) as first, bot_client(emulator) as second:
        told = await first.receive()
        assert told["cmd"] == "aibot_event_callback"
        assert told["body"]["event"] == {"eventtype": "disconnected_event", "disconnected_event": {}}
        with pytest.raises(ConnectionClosed):
            await first.receive()
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        assert (await second.receive())["cmd"] == "aibot_msg_callback"


async def test_a_mention_in_a_group_arrives_with_the_mention_and_other_talk_does_not(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        talk = emulator.phone.says_in_group("wangwei", "大家好", chatid="CH1")
        emulator.phone.says_in_group("lina", "换一批", chatid="CH1", mention=BOT, quote=talk.message_id)
        frame = await client.receive()
    body = frame["body"]
    assert frame["cmd"] == "aibot_msg_callback"
    assert body == {
        "msgid": body["msgid"],
        "aibotid": BOT,
        "from": {"userid": "lina"},
        "chattype": "group",
        "chatid": "CH1",
        "msgtype": "text",
        "text": {"content": "@达人助手 换一批"},
        "quote": {"msgtype": "text", "text": {"content": "大家好"}},
    }


async def test_a_private_message_names_no_chat(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        body = (await client.receive())["body"]
    assert (body["chattype"], body["from"], "chatid" in body) == ("single", {"userid": "lina"}, False)


async def test_what_comes_while_nobody_is_connected_is_lost(emulator: Emulator) -> None:
    message = emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
    async with bot_client(emulator) as client:
        assert (await client.call("ping"))["errcode"] == 0
    assert not message.delivered
    assert len(emulator.hub.lost) == 1


async def test_a_stream_replaces_its_text_until_it_is_finished(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_in_group("lina", "找达人", chatid="CH1", mention=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        assert (await client.stream(req_id, "正在查…"))["errcode"] == 0
        assert emulator.platform.chats.of("CH1")[-1].state == "streaming"
        assert (await client.stream(req_id, "找到 6 位", finish=True))["errcode"] == 0
        after = await client.stream(req_id, "还有")
    shown = emulator.platform.chats.of("CH1")[-1]
    assert (shown.content, shown.state, shown.sender) == ("找到 6 位", "finished", BOT)
    assert after["errcode"] == Errcode.BAD_PARAMETER
    assert len(emulator.platform.chats.of("CH1")) == 2


async def test_a_frame_that_overlaps_another_of_its_req_id_is_refused(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_in_group("lina", "找达人", chatid="CH1", mention=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        frames = [{"cmd": "aibot_respond_msg", "headers": {"req_id": req_id}, "body": stream(text)} for text in "一二"]
        for frame in frames:
            await client.socket.send(json.dumps(frame))
        codes = sorted([(await client.receive())["errcode"], (await client.receive())["errcode"]])
        assert codes == [0, Errcode.CONFLICT]
        assert emulator.platform.chats.of("CH1")[-1].content == "一"
        assert (await client.stream(req_id, "一二", finish=True))["errcode"] == 0


async def test_the_ack_may_take_virtual_time_and_until_then_the_req_id_is_taken() -> None:
    platform = Platform(rules=Rules(ack_seconds=0.5))
    async with running(platform) as emulator, bot_client(emulator, subscribe=False) as client:
        req_id = await client.send("aibot_subscribe", {"bot_id": client.bot_id, "secret": client.secret})
        await platform.records.until(lambda: len(platform.records.calls) == 1)
        assert emulator.hub.lines == {}
        assert (await client.call("ping", req_id=req_id))["errcode"] == Errcode.CONFLICT
        await platform.clock.advance(0.5)
        assert (await client.receive())["errcode"] == 0
        assert list(emulator.hub.lines) == [BOT]


async def test_frames_of_different_req_ids_do_not_disturb_each_other(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        sent = [await client.send("ping") for _ in range(30)]
        acks = [await client.receive() for _ in sent]
    assert [ack["headers"]["req_id"] for ack in acks] == sent
    assert {ack["errcode"] for ack in acks} == {0}


async def test_three_questions_may_be_open_and_the_fourth_is_not_delivered(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        asked = [emulator.phone.says_in_group("lina", f"问题 {n}", chatid="CH1", mention=BOT) for n in range(4)]
        emulator.phone.says_in_group("wangwei", "我也问", chatid="CH1", mention=BOT)
        frames = [await client.receive() for _ in range(4)]
        assert [message.delivered for message in asked] == [True, True, True, False]
        assert frames[3]["body"]["from"] == {"userid": "wangwei"}
        await client.stream(frames[0]["headers"]["req_id"], "好", finish=True)
        assert emulator.phone.says_in_group("lina", "再问", chatid="CH1", mention=BOT).delivered


async def test_a_req_id_of_a_former_connection_no_longer_answers() -> None:
    for survives, code in ((False, Errcode.BAD_REQ_ID), (True, 0)):
        async with running(Platform(rules=Rules(req_ids_survive_reconnect=survives))) as emulator:
            async with bot_client(emulator) as client:
                emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
                req_id = (await client.receive())["headers"]["req_id"]
            async with bot_client(emulator) as client:
                assert (await client.stream(req_id, "在", finish=True))["errcode"] == code
                assert (await client.push("lina", "在", {"chat_type": 1}))["errcode"] == 0


async def test_events_take_no_answer_but_their_own(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        assert emulator.phone.enters_chat("lina", bot_id=BOT)
        assert not emulator.phone.enters_chat("lina", bot_id=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        assert (await client.stream(req_id, "欢迎"))["errcode"] == Errcode.BAD_REQ_ID
        text = {"msgtype": "text", "text": {"content": "你好"}}
        assert (await client.call("aibot_respond_welcome_msg", text, req_id=req_id))["errcode"] == 0
        assert (await client.call("aibot_respond_welcome_msg", text, req_id=req_id))["errcode"] == Errcode.BAD_REQ_ID
        await emulator.platform.clock.advance(86_400)
        assert emulator.phone.enters_chat("lina", bot_id=BOT)
        late = (await client.receive())["headers"]["req_id"]
        await emulator.platform.clock.advance(5.1)
        answer = await client.call("aibot_respond_welcome_msg", card(BUTTONS), req_id=late)
    assert answer["errcode"] == Errcode.BAD_REQ_ID
    assert [message.content for message in emulator.platform.chats.of("AIBOT1:lina")] == ["你好"]


async def test_a_callback_can_come_again_over_the_next_connection(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        first = await client.receive()
        asked = emulator.hub.asked[first["headers"]["req_id"]]
        await client.stream(asked.req_id, "在", finish=True)
    async with bot_client(emulator) as client:
        assert emulator.hub.again(asked)
        second = await client.receive()
        assert (second["body"], second["headers"] == first["headers"]) == (first["body"], False)
        assert (await client.stream(second["headers"]["req_id"], "还在", finish=True))["errcode"] == 0
    assert [message.content for message in emulator.platform.chats.of("AIBOT1:lina")] == ["在吗", "在", "还在"]


async def test_a_frame_that_is_none_ends_the_connection(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        await client.socket.send("not json")
        with pytest.raises(ConnectionClosed):
            await client.receive()
