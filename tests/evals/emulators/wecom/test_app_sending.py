"""message/send, card updates, recalls: who is reached, what is refused, what is silently dropped."""

import pytest

from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.products import BUTTONS, NOTICE, Json, app_server, caller, card

APP = 1_000_002
LINA = f"{APP}:lina"


def text(content: str) -> Json:
    return {"msgtype": "text", "text": {"content": content}}


async def test_who_is_wrong_is_listed_and_the_others_are_reached(emulator: Emulator) -> None:
    emulator.platform.corp.users["zhaomin"].licensed = False
    async with caller(emulator) as client:
        answer = await client.send(touser="lina|Nobody|chenjie|zhaomin")
        more = text("全员") | {"toparty": "2|9", "totag": "1|7"}
        groups = await client.send(more, touser="")
        everybody = await client.send(text("所有人"), touser="@all")
        nobody = await client.send(touser="Nobody|chenjie")
        unnamed = await client.send(touser="")
    assert answer["errcode"] == 0
    assert (answer["invaliduser"], answer["unlicenseduser"]) == ("nobody|chenjie", "zhaomin")
    assert (groups["invalidparty"], groups["invalidtag"]) == ("9", "7")
    assert everybody["unlicenseduser"] == "zhaomin"
    assert (nobody["errcode"], unnamed["errcode"]) == (Errcode.NO_RECEIVER, Errcode.NO_RECEIVER)
    assert [message.content for message in emulator.platform.chats.of(LINA)] == ["日报", "全员", "所有人"]
    assert len(emulator.platform.chats.of(f"{APP}:wangwei")) == 2


@pytest.mark.parametrize(
    ("message", "errcode"),
    [
        ({"agentid": 7} | text("日报"), Errcode.BAD_AGENTID),
        (text(" "), Errcode.EMPTY_CONTENT),
        ({"msgtype": "markdown", "markdown": {"content": "达" * 683}}, Errcode.CONTENT_TOO_LONG),
        ({"msgtype": "image", "image": {"media_id": "nobody's"}}, Errcode.BAD_MEDIA_ID),
        ({"msgtype": "shout"}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "text"}, Errcode.BAD_MSGTYPE),
        (
            {"msgtype": "textcard", "textcard": {"title": "t" * 129, "description": "d", "url": "u"}},
            Errcode.CONTENT_TOO_LONG,
        ),
        ({"msgtype": "news", "news": {"articles": []}}, Errcode.BAD_PARAMETER),
        (card(BUTTONS), Errcode.NO_CALLBACK),
        (card(NOTICE | {"card_action": None}), Errcode.BAD_PARAMETER),
        (text("日报") | {"duplicate_check_interval": 14_401}, Errcode.BAD_PARAMETER),
    ],
)
async def test_what_an_app_may_not_send(emulator: Emulator, message: Json, errcode: Errcode) -> None:
    async with caller(emulator) as client:
        assert (await client.send(message))["errcode"] == errcode
    assert emulator.platform.chats.messages == []


async def test_another_apps_number_is_foreign(emulator: Emulator) -> None:
    corp = emulator.platform.corp
    (app,) = corp.apps.values()
    async with caller(emulator) as client:
        corp.apps[9] = App(9, "别的", "other-secret", set(app.visible), app.callback)
        assert (await client.send(text("日报") | {"agentid": 9}))["errcode"] == Errcode.FOREIGN_AGENT


async def test_long_text_is_cut_between_characters(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        assert (await client.send(text("达" * 700)))["errcode"] == 0
    assert emulator.platform.chats.of(LINA)[0].content == "达" * 682


async def test_what_is_beyond_thirty_a_minute_is_dropped_without_a_word(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        codes = {(await client.send(text(str(n))))["errcode"] for n in range(33)}
        assert codes == {0}
        assert len(emulator.platform.chats.of(LINA)) == 30
        assert [userid for _, userid in emulator.sending.dropped] == ["lina"] * 3
        await emulator.platform.clock.advance(60)
        await client.send(text("新的一分钟"))
    assert len(emulator.platform.chats.of(LINA)) == 31


async def test_the_same_content_within_the_interval_is_shown_once(emulator: Emulator) -> None:
    checked = text("11月20日 日报") | {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    async with caller(emulator) as client:
        first, second = await client.send(checked), await client.send(checked)
        await client.send(text("11月21日 日报") | {"enable_duplicate_check": 1})
        await emulator.platform.clock.advance(601)
        await client.send(checked)
        await client.send(text("无检查"))
        await client.send(text("无检查"))
    assert first == second
    assert [message.content for message in emulator.platform.chats.of(LINA)] == [
        "11月20日 日报",
        "11月21日 日报",
        "11月20日 日报",
        "无检查",
        "无检查",
    ]


async def test_a_code_changes_everybodys_card_once(emulator: Emulator) -> None:
    decided = BUTTONS | {"main_title": {"title": "已批准"}, "replace_text": "已批准"}
    async with app_server(emulator), caller(emulator) as client:
        sent = await client.send(card(BUTTONS), touser="lina|wangwei")
        update = {
            "userids": ["lina", "zhaomin"],
            "agentid": APP,
            "response_code": sent["response_code"],
            "template_card": decided,
        }
        wrong = await client.post("message/update_template_card", update | {"template_card": {"card_type": "x"}})
        answer = await client.post("message/update_template_card", update)
        again = await client.post("message/update_template_card", update)
    assert wrong["errcode"] == Errcode.BAD_PARAMETER
    assert (answer["errcode"], answer["invaliduser"]) == (0, ["zhaomin"])
    assert again["errcode"] != 0
    assert "response_code" in again["errmsg"]
    assert emulator.platform.chats.of(LINA)[0].card_of("lina") == decided
    assert emulator.platform.chats.of(f"{APP}:wangwei")[0].card_of("wangwei") == BUTTONS


async def test_a_code_dies_after_72_hours_and_a_click_makes_a_new_one(emulator: Emulator) -> None:
    grey = {"atall": 1, "agentid": APP, "button": {"replace_name": "已处理"}}
    async with app_server(emulator) as server, caller(emulator) as client:
        sent = await client.send(card(BUTTONS))
        await emulator.platform.clock.advance(72 * 3_600 + 1)
        await client.gettoken()
        late = await client.post("message/update_template_card", grey | {"response_code": sent["response_code"]})
        message = emulator.platform.chats.of(LINA)[0]
        emulator.phone.presses("lina", message.message_id, "approve")
        await emulator.platform.records.until(lambda: bool(server.got))
        code = server.got[0].partition("<ResponseCode><![CDATA[")[2].partition("]]>")[0]
        fresh = await client.post("message/update_template_card", grey | {"response_code": code})
        neither = await client.post(
            "message/update_template_card", {"agentid": APP, "response_code": sent["response_code"], "atall": 1}
        )
    assert "response_code" in late["errmsg"]
    assert fresh["errcode"] == 0
    assert neither["errcode"] != 0
    assert message.greyed == {"lina": "已处理"}


async def test_a_task_id_is_used_once_but_not_by_a_refused_card(emulator: Emulator) -> None:
    async with app_server(emulator), caller(emulator) as client:
        assert (await client.send(card(BUTTONS), touser="nobody"))["errcode"] == Errcode.NO_RECEIVER
        assert (await client.send(card(BUTTONS)))["errcode"] == 0
        assert (await client.send(card(BUTTONS)))["errcode"] == Errcode.BAD_TASK_ID
        notice = await client.send(card(NOTICE))
    assert "response_code" not in notice


async def test_a_message_is_recalled_within_a_day(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        first, second = await client.send(), await client.send(text("二"))
        assert (await client.post("message/recall", {"msgid": first["msgid"]}))["errcode"] == 0
        await emulator.platform.clock.advance(86_401)
        await client.gettoken()
        late = await client.post("message/recall", {"msgid": second["msgid"]})
        addresses = await client.http.get("/cgi-bin/getcallbackip", params={"access_token": client.token})
    assert late["errcode"] == Errcode.BAD_PARAMETER
    assert [message.state for message in emulator.platform.chats.of(LINA)] == ["recalled", "sent"]
    assert addresses.json()["ip_list"] == ["127.0.0.*"]
