"""Each fault can be raised, and does what its name says."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.core.crypto import Unsealed, decrypt, unpad
from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.outside import kf_client
from tests.evals.emulators.wecom.products import BotClient, app_server, bot_client, caller

APP, BOT = 1_000_002, "AIBOT1"
LINA = f"{APP}:lina"


def plan(emulator: Emulator, kind: FaultKind, endpoint: str = "*", **more: Any) -> None:  # noqa: ANN401  # Fault's fields
    emulator.platform.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


async def errcode(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.ERRCODE, "message/send", errcode=45033, times=2)
        codes = [(await client.send())["errcode"] for _ in range(3)]
    assert codes == [45033, 45033, 0]
    assert len(emulator.platform.chats.of(LINA)) == 1


async def http_500(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.HTTP_500)
        assert (await client.raw("message/send", {})).status_code == 500


async def delay(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.DELAY, "message/send", seconds=12)
        sending = asyncio.create_task(client.send())
        await emulator.platform.records.until(lambda: bool(emulator.platform.records.of("message/send")))
        await emulator.platform.clock.advance(11)
        assert not sending.done()
        await emulator.platform.clock.advance(1)
        assert (await sending)["errcode"] == 0
    assert emulator.platform.records.calls[-1].seconds == 12


async def drop_before(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.DROP_BEFORE, "message/send")
        with pytest.raises(httpx.TransportError):
            await client.send()
        assert emulator.platform.chats.messages == []
        assert (await client.send())["errcode"] == 0


async def drop_after(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.DROP_AFTER, "message/send")
        with pytest.raises(httpx.TransportError):
            await client.send()
    assert len(emulator.platform.chats.of(LINA)) == 1


async def slow_body(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.SLOW_BODY, "message/send", seconds=80)
        sending = asyncio.create_task(client.send())
        await emulator.platform.records.until(lambda: bool(emulator.platform.chats.messages))
        await emulator.platform.clock.advance(50)
        assert not sending.done()
        await emulator.platform.clock.advance(60)
        assert (await sending)["errcode"] == 0


async def bad_json(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.BAD_JSON, "message/send")
        answer = await client.raw(
            "message/send", {"touser": "lina", "agentid": APP, "msgtype": "text", "text": {"content": "x"}}
        )
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert len(emulator.platform.chats.of(LINA)) == 1


async def token_revoke_now(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.TOKEN_REVOKE_NOW, "message/send")
        assert (await client.send())["errcode"] == Errcode.BAD_TOKEN
        assert (await client.send())["errcode"] == Errcode.BAD_TOKEN
        await client.gettoken()
        assert (await client.send())["errcode"] == 0


async def token_always_bad(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.TOKEN_ALWAYS_BAD, times=0)
        for _ in range(3):
            await client.gettoken()
            assert (await client.send())["errcode"] == Errcode.BAD_TOKEN


async def duplicate_callback(emulator: Emulator) -> None:
    async with app_server(emulator) as server, bot_client(emulator) as client:
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/bot", copies=2)
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        emulator.phone.says_to_bot("lina", "名单", bot_id=BOT)
        frames = [await client.receive(), await client.receive()]
        await emulator.platform.records.until(lambda: all(one.over for one in emulator.callbacks.deliveries))
    assert (len(server.got), len(set(server.got)), len(set(server.nonces))) == (3, 1, 3)
    assert frames[0]["body"] == frames[1]["body"]
    assert frames[0]["headers"] != frames[1]["headers"]


async def reorder_callbacks(emulator: Emulator) -> None:
    async with app_server(emulator) as server, bot_client(emulator) as client:
        plan(emulator, FaultKind.REORDER_CALLBACKS, times=2)
        for number in ("一", "二"):
            emulator.phone.says_to_app("lina", number, agentid=APP)
            emulator.phone.says_to_bot("lina", number, bot_id=BOT)
        emulator.phone.says_to_app("lina", "三", agentid=APP)
        emulator.callbacks.release()
        emulator.hub.release(BOT)
        await emulator.platform.records.until(lambda: len(server.got) == 3)
        frames = [await client.receive(), await client.receive()]
    assert sorted(str(xml.read(inner).findtext("Content")) for inner in server.got) == ["一", "三", "二"]
    assert [frame["body"]["text"]["content"] for frame in frames] == ["二", "一"]


async def refused_once(emulator: Emulator, kind: FaultKind, reason: str) -> None:
    """The spoilt attempt is refused, the next one is good."""
    async with app_server(emulator) as server:
        plan(emulator, kind)
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        (delivery,) = emulator.callbacks.deliveries
        await emulator.platform.records.until(lambda: delivery.attempts[0].over if delivery.attempts else False)
        assert server.refused == [reason]
        await emulator.platform.clock.advance(5)
        await emulator.platform.records.until(lambda: delivery.over)
    assert [attempt.status for attempt in delivery.attempts] == [403, 200]
    assert [attempt.faults for attempt in delivery.attempts] == [(kind,), ()]


async def tampered_signature(emulator: Emulator) -> None:
    await refused_once(emulator, FaultKind.TAMPERED_SIGNATURE, "signature")


async def wrong_receiveid(emulator: Emulator) -> None:
    await refused_once(emulator, FaultKind.WRONG_RECEIVEID, "receiveid")


async def xml_bomb(emulator: Emulator) -> None:
    await refused_once(emulator, FaultKind.XML_BOMB, "signature")


async def old_timestamp(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        plan(emulator, FaultKind.OLD_TIMESTAMP)
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        await emulator.platform.records.until(lambda: emulator.callbacks.deliveries[0].over)
    assert emulator.platform.clock.now - int(server.timestamps[0]) == 7_200


async def replayed_nonce(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        plan(emulator, FaultKind.REPLAYED_NONCE, calls=(2,))
        for text in ("一", "二", "三"):
            emulator.phone.says_to_app("lina", text, agentid=APP)
            await emulator.platform.records.until(lambda: emulator.callbacks.deliveries[-1].over)
    assert server.nonces[0] == server.nonces[1] != server.nonces[2]


async def huge_body(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        plan(emulator, FaultKind.HUGE_BODY)
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        await emulator.platform.records.until(lambda: emulator.callbacks.deliveries[0].over)
    assert server.sizes[0] > 8_000_000


async def ws_close(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        plan(emulator, FaultKind.WS_CLOSE, "aibot/ping", code=1013)
        await client.send("ping")
        with pytest.raises(ConnectionClosed) as closed:
            await client.receive()
        await emulator.platform.records.until(lambda: not emulator.hub.lines)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


async def ws_half_open(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        plan(emulator, FaultKind.WS_HALF_OPEN, "aibot/ping")
        await client.send("ping")
        await emulator.platform.records.until(lambda: bool(emulator.platform.records.of("aibot/ping")))
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        async with bot_client(emulator) as other:
            await nothing_comes(emulator, client, other)


async def nothing_comes(emulator: Emulator, silent: BotClient, other: BotClient) -> None:
    """Nothing has come on a line though another one was answered since."""
    assert (await other.call("ping"))["errcode"] == 0
    receiving = asyncio.create_task(silent.receive())
    await emulator.platform.clock.advance(60)
    assert not receiving.done()
    receiving.cancel()


async def ws_kick(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        plan(emulator, FaultKind.WS_KICK, "aibot/ping")
        await client.send("ping")
        assert (await client.receive())["body"]["event"]["eventtype"] == "disconnected_event"
        with pytest.raises(ConnectionClosed):
            await client.receive()


async def ack_delay(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        plan(emulator, FaultKind.ACK_DELAY, "aibot/ping", seconds=8)
        late = await client.send("ping")
        assert (await client.call("ping"))["errcode"] == 0
        assert (await client.call("ping", req_id=late))["errcode"] == Errcode.CONFLICT
        await emulator.platform.clock.advance(8)
        assert (await client.receive())["headers"]["req_id"] == late


async def ack_error(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        plan(emulator, FaultKind.ACK_ERROR, "aibot/aibot_respond_msg", errcode=40201)
        assert (await client.stream(req_id, "在", finish=True))["errcode"] == 40201
        assert len(emulator.platform.chats.messages) == 1
        assert (await client.stream(req_id, "在", finish=True))["errcode"] == 0


async def ack_lost(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        plan(emulator, FaultKind.ACK_LOST, "aibot/aibot_respond_msg")
        await client.send("aibot_respond_msg", {"msgtype": "markdown", "markdown": {"content": "在"}}, req_id=req_id)
        assert (await client.call("ping"))["errcode"] == 0
    assert emulator.platform.chats.messages[-1].content == "在"


async def downloaded(emulator: Emulator) -> tuple[httpx.Response, bytes]:
    async with bot_client(emulator) as client, httpx.AsyncClient(trust_env=False) as http:
        emulator.phone.sends_file_to_bot("lina", "名单.csv", b"handle\nmia_home\n", bot_id=BOT)
        media = (await client.receive())["body"]["file"]
        return await http.get(media["url"]), base64.b64decode(media["aeskey"] + "=")


async def media_expired(emulator: Emulator) -> None:
    plan(emulator, FaultKind.MEDIA_EXPIRED)
    assert (await downloaded(emulator))[0].status_code == 403


async def media_bad_padding(emulator: Emulator) -> None:
    plan(emulator, FaultKind.MEDIA_BAD_PADDING)
    answer, key = await downloaded(emulator)
    with pytest.raises(Unsealed, match="padding"):
        unpad(decrypt(key, answer.content))


async def ip_not_allowed(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        plan(emulator, FaultKind.IP_NOT_ALLOWED, "message/*")
        answer = await client.send()
    assert answer["errcode"] == Errcode.IP_NOT_ALLOWED
    assert "203.0.113.7" in answer["errmsg"]


async def quota_exhausted(emulator: Emulator) -> None:
    plan(emulator, FaultKind.QUOTA_EXHAUSTED, "message/send")
    plan(emulator, FaultKind.QUOTA_EXHAUSTED, "aibot/ping")
    async with caller(emulator) as client, bot_client(emulator) as bot:
        assert (await client.send())["errcode"] == Errcode.TOO_FREQUENT
        assert (await bot.call("ping"))["errcode"] == Errcode.TOO_FREQUENT


async def kf_history_flood(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        kf = kf_client(client)
        emulator.kf.people.says("xiaolin", "名单", open_kfid=kf.open_kfid)
        cursor = (await kf.pull())["next_cursor"]
        plan(emulator, FaultKind.KF_HISTORY_FLOOD)
        assert [len((await kf.pull(cursor))["msg_list"]) for _ in range(2)] == [1, 0]


async def kf_send_fail_event(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        kf = kf_client(client)
        emulator.kf.people.says("xiaolin", "名单", open_kfid=kf.open_kfid)
        plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, "kf/send_msg", fail_type=6)
        assert await kf.say("没到", msgid="a-1") == 0
        event = (await kf.pull())["msg_list"][-1]["event"]
    assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", "a-1", 6)
    assert "没到" not in [message.content for message in emulator.platform.chats.messages]


RAISED: dict[FaultKind, Callable[[Emulator], Awaitable[None]]] = {
    kind: globals()[kind.value] for kind in FaultKind if kind.value in globals()
}


def test_no_fault_is_left_out() -> None:
    assert set(RAISED) == set(FaultKind)


@pytest.mark.parametrize("kind", RAISED, ids=str)
async def test_a_fault_does_what_its_name_says(emulator: Emulator, kind: FaultKind) -> None:
    await RAISED[kind](emulator)
