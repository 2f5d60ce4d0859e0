"""Callbacks of a self-built app: sealed, signed, repeated until answered, and what may come back."""

import pytest

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.app.callbacks import Delivery
from evals.emulators.wecom.core.crypto import Envelope
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.products import BUTTONS, AppServer, app_server, caller, card

APP = 1_000_002
CORP = "ww0123456789abcdef"


async def settled(emulator: Emulator) -> Delivery:
    """The last delivery, once it is over."""
    await emulator.platform.records.until(lambda: all(one.over for one in emulator.callbacks.deliveries))
    return emulator.callbacks.deliveries[-1]


async def tried(emulator: Emulator, times: int) -> None:
    """Return once the last delivery has been tried so often, and time has gone on to the next try."""
    delivery = emulator.callbacks.deliveries[-1]
    await emulator.platform.records.until(lambda: sum(attempt.over for attempt in delivery.attempts) >= times)
    await emulator.platform.clock.advance(5)


async def heard(emulator: Emulator, server: AppServer, times: int) -> None:
    """Return once the address got so many callbacks that it opened."""
    await emulator.platform.records.until(lambda: len(server.got) >= times)


def said(text: str, to: str = "lina", sender: str = CORP) -> str:
    return xml.write({"ToUserName": to, "FromUserName": sender, "MsgType": "text", "Content": text})


async def test_a_message_arrives_sealed_with_every_field(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        emulator.phone.says_to_app("lina", "名单 ]]> <b>", agentid=APP)
        assert (await settled(emulator)).acknowledged
    root = xml.read(server.got[0])
    fields = {child.tag: child.text for child in root}
    assert fields | {"MsgId": ""} == {
        "ToUserName": CORP,
        "FromUserName": "lina",
        "CreateTime": "1795190400",
        "MsgType": "text",
        "Content": "名单 ]]> <b>",
        "MsgId": "",
        "AgentID": str(APP),
    }


async def test_the_url_check_wants_the_plain_echo_and_nothing_else(emulator: Emulator) -> None:
    (app,) = emulator.platform.corp.apps.values()
    async with app_server(emulator) as server:
        assert (await emulator.callbacks.verify_url(app)).passed
        tampered = await emulator.callbacks.verify_url(app, tampered=True)
        assert (tampered.passed, tampered.status) == (False, 403)
        server.echo = '"1616140317555161061"'
        assert not (await emulator.callbacks.verify_url(app)).passed


async def test_an_unanswered_callback_comes_three_times_with_new_envelopes_around_the_same_message(
    emulator: Emulator,
) -> None:
    clock = emulator.platform.clock
    began = clock.now
    async with app_server(emulator) as server:
        server.silent = True
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        for attempt in (1, 2, 3):
            await heard(emulator, server, attempt)
            await clock.advance(5)
        delivery = await settled(emulator)
    assert len(set(server.got)) == 1
    assert len(set(server.nonces)) == 3
    assert [attempt.at - began for attempt in delivery.attempts] == [0, 5, 10]
    assert not delivery.acknowledged


@pytest.mark.parametrize("failures", [1, 2])
async def test_an_address_that_fails_first_gets_it_again(emulator: Emulator, failures: int) -> None:
    async with app_server(emulator) as server:
        server.status = 503
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        for number in range(1, failures):
            await tried(emulator, number)
        await heard(emulator, server, failures)
        server.status = 200
        await tried(emulator, failures)
        delivery = await settled(emulator)
    assert [attempt.status for attempt in delivery.attempts] == [503] * failures + [200]


async def test_nobody_at_the_address_is_no_answer(emulator: Emulator) -> None:
    async with app_server(emulator):
        pass
    emulator.phone.says_to_app("lina", "名单", agentid=APP)
    for number in (1, 2, 3):
        await tried(emulator, number)
    delivery = await settled(emulator)
    assert [attempt.status for attempt in delivery.attempts] == [None] * 3


async def test_a_passive_reply_is_opened_and_shown(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        server.answer = server.reply(said("好" * 700))
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        assert (await settled(emulator)).problem == ""
    assert emulator.platform.chats.of(f"{APP}:lina")[-1].content == "好" * 682


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        (said("好", to="wangwei"), "ToUserName"),
        (said("好", sender="wwforeign"), "FromUserName"),
        (said("好").replace("text", "markdown"), "MsgType markdown"),
        (said("好").replace("text", "update_button"), "MsgType update_button"),
        ("<xml>", "NotXml"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', "NotXml"),
    ],
)
async def test_a_passive_reply_that_does_not_fit_is_shown_to_nobody(
    emulator: Emulator, inner: str, problem: str
) -> None:
    async with app_server(emulator) as server:
        server.answer = server.reply(inner)
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        assert problem in (await settled(emulator)).problem
    assert len(emulator.platform.chats.messages) == 1


@pytest.mark.parametrize("wrong", ["signature", "receiver", "plain"])
async def test_a_passive_reply_must_be_sealed_for_this_corp(emulator: Emulator, wrong: str) -> None:
    async with app_server(emulator) as server:
        foreign = Envelope(server.envelope.token, server.envelope.aes_key, "wwforeign")
        server.answer = {
            "signature": server.reply(said("好"), signature="0" * 40),
            "receiver": server.reply(said("好"), envelope=foreign),
            "plain": said("好"),
        }[wrong]
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        assert "Unsealed" in (await settled(emulator)).problem
    assert len(emulator.platform.chats.messages) == 1


async def test_a_click_carries_its_code_and_a_failed_one_shows_on_the_button(emulator: Emulator) -> None:
    async with app_server(emulator) as server, caller(emulator) as client:
        sent = await client.send(card(BUTTONS))
        message = emulator.platform.chats.of(f"{APP}:lina")[0]
        emulator.phone.presses("lina", message.message_id, "approve")
        assert (await settled(emulator)).acknowledged
        event = xml.read(server.got[0])
        assert event.findtext("Event") == "template_card_event"
        assert (event.findtext("EventKey"), event.findtext("TaskId")) == ("approve", "apr-1")
        assert event.findtext("ResponseCode") != sent["response_code"]
        server.status = 500
        emulator.phone.presses("lina", message.message_id, "reject")
        for number in (1, 2, 3):
            await tried(emulator, number)
        await settled(emulator)
    assert message.failed == {"lina"}


async def test_a_click_may_be_answered_with_greyed_buttons_or_another_card(emulator: Emulator) -> None:
    head = {"ToUserName": "lina", "FromUserName": CORP}
    greyed = xml.write(head | {"MsgType": "update_button", "Button": {"ReplaceName": "处理中"}})
    decided = {
        "CardType": "button_interaction",
        "MainTitle": {"Title": "已批准"},
        "HorizontalContentList": [{"KeyName": "佣金", "Value": "15%"}],
        "ButtonList": [{"Text": "批准", "Style": 1, "Key": "approve"}],
        "ReplaceText": "已批准",
    }
    replaced = xml.write(head | {"MsgType": "update_template_card", "TemplateCard": decided})
    async with app_server(emulator) as server, caller(emulator) as client:
        await client.send(card(BUTTONS))
        await client.send(card(BUTTONS | {"task_id": "apr-2"}))
        first, second = emulator.platform.chats.of(f"{APP}:lina")
        server.answer = server.reply(greyed)
        emulator.phone.presses("lina", first.message_id, "approve")
        assert (await settled(emulator)).problem == ""
        server.answer = server.reply(replaced)
        emulator.phone.presses("lina", second.message_id, "approve")
        assert (await settled(emulator)).problem == ""
    assert first.greyed == {"lina": "处理中"}
    card_now = second.card_of("lina")
    assert card_now is not None
    assert card_now["horizontal_content_list"] == [{"keyname": "佣金", "value": "15%"}]
    for message in (first, second):
        with pytest.raises(NotShown):
            emulator.phone.presses("lina", message.message_id, "approve")


async def test_events_say_what_was_done_and_only_who_sees_the_app_can_do_it(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        emulator.phone.does_in_app("lina", "enter_agent", agentid=APP)
        await settled(emulator)
        emulator.phone.does_in_app("lina", "click", agentid=APP, key="shortlist")
        await settled(emulator)
        with pytest.raises(NotShown):
            emulator.phone.says_to_app("chenjie", "在吗", agentid=APP)
        picture = emulator.phone.sends_picture_to_app("lina", "图.png", b"\x89PNG\r\n\x1a\n" + bytes(40), agentid=APP)
        await settled(emulator)
    events = [xml.read(inner) for inner in server.got]
    assert [event.findtext("Event") for event in events] == ["enter_agent", "click", None]
    assert events[1].findtext("EventKey") == "shortlist"
    media_id = events[2].findtext("MediaId", "")
    assert emulator.platform.media.use(media_id, owner=CORP).content == picture.data


async def test_a_callback_can_come_again_long_after(emulator: Emulator) -> None:
    async with app_server(emulator) as server:
        emulator.phone.says_to_app("lina", "名单", agentid=APP)
        first = await settled(emulator)
        await emulator.platform.clock.advance(7_200)
        emulator.callbacks.again(first)
        await settled(emulator)
    assert server.got[0] == server.got[1]
    assert server.nonces[0] != server.nonces[1]
