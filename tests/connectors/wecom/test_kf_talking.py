"""A question over 微信客服, from the callback to the answer: pulled and stored once, answered within five messages."""

import pytest

from connectors.wecom.kf.pulling import CURSOR
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import Reply
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import DeliveryId, MemberId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.connectors.wecom.apps import app_of, now_of
from tests.connectors.wecom.customers import (
    CODE,
    DECIDED,
    HOUR,
    SYNCS,
    answered,
    heads,
    kf_building,
    kf_process,
    kf_row,
    kf_said,
    kf_words,
    kfid_of,
)
from tests.connectors.wecom.lines import live, plan, until
from tests.connectors.wecom.offices import CHANNEL
from tests.support import fake_office as invented
from tests.support.fake_safe import FakeSafe


async def test_a_question_is_acknowledged_pulled_stored_and_answered_in_plain_text(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找 10 个宠物达人")
        await until(lambda: emulator.callbacks.deliveries[0].over)
        house.desk.answer(Reply(text="找到 **6** 位。", cards=(invented.shortlist(),)))
        await process.quiet()
    (answer,) = kf_said(emulator)
    assert (answer.msgtype, answer.content.split("\n")[0]) == ("text", "找到 6 位。")
    assert "1. @pawsome.mia US" in answer.content
    inbound = house.desk.office.received[0]
    user = emulator.platform.wechat.people["xiaolin"].external_userid
    assert (inbound.text, inbound.chat, inbound.connector) == ("找 10 个宠物达人", user, "wecom_kf")
    assert inbound.place == Place(channel=CHANNEL, chat=user, is_group=False, user=user)
    assert (house.ends, house.given, emulator.platform.records.warnings) == (["kept"], [(inbound.outside_id, "")], [])


async def test_the_console_saves_the_address_and_no_other_answers(emulator: Emulator) -> None:
    async with kf_process(emulator, kf_building(emulator)):
        assert (await emulator.callbacks.verify_url(app_of(emulator))).passed
        assert (await emulator.callbacks.verify_url(app_of(emulator), tampered=True)).status == 403
        app_of(emulator).callback.url += "x"
        assert (await emulator.callbacks.verify_url(app_of(emulator))).status == 404


async def test_a_first_start_answers_nothing_older_than_itself(emulator: Emulator) -> None:
    house = kf_building(emulator)
    for text in ("两天前", "刚才"):
        emulator.kf.people.says("xiaolin", text, open_kfid=kfid_of(emulator))
        await emulator.platform.clock.advance(24 * HOUR)
    async with kf_process(emulator, house) as process:
        await process.catch_up()
        assert house.desk.office.received == []
        await answered(process, "现在")
    assert [inbound.text for inbound in house.desk.office.received] == ["现在"]
    assert kf_words(emulator) == ["找到 6 位。"]


@pytest.mark.parametrize("page", [1, 2, 1_000])
@pytest.mark.parametrize("empty", [False, True])
async def test_every_page_is_pulled_in_order_also_behind_empty_ones(
    emulator: Emulator,
    page: int,
    empty: bool,  # a case
) -> None:
    object.__setattr__(emulator.platform.rules, "kf_page_lines", page)
    object.__setattr__(emulator.platform.rules, "kf_empty_pages", empty)
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        for number in range(5):
            process.says("xiaolin", f"批准 {number}")
        await process.quiet()
    assert [inbound.text for inbound in house.desk.office.received] == [f"批准 {number}" for number in range(5)]
    assert emulator.platform.records.warnings == []


async def test_callbacks_that_come_twice_and_late_are_one_question(emulator: Emulator) -> None:
    house = kf_building(emulator)
    plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
    async with kf_process(emulator, house) as process:
        await answered(process)
        emulator.callbacks.again(emulator.callbacks.deliveries[0])
        await process.quiet()
        await live(emulator, 700, step=100)
        emulator.callbacks.again(emulator.callbacks.deliveries[0])
        await process.quiet()
    assert len(house.desk.receipts) == 1
    assert kf_words(emulator) == ["找到 6 位。"]


async def test_a_flood_of_history_answers_nothing_again(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await answered(process, "批准 1", "")
        process.says("laozhou", "给我看名单")
        await process.quiet()
        plan(emulator, FaultKind.KF_HISTORY_FLOOD, times=1)
        await answered(process, "批准 2", "")
    assert [inbound.text for inbound in house.desk.office.received] == ["批准 1", "批准 2"]
    assert heads(emulator) == [*DECIDED, *DECIDED]
    assert kf_words(emulator, "laozhou") == ["请先绑定：K3P9"]


async def test_a_process_that_dies_between_pull_and_commit_loses_and_repeats_nothing(emulator: Emulator) -> None:
    house, safe = kf_building(emulator), FakeSafe(now_of(emulator))
    row = kf_row(emulator)
    house.closed = Unavailable()
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        process.says("xiaolin", "批准 1")
        process.says("ahua", "批准 2")
        await until(lambda: len(house.visitors) == 1)
        await process.kill()
        assert CURSOR not in safe.kept
    house.closed = None
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
        assert [inbound.text for inbound in house.desk.office.received] == ["批准 1", "批准 2"]
        del safe.kept[CURSOR]  # handled, and died before the cursor was kept
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    assert len(house.desk.receipts) == 2
    assert [heads(emulator, user) for user in ("xiaolin", "ahua")] == [DECIDED, DECIDED]


async def test_what_a_callback_brought_is_pulled_although_its_process_died_after_the_acknowledgement(
    emulator: Emulator,
) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        plan(emulator, FaultKind.HTTP_500, SYNCS, times=0)
        process.says("xiaolin", "批准 1")
        await until(lambda: emulator.callbacks.deliveries[0].acknowledged)
        await process.kill()
    emulator.platform.faults.clear()
    assert house.desk.office.received == []
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
        await process.catch_up()
    assert [inbound.text for inbound in house.desk.office.received] == ["批准 1"]
    assert [call.errcode for call in emulator.platform.records.of(SYNCS)][-1] == 0
    assert heads(emulator) == DECIDED


async def test_an_account_that_does_not_answer_is_asked_again_after_a_rest(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SYNCS, errcode=-1)
        process.says("xiaolin", "批准 1")
        await process.quiet()
        await process.catch_up()
        assert len(emulator.platform.records.of(SYNCS)) == 1
        await live(emulator, 61, step=10)
        await process.catch_up()
    assert heads(emulator) == DECIDED


async def test_an_old_token_of_a_callback_is_left_out(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await process.pulling.called(process.channel, "ENC-of-yesterday")
        await process.settled()
    assert [call.errcode for call in emulator.platform.records.of(SYNCS)] == [95007, 0]


async def test_more_without_anything_that_waits_is_a_question(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await answered(process, "更多")
    assert [inbound.text for inbound in house.desk.office.received] == ["更多"]


async def test_a_stranger_gets_a_code_and_no_data_and_is_told_where_pushes_come_once_bound(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("laozhou", "给我看名单")
        await process.quiet()
        process.says("laozhou", CODE)
        await process.quiet()
        process.says("laozhou", "批准 1")
        await process.quiet()
    first, bound, *rest = kf_words(emulator, "laozhou")
    assert [text.partition("\n")[0] for text in rest] == DECIDED
    assert first == "请先绑定：K3P9"
    assert bound == "绑好了。\n这里我不能主动找你：达人回复、要你批准的提醒会发到 运营群。"
    assert [inbound.text for inbound in house.desk.office.received] == ["批准 1"]


async def test_a_link_with_a_code_binds_who_opens_it(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        emulator.kf.people.enters(
            "laozhou", open_kfid=kfid_of(emulator), scene="bind", scene_param=f"bind={CODE.removeprefix('绑定 ')}"
        )
        await process.quiet()
    assert house.bound == {"laozhou": "zhaomin"}
    assert kf_words(emulator, "laozhou")[0].startswith("绑好了。\n这里我不能主动找你")


async def test_a_welcome_is_used_within_its_time_or_not_at_all(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        emulator.kf.people.enters("xiaolin", open_kfid=kfid_of(emulator))
        await process.quiet()
        assert kf_words(emulator)[0].startswith("你好，我是达人助手。")
        app_of(emulator).callback.url = ""
        emulator.kf.people.enters("laozhou", open_kfid=kfid_of(emulator))
        await emulator.platform.clock.advance(21)
        await live(emulator, 601, step=100)
        await process.catch_up()
    assert kf_said(emulator, "laozhou") == []


async def test_nothing_is_said_while_a_human_has_the_session(emulator: Emulator) -> None:
    house, kfid = kf_building(emulator), kfid_of(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        await process.quiet_but_turns()
        emulator.kf.people.takes_over("lina", "xiaolin", open_kfid=kfid)
        house.desk.answer(Reply(text="找到 6 位。"))
        process.says("xiaolin", "批准 1")
        emulator.kf.people.replies("lina", "xiaolin", "我来", open_kfid=kfid)
        await process.quiet()
        assert (kf_words(emulator), len(house.desk.office.received)) == (["我来"], 1)
        emulator.kf.people.ends("lina", "xiaolin", open_kfid=kfid)
        process.says("xiaolin", "批准 2")
        await process.quiet()
    assert [inbound.text for inbound in house.desk.office.received] == ["找达人", "批准 2"]
    assert kf_words(emulator)[1] == "找到 6 位。"


async def test_a_human_who_took_over_unnoticed_is_found_out_by_the_refusal(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        await process.quiet_but_turns()
        person = emulator.platform.wechat.people["xiaolin"]
        session = emulator.kf.book.session(kfid_of(emulator), person)
        session.state = type(session.state).HUMAN
        house.desk.answer(Reply(text="找到 6 位。"))
        await process.quiet()
        process.says("xiaolin", "批准 1")
        await process.quiet()
    assert (kf_said(emulator), len(house.desk.office.received)) == ([], 1)


async def test_what_is_owed_is_said_by_whoever_comes_next_to_whoever_is_still_bound(emulator: Emulator) -> None:
    house = kf_building(emulator)
    user = emulator.platform.wechat.people
    async with kf_process(emulator, house) as process:
        for name in ("xiaolin", "laozhou"):
            process.says(name, "你好")
        await process.quiet_but_turns()
        for number, name in enumerate(("xiaolin", "laozhou")):
            external = user[name].external_userid
            place = Place(channel=CHANNEL, chat=external, is_group=False, user=external)
            reply = Reply(text=f"答 {number}")
            house.owed.append(Owed(DeliveryId(number), place, f"kf:3:owed-{number}", MemberId(1), reply=reply))
        await process.line.catch_up()
        await until(lambda: bool(kf_said(emulator)))
        assert kf_words(emulator) == ["答 0"]
        assert [owed.id for owed in house.dropped] == [1]


async def test_pictures_are_not_read_and_that_is_said(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        emulator.kf.people.sends_file(
            "xiaolin", "a.png", b"\x89PNG\r\n\x1a\n12345", kind="image", open_kfid=kfid_of(emulator)
        )
        await process.quiet()
    assert kf_words(emulator) == ["图片和视频我还看不了，请用文字说。"]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [("account", "kf_wrong_account"), ("grant", "kf_not_granted"), ("secret", "app_wrong_secret"), ("none", "")],
)
async def test_the_doctor_names_what_is_wrong(emulator: Emulator, wrong: str, key: str) -> None:
    house = kf_building(emulator)
    typed = {"account": {"open_kfid": "wkNOBODY00"}, "secret": {"app_secret": "x" * 43}}.get(wrong, {})
    async with kf_process(emulator, house, channel=kf_row(emulator, **typed)) as process:
        if wrong == "none":
            await answered(process)
            await process.pusher.look(process.channel)
            return
        app_of(emulator).manages_kf = wrong != "grant"
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
    assert found.value.text_key == key
