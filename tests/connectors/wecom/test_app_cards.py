"""Cards in the app: full texts first, a click decides once, the card is changed with the click's own code."""

import asyncio

import pytest

from connectors.wecom.app.translate import message
from connectors.wecom.plain import without_marks
from evals.emulators.wecom.app import events
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import DecisionOutcome, Reply
from memory.domain.errors import Conflict, NotAllowed, NotFound, Unavailable
from memory.domain.ids import DeliveryId, MemberId
from memory.domain.owed import Owed
from memory.domain.places import Place
from tests.connectors.wecom.apps import AGENT, LINA, SOON, AppProcess, app_of, app_process, said_in, words_in
from tests.connectors.wecom.lines import after, live, plan, until
from tests.connectors.wecom.offices import CHANNEL, Building, building
from tests.support import fake_office as invented

ALL = "approve:1-2,4-5"
UPDATES, SENDS = "message/update_template_card", "message/send"


async def drafts_of(process: AppProcess, house: Building) -> Message:
    """Drafts in Lina's chat; their card."""
    process.says("lina", "写邀约")
    house.desk.answer(Reply(text="写好了。", cards=(invented.drafts("K7", presentation=41),)))
    await process.quiet()
    return next(one for one in said_in(process.emulator) if one.card)


def card_of(message: Message, user: str = "lina") -> dict[str, object]:
    card = message.card_of(user)
    assert card is not None
    return card


def as_an_old_client(emulator: Emulator, card: Message, key: str) -> None:
    """One that knows no `replace_text`: its buttons can still be pressed."""
    fields = events.card_event(key, card_of(card), emulator.sending.clicked(card), {})
    inner = events.event(emulator.platform, app_of(emulator), "lina", "template_card_event", fields)
    emulator.callbacks.deliver(app_of(emulator), "lina", inner, clicked=card)


async def test_full_texts_come_to_the_letter_before_the_card_and_count_as_shown(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        kept = await process.safe.take(process.channel.setting.id, "card:lina:K7-41-")
    before = said_in(emulator)[: said_in(emulator).index(card)]
    texts = "\n".join(one.content for one in before if one.msgtype == "text")
    rows = invented.drafts("K7", presentation=41).items
    assert all(row.text in texts and row.text_zh in texts for row in rows)
    assert "```" not in texts
    assert "「K7#41」" in texts
    assert house.desk.office.delivered == [41]
    assert [button["key"] for button in card_of(card)["button_list"]] == [ALL, "reject:1-2,4-5"]  # type: ignore[attr-defined]  # JSON
    assert len(kept) == 1
    assert emulator.platform.records.warnings == []


async def test_a_click_approves_and_the_card_says_so(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
        assert await process.safe.take(process.channel.setting.id, "card:lina:K7-") == []
    (tap,) = house.desk.office.taps
    assert (tap.presentation, tap.approve, tap.place and tap.place.chat) == (41, (1, 2, 4, 5), "lina")
    assert card_of(card)["main_title"] == {"title": "K7 已处理", "desc": ""}
    assert card_of(card)["replace_text"] == "已处理"
    assert any(words.startswith("【演示数据】\n已批准 4 条") for words in words_in(emulator))
    assert [call.errcode for call in emulator.platform.records.of(UPDATES)] == [0]
    assert card.failed == set()


async def test_a_click_that_comes_three_times_late_and_after_a_restart_decides_and_tells_once(
    emulator: Emulator,
) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
        click = emulator.callbacks.deliveries[-1]
        await live(emulator, 7_200, step=1_200)
        emulator.callbacks.again(click)
        await process.quiet()
        safe = process.safe
    assert len(house.desk.office.taps) == 1
    async with app_process(emulator, house, safe=safe) as restarted:
        emulator.callbacks.again(click)
        await restarted.quiet()
    assert {tap.outside_id for tap in house.desk.office.taps} == {house.desk.office.taps[0].outside_id}
    assert sum(words.startswith("【演示数据】\n已批准") for words in words_in(emulator)) == 1
    assert card_of(card)["main_title"] == {"title": "K7 已处理", "desc": ""}


@pytest.mark.parametrize(("waits", "is_settled"), [(False, True), (True, False)])
async def test_what_is_decided_by_typing_changes_its_card_once_nothing_waits(
    emulator: Emulator, waits: bool, is_settled: bool
) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.office.statuses = dict.fromkeys((1, 2) if waits else (1, 2, 4, 5), "approved")
        process.says("lina", "批准 1 2")
        await process.quiet()
    assert ("replace_text" in card_of(card)) is is_settled
    assert [call.errcode for call in emulator.platform.records.of(UPDATES)] == [0] * is_settled


async def test_two_clicks_in_one_second_are_two(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        emulator.phone.presses("lina", card.message_id, ALL)
        emulator.phone.presses("lina", card.message_id, "reject:1-2,4-5")
        await process.quiet()
    assert len({tap.outside_id for tap in house.desk.office.taps}) == 2


async def test_a_slow_decision_is_acknowledged_when_it_is_made(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.gate = asyncio.Event()
        emulator.phone.presses("lina", card.message_id, ALL)
        click = emulator.callbacks.deliveries[-1]
        await after(emulator, 6, lambda: len(click.attempts) == 2)
        assert click.attempts[0].status is None
        house.desk.gate.set()
        await process.quiet()
    assert click.acknowledged
    assert len(house.desk.office.taps) == 1


async def test_a_click_that_could_not_be_carried_out_comes_again(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = Unavailable("database_unavailable", reason="down")
        emulator.phone.presses("lina", card.message_id, ALL)
        click = emulator.callbacks.deliveries[-1]
        await until(lambda: bool(click.attempts) and click.attempts[0].over)
        house.desk.refusal = None
        await after(emulator, 12, lambda: click.over)
        await process.quiet()
    assert [attempt.status for attempt in click.attempts] == [503, 200]
    assert len(house.desk.office.taps) == 1


async def test_a_member_without_the_role_is_told(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = NotAllowed("decide_not_allowed", role="viewer")
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
    assert "replace_text" in card_of(card)
    assert "角色" in words_in(emulator)[-1] or "查看" in words_in(emulator)[-1]


async def test_a_refusal_is_told_once_though_its_click_comes_again_after_a_restart(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = NotAllowed("decide_not_allowed", role="viewer")
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
        safe, why = process.safe, words_in(emulator)[-1]
    async with app_process(emulator, house, safe=safe) as restarted:
        emulator.callbacks.again(emulator.callbacks.deliveries[-1])
        await restarted.quiet()
    assert words_in(emulator).count(why) == 1


async def test_a_refusal_that_its_process_did_not_live_to_tell_is_told_by_the_next(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = NotAllowed("decide_not_allowed", role="viewer")
        plan(emulator, FaultKind.DELAY, UPDATES, seconds=3_600)
        emulator.phone.presses("lina", card.message_id, ALL)
        await until(lambda: bool(emulator.platform.records.of(UPDATES)))
        await until(lambda: emulator.callbacks.deliveries[-1].acknowledged)
        safe, before = process.safe, words_in(emulator)
    async with app_process(emulator, house, safe=safe) as following:
        for owed in await house.waiting(CHANNEL):
            following.apps.answer(following.channel, owed)
        await following.apps.settle()
    (why,) = words_in(emulator)[len(before) :]
    assert "角色" in why or "查看" in why


async def test_a_card_of_changed_drafts_says_so_and_a_fresh_one_comes(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = Conflict("conflict")
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
    fresh = [one for one in said_in(emulator) if one.card][-1]
    assert card_of(card)["main_title"] == {"title": "这张卡片已失效", "desc": ""}
    assert str(card_of(fresh)["task_id"]).startswith("K7-51")
    assert house.desk.office.delivered == [41, 51]


async def test_a_card_nobody_knows_any_more_says_so_and_a_click_on_what_is_left_is_harmless(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        house.desk.refusal = NotFound("card_gone")
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
        assert card_of(card)["replace_text"] == "已失效"
        as_an_old_client(emulator, card, "done")
        await process.quiet()
    assert card_of(card)["main_title"] == {"title": "这张卡片已失效", "desc": ""}
    assert len(emulator.platform.records.of(UPDATES)) == 2


async def test_a_choice_is_what_the_member_would_have_typed(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        process.says("lina", "写邀约")
        house.desk.answer(Reply(text="", cards=(invented.choices(),)))
        await process.quiet()
        card = next(one for one in said_in(emulator) if one.card)
        emulator.phone.presses("lina", card.message_id, "say:Pawly 膨润土猫砂")
        await process.quiet()
    assert [one.text for one in house.desk.office.received] == ["写邀约", "Pawly 膨润土猫砂"]
    assert card_of(card)["main_title"] == {"title": "已选：Pawly 膨润土猫砂", "desc": ""}


@pytest.mark.parametrize(("name", "last"), [
    ("drop_after", 42014), ("slow_body", 42014), ("bad_json", 42014), ("delay", 0), ("http_500", 0),
    ("drop_before", 0), ("errcode", 0), ("quota_exhausted", 0),
])  # fmt: skip
async def test_a_card_without_an_answer_is_sent_again_and_stands_once(emulator: Emulator, name: str, last: int) -> None:
    house = building()
    async with app_process(emulator, house, patience_seconds=SOON) as process:
        house.desk.answer(Reply(text="", cards=(invented.choices(),)))
        plan(emulator, FaultKind(name), SENDS, calls=(2,), seconds=600)
        process.says("lina", "写邀约")
        if name in ("errcode", "quota_exhausted"):
            await after(emulator, 90, lambda: bool(house.ends), step=2)
        await process.quiet()
        sent = [call.errcode for call in emulator.platform.records.of(SENDS) if call.errcode is not None]
        await live(emulator, 601, step=60)
    assert len([one for one in said_in(emulator) if one.card]) == 1
    assert sent[-1] == last
    assert house.ends == ["said"]


@pytest.mark.parametrize(("kind", "calls"), [(FaultKind.DROP_AFTER, 1), (FaultKind.TOKEN_REVOKE_NOW, 2)])
async def test_a_card_that_may_have_changed_is_let_be_and_the_decision_told(
    emulator: Emulator, kind: FaultKind, calls: int
) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        await live(emulator, 60, step=10)  # the token is no longer fresh
        plan(emulator, kind, UPDATES)
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
    assert card_of(card)["main_title"] == {"title": "K7 已处理", "desc": ""}
    assert len(emulator.platform.records.of(UPDATES)) == calls
    assert sum(words.startswith("【演示数据】\n已批准") for words in words_in(emulator)) == 1


async def test_a_card_whose_process_died_before_it_was_changed_is_changed_by_the_next(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        plan(emulator, FaultKind.DELAY, UPDATES, seconds=3_600)
        emulator.phone.presses("lina", card.message_id, ALL)
        await until(lambda: bool(emulator.platform.records.of(UPDATES)))
        safe = process.safe
    assert "replace_text" not in card_of(card)
    place = Place(channel=CHANNEL, chat="lina", is_group=False, user="lina")
    decided = Reply(text="已批准 4 条。", decision=DecisionOutcome(batch="K7", approved=(1, 2, 4, 5)))
    owed = Owed(DeliveryId(9), place, house.desk.office.taps[0].outside_id, MemberId(1), reply=decided)
    async with app_process(emulator, house, safe=safe) as following:
        following.apps.answer(following.channel, owed)
        await following.apps.settle()
        assert await safe.find(following.channel.setting.id, "card:lina:K7-") == []
    assert card_of(card)["replace_text"] == "已处理"
    assert words_in(emulator)[-1] == "【演示数据】\n已批准 4 条。"


@pytest.mark.parametrize("name", ["http_500", "delay", "drop_before", "slow_body", "bad_json"])
async def test_what_a_click_decided_is_told_though_nobody_says_that_its_card_has_changed(
    emulator: Emulator, name: str
) -> None:
    house = building()
    async with app_process(emulator, house, patience_seconds=SOON) as process:
        card = await drafts_of(process, house)
        plan(emulator, FaultKind(name), UPDATES, seconds=600)
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
    assert len(emulator.platform.records.of(UPDATES)) == (0 if name == "drop_before" else 1)
    assert sum(words.startswith("【演示数据】\n已批准") for words in words_in(emulator)) == 1
    assert len(house.desk.office.taps) == 1


@pytest.mark.parametrize("name", ["errcode", "quota_exhausted"])
async def test_a_card_is_changed_once_the_platform_has_time(emulator: Emulator, name: str) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        plan(emulator, FaultKind(name), UPDATES)
        emulator.phone.presses("lina", card.message_id, ALL)
        await after(emulator, 90, lambda: "replace_text" in card_of(card), step=2)
        await process.quiet()
    assert len(emulator.platform.records.of(UPDATES)) == 2
    assert sum(words.startswith("【演示数据】\n已批准") for words in words_in(emulator)) == 1


async def test_a_click_seventy_three_hours_later_is_told_though_its_card_stays(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        card = await drafts_of(process, house)
        plan(emulator, FaultKind.ERRCODE, UPDATES, errcode=40058)
        emulator.phone.presses("lina", card.message_id, ALL)
        await process.quiet()
    assert "replace_text" not in card_of(card)
    assert any(words.startswith("【演示数据】\n已批准 4 条") for words in words_in(emulator))


async def test_nobody_else_has_the_card(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        await drafts_of(process, house)
    assert said_in(emulator, private(str(AGENT), "wangwei")) == []
    assert {one.chat for one in emulator.platform.chats.messages} == {LINA}


def test_text_is_shown_to_the_letter_and_makes_no_link() -> None:
    shown = without_marks("**K7 第 1 条**\n```\n**Hi** > # <a href='x'>\n```\n> 好\n````\n```\n````")
    assert shown == "K7 第 1 条\n**Hi** > # ＜a href='x'>\n好\n```"
    assert message(1, ["lina"], "**好**", plain=False)["msgtype"] == "markdown"
    assert message(1, ["lina"], "```\nHi\n```", plain=False)["msgtype"] == "text"
