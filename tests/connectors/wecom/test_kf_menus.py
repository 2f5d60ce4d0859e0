"""Choices over 微信客服: full texts first, a tap decides once, and nothing is decided unseen."""

import asyncio

import pytest

from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.cards import ChoiceCard, DraftsCard
from memory.domain.chat import Reply
from memory.domain.errors import Conflict, NotAllowed
from tests.connectors.wecom.apps import now_of
from tests.connectors.wecom.customers import (
    HOUR,
    SENDS,
    KfBuilding,
    KfProcess,
    kf_building,
    kf_process,
    kf_row,
    kf_said,
    kf_words,
)
from tests.connectors.wecom.lines import live, plan, until
from tests.support import fake_office as invented
from tests.support.fake_safe import FakeSafe


async def drafts_of(process: KfProcess, house: KfBuilding, card: DraftsCard | None = None, *, more: int = 4) -> Message:
    """Drafts in somebody's chat, asked for to their end; their menu."""
    process.says("xiaolin", "写邀约")
    house.desk.answer(Reply(text="写好了。", cards=(card or invented.drafts("K7", presentation=41),)))
    await process.quiet()
    for _ in range(more):
        if any(one.card for one in kf_said(process.emulator)):
            break
        process.says("xiaolin", "更多")
        await process.quiet()
    return next(one for one in kf_said(process.emulator) if one.card)


def short(card: DraftsCard) -> DraftsCard:
    """Two drafts that fit into one message."""
    rows = tuple(row.model_copy(update={"flags": ()}) for row in card.items[:2])
    return card.model_copy(update={"items": rows, "notes": ()})


async def test_full_texts_come_to_the_letter_before_the_menu_and_count_as_shown(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        menu = await drafts_of(process, house)
    said = kf_said(emulator)
    texts = "\n".join(one.content for one in said[: said.index(menu)])
    rows = invented.drafts("K7", presentation=41).items
    assert all(row.text in texts and row.text_zh in texts for row in rows)
    assert "「K7#41」" in texts
    assert "```" not in texts
    assert house.desk.office.delivered == [41]
    assert menu.card is not None
    assert [item["content"] for item in menu.card["items"]] == ["批准全部", "全部拒绝"]
    assert [item["id"].partition("|")[0] for item in menu.card["items"]] == ["approve:1-2,4-5", "reject:1-2,4-5"]
    assert emulator.platform.records.warnings == []


async def test_no_menu_comes_before_the_last_text_was_asked_for(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "写邀约")
        card = invented.drafts("K7", presentation=41)
        rows = tuple(row.model_copy(update={"text": "word " * 300}) for row in card.items)
        house.desk.answer(Reply(text="写好了。", cards=(card.model_copy(update={"items": rows}),)))
        await process.quiet()
        assert ([one.card for one in kf_said(emulator)], house.desk.office.delivered) == ([None] * 3, [])
        assert "回复「更多」接着看" in kf_words(emulator)[2]


async def test_short_drafts_and_their_menu_fit_into_one_answer(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await drafts_of(process, house, short(invented.drafts("K7", presentation=41)), more=0)
    assert [bool(one.card) for one in kf_said(emulator)] == [False, True]


async def test_a_tap_approves_and_a_second_and_a_late_one_are_harmless(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        menu = await drafts_of(process, house)
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
        process.taps("xiaolin", menu)
        await process.quiet()
        assert [tap.approve for tap in house.desk.office.taps] == [(1, 2, 4, 5)]
        await live(emulator, 72 * HOUR, step=HOUR * 8)
        process.taps("xiaolin", menu, 1)
        await process.quiet()
    first, second = house.desk.office.taps
    assert (first.presentation, first.place and first.place.chat) == (
        41,
        emulator.platform.wechat.people["xiaolin"].external_userid,
    )
    assert first.outside_id != second.outside_id
    assert any(text.startswith("已批准 4 条") for text in kf_words(emulator))


async def test_a_draft_that_changed_comes_anew_in_full_with_its_own_menu(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        menu = await drafts_of(process, house)
        house.desk.refusal = Conflict("card_out_of_date")
        process.taps("xiaolin", menu)
        await process.quiet()
        while len([one for one in kf_said(emulator) if one.card]) < 2:
            process.says("xiaolin", "更多")
            await process.quiet()
    assert house.desk.office.taps == []
    assert house.desk.office.delivered == [41, 51]


async def test_who_may_not_decide_is_told_why(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        menu = await drafts_of(process, house)
        house.desk.refusal = NotAllowed("needs_role", role="approver")
        before = len(kf_said(emulator))
        process.taps("xiaolin", menu)
        await process.quiet()
    assert house.desk.office.taps == []
    assert len(kf_said(emulator)) == before + 1


async def test_why_a_tap_decided_nothing_is_told_although_its_process_died_finding_out(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        menu = await drafts_of(process, house, short(invented.drafts("K7", presentation=41)))
        house.desk.refusal, house.desk.presenting = Conflict("card_out_of_date"), asyncio.Event()
        process.taps("xiaolin", menu)
        await house.desk.presenting.wait()
        before = len(kf_said(emulator))
    house.desk.presenting = None
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    assert kf_words(emulator)[before:] != []


async def test_nothing_is_decided_of_which_a_text_did_not_arrive(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, SENDS)
        menu = await drafts_of(process, house, short(invented.drafts("K7", presentation=41)))
        process.taps("xiaolin", menu)
        await process.quiet()
        while len([one for one in kf_said(emulator) if one.card]) < 2:
            process.says("xiaolin", "更多")
            await process.quiet()
        assert house.desk.office.taps == []
        process.taps("xiaolin", [one for one in kf_said(emulator) if one.card][-1])
        await process.quiet()
    assert [tap.presentation for tap in house.desk.office.taps] == [51]
    assert any("有一条全文没有送到你这里" in text for text in kf_words(emulator))


@pytest.mark.parametrize("late", [False, True])
async def test_a_text_that_did_not_arrive_counts_as_shown_no_more(emulator: Emulator, late: bool) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        if not late:  # known before the last text is given
            rows = tuple(row.model_copy(update={"text": "word " * 300}) for row in invented.drafts("K7").items)
            card = invented.drafts("K7", presentation=41).model_copy(update={"items": rows})
            plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, SENDS)
            await drafts_of(process, house, card, more=8)
        else:
            plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, SENDS)
            await drafts_of(process, house, short(invented.drafts("K7", presentation=41)))
        await process.quiet()
        assert house.desk.office.delivered == []
        process.says("xiaolin", "批准 1")
        await process.quiet()
    assert "刚才有一条没有送到，补发：" in kf_words(emulator)


async def test_whoever_dies_after_a_text_was_taken_knows_later_that_it_did_not_arrive(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        plan(emulator, FaultKind.DELAY, SENDS, seconds=50)
        process.says("xiaolin", "写邀约")
        card = short(invented.drafts("K7", presentation=41))
        house.desk.answer(Reply(text="写好了。", cards=(card,)))
        await until(lambda: len(emulator.platform.records.of(SENDS)) == 1)
        await process.kill()
    assert [name for name in safe.kept if name.startswith("sent:")] != []


async def test_a_text_the_platform_blocks_leaves_nothing_to_approve(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=40201)
        process.says("xiaolin", "写邀约")
        house.desk.answer(Reply(text="写好了。", cards=(short(invented.drafts("K7", presentation=41)),)))
        await process.quiet()
    assert [bool(one.card) for one in kf_said(emulator)] == [False, False]
    assert kf_words(emulator)[0] == "这一条被微信的内容检查拦下了，不能在这里显示。"
    assert house.desk.office.delivered == []


async def test_choices_are_said_by_a_tap_as_if_typed(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        choices = ChoiceCard(prompt="哪个市场？", choices=("美国", "英国", "长" * 60))
        house.desk.answer(Reply(text="先选一个。", cards=(choices,)))
        await process.quiet()
        (menu,) = [one for one in kf_said(emulator) if one.card]
        assert menu.card is not None
        assert [item["content"] for item in menu.card["items"]] == ["美国", "英国"]
        process.taps("xiaolin", menu, 1)
        await process.quiet()
    assert [inbound.text for inbound in house.desk.office.received] == ["找达人", "英国"]


@pytest.mark.parametrize("menu_id", ["approve:1|K7", "approve:x|K7-41-abc", "delete:1|K7-41-abc", "", "say:"])
async def test_a_menu_of_nobody_decides_nothing(emulator: Emulator, menu_id: str) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        kfid = process.channel.secrets["open_kfid"]
        person = emulator.platform.wechat.people["xiaolin"]
        text = {"content": "批准全部", "menu_id": menu_id or "?"}
        emulator.kf.book.wrote(kfid, person, {"msgtype": "text", "text": text})
        await process.quiet()
    assert (house.desk.office.taps, house.desk.office.received) == ([], [])
    assert kf_words(emulator) == ["这张卡片已失效"]
