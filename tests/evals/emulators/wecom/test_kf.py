"""微信客服: each limit of the platform is enforced."""

from collections.abc import AsyncIterator

import pytest

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.outside import Json, KfClient, kf_client, kfid_of
from tests.evals.emulators.wecom.products import app_server, caller

HOUR = 3_600
MENU: Json = {
    "head_content": "怎么处理？",
    "list": [
        {"type": "click", "click": {"id": "K7:approve", "content": "批准"}},
        {"type": "view", "view": {"url": "https://console.example.com/a", "content": "看全文"}},
    ],
    "tail_content": "也可以直接回复",
}


@pytest.fixture
async def kf(emulator: Emulator) -> AsyncIterator[KfClient]:
    async with caller(emulator) as client:
        yield kf_client(client)


def says(emulator: Emulator, text: str = "找达人", user: str = "xiaolin") -> None:
    emulator.kf.people.says(user, text, open_kfid=kfid_of(emulator))


async def later(emulator: Emulator, kf: KfClient, hours: int) -> None:
    await emulator.platform.clock.advance(hours * HOUR + 1)
    await kf.caller.gettoken()


def texts(page: Json) -> list[str]:
    return [one["text"]["content"] for one in page["msg_list"]]


async def test_a_callback_says_only_that_there_is_something_and_brings_a_token(
    emulator: Emulator, kf: KfClient
) -> None:
    async with app_server(emulator) as server:
        says(emulator)
        await emulator.platform.records.until(lambda: bool(server.got))
    fields = {child.tag: child.text or "" for child in xml.read(server.got[0])}
    token = fields.pop("Token")
    assert fields == {
        "ToUserName": emulator.platform.corp.corpid,
        "CreateTime": "1795190400",
        "MsgType": "event",
        "Event": "kf_msg_or_event",
        "OpenKfId": kf.open_kfid,
    }
    page = await kf.pull(token=token)
    (message,) = page["msg_list"]
    assert (message["origin"], message["external_userid"], message["text"]) == (3, kf.touser, {"content": "找达人"})
    await emulator.platform.clock.advance(601)
    assert (await kf.pull(token=token))["errcode"] == 95007


async def test_pages_follow_a_cursor_and_may_be_empty_on_the_way(emulator: Emulator, kf: KfClient) -> None:
    for number in range(5):
        says(emulator, f"第{number}句")
    object.__setattr__(emulator.platform.rules, "kf_page_lines", 2)
    object.__setattr__(emulator.platform.rules, "kf_empty_pages", True)
    token = "ENC" + "x"
    assert (await kf.pull(token=token))["errcode"] == 95007
    got: list[tuple[list[str], int]] = []
    cursor = ""
    while not got or got[-1][1]:
        emulator.platform.limits._taken.clear()
        page = await kf.pull(cursor)
        cursor = page["next_cursor"]
        got.append((texts(page), page["has_more"]))
    assert got == [
        ([], 1), (["第0句", "第1句"], 1), ([], 1), (["第2句", "第3句"], 1), ([], 1), (["第4句"], 0),
    ]  # fmt: skip
    assert texts(await kf.pull(cursor)) == []


async def test_without_a_cursor_three_days_come_and_without_a_token_five_calls_a_minute(
    emulator: Emulator, kf: KfClient
) -> None:
    says(emulator, "四天前")
    await later(emulator, kf, 96)
    says(emulator, "刚才")
    assert texts(await kf.pull()) == ["刚才"]
    codes = [(await kf.pull())["errcode"] for _ in range(5)]
    assert codes == [0, 0, 0, 0, 45009]
    assert (await kf.caller.post("kf/sync_msg", {"open_kfid": "wkNOBODY"}))["errcode"] == 95000
    assert (await kf.caller.post("kf/sync_msg", {}))["errcode"] == 40058
    await emulator.platform.clock.advance(61)
    assert (await kf.pull("bm90IGEgY3Vyc29y"))["errcode"] == 40058


async def test_five_messages_for_each_of_theirs_and_none_after_two_days(emulator: Emulator, kf: KfClient) -> None:
    assert await kf.say() == 95002
    says(emulator)
    assert [await kf.say(f"{number}") for number in range(6)] == [0, 0, 0, 0, 0, 95001]
    says(emulator, "再来")
    assert await kf.say() == 0
    await later(emulator, kf, 48)
    assert await kf.say() == 95002


async def test_a_msgid_is_good_once_also_when_its_answer_was_lost(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    assert [await kf.say(msgid="a-1"), await kf.say(msgid="a-1"), await kf.say(msgid="坏")] == [0, 40058, 40058]
    assert await kf.say(msgid="a" * 33) == 40058
    shown = emulator.platform.chats.of(f"{kf.open_kfid}:xiaolin")
    assert [message.content for message in shown] == ["找达人", "好的"]


async def test_what_is_too_long_or_no_menu_is_refused_before_it_counts(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    item = MENU["list"][0]
    long = {"type": "click", "click": {"id": "x" * 129, "content": "批"}}
    refused = [
        await kf.say("好" * 683),
        await kf.say(msgtype="markdown", markdown={"content": "**好**"}),
        await kf.menu(MENU | {"list": [item] * 11}),
        await kf.menu(MENU | {"list": [long]}),
        await kf.menu(MENU | {"head_content": "好" * 342}),
        await kf.menu(MENU | {"list": [{"type": "view", "click": item["click"]}]}),
    ]
    assert refused == [45002, 40008, 95008, 45002, 45002, 95009]
    assert [await kf.menu(MENU) for _ in range(5)] == [0] * 5


async def test_a_tap_comes_back_as_a_text_with_its_id_also_days_later(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    await kf.menu(MENU)
    shown = emulator.platform.chats.of(f"{kf.open_kfid}:xiaolin")[-1]
    with pytest.raises(NotShown):
        emulator.kf.people.taps("xiaolin", shown.message_id, "K7:reject")
    with pytest.raises(NotShown):
        emulator.kf.people.taps("ahua", shown.message_id, "K7:approve")
    await later(emulator, kf, 72)
    emulator.kf.people.taps("xiaolin", shown.message_id, "K7:approve")
    (tap,) = (await kf.pull())["msg_list"]
    assert tap["text"] == {"content": "批准", "menu_id": "K7:approve"}
    assert await kf.say() == 0


async def test_a_session_of_a_human_or_an_ended_one_takes_nothing(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    emulator.kf.people.takes_over("lina", "xiaolin", open_kfid=kf.open_kfid)
    emulator.kf.people.replies("lina", "xiaolin", "我来", open_kfid=kf.open_kfid)
    assert (await kf.say(), (await kf.state())["service_state"]) == (95018, 3)
    emulator.kf.people.ends("lina", "xiaolin", open_kfid=kf.open_kfid)
    assert (await kf.say(), (await kf.state())["service_state"]) == (95013, 4)
    assert (await kf.state(1))["errcode"] == 95016
    says(emulator, "又来了")
    assert (await kf.say(), (await kf.state())["service_state"]) == (0, 0)
    origins = [(one["origin"], one["msgtype"]) for one in (await kf.pull())["msg_list"]]
    assert origins == [(3, "text"), (4, "event"), (5, "text"), (4, "event"), (3, "text")]


async def test_a_session_is_handed_over_with_one_message_about_it(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    assert (await kf.state(1))["errcode"] == 0
    assert (await kf.state(3, "zhaomin"))["errcode"] == 95014
    assert (await kf.state(7))["errcode"] == 95016
    code = (await kf.state(3, "lina"))["msg_code"]
    assert await kf.say() == 95018
    said = {"code": code, "msgtype": "text", "text": {"content": "转给同事了"}}
    assert (await kf.caller.post("kf/send_msg_on_event", said | {"msgtype": "msgmenu", "msgmenu": MENU}))["errcode"]
    codes = [(await kf.caller.post("kf/send_msg_on_event", said))["errcode"] for _ in range(2)]
    assert codes == [0, 40058]


async def test_entering_brings_what_the_link_says_and_a_welcome_code_of_twenty_seconds(
    emulator: Emulator, kf: KfClient
) -> None:
    entered = emulator.kf.people.enters("xiaolin", open_kfid=kf.open_kfid, scene="seller", scene_param="bind=7Qk2")
    assert entered["event"]["scene_param"] == "bind%3D7Qk2"
    welcome = {"code": entered["event"]["welcome_code"], "msgtype": "text", "text": {"content": "你好"}}
    await emulator.platform.clock.advance(21)
    assert (await kf.caller.post("kf/send_msg_on_event", welcome))["errcode"] == 40058
    again = emulator.kf.people.enters("xiaolin", open_kfid=kf.open_kfid)
    welcome["code"] = again["event"]["welcome_code"]
    assert (await kf.caller.post("kf/send_msg_on_event", welcome))["errcode"] == 0
    assert "welcome_code" not in emulator.kf.people.enters("xiaolin", open_kfid=kf.open_kfid)["event"]
    says(emulator, user="ahua")
    assert "welcome_code" not in emulator.kf.people.enters("ahua", open_kfid=kf.open_kfid)["event"]


async def test_accounts_are_listed_and_linked_and_others_are_refused(emulator: Emulator, kf: KfClient) -> None:
    accounts = list(emulator.platform.wechat.kf.values())
    accounts[1].by_api = False
    listed = await kf.caller.post("kf/account/list", {"offset": 0, "limit": 100})
    assert [one["open_kfid"] for one in listed["account_list"]] == [kf.open_kfid]
    way = await kf.caller.post("kf/add_contact_way", {"open_kfid": kf.open_kfid, "scene": "seller"})
    assert kf.open_kfid in way["url"]
    assert (await kf.caller.post("kf/add_contact_way", {"open_kfid": kf.open_kfid, "scene": "a b"}))["errcode"] == 40058
    assert (await kf.pull(open_kfid=accounts[1].open_kfid))["errcode"] == 95017
    (app,) = emulator.platform.corp.apps.values()
    app.manages_kf = False
    assert (await kf.pull())["errcode"] == 48002


async def test_a_refusing_customer_sees_nothing_and_the_sender_learns_it(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    emulator.kf.people.refuses("xiaolin", open_kfid=kf.open_kfid)
    assert await kf.say(msgid="a-1") == 0
    events = [one["event"] for one in (await kf.pull())["msg_list"] if one["msgtype"] == "event"]
    assert [event["event_type"] for event in events] == ["reject_customer_msg_switch_change", "msg_send_fail"]
    assert (events[1]["fail_msgid"], events[1]["fail_type"]) == ("a-1", 10)


async def test_a_flood_is_history_once_more(emulator: Emulator, kf: KfClient) -> None:
    says(emulator)
    cursor = (await kf.pull())["next_cursor"]
    emulator.platform.faults.add(Fault(kind=FaultKind.KF_HISTORY_FLOOD, times=1))
    assert texts(await kf.pull(cursor)) == ["找达人"]
    assert texts(await kf.pull(cursor)) == []
