"""The people's side over HTTP, the command that serves it, and what the page needs."""

import base64
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
import typer

from evals.cli import EXIT_USAGE, emulate_command
from evals.emulators.serving import _listener, serving
from evals.emulators.wecom.phone.control import Control
from evals.emulators.wecom.server import Emulator
from evals.registry import EMULATORS
from tests.evals.emulators.wecom.outside import account_server, kf_client, kfid_of
from tests.evals.emulators.wecom.products import BUTTONS, NOTICE, Json, app_server, bot_client, caller, card

APP, BOT = 1_000_002, "AIBOT1"


@dataclass
class Hands:
    """What a page does: calls under /_ctl/."""

    http: httpx.AsyncClient

    async def get(self, name: str, **query: str) -> Json:
        found: Json = (await self.http.get(f"/_ctl/{name}", params=query)).json()
        return found

    async def do(self, name: str, **body: object) -> httpx.Response:
        return await self.http.post(f"/_ctl/{name}", json=body)


@pytest.fixture
async def hands(emulator: Emulator) -> AsyncIterator[Hands]:
    async with (
        serving(Control(emulator, "t0ken").application()) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, headers={"Authorization": "Bearer t0ken"}) as http,
    ):
        yield Hands(http)


async def test_nothing_is_told_or_done_without_the_token(hands: Hands) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        hands.http.headers = httpx.Headers(headers)
        assert (await hands.http.get("/_ctl/console")).status_code == 401
        assert (await hands.do("clock", advance=60)).status_code == 401
        assert (await hands.http.get("/")).status_code == 200


async def test_a_person_sees_their_chats_and_nobody_elses(hands: Hands) -> None:
    users = {user["userid"]: user["chats"] for user in (await hands.get("people"))["users"]}
    assert [chat["chat"] for chat in users["lina"]] == ["CH1", "CH2", "AIBOT1:lina", "1000002:lina"]
    assert [chat["chat"] for chat in users["chenjie"]] == ["CH2", "AIBOT1:chenjie"]
    answer = await hands.http.get("/_ctl/transcript", params={"user": "chenjie", "chat": "CH1"})
    assert (answer.status_code, answer.json()["error"]) == (409, "NotShown")


async def test_a_question_in_the_group_and_its_card_are_seen_as_a_phone_shows_them(
    emulator: Emulator, hands: Hands
) -> None:
    async with bot_client(emulator) as client:
        said = await hands.do("user_says", user="lina", channel="aibot_ws", content="找达人", chat="CH1", bot_id=BOT)
        assert said.json()["content"] == "@达人助手 找达人"
        req_id = (await client.receive())["headers"]["req_id"]
        long = BUTTONS | {"sub_title_text": "字" * 200}
        assert (await client.call("aibot_respond_msg", card(long), req_id=req_id))["errcode"] == 0
        shown = (await hands.get("transcript", user="wangwei", chat="CH1"))["messages"][-1]
        assert len(shown["card"]["sub_title_text"]) == 112
        pressed = await hands.do("click", user="wangwei", message_id=shown["message_id"], key="approve")
        assert pressed.status_code == 200
        event = (await client.receive())["body"]
        assert (event["from"]["userid"], event["event"]["template_card_event"]["event_key"]) == ("wangwei", "approve")
        gone = await hands.do("click", user="wangwei", message_id=shown["message_id"], key="send")
        assert (gone.status_code, gone.json()["error"]) == (409, "NotShown")


async def test_files_voices_quotes_feedback_and_entering_reach_the_bot(emulator: Emulator, hands: Hands) -> None:
    async with bot_client(emulator) as client:
        private = {"user": "lina", "channel": "aibot_ws", "bot_id": BOT}
        await hands.do("enter_chat", user="lina", bot_id=BOT)
        assert (await client.receive())["body"]["event"]["eventtype"] == "enter_chat"
        csv = base64.b64encode(b"handle\nmia_home\n").decode()
        await hands.do("user_says", **private, type="file", file=csv, filename="名单.csv")
        frame = await client.receive()
        assert frame["body"]["msgtype"] == "file"
        more = {"feedback": {"id": "fb-1"}}
        await client.stream(frame["headers"]["req_id"], "收到", finish=True, more=more)
        answer = (await hands.get("transcript", user="lina", chat="AIBOT1:lina"))["messages"][-1]
        assert answer["feedback"]
        await hands.do("feedback", user="lina", message_id=answer["message_id"], type=1)
        assert (await client.receive())["body"]["event"]["feedback_event"]["id"] == "fb-1"
        await hands.do("user_says", **private, content="再来", quote=answer["message_id"])
        assert (await client.receive())["body"]["quote"]["text"]["content"] == "收到"
        await hands.do("user_says", **private, type="voice", content="十个")
        assert (await client.receive())["body"]["voice"] == {"content": "十个"}


async def test_an_apps_address_is_saved_checked_and_used(emulator: Emulator, hands: Hands) -> None:
    async with app_server(emulator) as server, caller(emulator) as client:
        (app,) = emulator.platform.corp.apps.values()
        good = app.callback.url
        saved = await hands.do("verify_url", agentid=APP, url=good)
        assert saved.json()["passed"]
        server.echo = "hello"
        assert not (await hands.do("verify_url", agentid=APP, url=f"{good}?other")).json()["passed"]
        assert app.callback.url == good
        await hands.do("user_says", user="lina", channel="app", agentid=APP, content="名单")
        await hands.do("in_app", user="lina", agentid=APP, event="click", key="shortlist")
        await emulator.platform.records.until(lambda: len(server.got) == 2)
        await client.send(card(BUTTONS))
        (message,) = [m for m in emulator.platform.chats.of(f"{APP}:lina") if m.card]
        await hands.do("click", user="lina", message_id=message.message_id, key="reject")
        await emulator.platform.records.until(lambda: len(server.got) == 3)
    assert "template_card_event" in server.got[2]


async def test_people_on_wechat_write_tap_enter_and_follow(emulator: Emulator, hands: Hands) -> None:
    kfid = kfid_of(emulator)
    users = {user["userid"]: user["chats"] for user in (await hands.get("people"))["users"]}
    assert [chat["kind"] for chat in users["xiaolin"]] == ["kf", "kf", "oa"]
    async with account_server(emulator) as server, caller(emulator) as client:
        kf = kf_client(client)
        said = await hands.do("user_says", user="xiaolin", channel="kf", content="名单", open_kfid=kfid)
        assert said.json()["name"] == "小林"
        item = {"type": "click", "click": {"id": "a", "content": "批准"}}
        await kf.menu({"head_content": "选", "list": [item]})
        shown = (await hands.get("transcript", user="xiaolin", chat=f"{kfid}:xiaolin"))["messages"][-1]
        assert [one["content"] for one in shown["menu"]["items"]] == ["批准"]
        assert (await hands.do("tap", user="xiaolin", message_id=shown["message_id"], key="a")).status_code == 200
        entered = await hands.do("enter_session", user="ahua", open_kfid=kfid, scene_param="bind=7Q")
        assert entered.json()["event"]["scene_param"] == "bind%3D7Q"
        await hands.do("serve", user="xiaolin", open_kfid=kfid, servicer="lina", does="takes")
        assert (await kf.state())["service_state"] == 3
        account = emulator.platform.wechat.account
        saved = await hands.do("verify_account", url=account.url, mode="compatible")
        assert (saved.json()["passed"], account.mode) == (True, "compatible")
        await hands.do("follow", user="ahua")
        await hands.do("user_says", user="ahua", channel="oa", content="名单")
        await emulator.platform.records.until(lambda: len(server.got) == 2)
        assert (await hands.do("tap", user="ahua", key="nothing")).status_code == 409
    kinds = [
        one["msgtype"]
        for one in (await hands.get("transcript", user="ahua", chat=f"{account.original_id}:ahua"))["messages"]
    ]
    assert kinds == ["text"]


async def test_time_faults_and_calls_are_in_hand(emulator: Emulator, hands: Hands) -> None:
    before = emulator.platform.clock.now
    assert (await hands.do("clock", advance=90)).json()["now"] == before + 90
    assert (await hands.do("clock", advance=-1)).status_code == 400
    assert (await hands.do("faults", kind="http_500", endpoint="gettoken", times=0)).status_code == 200
    assert (await hands.do("faults", kind="earthquake")).status_code == 400
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as http:
        assert (await http.get("/cgi-bin/gettoken")).status_code == 500
        await hands.http.post("/_ctl/faults")
        assert (await http.get("/cgi-bin/gettoken")).status_code == 200
    calls = (await hands.get("calls"))["calls"]
    assert [call["endpoint"] for call in calls] == ["gettoken", "gettoken"]
    assert [call["number"] for call in (await hands.get("calls", after="1"))["calls"]] == [2]


async def test_the_console_holds_what_a_product_is_set_up_with(emulator: Emulator, hands: Hands) -> None:
    console = await hands.get("console")
    hook = httpx.URL(console["webhooks"][0]["url"])
    async with httpx.AsyncClient(trust_env=False) as http:
        app = console["apps"][0]
        query = {"corpid": console["corpid"], "corpsecret": app["secret"]}
        assert (await http.get(f"{console['api_base']}gettoken", params=query)).json()["errcode"] == 0
        notice = json.dumps(card(NOTICE), ensure_ascii=False)
        assert (await http.post(hook, content=notice.encode())).json()["errcode"] == 0
    assert console["bots"][0]["secret"] == emulator.platform.corp.bots[BOT].secret


def test_small_frames_are_sent_at_once() -> None:
    with closing(_listener(0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_an_unknown_emulator_is_a_wrong_use_and_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        emulate_command("wechat_pay")
    assert ended.value.exit_code == EXIT_USAGE
    assert "wecom" in capsys.readouterr().err
    assert [*EMULATORS] == ["wecom", "tiktok_shop"]


_WITHOUT_DEVELOPMENT = """
import sys
for absent in ("hypothesis", "pytest", "playwright", "langgraph.checkpoint.postgres"):
    sys.modules[absent] = None
from evals.cli import emulate_command
emulate_command("wecom", port=0, page_port=0, seed=7)
"""


def test_the_command_serves_without_the_development_environment_until_it_is_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WITHOUT_DEVELOPMENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said: list[str] = []
        while not said or not said[-1].startswith("page"):
            said.append(next(lines))
        console = json.loads("".join(said[:-1]))
        address, _, token = said[-1].partition(": ")[2].strip().partition("/#token=")
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(trust_env=False) as http:
            assert http.get(f"{address}/_ctl/console", headers=headers).json() == console
            first = http.post(f"{address}/_ctl/clock", headers=headers, json={"advance": 0}).json()["now"]
            while http.post(f"{address}/_ctl/clock", headers=headers, json={"advance": 0}).json()["now"] == first:
                continue
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
