"""A question in the app, from the sealed callback to the answer: stored first, handled once, answered once."""

import pytest

from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import FileOut, Reply, TurnEventKind
from memory.domain.errors import BadRequest, NotFound, Unavailable
from memory.domain.ids import DeliveryId, MemberId, TurnId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.connectors.wecom.apps import AGENT, PATH, SOON, app_of, app_process, said_in, words_in
from tests.connectors.wecom.lines import after, live, plan, until
from tests.connectors.wecom.offices import CHANNEL, building
from tests.support import fake_office as invented

SENDS = "message/send"


def sends(emulator: Emulator) -> int:
    return len(emulator.platform.records.of(SENDS))


async def test_the_console_saves_the_address(emulator: Emulator) -> None:
    async with app_process(emulator, building()):
        check = await emulator.callbacks.verify_url(app_of(emulator))
        assert (check.passed, check.status) == (True, 200)
        spoilt = await emulator.callbacks.verify_url(app_of(emulator), tampered=True)
        assert (spoilt.status, spoilt.body) == (403, "")


@pytest.mark.parametrize("path", ["", "3-guessed", "3", "4-unguessable", "-", "999999999999999999999999-x"])
async def test_no_other_address_answers(emulator: Emulator, path: str) -> None:
    async with app_process(emulator, building()):
        callback = app_of(emulator).callback
        callback.url = callback.url.replace(PATH, path)
        assert (await emulator.callbacks.verify_url(app_of(emulator))).status == 404


async def test_a_question_is_acknowledged_at_once_and_answered_when_its_turn_ends(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "找 10 个宠物达人")
        await until(lambda: emulator.callbacks.deliveries[0].over)
        (attempt,) = emulator.callbacks.deliveries[0].attempts
        assert (attempt.status, said_in(emulator)) == (200, [])
        house.desk.tell(TurnEventKind.TEXT, text="找到")
        house.desk.answer(Reply(text="找到 6 位。", cards=(invented.shortlist(),)))
        await process.quiet()
    (answer,) = said_in(emulator)
    assert answer.msgtype == "markdown"
    assert answer.content.startswith(
        "【演示数据】\n找到 6 位。\n\n1. **@pawsome.mia** US · 粉丝 48,200 · 近30天 GMV $12,860"
    )
    inbound = house.desk.office.received[0]
    assert (inbound.text, inbound.chat, inbound.connector) == ("找 10 个宠物达人", "lina", "wecom_app")
    assert inbound.place == Place(channel=CHANNEL, chat="lina", is_group=False, user="lina")
    assert (house.ends, emulator.platform.records.warnings) == (["said"], [])


async def test_a_command_is_decided_before_it_is_acknowledged(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "批准 1 2")
        await process.quiet()
    assert words_in(emulator)[0].startswith("【演示数据】\n已批准 K7 的 1、2。")


async def test_the_team_that_reads_in_wechat_gets_plain_text(emulator: Emulator) -> None:
    from_wechat = {"plain": "yes"}
    house = building()
    async with app_process(emulator, house) as process:
        process.channel.setting.options.update(from_wechat)  # type: ignore[attr-defined]  # a plain dict in tests
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="**6** 位\n> 好"))
        await process.quiet()
    (answer,) = said_in(emulator)
    assert (answer.msgtype, answer.content) == ("text", "【演示数据】\n6 位\n好")


async def test_a_long_answer_comes_in_numbered_pieces_and_nothing_is_lost(emulator: Emulator) -> None:
    house = building()
    text = "\n".join(f"第 {number} 行：" + "字" * 200 for number in range(30))
    async with app_process(emulator, house) as process:
        process.says("lina", "全部说来")
        house.desk.answer(Reply(text=text))
        await process.quiet()
    pieces = words_in(emulator)
    assert len(pieces) > 9
    assert [piece.split("\n")[1] for piece in pieces] == [f"({n}/{len(pieces)})" for n in range(1, len(pieces) + 1)]
    assert "\n".join("\n".join(piece.split("\n")[2:]) for piece in pieces) == text
    assert all(len(piece.encode()) <= 2048 for piece in pieces)


async def test_more_than_a_member_may_get_in_a_minute_waits_for_the_next(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "全部说来")
        house.desk.answer(Reply(text="\n".join("字" * 640 for _ in range(40))))
        await until(lambda: len(said_in(emulator)) == 20)
        await live(emulator, 30, step=5)
        assert len(said_in(emulator)) == 20
        await after(emulator, 61, lambda: len(said_in(emulator)) == 40, step=5)
    assert emulator.sending.dropped == []


async def test_a_stranger_is_told_how_to_be_bound_and_gets_no_data(emulator: Emulator) -> None:
    house = building()
    app_of(emulator).visible.add("chenjie")
    async with app_process(emulator, house) as process:
        process.says("chenjie", "给我看名单")
        await process.quiet()
    assert words_in(emulator, private(str(AGENT), "chenjie")) == ["请先绑定：K3P9"]
    assert house.desk.office.received == []


async def test_pictures_are_not_read_and_that_is_said_once_though_they_come_again_after_a_restart(
    emulator: Emulator,
) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        emulator.phone.sends_picture_to_app("lina", "a.png", b"\x89PNG\r\n\x1a\n" + bytes(40), agentid=AGENT)
        await process.quiet()
    async with app_process(emulator, house, safe=process.safe) as restarted:
        emulator.callbacks.again(emulator.callbacks.deliveries[-1])
        await restarted.quiet()
    assert words_in(emulator) == ["【演示数据】\n图片和视频我还看不了，请用文字说。"]


@pytest.mark.parametrize(
    ("event", "greetings"), [("subscribe", 1), ("enter_agent", 0), ("unsubscribe", 0), ("new_event", 0)]
)
async def test_only_who_begins_to_see_the_app_is_greeted(emulator: Emulator, event: str, greetings: int) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        emulator.phone.does_in_app("lina", event, agentid=AGENT)
        await process.quiet()
    assert len(words_in(emulator)) == greetings
    assert [delivery.acknowledged for delivery in emulator.callbacks.deliveries] == [True]


async def test_what_comes_three_times_and_late_is_handled_and_answered_once(emulator: Emulator) -> None:
    house = building()
    plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
    async with app_process(emulator, house) as process:
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="找到了。"))
        await process.quiet()
        await live(emulator, 3_600, step=600)
        emulator.callbacks.again(emulator.callbacks.deliveries[0])
        await process.quiet()
        safe = process.safe
    async with app_process(emulator, house, safe=safe) as restarted:
        emulator.callbacks.again(emulator.callbacks.deliveries[0])
        await restarted.quiet()
    assert words_in(emulator) == ["【演示数据】\n找到了。"]
    assert len({one.outside_id for one in house.desk.office.received}) == 1


async def test_messages_out_of_order_are_each_answered_once(emulator: Emulator) -> None:
    house = building()
    plan(emulator, FaultKind.REORDER_CALLBACKS, "callback/app", times=2)
    async with app_process(emulator, house) as process:
        process.says("lina", "批准 1")
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="找到了。"))
        emulator.callbacks.release()
        await process.quiet()
    assert [one.text for one in house.desk.office.received] == ["找达人", "批准 1"]
    assert sorted(words.split("\n")[1] for words in words_in(emulator))[:2] == ["已批准 K7 的 1、2。", "找到了。"]


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.TAMPERED_SIGNATURE,
        FaultKind.WRONG_RECEIVEID,
        FaultKind.OLD_TIMESTAMP,
        FaultKind.XML_BOMB,
        FaultKind.HUGE_BODY,
    ],
)
async def test_what_does_not_open_is_refused_and_its_repetition_is_handled(emulator: Emulator, kind: FaultKind) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        plan(emulator, kind, "callback/app")
        process.says("lina", "批准 1")
        (delivery,) = emulator.callbacks.deliveries
        await after(emulator, 12, lambda: delivery.over)
        await process.apps.settle()
    assert [attempt.status for attempt in delivery.attempts] == [403, 200]
    assert len(house.desk.office.received) == 1
    assert words_in(emulator)[0].startswith("【演示数据】\n已批准")


async def test_a_replayed_nonce_changes_nothing(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "批准 1")
        await process.quiet()
        plan(emulator, FaultKind.REPLAYED_NONCE, "callback/app")
        process.says("lina", "批准 2")
        await process.quiet()
    assert [one.text for one in house.desk.office.received] == ["批准 1", "批准 2"]


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        house.closed = Unavailable("database_unavailable", reason="down")
        process.says("lina", "批准 1")
        (delivery,) = emulator.callbacks.deliveries
        await until(lambda: bool(delivery.attempts) and delivery.attempts[0].over)
        house.closed = None
        await after(emulator, 12, lambda: delivery.over)
        await process.apps.settle()
    assert [attempt.status for attempt in delivery.attempts] == [503, 200]
    assert len(words_in(emulator)) >= 1


async def test_a_message_the_desk_refuses_is_told_and_not_sent_again(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "字" * 9_000)
        await process.quiet()
    assert emulator.callbacks.deliveries[0].acknowledged
    assert words_in(emulator) == ["【演示数据】\n这一句我没法照办，请换个说法。"]


async def test_what_a_dead_process_owed_is_said_by_the_next(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "找达人")
        await until(lambda: emulator.callbacks.deliveries[0].over)
        safe = process.safe
    outside_id = house.desk.office.received[0].outside_id
    place = Place(channel=CHANNEL, chat="lina", is_group=False, user="lina")
    house.desk.answer(Reply(text="找到了。"))
    async with app_process(emulator, house, safe=safe) as second:
        for member in (MemberId(1), MemberId(2)):
            second.apps.answer(second.channel, Owed(DeliveryId(9), place, outside_id, member, turn=TurnId(5)))
            await second.apps.settle()
    assert words_in(emulator) == ["【演示数据】\n找到了。"]
    assert [owed.member for owed in house.dropped] == [MemberId(2)]


@pytest.mark.parametrize(("errcode", "seconds"), [(-1, 3), (45009, 70), (45033, 3)])
async def test_a_busy_platform_is_asked_again(emulator: Emulator, errcode: int, seconds: int) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode)
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="找到了。"))
        await after(emulator, seconds, lambda: bool(words_in(emulator)))
        await process.quiet()
    assert (words_in(emulator), sends(emulator), house.ends) == (["【演示数据】\n找到了。"], 2, ["said"])


async def test_words_without_an_answer_are_not_said_again(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        plan(emulator, FaultKind.DROP_AFTER, SENDS)
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="找到了。"))
        await process.quiet()
    assert (words_in(emulator), house.ends) == (["【演示数据】\n找到了。"], ["Unclear"])


async def test_a_blocked_answer_says_so(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=40201)
        process.says("lina", "找达人")
        house.desk.answer(Reply(text="找到了。"))
        await process.quiet()
    assert words_in(emulator) == ["【演示数据】\n这条内容被企业微信的内容检查拦下了，不能在这里显示。"]


async def test_a_channel_that_went_off_refuses_without_a_word(emulator: Emulator) -> None:
    house = building()
    house.closed = NotFound("no_such_channel")
    async with app_process(emulator, house) as process:
        process.says("lina", "找达人")
        (delivery,) = emulator.callbacks.deliveries
        await after(emulator, 16, lambda: delivery.over)
        await process.apps.settle()
    assert {attempt.status for attempt in delivery.attempts} == {403}
    assert isinstance(house.closed, BadRequest)
    assert said_in(emulator) == []


EXPORT = FileOut(key="abc", name="达人名单.csv", media_type="text/csv", size=24)


async def exported(emulator: Emulator, *, file: FileOut = EXPORT, busy: bool = False) -> list[str]:
    """What types of messages came when a list was exported; whether the answer was said."""
    house = building()
    async with app_process(emulator, house, patience_seconds=SOON) as process:
        process.says("lina", "导出名单")
        house.desk.answer(Reply(text="导出好了。", files=(file,)))
        if busy:
            await after(emulator, 90, lambda: bool(house.ends), step=2)
        await until(lambda: bool(house.ends))
        await process.quiet()
    assert house.ends == ["said"]
    return [message.msgtype for message in said_in(emulator)]


async def test_an_export_comes_as_a_file_after_the_words(emulator: Emulator) -> None:
    assert await exported(emulator) == ["markdown", "file"]
    assert words_in(emulator)[0] == "【演示数据】\n导出好了。"
    sent = said_in(emulator)[1]
    assert (sent.filename, sent.data.decode()) == ("达人名单.csv", "账号\npawsome.mia\n")


@pytest.mark.parametrize(
    "name",
    ["http_500", "delay", "drop_before", "drop_after", "slow_body", "bad_json", "errcode", "quota_exhausted"],
)
async def test_an_upload_without_an_answer_is_made_again(emulator: Emulator, name: str) -> None:
    plan(emulator, FaultKind(name), "media/upload", seconds=600)
    assert await exported(emulator, busy=name in ("errcode", "quota_exhausted")) == ["markdown", "file"]


async def test_a_file_the_platform_does_not_take_is_to_be_had_on_the_page(emulator: Emulator) -> None:
    plan(emulator, FaultKind.ERRCODE, "media/upload", errcode=45001)
    assert await exported(emulator) == ["markdown", "markdown"]
    assert words_in(emulator)[1] == "【演示数据】\n文件「达人名单.csv」请在网页里下载。"


async def test_a_file_that_is_gone_is_said(emulator: Emulator) -> None:
    assert await exported(emulator, file=EXPORT.model_copy(update={"key": "gone"})) == ["markdown", "markdown"]
