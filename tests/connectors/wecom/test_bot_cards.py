"""Cards of the bot: within the vendor's fields, full texts first, clicks decided, cards changed in time."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom import cards, keys
from connectors.wecom.cut import size
from connectors.wecom.drafts import messages, referred
from connectors.wecom.render import Buttons, Presented, Renderer, Words
from evals.emulators.wecom.cards.reading import read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.cards.shown import as_shown
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import Emulator
from memory.domain.cards import ChoiceCard
from memory.domain.chat import Reply, Tap
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.ids import PresentationId
from memory.domain.places import Place
from prompts.render import texts
from tests.connectors.wecom.lines import BOT, after, live, until
from tests.connectors.wecom.offices import CHANNEL, LINA, Building, building, faults_seen, masked, process, said
from tests.support import fake_office as invented

ZONE = "Asia/Shanghai"
IN_GROUP = Place(channel=CHANNEL, chat="CH1", is_group=True, user="lina")
SAY = texts().say
RENDERER = Renderer("zh", SAY, ZONE, "演示数据")


def card_of(message: Message, user: str = "lina") -> dict[str, object]:
    card = message.card_of(user)
    assert card is not None
    return card


async def drafts_in(emulator: Emulator, house: Building, chat: str = "CH1") -> Message:
    """Ask for drafts and return their card."""
    emulator.phone.says_in_group("lina", "给前 5 个写邀约", chatid=chat, mention=BOT)
    house.desk.answer(Reply(text="写好 5 条。", cards=(invented.drafts(),)))
    await until(lambda: any(message.card for message in said(emulator, chat)))
    return next(message for message in said(emulator, chat) if message.card)


def test_every_card_is_one_the_platform_takes_and_a_phone_shows_whole() -> None:
    reader = Platform(rules=Rules(strict=True)).reader
    long = ChoiceCard(prompt="问" * 200, choices=tuple(f"第 {n} 个很长很长的选择" for n in range(9)))
    reply = Reply(text="好", cards=(invented.drafts(), invented.plan(), invented.choices(), long))
    shown = [item.card for item in RENDERER.items(reply, task="AIBOT1:msg-1") if isinstance(item, Buttons)]
    shown.append(cards.settled_card("K7-41", "很" * 50, "长" * 300, button="已处理"))
    assert len(shown) == 5
    for card in shown:
        read_card(reader, card, Carrier.BOT)
        assert as_shown(card, Carrier.BOT) == card
    assert all(card["source"]["desc"] == "演示数据" for card in shown[:4])


def test_full_texts_go_before_their_card_to_the_letter_and_are_marked() -> None:
    items = RENDERER.items(Reply(text="写好了。", cards=(invented.drafts(),)), task="t")
    kinds = [type(item) for item in items]
    assert kinds == [Words, *[Words] * (len(kinds) - 3), Presented, Buttons]
    words = "\n".join(item.text for item in items if isinstance(item, Words))
    for row in invented.drafts().items:
        assert f"```\n{row.text}\n```" in words
        assert row.text_zh in words
    assert all(item.text.startswith("【演示数据】\n") for item in items if isinstance(item, Words))
    assert all(size(item.text) <= 8_000 for item in items if isinstance(item, Words))


@pytest.mark.parametrize(("undo", "said"), [(None, []), (7, [SAY("undo_hint", "zh")])])
def test_what_can_be_taken_back_says_how(undo: int | None, said: list[str]) -> None:
    (words,) = RENDERER.items(Reply(text="改好了。", undo=undo), task="m1")
    assert isinstance(words, Words)
    assert words.text.split("\n\n") == ["【演示数据】\n改好了。", *said]


def test_a_stopped_batch_says_so_and_who_may_go_on_with_it() -> None:
    card = invented.drafts().model_copy(update={"stopped": True, "may_resume": ("林知夏", "周予安")})
    texts_shown = [
        item.text for item in RENDERER.items(Reply(text="", cards=(card,)), task="m1") if isinstance(item, Words)
    ]
    told = [text for text in texts_shown if "林知夏、周予安" in text]
    assert len(told) == 1
    assert told[0].endswith(SAY("card_stopped", "zh", batch="K7", who="林知夏、周予安"))
    running = RENDERER.items(Reply(text="", cards=(invented.drafts(),)), task="m1")
    assert not [item for item in running if isinstance(item, Words) and "林知夏" in item.text]


def test_a_large_batch_is_shown_as_its_wordings_and_has_no_button() -> None:
    items = RENDERER.items(Reply(text="", cards=(invented.large(presentation=7),)), task="t")
    words = "\n".join(item.text for item in items if isinstance(item, Words))
    assert [item for item in items if isinstance(item, Buttons)] == []
    assert "Hi {名字}," in words
    assert "L1 24 · " in words
    assert words.endswith("看完后签整批请回：批准 L1 全部 24 条")


def test_a_message_of_drafts_names_its_presentation() -> None:
    for text in messages(invented.drafts(), limit=2_000, lang="zh", say=SAY, team_zone=ZONE):
        assert referred(text) == 41
        assert size(text) <= 2_000
    assert referred("批准 K7") is None


@given(st.lists(st.integers(1, 400), min_size=1, max_size=200, unique=True))
def test_a_button_means_the_numbers_that_stood_on_its_card(numbers: list[int]) -> None:
    key = f"approve:{keys.as_runs(numbers)}"
    assert keys.meant(key, "K7-41-f-x") == Tap(presentation=PresentationId(41), approve=tuple(sorted(numbers)))


@pytest.mark.parametrize(
    ("key", "task"),
    [("approve:", "K7-41-f"), ("approve:1", "K7"), ("approve:1-99999999", "K7-41-f"), ("approve:x", "K7-41-f"),
     ("done", "K7-41-f"), ("say:", "K7-41-f"), ("import:x", "i"), ("read:3", "i"),
     ("read:3:people", "i"), ("import:3:x", "i"), ("approve:1-5000", "K7-41-f"), ("", "")],
)  # fmt: skip
def test_a_key_that_fits_nothing_means_nothing(key: str, task: str) -> None:
    assert keys.meant(key, task) == keys.Nothing()


async def test_drafts_are_delivered_before_their_card_and_approved_by_a_click_in_time(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        assert house.desk.office.delivered == [41]
        emulator.phone.presses("lina", message.message_id, "approve:1-2,4-5")
        await until(lambda: "已处理" in str(card_of(message)["main_title"]))
        await until(lambda: said(emulator, "CH1")[-1].content.startswith("【演示数据】\n已批准"))
    (tap,) = house.desk.office.taps
    assert (tap.presentation, tap.approve, tap.place) == (41, (1, 2, 4, 5), IN_GROUP)
    assert house.desk.office.channels.places == [IN_GROUP]
    for user in ("lina", "wangwei", "zhaomin"):
        card = card_of(message, user)
        assert card["replace_text"] == "已处理"
        assert card["sub_title_text"] == "已批准 4 条，已拒绝 0 条。"
    assert faults_seen(emulator) == []


async def test_a_colleague_who_read_the_texts_in_the_group_may_press_the_card_too(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        emulator.phone.presses("wangwei", message.message_id, "approve:1-2,4-5")
        await until(lambda: said(emulator, "CH1")[-1].content.startswith("【演示数据】\n已批准"))
    assert house.desk.office.delivered == [41, 51]
    (tap,) = house.desk.office.taps
    assert (tap.presentation, tap.approve, tap.place) == (
        51,
        (1, 2, 4, 5),
        IN_GROUP.model_copy(update={"user": "wangwei"}),
    )
    assert len([one for one in said(emulator, "CH1") if "pawsome.mia" in one.content and "```" in one.content]) == 1


async def test_a_colleague_does_not_approve_texts_that_changed_since_the_group_read_them(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        house.desk.edited = True
        emulator.phone.presses("wangwei", message.message_id, "approve:1-2,4-5")
        await until(lambda: len([one for one in said(emulator, "CH1") if one.card]) == 2)
    assert house.desk.office.taps == []
    assert card_of(message)["main_title"] == {"title": "这张卡片已失效", "desc": ""}


async def test_a_second_click_is_harmless_and_gets_the_decided_card(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        for user in ("lina", "wangwei"):
            emulator.phone.presses(user, message.message_id, "reject:1-2,4-5")
        await until(lambda: len(house.desk.office.taps) == 2)
        await until(lambda: len(emulator.platform.records.of("aibot/aibot_respond_update_msg")) == 2)
    updates = emulator.platform.records.of("aibot/aibot_respond_update_msg")
    assert [call.errcode for call in updates] == [0, 0]


async def test_a_member_without_the_role_is_told_and_the_others_keep_their_buttons(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        house.desk.refusal = NotAllowed("decide_not_allowed", role="viewer")
        emulator.phone.presses("zhaomin", message.message_id, "approve:1-2,4-5")
        await until(lambda: "zhaomin" in message.cards)
        await until(lambda: "查看" in said(emulator, "CH1")[-1].content or "角色" in said(emulator, "CH1")[-1].content)
    assert "replace_text" in card_of(message, "zhaomin")
    assert "replace_text" not in card_of(message, "wangwei")


async def test_a_card_of_changed_drafts_says_so_and_a_fresh_one_comes(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        house.desk.refusal = Conflict("conflict")
        emulator.phone.presses("wangwei", message.message_id, "approve:1-2,4-5")
        await until(lambda: len([one for one in said(emulator, "CH1") if one.card]) == 2)
    fresh = [one for one in said(emulator, "CH1") if one.card][-1]
    assert card_of(message)["main_title"] == {"title": "这张卡片已失效", "desc": ""}
    assert str(card_of(fresh)["task_id"]).startswith("K7-51")
    assert house.desk.office.delivered == [41, 51]
    assert faults_seen(emulator) == []


async def test_a_card_nobody_knows_any_more_says_so(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        house.desk.refusal = NotFound("card_gone")
        emulator.phone.presses("wangwei", message.message_id, "approve:1-2,4-5")
        await until(lambda: "replace_text" in card_of(message))
    assert card_of(message)["main_title"] == {"title": "这张卡片已失效", "desc": ""}


async def test_a_slow_decision_changes_the_card_in_time_and_is_told_when_it_is_made(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        message = await drafts_in(emulator, house)
        house.desk.gate = asyncio.Event()
        emulator.phone.presses("wangwei", message.message_id, "approve:1-2,4-5")
        await after(emulator, 5, lambda: "replace_text" in card_of(message, "wangwei"))
        assert card_of(message, "wangwei")["main_title"] == {"title": "收到，正在处理", "desc": ""}
        assert "replace_text" not in card_of(message)  # nothing is decided: the others keep their buttons
        await live(emulator, 20)
        house.desk.gate.set()
        await until(lambda: said(emulator, "CH1")[-1].content.startswith("【演示数据】\n已批准"))
    (update,) = emulator.platform.records.of("aibot/aibot_respond_update_msg")
    assert update.errcode == 0


async def test_a_choice_is_what_the_member_would_have_typed(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "写邀约", bot_id=BOT)
        house.desk.answer(Reply(text="", cards=(invented.choices(),)))
        await until(lambda: any(message.card for message in said(emulator, LINA)))
        message = next(one for one in said(emulator, LINA) if one.card)
        emulator.phone.presses("lina", message.message_id, "say:Pawly 膨润土猫砂")
        await until(lambda: len(house.desk.office.received) == 2)
    chosen = house.desk.office.received[1]
    assert (chosen.text, chosen.chat) == ("Pawly 膨润土猫砂", "lina")
    assert card_of(message)["main_title"] == {"title": "已选：Pawly 膨润土猫砂", "desc": ""}


async def test_the_plan_of_a_decision_can_be_stopped_from_its_card(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "批准 1 2", bot_id=BOT)
        await until(lambda: any(message.card for message in said(emulator, LINA)))
        message = next(one for one in said(emulator, LINA) if one.card)
        assert card_of(message)["horizontal_content_list"] == [
            {"keyname": "1", "value": "11-21 00:19 @pawsome.mia"},
            {"keyname": "2", "value": "11-21 00:26 @catdad_theo"},
            {"keyname": "4", "value": "11-21 00:40 @goldie.and.j…"},
        ]
        emulator.phone.presses("lina", message.message_id, "say:停 K7")
        await until(lambda: len(house.desk.office.received) == 2)
    assert house.desk.office.received[1].text == "停 K7"
    assert invented.plan().items[0].due_at == datetime(2026, 11, 20, 16, 19, tzinfo=UTC)


def test_contacts_are_masked_in_groups_and_foreign_text_marks_nothing_up() -> None:
    answers = invented.replies()
    row = answers.items[1].model_copy(update={"text": "write me mia@example.com [x](https://evil.test) <@all>"})
    reply = Reply(text="有人回复。", cards=(answers.model_copy(update={"items": (row,)}),))
    (words,) = Renderer("zh", SAY, ZONE, "", masked).items(reply, task="t")
    assert isinstance(words, Words)
    assert "mia@example.com" not in words.text
    assert "［x］" in words.text
    assert "<@all>" not in words.text
