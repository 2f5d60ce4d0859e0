"""What a bot may say: limits of streams, cards and their updates, pushes, feedback."""

import pytest

from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator, running
from tests.evals.emulators.wecom.products import BUTTONS, BotClient, Json, bot_client, card

BOT = "AIBOT1"


async def asked(emulator: Emulator, client: BotClient, userid: str = "lina") -> str:
    """A question in the group; its req_id."""
    emulator.phone.says_in_group(userid, "找达人", chatid="CH1", mention=BOT)
    req_id: str = (await client.receive())["headers"]["req_id"]
    return req_id


async def shown_card(emulator: Emulator, client: BotClient, content: Json = BUTTONS) -> str:
    """A card in the group; its message id."""
    req_id = await asked(emulator, client)
    assert (await client.call("aibot_respond_msg", card(content), req_id=req_id))["errcode"] == 0
    return emulator.platform.chats.of("CH1")[-1].message_id


async def test_bytes_are_counted_not_characters(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        req_id = await asked(emulator, client)
        assert (await client.stream(req_id, "达" * 6_827))["errcode"] == Errcode.CONTENT_TOO_LONG
        assert (await client.stream(req_id, "达" * 6_826 + "xx", finish=True))["errcode"] == 0
        assert (await client.push("CH1", "x" * 20_481))["errcode"] == Errcode.CONTENT_TOO_LONG
        assert (await client.push("CH1", "x" * 20_480))["errcode"] == 0


@pytest.mark.parametrize("minutes", [6, 10])
async def test_a_stream_ends_so_many_minutes_after_its_first_frame_whatever_came_between(minutes: int) -> None:
    async with (
        running(Platform(rules=Rules(stream_seconds=60.0 * minutes))) as emulator,
        bot_client(emulator) as client,
    ):
        clock = emulator.platform.clock
        req_id = await asked(emulator, client)
        await clock.advance(60)
        await client.stream(req_id, "正在查…")
        for _ in range(minutes - 1):
            await clock.advance(60)
            assert (await client.stream(req_id, "正在查…"))["errcode"] == 0
        await clock.advance(60)
        late = await client.stream(req_id, "找到了", finish=True)
        assert (await client.push("CH1", "找到了"))["errcode"] == 0
    assert late["errcode"] == Errcode.STREAM_EXPIRED
    assert "expired" in late["errmsg"]
    assert [(m.content, m.state) for m in emulator.platform.chats.of("CH1")[1:]] == [
        ("正在查…", "expired"),
        ("找到了", "sent"),
    ]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": "好"}}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "stream_with_template_card"}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "markdown"}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "markdown", "markdown": {"content": "  "}}, Errcode.EMPTY_CONTENT),
        ({"msgtype": "stream", "stream": {"id": "s", "finish": True, "content": ""}}, Errcode.EMPTY_CONTENT),
        ({"msgtype": "stream", "stream": {"id": "", "content": "好"}}, Errcode.BAD_PARAMETER),
        ({"msgtype": "stream", "stream": {"id": "s", "content": "好", "msg_item": []}}, Errcode.BAD_PARAMETER),
        ({"msgtype": "stream", "stream": {"id": "s", "feedback": {"id": "f" * 257}}}, Errcode.BAD_PARAMETER),
        ({"msgtype": "image", "image": {"media_id": "nobody's"}}, Errcode.BAD_MEDIA_ID),
        ({}, Errcode.BAD_PARAMETER),
    ],
)
async def test_what_a_bot_may_not_answer(emulator: Emulator, body: Json, errcode: Errcode) -> None:
    async with bot_client(emulator) as client:
        req_id = await asked(emulator, client)
        assert (await client.call("aibot_respond_msg", body, req_id=req_id))["errcode"] == errcode
    assert len(emulator.platform.chats.of("CH1")) == 1


async def test_only_the_callback_it_answers_gives_the_right_to_answer(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        assert (await client.stream("made-up", "好"))["errcode"] == Errcode.BAD_REQ_ID
        req_id = await asked(emulator, client)
        await emulator.platform.clock.advance(86_401)
        assert (await client.stream(req_id, "好"))["errcode"] == Errcode.BAD_REQ_ID


async def test_one_callback_has_one_stream_and_feedback_comes_with_its_first_frame(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        req_id = await asked(emulator, client)
        await client.stream(req_id, "正在", more={"feedback": {"id": "fb-1"}})
        again = await client.stream(req_id, "正在查", more={"feedback": {"id": "fb-1"}})
        other = await client.stream(req_id, "正在查", more={"id": "st-2"})
        await client.stream(req_id, "短")
        await client.stream(req_id, "找到了", finish=True)
        message = emulator.platform.chats.of("CH1")[-1]
        emulator.phone.judges("wangwei", message.message_id, kind=2, content="不准", reasons=[3])
        event = (await client.receive())["body"]["event"]
    assert (again["errcode"], other["errcode"]) == (Errcode.BAD_PARAMETER, Errcode.BAD_PARAMETER)
    assert emulator.platform.records.warnings == ["stream st-1: shorter than before; each frame holds the whole text"]
    assert event == {
        "eventtype": "feedback_event",
        "feedback_event": {"id": "fb-1", "type": 2, "content": "不准", "inaccurate_reason_list": [3]},
    }
    with pytest.raises(NotShown):
        emulator.phone.judges("lina", emulator.platform.chats.of("CH1")[0].message_id, kind=1)


async def test_a_click_is_answered_within_five_seconds_or_not_at_all(emulator: Emulator) -> None:
    decided = BUTTONS | {"main_title": {"title": "已批准"}, "replace_text": "已批准"}
    update = {"response_type": "update_template_card", "template_card": decided}
    async with bot_client(emulator) as client:
        message_id = await shown_card(emulator, client)
        emulator.phone.presses("wangwei", message_id, "approve")
        frame = await client.receive()
        assert frame["body"]["event"]["template_card_event"] == {
            "card_type": "button_interaction",
            "event_key": "approve",
            "task_id": "apr-1",
            "selected_items": {"selected_item": []},
        }
        assert frame["body"]["from"] == {"userid": "wangwei"}
        req_id = frame["headers"]["req_id"]
        foreign = update | {"template_card": decided | {"task_id": "apr-2"}}
        wrong = await client.call("aibot_respond_update_msg", foreign, req_id=req_id)
        assert wrong["errcode"] == Errcode.BAD_TASK_ID
        await emulator.platform.clock.advance(5)
        assert (await client.call("aibot_respond_update_msg", update, req_id=req_id))["errcode"] == 0
        again = await client.call("aibot_respond_update_msg", update, req_id=req_id)
        assert again["errcode"] == Errcode.BAD_REQ_ID
        with pytest.raises(NotShown):
            emulator.phone.presses("lina", message_id, "approve")


async def test_a_late_update_is_refused_and_the_card_stays(emulator: Emulator) -> None:
    update = {"response_type": "update_template_card", "template_card": BUTTONS | {"replace_text": "已批准"}}
    async with bot_client(emulator) as client:
        message_id = await shown_card(emulator, client)
        emulator.phone.presses("wangwei", message_id, "approve")
        req_id = (await client.receive())["headers"]["req_id"]
        await emulator.platform.clock.advance(5.1)
        assert (await client.call("aibot_respond_update_msg", update, req_id=req_id))["errcode"] == Errcode.BAD_REQ_ID
    assert emulator.platform.chats.find(message_id).card_of("lina") == BUTTONS


async def test_an_update_for_one_person_leaves_the_others_their_card(emulator: Emulator) -> None:
    mine = BUTTONS | {"replace_text": "已批准"}
    async with bot_client(emulator) as client:
        message_id = await shown_card(emulator, client)
        emulator.phone.presses("lina", message_id, "approve")
        req_id = (await client.receive())["headers"]["req_id"]
        update = {"response_type": "update_template_card", "userids": ["lina"], "template_card": mine}
        assert (await client.call("aibot_respond_update_msg", update, req_id=req_id))["errcode"] == 0
    message = emulator.platform.chats.find(message_id)
    assert (message.card_of("lina"), message.card_of("wangwei")) == (mine, BUTTONS)


async def test_only_what_stands_on_the_card_can_be_pressed_by_who_sees_it(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        message_id = await shown_card(emulator, client)
        for userid, key in (("lina", "send"), ("chenjie", "approve")):
            with pytest.raises(NotShown):
                emulator.phone.presses(userid, message_id, key)
        with pytest.raises(NotShown):
            emulator.phone.presses("lina", message_id, "approve", {"tone": ["warm"]})


async def test_forms_and_votes_carry_what_was_chosen_and_what_was_set(emulator: Emulator) -> None:
    form = {
        "card_type": "multiple_interaction",
        "task_id": "brief-9",
        "main_title": {"title": "邀约设置"},
        "select_list": [
            {
                "question_key": "commission",
                "selected_id": "15",
                "option_list": [{"id": "10", "text": "10%"}, {"id": "15", "text": "15%"}],
            },
            {"question_key": "tone", "option_list": [{"id": "warm", "text": "亲切"}, {"id": "brief", "text": "简洁"}]},
        ],
        "submit_button": {"text": "生成", "key": "make"},
        "action_menu": {"action_list": [{"text": "不再提醒", "key": "mute"}]},
    }
    async with bot_client(emulator) as client:
        message_id = await shown_card(emulator, client, form)
        emulator.phone.presses("lina", message_id, "make", {"tone": ["brief"]})
        made = (await client.receive())["body"]["event"]["template_card_event"]
        emulator.phone.presses("lina", message_id, "mute")
        muted = (await client.receive())["body"]["event"]["template_card_event"]
        with pytest.raises(NotShown):
            emulator.phone.presses("lina", message_id, "make", {"tone": ["brief", "warm"]})
    assert made["selected_items"]["selected_item"] == [
        {"question_key": "commission", "option_ids": {"option_id": ["15"]}},
        {"question_key": "tone", "option_ids": {"option_id": ["brief"]}},
    ]
    assert (muted["event_key"], "selected_items" in muted) == ("mute", False)


async def test_a_task_id_is_used_once(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        await shown_card(emulator, client)
        req_id = await asked(emulator, client)
        again = await client.call("aibot_respond_msg", card(BUTTONS), req_id=req_id)
    assert again["errcode"] == Errcode.BAD_TASK_ID


async def test_a_push_goes_only_where_somebody_has_written(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        for chatid in ("CH1", "lina", "CH2", "nobody"):
            assert (await client.push(chatid))["errcode"] == Errcode.CHAT_UNKNOWN
        await asked(emulator, client)
        assert (await client.push("CH1", more={"chat_type": 2}))["errcode"] == 0
        assert (await client.push("CH1"))["errcode"] == 0
        assert (await client.push("CH1", more={"chat_type": 1}))["errcode"] == Errcode.CHAT_UNKNOWN
        assert (await client.push("lina"))["errcode"] == Errcode.CHAT_UNKNOWN


async def test_a_platform_may_stop_pushes_after_a_day_of_silence() -> None:
    async with running(Platform(rules=Rules(silence_seconds=86_400))) as emulator, bot_client(emulator) as client:
        await asked(emulator, client)
        await emulator.platform.clock.advance(86_400)
        assert (await client.push("CH1"))["errcode"] == 0
        await emulator.platform.clock.advance(1)
        assert (await client.push("CH1"))["errcode"] == Errcode.CHAT_UNKNOWN


async def test_a_conversation_takes_thirty_messages_a_minute_and_a_thousand_an_hour(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        req_id = await asked(emulator, client)
        for _ in range(40):
            assert (await client.stream(req_id, "正在查…"))["errcode"] == 0
        codes = [(await client.push("CH1"))["errcode"] for _ in range(30)]
        assert codes == [0] * 29 + [Errcode.TOO_FREQUENT]
        emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
        await client.receive()
        assert (await client.push("lina"))["errcode"] == 0
        sent = 30
        while sent < 1_000:
            await emulator.platform.clock.advance(60)
            sent += sum([(await client.push("CH1"))["errcode"] == 0 for _ in range(30)])
        await emulator.platform.clock.advance(60)
        assert (await client.push("CH1"))["errcode"] == Errcode.TOO_FREQUENT
        await emulator.platform.clock.advance(3_600)
        assert (await client.push("CH1"))["errcode"] == 0


async def test_a_platform_may_count_stream_updates() -> None:
    async with running(Platform(rules=Rules(stream_updates_count=True))) as emulator, bot_client(emulator) as client:
        req_id = await asked(emulator, client)
        codes = [(await client.stream(req_id, "正在查…"))["errcode"] for _ in range(31)]
    assert codes == [0] * 30 + [Errcode.TOO_FREQUENT]
