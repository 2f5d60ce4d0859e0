"""A question becomes a streaming answer: coalesced, within bytes and minutes, once, whatever breaks on the way."""

import pytest

from evals.emulators.wecom.core.chats import State
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator, running
from memory.domain.chat import Reply, TurnEventKind
from memory.domain.errors import NotFound, Unavailable
from memory.domain.ids import DeliveryId, MemberId, TurnId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.connectors.wecom.lines import BOT, after, live, plan, until
from tests.connectors.wecom.offices import CHANNEL, LINA, building, faults_seen, process, said
from tests.support import fake_office as invented

FRAMES = "aibot/aibot_respond_msg"


def frames(emulator: Emulator) -> int:
    return len(emulator.platform.records.of(FRAMES))


async def test_a_question_in_a_group_streams_steps_then_text_then_the_answer(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_in_group("lina", "找 10 个宠物达人", chatid="CH1", mention=BOT)
        await until(lambda: bool(house.desk.office.received))
        house.desk.tell(TurnEventKind.STARTED, attempt=1)
        house.desk.tell(TurnEventKind.STEP, name="search_creators", label="在找达人")
        await until(lambda: bool(said(emulator, "CH1")))
        (stream,) = said(emulator, "CH1")
        assert (stream.content, stream.state) == ("【演示数据】\n… 在找达人", State.STREAMING)
        house.desk.tell(TurnEventKind.TEXT, text="找到 **6** 位")
        await after(emulator, 3, lambda: "6" in stream.content)
        house.desk.answer(Reply(text="找到 6 位。", cards=(invented.shortlist(),)))
        await until(lambda: stream.state is State.FINISHED)
    assert stream.content.startswith(
        "【演示数据】\n名单#7\n找到 6 位。\n\n1. **@pawsome.mia** US · 粉丝 48,200 · 近30天 GMV $12,860"
    )
    inbound = house.desk.office.received[0]
    assert (inbound.text, inbound.chat, inbound.connector) == ("找 10 个宠物达人", "CH1", "wecom_bot")
    assert (len(said(emulator, "CH1")), faults_seen(emulator)) == (1, [])


async def test_what_a_group_sees_of_an_answer_on_its_way_has_no_contacts_either(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_in_group("lina", "她怎么说", chatid="CH1", mention=BOT)
        await until(lambda: bool(house.desk.office.received))
        house.desk.tell(TurnEventKind.TEXT, text="她说写信到 mia@example.com 就行")
        await until(lambda: bool(said(emulator, "CH1")))
        house.desk.answer(Reply(text="她说写信到 mia@example.com 就行。"))
        await until(lambda: said(emulator, "CH1")[0].state is State.FINISHED)
    assert len(emulator.platform.records.of(FRAMES)) == 2
    assert [call for call in emulator.platform.records.of(FRAMES) if "mia@" in str(call.body)] == []


async def test_what_comes_while_a_frame_is_in_flight_is_coalesced_to_the_newest() -> None:
    async with running(Platform(rules=Rules(ack_seconds=0.4))) as emulator:
        house = building()
        async with process(emulator, house, connect_seconds=5):
            emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
            await until(lambda: bool(house.desk.office.received))
            for number in range(40):
                house.desk.tell(TurnEventKind.TEXT, text=f"{number} ")
                await live(emulator, 0.1, step=0.1)
            house.desk.answer(Reply(text="完"))
            await after(emulator, 5, lambda: bool(said(emulator, LINA)) and said(emulator, LINA)[0].state == "finished")
        assert 3 <= frames(emulator) <= 7
        assert (said(emulator, LINA)[0].content, faults_seen(emulator)) == ("【演示数据】\n完", [])


async def test_a_long_answer_goes_on_in_messages_and_nothing_is_lost(emulator: Emulator) -> None:
    house = building()
    text = "\n".join(f"第 {number} 行：" + "字" * 300 for number in range(60))
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "全部说来", bot_id=BOT)
        house.desk.tell(TurnEventKind.TEXT, text=text)
        house.desk.answer(Reply(text=text))
        await until(lambda: len(said(emulator, LINA)) == 3)
    pieces = [message.content for message in said(emulator, LINA)]
    assert [piece.split("\n")[:2] for piece in pieces] == [["【演示数据】", f"({n}/3)"] for n in (1, 2, 3)]
    assert "\n".join("\n".join(piece.split("\n")[2:]) for piece in pieces) == text
    assert all(len(piece.encode()) <= 20_480 for piece in pieces)
    assert faults_seen(emulator) == []


async def test_a_stream_ends_before_its_minutes_and_the_result_comes_as_a_message(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "慢慢找", bot_id=BOT)
        house.desk.tell(TurnEventKind.STEP, name="search_creators", label="在找达人")
        await until(lambda: bool(said(emulator, LINA)))
        await after(emulator, 335, lambda: said(emulator, LINA)[0].state == "finished", step=5)
        assert said(emulator, LINA)[0].content == "【演示数据】\n… 在找达人\n\n还在处理，做完会单独发出来。"
        await live(emulator, 100, step=5)
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: len(said(emulator, LINA)) == 2)
    assert said(emulator, LINA)[1].content == "【演示数据】\n找到了。"
    assert [call.errcode for call in emulator.platform.records.of(FRAMES)][-1] == 0


@pytest.mark.parametrize(
    ("errcode", "shown"),
    [(6000, 1), (-1, 1), (846608, 2), (846605, 2), (40201, 2)],
)
async def test_a_refused_end_is_tried_again_or_goes_another_way(emulator: Emulator, errcode: int, shown: int) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.tell(TurnEventKind.STEP, label="在找达人")
        await until(lambda: frames(emulator) == 1)
        plan(emulator, FaultKind.ACK_ERROR, FRAMES, errcode=errcode)
        house.desk.answer(Reply(text="找到了。"))
        blocked = errcode == 40201
        words = "这条内容被企业微信的内容检查拦下了，不能在这里显示。" if blocked else "找到了。"
        await after(emulator, 30, lambda: said(emulator, LINA)[-1].content == f"【演示数据】\n{words}")
        await live(emulator, 20)
    assert (len(said(emulator, LINA)), faults_seen(emulator)) == (shown, [])


async def test_a_lost_ack_of_the_end_is_asked_again_and_shown_once(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        plan(emulator, FaultKind.ACK_LOST, FRAMES)
        house.desk.answer(Reply(text="找到了。"))
        await after(emulator, 30, lambda: frames(emulator) == 2)
        await live(emulator, 30)
    assert [message.content for message in said(emulator, LINA)] == ["【演示数据】\n找到了。"]
    assert frames(emulator) == 2


async def test_a_message_without_an_ack_is_not_sent_again(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "批准 1", bot_id=BOT)
        plan(emulator, FaultKind.ACK_LOST, FRAMES)
        await until(lambda: frames(emulator) == 1)
        await live(emulator, 60)
    assert [message.content.split("\n")[1] for message in said(emulator, LINA)] == ["已批准 K7 的 1、2。"]


async def test_a_callback_that_comes_three_times_is_answered_once(emulator: Emulator) -> None:
    house = building()
    plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/bot", copies=3)
    async with process(emulator, house) as running_one:
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: bool(said(emulator, LINA)))
        await live(emulator, 5)
        await running_one.channel.settle()
    assert len(house.desk.office.received) == 1
    assert [message.content for message in said(emulator, LINA)] == ["【演示数据】\n找到了。"]


async def test_after_a_kill_between_receipt_and_answer_the_message_is_handled_once_and_answered(
    emulator: Emulator,
) -> None:
    house = building()
    async with process(emulator, house) as first:
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.tell(TurnEventKind.STEP, label="在找达人")
        await until(lambda: bool(said(emulator, LINA)))
        await first.kill()
        async with process(emulator, house):
            (asked, *_) = emulator.hub.asked.values()
            emulator.hub.again(asked)
            emulator.hub.again(asked)
            house.desk.answer(Reply(text="找到了。"))
            await until(lambda: said(emulator, LINA)[-1].state == "finished")
            await live(emulator, 5)
    assert len(house.desk.office.received) == 1
    assert [message.content for message in said(emulator, LINA)][1:] == ["【演示数据】\n找到了。"]


async def test_an_answer_that_another_process_gave_is_not_given_again(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as first:
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: house.ends == ["said"])
        await first.kill()
        async with process(emulator, house) as second:
            (asked, *_) = emulator.hub.asked.values()
            emulator.hub.again(asked)
            await until(lambda: len(house.visitors) == 2)
            await second.channel.settle()
    assert [message.content for message in said(emulator, LINA)] == ["【演示数据】\n找到了。"]


def owed(user: str = "lina", *, member: int = 1, reply: Reply | None = None) -> Owed:
    place = Place(channel=CHANNEL, chat=user, is_group=False, user=user)
    return Owed(DeliveryId(7), place, f"{BOT}:m1", MemberId(member), None if reply else TurnId(5), reply)


@pytest.mark.parametrize("reply", [None, Reply(text="找到了。")])
async def test_what_another_process_left_unanswered_is_pushed_once(emulator: Emulator, reply: Reply | None) -> None:
    house = building()
    house.desk.answer(Reply(text="找到了。"))
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, LINA)
        for _ in range(3):
            one.channel.answer(owed(reply=reply))
        await one.channel.settle()
        one.channel.answer(owed(reply=reply))
        await one.channel.settle()
    assert [message.content for message in said(emulator, LINA)] == ["【演示数据】\n找到了。"]
    assert (len(emulator.platform.records.of(FRAMES)), house.ends) == (0, ["said"])


@pytest.mark.parametrize(("user", "member"), [("chenjie", 1), ("wangwei", 1)])
async def test_what_is_owed_to_somebody_who_is_that_member_no_longer_is_dropped(
    emulator: Emulator, user: str, member: int
) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, f"{BOT}:{user}")
        one.channel.answer(owed(user, member=member, reply=Reply(text="名单")))
        await one.channel.settle()
    assert ([one.place.user for one in house.dropped], house.ends) == ([user], [])
    assert said(emulator, f"{BOT}:{user}") == []


async def test_an_answer_that_breaks_off_after_its_beginning_is_unclear(emulator: Emulator) -> None:
    house = building()
    plan(emulator, FaultKind.ACK_ERROR, FRAMES, errcode=40058, calls=(2,))
    async with process(emulator, house) as one:
        emulator.phone.says_to_bot("lina", "全部说来", bot_id=BOT)
        house.desk.answer(Reply(text="字" * 12_000))
        await until(lambda: frames(emulator) == 2)
        await one.channel.settle()
    assert house.ends == ["Unclear"]


async def test_a_line_that_drops_in_the_middle_leaves_the_answer_to_a_push(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.tell(TurnEventKind.STEP, label="在找达人")
        await until(lambda: bool(said(emulator, LINA)))
        plan(emulator, FaultKind.WS_CLOSE, "aibot/ping", code=1011)
        await after(emulator, 40, lambda: len(emulator.platform.records.of("aibot/aibot_subscribe")) == 2)
        await until(lambda: one.socket.state.connected_since is not None)
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: len(said(emulator, LINA)) == 2)
    assert said(emulator, LINA)[1].content == "【演示数据】\n找到了。"


async def test_an_answer_made_while_the_line_is_down_waits_for_it(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.tell(TurnEventKind.STEP, label="在找达人")
        await until(lambda: bool(said(emulator, LINA)))
        plan(emulator, FaultKind.ACK_ERROR, "aibot/aibot_subscribe", errcode=45009, times=2)
        emulator.hub.lines[BOT].hang_up(code=1011)
        await until(lambda: len(emulator.platform.records.of("aibot/aibot_subscribe")) == 1)
        house.desk.answer(Reply(text="找到了。"))
        await after(emulator, 200, lambda: len(said(emulator, LINA)) == 2)
    assert said(emulator, LINA)[1].content == "【演示数据】\n找到了。"


async def test_a_chat_that_is_over_its_quota_rests_a_minute(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        plan(emulator, FaultKind.QUOTA_EXHAUSTED, FRAMES)
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: frames(emulator) == 1)
        await live(emulator, 58)
        assert frames(emulator) == 1
        await after(emulator, 5, lambda: bool(said(emulator, LINA)))
    assert said(emulator, LINA)[0].content == "【演示数据】\n找到了。"


async def test_a_chat_gets_at_most_thirty_messages_a_minute(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.phone.says_to_bot("lina", "批准 1", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
        voice = one.channel._voice("lina", is_group=False, req_id=None)
        for number in range(40):
            one.channel.errands.start(voice.say(f"第 {number} 条"))
        await after(emulator, 130, lambda: len(said(emulator, LINA)) >= 41, step=5)
    refused = [call.errcode for call in emulator.platform.records.of("aibot/aibot_send_msg") if call.errcode]
    assert refused == []


async def test_a_stranger_learns_how_to_be_let_in_and_nothing_reaches_the_desk(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("chenjie", "给我看名单", bot_id=BOT)
        chat = f"{BOT}:chenjie"
        await until(lambda: bool(said(emulator, chat)))
    assert said(emulator, chat)[0].content == "请先绑定：K3P9"
    assert house.desk.office.received == []


async def test_a_failure_of_the_desk_is_told(emulator: Emulator) -> None:
    house = building()
    house.desk.office.next_error = Unavailable()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
    assert said(emulator, LINA)[0].content == "【演示数据】\n暂时连不上，请稍后再试。"


async def test_a_turn_whose_events_fail_for_a_while_is_followed_on_from_there(emulator: Emulator) -> None:
    house = building()
    house.desk.tell(TurnEventKind.TEXT, text="找到 ")
    house.desk.breaks = [Unavailable(), Unavailable()]
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        await after(emulator, 20, lambda: house.desk.breaks == [])
        house.desk.tell(TurnEventKind.TEXT, text="6 位")
        await after(emulator, 10, lambda: said(emulator, LINA)[0].content == "【演示数据】\n找到 6 位")
        house.desk.answer(Reply(text="完"))
        await until(lambda: said(emulator, LINA)[0].state == "finished")


async def test_a_turn_that_cannot_be_followed_ends_with_why(emulator: Emulator) -> None:
    house = building()
    house.desk.tell(TurnEventKind.STEP, label="在找达人")
    house.desk.breaks = [NotFound()]
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)) and said(emulator, LINA)[0].state == "finished")
    assert [message.content for message in said(emulator, LINA)] == ["【演示数据】\n没找到。"]


async def test_where_nobody_can_say_who_it_is_the_person_is_told_so(emulator: Emulator) -> None:
    house = building()
    house.closed = Unavailable()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
    assert said(emulator, LINA)[0].content == "暂时连不上，请稍后再试。"
    assert house.desk.office.received == []
