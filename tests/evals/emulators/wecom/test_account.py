"""The Official Account: each limit of the platform is enforced."""

from collections.abc import AsyncIterator, Callable

import pytest

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.core.media import APP_MOST
from evals.emulators.wecom.core.wechat import Mode
from evals.emulators.wecom.oa.callbacks import OUT_OF_ORDER, AccountDelivery
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.outside import AccountServer, Json, account_server
from tests.evals.emulators.wecom.products import Caller, caller

HOUR = 3_600
BELOW: list[Json] = [
    {"name": "待批准", "type": "click", "key": "open"},
    {"name": "网页", "type": "view", "url": "https://example.com"},
]
MENU: Json = {
    "button": [{"name": "找达人", "type": "click", "key": "find"}, {"name": "更多", "sub_button": BELOW}],
}


@pytest.fixture
async def account(emulator: Emulator) -> AsyncIterator[Caller]:
    async with caller(emulator) as client:
        client.token = (await stable(client))["access_token"]
        yield client


async def stable(client: Caller, **more: object) -> Json:
    account = client.emulator.platform.wechat.account
    body = {"grant_type": "client_credential", "appid": account.appid, "secret": account.secret, **more}
    return await client.post("stable_token", body)


async def send(client: Caller, text: str = "好的", *, user: str = "xiaolin", **more: object) -> int:
    openid = client.emulator.platform.wechat.people[user].openid
    body = {"touser": openid, "msgtype": "text", "text": {"content": text}, **more}
    code: int = (await client.post("message/custom/send", body))["errcode"]
    return code


async def over(emulator: Emulator) -> AccountDelivery:
    await emulator.platform.records.until(lambda: all(one.over for one in emulator.oa.callbacks.deliveries))
    return emulator.oa.callbacks.deliveries[-1]


async def heard(emulator: Emulator, server: AccountServer, times: int) -> None:
    await emulator.platform.records.until(lambda: len(server.got) >= times)


async def test_a_picture_is_kept_within_its_limits_for_this_account_alone(account: Caller) -> None:
    async def kept(content: bytes, kind: str = "image") -> Json:
        query, files = {"access_token": account.token, "type": kind}, {"media": ("图.png", content)}
        found: Json = (await account.http.post("/cgi-bin/media/upload", params=query, files=files)).json()
        return found

    account.emulator.platform.wechat.account.followers.add("xiaolin")
    account.emulator.oa.people.says("xiaolin", "在吗")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(60)
    media = (await kept(picture))["media_id"]
    assert await send(account, msgtype="image", image={"media_id": media}) == 0
    assert (await kept(picture + bytes(2_097_152)))["errcode"] == Errcode.FILE_TOO_LARGE
    assert (await kept(picture, "file"))["errcode"] == Errcode.BAD_TYPE
    platform = account.emulator.platform
    other = platform.media.upload("image", "图.png", picture, owner=platform.corp.corpid, most=APP_MOST)
    assert await send(account, msgtype="image", image={"media_id": other.media_id}) == Errcode.BAD_MEDIA_ID
    assert [one.data for one in platform.chats.messages if one.msgtype == "image"] == [picture]


def seen(emulator: Emulator, user: str = "xiaolin") -> list[str]:
    account = emulator.platform.wechat.account
    said = emulator.platform.chats.of(f"{account.original_id}:{user}")
    return [message.content for message in said if message.sender != user]


async def test_the_check_wants_its_echo_back_unchanged(emulator: Emulator) -> None:
    async with account_server(emulator):
        check = await emulator.oa.callbacks.verify_url()
        assert check.passed
        assert check.body.isdecimal()


@pytest.mark.parametrize("mode", Mode)
async def test_a_message_is_written_in_the_mode_of_the_account(emulator: Emulator, mode: Mode) -> None:
    async with account_server(emulator, mode) as server:
        emulator.oa.people.follows("xiaolin")
        emulator.oa.people.says("xiaolin", "名单 ]]>")
        assert (await over(emulator)).acknowledged
    assert ("msg_signature" in server.queries[-1]) == (mode is not Mode.PLAIN)
    assert ("<Content>" in server.bodies[-1]) == (mode is not Mode.SAFE)
    assert ("<Encrypt>" in server.bodies[-1]) == (mode is not Mode.PLAIN)
    root = xml.read(server.got[-1])
    assert (root.findtext("MsgType"), root.findtext("Content")) == ("text", "名单 ]]>")
    assert root.findtext("FromUserName") == emulator.platform.wechat.people["xiaolin"].openid


async def test_five_seconds_three_attempts_then_the_person_is_told(emulator: Emulator) -> None:
    async with account_server(emulator) as server:
        emulator.oa.people.follows("xiaolin")
        await over(emulator)
        server.silent = True
        emulator.oa.people.says("xiaolin", "名单")
        for attempt in (2, 3, 4):
            await heard(emulator, server, attempt)
            await emulator.platform.clock.advance(5)
        delivery = await over(emulator)
    assert [attempt.status for attempt in delivery.attempts] == [None] * 3
    assert len(set(server.got[1:])) == 1
    assert seen(emulator) == [OUT_OF_ORDER]


Answer = Callable[[AccountServer, str], str]


@pytest.mark.parametrize(
    ("mode", "answer", "shown"),
    [
        (Mode.SAFE, lambda server, to: server.sealed(server.reply("好", to)), "好"),
        (Mode.PLAIN, lambda server, to: server.reply("好", to), "好"),
        (Mode.COMPATIBLE, lambda server, to: server.reply("好", to), "好"),
        (Mode.COMPATIBLE, lambda server, to: server.sealed(server.reply("好", to)), "好"),
        (Mode.SAFE, lambda server, to: server.reply("好", to), OUT_OF_ORDER),
        (Mode.PLAIN, lambda server, to: server.sealed(server.reply("好", to)), OUT_OF_ORDER),
        (Mode.SAFE, lambda server, _: server.sealed(server.reply("好", "oSOMEBODY")), OUT_OF_ORDER),
        (Mode.PLAIN, lambda _, __: "{}", OUT_OF_ORDER),
        (Mode.PLAIN, lambda server, to: server.reply("", to), OUT_OF_ORDER),
    ],
)
async def test_a_passive_reply_fits_the_mode_and_the_person(
    emulator: Emulator, mode: Mode, answer: Answer, shown: str
) -> None:
    async with account_server(emulator, mode) as server:
        emulator.oa.people.follows("xiaolin")
        await over(emulator)
        server.answer = answer(server, emulator.platform.wechat.people["xiaolin"].openid)
        emulator.oa.people.says("xiaolin", "名单")
        await over(emulator)
    assert seen(emulator) == [shown]


async def test_a_passive_text_is_cut_at_its_limit(emulator: Emulator) -> None:
    async with account_server(emulator, Mode.PLAIN) as server:
        emulator.oa.people.follows("xiaolin")
        await over(emulator)
        server.answer = server.reply("好" * 700, emulator.platform.wechat.people["xiaolin"].openid)
        emulator.oa.people.says("xiaolin", "名单")
        await over(emulator)
    assert seen(emulator) == ["好" * 682]


async def test_five_messages_in_two_days_after_one_of_theirs(emulator: Emulator, account: Caller) -> None:
    emulator.oa.people.follows("xiaolin")
    await emulator.platform.clock.advance(61)
    assert await send(account) == 45015
    emulator.oa.people.says("xiaolin", "名单")
    assert [await send(account) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    emulator.oa.people.says("xiaolin", "再来")
    await emulator.platform.clock.advance(48 * HOUR + 1)
    account.token = (await stable(account))["access_token"]
    assert await send(account) == 45015


async def test_three_messages_in_a_minute_after_following_or_a_click(emulator: Emulator, account: Caller) -> None:
    emulator.oa.people.follows("xiaolin")
    assert [await send(account) for _ in range(4)] == [0, 0, 0, 45047]
    await account.post("menu/create", MENU)
    with pytest.raises(NotShown):
        emulator.oa.people.presses("xiaolin", "unknown")
    emulator.oa.people.presses("xiaolin", "open")
    assert await send(account) == 0
    await emulator.platform.clock.advance(61)
    assert await send(account) == 45015
    emulator.oa.people.says("xiaolin", "名单")
    emulator.oa.people.unfollows("xiaolin")
    assert await send(account) == 45015
    with pytest.raises(NotShown):
        emulator.oa.people.says("xiaolin", "名单")


async def test_an_account_that_is_not_verified_may_not_send(emulator: Emulator, account: Caller) -> None:
    emulator.platform.wechat.account.verified = False
    emulator.oa.people.follows("xiaolin")
    assert await send(account) == 48001
    assert (await account.post("menu/create", MENU))["errcode"] == 48001


async def test_choices_come_back_as_a_text_with_their_id(emulator: Emulator, account: Caller) -> None:
    menu = {"head_content": "选一个", "list": [{"id": "a", "content": "批准"}], "tail_content": ""}
    async with account_server(emulator) as server:
        emulator.oa.people.follows("xiaolin")
        assert await send(account, msgtype="msgmenu", msgmenu=menu) == 0
        long = {**menu, "list": [{"id": "a", "content": "批" * 43}]}
        assert await send(account, msgtype="msgmenu", msgmenu=long) == 45002
        account_id = emulator.platform.wechat.account.original_id
        shown = emulator.platform.chats.of(f"{account_id}:xiaolin")[-1]
        with pytest.raises(NotShown):
            emulator.oa.people.taps("xiaolin", shown.message_id, "b")
        emulator.oa.people.taps("xiaolin", shown.message_id, "a")
        await over(emulator)
    root = xml.read(server.got[-1])
    assert (root.findtext("Content"), root.findtext("bizmsgmenuid")) == ("批准", "a")


async def test_following_and_scanning_say_what_the_code_says(emulator: Emulator) -> None:
    async with account_server(emulator) as server:
        emulator.oa.people.follows("xiaolin", scene="bind-7QK2")
        emulator.oa.people.follows("xiaolin", scene="bind-8QK2")
        await over(emulator)
    found = sorted((root.findtext("Event", ""), root.findtext("EventKey", "")) for root in map(xml.read, server.got))
    assert found == [("SCAN", "bind-8QK2"), ("subscribe", "qrscene_bind-7QK2")]


async def test_a_stable_token_is_the_same_until_its_last_minutes_and_forced_twenty_times_a_day(
    emulator: Emulator, account: Caller
) -> None:
    emulator.oa.people.follows("xiaolin")
    emulator.oa.people.says("xiaolin", "名单")
    assert (await stable(account))["access_token"] == account.token
    await emulator.platform.clock.advance(7_200 - 299)
    renewed = (await stable(account))["access_token"]
    assert renewed != account.token
    assert await send(account) == 0
    account.token = renewed
    forced = [(await stable(account, force_refresh=True)).get("errcode", 0) for _ in range(21)]
    assert (forced[:20], forced[20]) == ([0] * 20, 45009)
    assert await send(account) == 40001
    assert (await stable(account, secret="wrong"))["errcode"] == 40125
    assert (await stable(account, appid="wx0"))["errcode"] == 40013


async def test_the_older_token_ends_the_one_before_it(emulator: Emulator, account: Caller) -> None:
    official = emulator.platform.wechat.account
    query = {"grant_type": "client_credential", "appid": official.appid, "secret": official.secret}
    emulator.oa.people.follows("xiaolin")
    first, second = [(await account.http.get("/cgi-bin/token", params=query)).json()["access_token"] for _ in "12"]
    assert [await send(account)] == [0]
    account.token = first
    assert await send(account) == 40001
    account.token = second
    assert await send(account) == 0


async def test_an_address_that_is_not_listed_gets_no_token(emulator: Emulator, account: Caller) -> None:
    emulator.platform.faults.add(Fault(kind=FaultKind.IP_NOT_ALLOWED, endpoint="stable_token"))
    refused = await stable(account)
    assert refused["errcode"] == 40164
    assert "203.0.113.7" in refused["errmsg"]


@pytest.mark.parametrize(
    "kind", [FaultKind.TAMPERED_SIGNATURE, FaultKind.WRONG_RECEIVEID, FaultKind.DUPLICATE_CALLBACK]
)
async def test_faults_strike_its_callbacks_too(emulator: Emulator, kind: FaultKind) -> None:
    async with account_server(emulator, Mode.PLAIN) as server:
        emulator.platform.faults.add(Fault(kind=kind, endpoint="callback/oa"))
        emulator.oa.people.follows("xiaolin")
        delivery = await over(emulator)
    struck = [fault for attempt in delivery.attempts for fault in attempt.faults]
    assert struck == ([kind] if kind is not FaultKind.DUPLICATE_CALLBACK else [])
    assert len(server.got) == (2 if kind is FaultKind.DUPLICATE_CALLBACK else 1)
