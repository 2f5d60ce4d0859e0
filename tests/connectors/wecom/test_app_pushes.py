"""What an app says unprompted: to people by name, once however often it is handed over, those left out told."""

from datetime import timedelta

import pytest

from connectors.ports.channels import Chat, Picture, Push
from connectors.wecom.app.notes import UNREACHED
from connectors.wecom.app.pushing import pieces
from connectors.wecom.app.voice import ANSWERS_A_MINUTE, PUSHES_A_MINUTE
from connectors.wecom.pace import MESSAGES_A_MINUTE
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.errors import Refused, Unavailable, Unclear
from tests.connectors.wecom.apps import AGENT, LINA, AppProcess, app_of, app_process, opened, said_in, words_in
from tests.connectors.wecom.lines import live, plan
from tests.connectors.wecom.offices import building
from tests.connectors.wecom.test_app_cards import card_of, drafts_of
from tests.support.fake_painter import PNG

WANGWEI = private(str(AGENT), "wangwei")
SENDS, UPDATES = "message/send", "message/update_template_card"


async def push(process: AppProcess, text: str, *, key: str = "k1", **more: object) -> str | None:
    """Hand one over."""
    return await process.pusher.push(process.channel, Push(text, **more), key=key)  # type: ignore[arg-type]  # by name


async def test_everybody_who_is_bound_is_told_alone_and_nobody_else(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        assert await push(process, "**有 1 位达人回复**")
    assert {one.chat for one in emulator.platform.chats.messages} == {LINA, WANGWEI}
    assert words_in(emulator)[0].startswith("**有 1 位达人回复**\n· ")
    assert emulator.platform.records.warnings == []


async def test_people_named_in_the_settings_are_told_alone(emulator: Emulator) -> None:
    row = opened(emulator, options={"mentions": "wangwei"})
    async with app_process(emulator, building(), channel=row) as process:
        await push(process, "K7 等批准", calls=True)
    assert {one.chat for one in emulator.platform.chats.messages} == {WANGWEI}


async def test_what_is_for_one_chat_goes_there_and_no_group_is_spoken_into(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await push(process, "K7 已定", chat=Chat("lina", is_group=False))
        with pytest.raises(Refused, match="app_nobody"):
            await push(process, "K7 已定", key="k2", chat=Chat("CH1", is_group=True))
    assert {one.chat for one in emulator.platform.chats.messages} == {LINA}


async def test_nobody_to_tell_is_a_refusal(emulator: Emulator) -> None:
    async with app_process(emulator, building(), people=()) as process:
        with pytest.raises(Refused, match="app_nobody"):
            await push(process, "有人吗")
    assert emulator.platform.records.of(SENDS) == []


async def test_what_ended_without_an_answer_is_handed_over_again_and_arrives_once(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        plan(emulator, FaultKind.DROP_AFTER, SENDS)
        with pytest.raises(Unclear):
            await push(process, "有 1 位达人回复")
        await live(emulator, 3_600, step=600)
        await push(process, "有 1 位达人回复")
        assert process.pusher.knows_repeats_for == timedelta(hours=4)
    assert len(words_in(emulator)) == 1


async def test_two_pushes_that_say_the_same_both_arrive(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await push(process, "有 1 位达人回复", key="k1")
        await push(process, "有 1 位达人回复", key="k2")
    first, second = words_in(emulator)
    assert first.splitlines()[0] == second.splitlines()[0]
    assert first != second


async def test_a_picture_without_an_answer_is_handed_over_again_and_arrives_once(emulator: Emulator) -> None:
    chart = Picture("GMV.png", PNG)
    async with app_process(emulator, building(), people=("lina",)) as process:
        plan(emulator, FaultKind.DROP_AFTER, "media/upload")
        with pytest.raises(Unavailable):  # nothing is shown by it
            await push(process, "", picture=chart)
        plan(emulator, FaultKind.DROP_AFTER, SENDS)
        with pytest.raises(Unclear):
            await push(process, "", picture=chart)
        await live(emulator, 3_600, step=600)
        await push(process, "", picture=chart)
    assert [(one.msgtype, one.data) for one in said_in(emulator)] == [("image", PNG)]


async def test_a_long_push_comes_in_numbered_pieces_each_once_though_handed_over_twice(emulator: Emulator) -> None:
    text = "\n".join(f"{number}. " + "字" * 150 for number in range(12))
    async with app_process(emulator, building()) as process:
        plan(emulator, FaultKind.DROP_AFTER, SENDS, calls=(2,))
        with pytest.raises(Unclear):
            await push(process, text)
        await push(process, text)
    pieces = words_in(emulator)
    assert [piece.split("\n")[0] for piece in pieces] == [f"({n}/{len(pieces)})" for n in range(1, len(pieces) + 1)]
    assert "\n".join("\n".join(piece.split("\n")[1:-1]) for piece in pieces) == text
    assert all(len(piece.encode()) <= 2048 for piece in pieces)


@pytest.mark.parametrize("errcode", [45002, -1, 45009, 60020])
async def test_a_long_push_that_is_not_taken_after_its_beginning_was_is_unclear_and_completed_once(
    emulator: Emulator, errcode: int
) -> None:
    text = "字" * 1_500  # three messages
    async with app_process(emulator, building(), people=("lina",)) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode, calls=(2,))
        with pytest.raises(Unclear, match="channel_partly"):
            await push(process, text)
        assert [words[:5] for words in words_in(emulator)] == ["(1/3)"]
        await push(process, text)
    assert [words[:5] for words in words_in(emulator)] == ["(1/3)", "(2/3)", "(3/3)"]


async def test_what_is_handed_over_again_is_the_same_although_the_team_and_its_settings_have_changed(
    emulator: Emulator,
) -> None:
    house, people = building(), ["lina"]
    async with app_process(emulator, house, people=people) as process:
        plan(emulator, FaultKind.DROP_AFTER, SENDS)
        with pytest.raises(Unclear):
            await push(process, "**有 1 位达人回复**")
        safe = process.safe
    people.append("wangwei")
    row = opened(emulator, options={"plain": "yes"})
    async with app_process(emulator, house, safe=safe, people=people, channel=row) as other:
        await push(other, "**有 1 位达人回复**（新的说法）")
        await push(other, "有 2 位达人回复", key="k2")
    assert [words.partition("\n")[0] for words in words_in(emulator)] == ["**有 1 位达人回复**", "有 2 位达人回复"]
    assert len(words_in(emulator, WANGWEI)) == 1


async def test_a_member_gets_no_more_pushes_in_a_minute_than_answers_leave_room_for(emulator: Emulator) -> None:
    long, house = "字" * 1_000, building()
    several = len(pieces(long, key=""))
    assert several == 2
    people = ("lina",)
    async with app_process(emulator, house, people=people) as one, app_process(emulator, house, people=people) as other:
        for number in range(PUSHES_A_MINUTE // several):
            await push((one, other)[number % 2], long, key=f"k{number}")
        with pytest.raises(Unavailable) as full:
            await push(one, long, key="later")
        assert len(words_in(emulator)) == PUSHES_A_MINUTE
        await push(one, "K7 已定", key="theirs", chat=Chat("wangwei", is_group=False))
        await live(emulator, float(full.value.facts["pause_seconds"]), step=10)
        await push(other, long, key="later")
    assert len(words_in(emulator)) == PUSHES_A_MINUTE + several
    assert len(words_in(emulator, WANGWEI)) == 1


def test_what_answers_and_pushes_take_is_what_the_platform_shows_a_member() -> None:
    assert ANSWERS_A_MINUTE + PUSHES_A_MINUTE == MESSAGES_A_MINUTE == 30


@pytest.mark.parametrize(("errcode", "pause"), [(-1, None), (45009, 60)])
async def test_a_busy_platform_leaves_it_to_be_tried_again(emulator: Emulator, errcode: int, pause: int | None) -> None:
    async with app_process(emulator, building()) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode)
        with pytest.raises(Unavailable) as busy:
            await push(process, "有 1 位达人回复")
    assert busy.value.facts.get("pause_seconds") == pause
    assert words_in(emulator) == []


async def test_who_does_not_see_the_app_is_left_out_and_named_until_everybody_is_reached(emulator: Emulator) -> None:
    async with app_process(emulator, building(), people=("lina", "ChenJie")) as process:
        await push(process, "一")
        kept = process.safe.kept[UNREACHED]
        assert '"chenjie"' in kept.value
        app_of(emulator).visible.add("ChenJie")
        emulator.platform.corp.users["ChenJie"] = emulator.platform.corp.users["chenjie"]
        await push(process, "二", key="k2")
        assert UNREACHED not in process.safe.kept
    assert len(words_in(emulator)) == 2


async def test_where_nobody_is_reached_the_next_channel_is_asked(emulator: Emulator) -> None:
    emulator.platform.corp.users["lina"].licensed = False
    async with app_process(emulator, building(), people=("chenjie",)) as process:
        with pytest.raises(Refused, match="app_not_visible"):
            await push(process, "一")
        assert '"chenjie"' in process.safe.kept[UNREACHED].value
    async with app_process(emulator, building(), people=("lina", "chenjie")) as process:
        with pytest.raises(Refused, match="app_not_visible"):
            await push(process, "二")


async def test_a_card_that_is_decided_elsewhere_is_changed_with_the_code_it_was_sent_with(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        safe = process.safe
    async with app_process(emulator, house, safe=safe) as other:
        await push(other, "K7 已由 王伟 批准 1-5", chat=Chat("lina", is_group=False), settles="K7")
        assert await safe.find(other.channel.setting.id, "card:lina:K7-") == []
    assert card_of(card)["main_title"] == {"title": "K7 已处理", "desc": ""}
    assert card_of(card)["replace_text"] == "已处理"
    assert words_in(emulator)[-1].startswith("K7 已由 王伟 批准 1-5")
    assert len(emulator.platform.records.of(UPDATES)) == 1


async def test_a_decision_about_part_of_a_card_or_another_batch_leaves_it(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        await push(process, "K7 已由 王伟 批准 1", chat=Chat("lina", is_group=False))
        await push(process, "K 已由 王伟 批准", key="k2", chat=Chat("lina", is_group=False), settles="K")
    assert "replace_text" not in card_of(card)
    assert emulator.platform.records.of(UPDATES) == []


async def test_a_code_that_was_used_by_who_died_counts_as_done(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        (kept,) = await process.safe.find(process.channel.setting.id, "card:lina:K7-")
        decided = {"text": "K7 已定", "chat": Chat("lina", is_group=False), "settles": "K7"}
        await push(process, **decided)  # type: ignore[arg-type]  # by name
        process.safe.kept[kept.name] = kept
        await push(process, **decided)  # type: ignore[arg-type]  # by name
        assert kept.name not in process.safe.kept
    assert [call.errcode for call in emulator.platform.records.of(UPDATES)] == [0, 40058]
    assert "replace_text" in card_of(card)
    assert sum(words.startswith("K7 已定") for words in words_in(emulator)) == 1


async def test_after_three_days_the_card_stays_and_the_line_comes(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        await drafts_of(process, house)
        await live(emulator, timedelta(hours=73).total_seconds(), step=7_200)
        await push(process, "K7 已定", chat=Chat("lina", is_group=False), settles="K7")
    assert emulator.platform.records.of(UPDATES) == []
    assert words_in(emulator)[-1].startswith("K7 已定")
    assert len([one for one in said_in(emulator) if one.card]) >= 1
