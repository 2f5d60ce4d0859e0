"""What may be said over 微信客服: five messages for each of theirs, nothing twice, nothing lost."""

import pytest

from connectors.wecom.app.standing import AppStanding
from connectors.wecom.rations.standing import RationedStanding
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import Reply
from memory.domain.errors import Refused, Unavailable
from tests.connectors.wecom.apps import now_of
from tests.connectors.wecom.customers import (
    DECIDED,
    HOUR,
    LONG,
    SENDS,
    KfProcess,
    answered,
    heads,
    kf_building,
    kf_process,
    kf_row,
    kf_said,
    kf_words,
)
from tests.connectors.wecom.lines import live, plan, until
from tests.connectors.wecom.offices import CHANNEL
from tests.support.fake_safe import FakeSafe


async def test_an_answer_takes_three_messages_and_the_rest_is_given_when_asked_for(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await answered(process, "全部说来", LONG)
        assert len(kf_said(emulator)) == 3
        assert kf_words(emulator)[2].endswith("（还有 4 条，回复「更多」接着看）")
        for more, shown in (("还有更多吗？", 6), ("更多", 7)):
            process.says("xiaolin", more)
            await process.quiet()
            assert len(kf_said(emulator)) == shown
    received = [inbound.text for inbound in house.desk.office.received]
    said = [text.partition("（还有")[0].rstrip("\n").partition("\n")[2] for text in kf_words(emulator)]
    assert (received, "\n".join(said)) == (["全部说来"], LONG)
    assert all(len(text.encode()) <= 2048 for text in kf_words(emulator))
    assert [call.errcode for call in emulator.platform.records.of(SENDS)] == [0] * 7


async def test_the_channels_page_knows_for_how_many_people_something_is_left(emulator: Emulator) -> None:
    async with kf_process(emulator, kf_building(emulator)) as process:
        standing = RationedStanding(AppStanding(process.safe, process.pusher.probe), process.safe)
        for text, left in (("全部说来", 1), ("更多", 1), ("更多", 0)):
            await (answered(process, text, LONG) if text != "更多" else more(process))
            assert (await standing.state(CHANNEL)).shelved == left


async def more(process: KfProcess) -> None:
    """Ask for what is left."""
    process.says("xiaolin", "更多")
    await process.quiet()


async def test_a_result_that_finds_no_room_says_that_it_is_ready_and_comes_with_what_they_say_next(
    emulator: Emulator,
) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "第一问")
        await process.quiet_but_turns()
        process.says("xiaolin", "批准 1")
        await until(lambda: len(kf_said(emulator)) == 2)
        user = emulator.platform.wechat.people["xiaolin"].external_userid
        await process.kf.hearing.giving.change(CHANNEL, user, lambda shelf: shelf.model_copy(update={"used": 3}))
        before = len(kf_said(emulator))
        house.desk.answer(Reply(text="找到 6 位。"))
        await process.quiet()
        assert kf_words(emulator)[before:] == ["上一个问题的结果好了，回复「更多」查看。"]
        process.says("xiaolin", "批准 4")
        await process.quiet()
    assert heads(emulator)[before + 1 :] == ["找到 6 位。", *DECIDED]


async def test_after_two_days_the_answer_waits_for_their_next_message(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        await process.quiet_but_turns()
        await emulator.platform.clock.advance(48 * HOUR + 60)
        house.desk.answer(Reply(text="找到 6 位。"))
        await process.quiet()
        assert kf_said(emulator) == []
        process.says("xiaolin", "人呢")
        await process.quiet()
    assert kf_words(emulator)[0] == "找到 6 位。"


@pytest.mark.parametrize("errcode", [95001, 95002, 95013])
async def test_a_quota_the_platform_counts_otherwise_waits_too(emulator: Emulator, errcode: int) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode)
        await answered(process)
        assert (kf_said(emulator), len(emulator.platform.records.of(SENDS))) == ([], 1)
        process.says("xiaolin", "更多")
        await process.quiet()
    assert kf_words(emulator) == ["找到 6 位。"]


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.HTTP_500, FaultKind.BAD_JSON])
async def test_an_answer_that_was_lost_is_handed_over_again_under_its_own_id(
    emulator: Emulator, kind: FaultKind
) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, kind, SENDS)
        await answered(process)
    assert kf_words(emulator) == ["找到 6 位。"]
    ids = {str(call.body["msgid"]) for call in emulator.platform.records.of(SENDS)}  # type: ignore[index]  # a body
    assert (len(ids), len(emulator.platform.records.of(SENDS))) == (1, 2)


async def test_a_busy_platform_is_waited_for(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=-1, times=2)
        process.says("xiaolin", "找达人")
        house.desk.answer(Reply(text="找到 6 位。"))
        await until(lambda: len(emulator.platform.records.of(SENDS)) == 1)
        await live(emulator, 5)
        await process.quiet()
    assert kf_words(emulator) == ["找到 6 位。"]


async def test_a_process_that_dies_in_an_answer_leaves_the_rest_to_the_next(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        plan(emulator, FaultKind.DELAY, SENDS, calls=(2,), seconds=50)
        process.says("xiaolin", "全部说来")
        house.desk.answer(Reply(text=LONG))
        await until(lambda: len(emulator.platform.records.of(SENDS)) == 2)
        await process.kill()
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    assert len(kf_said(emulator)) == 3
    assert heads(emulator) == ["(1/7)", "(2/7)", "(3/7)"]


async def test_a_process_that_dies_in_more_of_an_answer_leaves_that_to_the_next(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await answered(process, "全部说来", LONG)
        plan(emulator, FaultKind.DELAY, SENDS, calls=(2,), seconds=50)
        process.says("xiaolin", "更多")
        await until(lambda: len(emulator.platform.records.of(SENDS)) == 5)
        await process.quiet_but_turns()
        await process.kill()
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    assert heads(emulator) == [f"({number}/7)" for number in range(1, 7)]


async def test_a_message_that_did_not_arrive_is_told_and_given_again(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, SENDS, fail_type=6)
        await answered(process)
        assert kf_said(emulator) == []
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
        assert (found.value.text_key, found.value.facts["why"]) == ("kf_not_delivered", 6)
        process.says("xiaolin", "批准 1")
        await process.quiet()
    assert kf_words(emulator)[:2] == ["刚才有一条没有送到，补发：", "找到 6 位。"]


async def test_an_answer_counts_as_given_with_its_last_message_and_not_before(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await answered(process, "全部说来", LONG)
        for more in ("更多", "更多"):
            assert (house.ends, house.given) == (["kept"], [])
            process.says("xiaolin", more)
            await process.quiet()
    (one,) = house.claimed
    assert house.given == [(one, "")]


async def test_an_answer_nobody_came_to_read_is_named_and_its_reader_told_when_they_are_back(
    emulator: Emulator,
) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        await process.quiet_but_turns()
        await emulator.platform.clock.advance(48 * HOUR + 60)
        house.desk.answer(Reply(text="找到 6 位。"))
        await process.quiet()
        await emulator.platform.clock.advance(5 * 24 * HOUR)
        (one,) = house.claimed
        process.says("xiaolin", "批准 1")
        await process.quiet()
    assert house.given[0] == (one, "ration_not_given")
    assert heads(emulator)[:1] == ["更早的回答没给完，放久了或太多，已经撤下。还要看就再问一次。"]
    assert "找到 6 位。" not in heads(emulator)


async def test_how_it_ended_is_told_by_the_next_process_where_the_first_died_before_it_could(
    emulator: Emulator,
) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    house.deaf = Unavailable("database")
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await answered(process)
        assert (kf_words(emulator), house.given) == (["找到 6 位。"], [])
    house.deaf = None
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    (one,) = house.claimed
    assert (kf_words(emulator), house.given) == (["找到 6 位。"], [(one, "")])
