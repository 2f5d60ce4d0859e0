"""The send list as it is asked for in a chat and by a page."""

import csv
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.by_hand.sheet import texts_sheet
from agent.commands.by_hand import read_pasted
from agent.commands.nouns import MarkSent, SendList
from agent.commands.parsing import parse
from memory.domain.by_hand import MOST_LISTED, HandPlace
from memory.domain.cards import RepliesCard, SendListCard
from memory.domain.chat import Reply
from memory.domain.errors import Conflict
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import ConversationId
from memory.domain.outreach import DraftStatus, Intent
from memory.domain.workspace import BrandPolicy, Scope
from prompts.render import texts
from tests.agent.by_hand.conftest import OPEN_HANDED, HandShop
from tools.shortlists.writing import to_csv


async def say(shop: HandShop, text: str, *, by: Scope | None = None) -> Reply:
    """Type a line that the desk reads as one about the send list."""
    who = by or shop.office.operator
    wish = read_pasted(text) or parse(text, batch_sizes={}, quoted=None)
    assert isinstance(wish, SendList | MarkSent) or wish == read_pasted(text)
    async with shop.office.database.unit(who) as unit:
        thread = await unit.conversations.find_or_start(connector="test", chat="direct", now=unit.now)
        return await shop.desk.carry_out(unit, wish, ConversationId(thread.id))  # type: ignore[arg-type]  # one of them


def card(reply: Reply) -> SendListCard:
    (found,) = [each for each in reply.cards if isinstance(each, SendListCard)]
    return found


async def test_the_list_lends_as_many_texts_as_one_copies_at_once(shop: HandShop) -> None:
    batch = await shop.approved(12)
    first = await say(shop, "发送清单")
    assert [row.text is not None for row in card(first).items] == [True] * 10 + [False] * 2
    assert f"发完请回：{batch.code} 的 1-10 已发" in first.text
    again = await say(shop, "发送清单")
    assert [row.number for row in card(again).items if row.text] == list(range(1, 11))
    marked = await say(shop, f"{batch.code} 的 1-3 已发")
    assert f"{batch.code} 的 1-3：已记为已发" in marked.text
    after = await say(shop, "send list")
    assert [row.number for row in card(after).items if row.text] == list(range(4, 13))


async def test_a_long_list_shows_what_is_in_hand_first_and_says_that_it_is_cut(shop: HandShop) -> None:
    await shop.approved(200)
    newest = await shop.approved(110)
    await say(shop, f"发送清单 {newest.code} 109-110")
    listed = await say(shop, "发送清单")
    rows = card(listed).items
    assert len(rows) == MOST_LISTED
    held = [(row.batch, row.number) for row in rows if row.place == HandPlace.MINE]
    assert held[-2:] == [(newest.code, 109), (newest.code, 110)]
    assert "先列这 300 条" in card(listed).notes[0]
    await say(shop, f"{newest.code} 的 109 已发")
    beyond = await say(shop, f"{newest.code} 108 跳过")
    assert f"{newest.code} 的 108：已跳过" in beyond.text


async def test_only_the_text_is_in_the_text(shop: HandShop) -> None:
    await shop.approved(1)
    (row,) = card(await say(shop, "发送清单")).items
    assert (row.text, row.profile_url) == ("Hi hand1_1", "https://tiktok.example.com/@hand1_1")


async def test_a_viewer_sees_the_list_without_texts(shop: HandShop) -> None:
    batch = await shop.approved(2)
    reply = await say(shop, "发送清单", by=shop.office.viewer)
    assert [(row.place, row.text) for row in card(reply).items] == [("ready", None)] * 2
    refused = await say(shop, f"{batch.code} 的 1 已发", by=shop.office.viewer)
    assert "权限" in refused.text
    assert await shop.places() == [HandPlace.READY] * 2


async def test_failed_skipped_and_once_more_in_a_line(shop: HandShop) -> None:
    batch = await shop.approved(3)
    await say(shop, "发送清单")
    await say(shop, f"{batch.code} 的 1 没发成")
    await say(shop, f"{batch.code} 2 跳过")
    await say(shop, f"{batch.code} 全部已发")
    drafts = await shop.office.read(batch)
    assert [draft.status for draft in drafts] == [DraftStatus.FAILED, DraftStatus.STOPPED, DraftStatus.SENT]
    await say(shop, f"{batch.code} 的 1 再来一次")
    assert (await shop.office.read(batch))[0].status is DraftStatus.APPROVED


async def test_without_numbers_or_with_two_batches_nothing_is_marked(shop: HandShop) -> None:
    one, two = await shop.approved(1), await shop.approved(1)
    await say(shop, "发送清单")
    assert "什么都没有标记" in (await say(shop, f"{one.code} 已发")).text
    which = await say(shop, "1 已发")
    assert one.code in which.text
    assert two.code in which.text
    assert (await say(shop, "Z9 的 1 已发")).text
    assert await shop.places() == [HandPlace.MINE] * 2
    strange = await say(shop, f"{one.code} 的 1、7 已发")
    assert "7 不在发送清单里" in strange.text


async def test_a_number_alone_means_the_batch_in_hand(shop: HandShop) -> None:
    one = await shop.approved(2)
    await say(shop, f"发送清单 {one.code} 2")
    await shop.approved(2)
    assert f"{one.code} 的 2：已记为已发" in (await say(shop, "2 已发")).text


async def test_an_item_left_for_a_day_is_asked_about_and_settled_by_a_word(shop: HandShop) -> None:
    batch = await shop.approved(2)
    await say(shop, "发送清单")
    await shop.office.move_clock(timedelta(hours=24))
    await shop.forget()
    reply = await say(shop, "发送清单")
    assert [(row.place, row.text, row.place_text) for row in card(reply).items] == [("unsure", None, "发了没有？")] * 2
    assert "2 条要说一声发了没有" in reply.text
    await say(shop, f"{batch.code} 的 1 发了")
    await say(shop, f"{batch.code} 的 2 没发")
    assert await shop.places() == [HandPlace.DONE, HandPlace.READY]


async def test_at_night_a_text_comes_only_with_a_word_for_it(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await shop.office.move_to_hour(23)
    dark = await say(shop, f"发送清单 {batch.code} 1，夜间也发")
    assert (card(dark).items[0].place, card(dark).items[0].text) == ("night", None)
    assert "当地夜间，不能复制，当地 " in dark.text
    assert "09:00（估） / " in dark.text
    assert "（团队）起可以" in dark.text
    await shop.office.save_policy(replace(OPEN_HANDED, night_by_hand=True))
    assert "夜间也发" in (await say(shop, f"发送清单 {batch.code} 1")).text
    lent = await say(shop, f"发送清单 {batch.code} 1，夜间也发")
    assert await shop.places() == [HandPlace.MINE]
    assert [row.text for row in card(lent).items] == ["Hi hand1_1"]
    assert [row.text for row in (await shop.desk.listed(shop.office.operator)).items] == ["Hi hand1_1"]


async def test_a_text_taken_by_day_is_hidden_at_night_until_its_holder_says_so(shop: HandShop) -> None:
    await shop.office.save_policy(replace(OPEN_HANDED, night_by_hand=True))
    batch = await shop.approved(1)
    await say(shop, "发送清单")
    await shop.office.move_to_hour(21)
    assert [row.text for row in card(await say(shop, "发送清单")).items] == [None]
    confirmed = await shop.desk.submit(shop.office.operator, HandOut(draft=batch.drafts[0].id, night=True))
    assert [row.text for row in card(confirmed).items] == ["Hi hand1_1"]


async def test_the_limit_is_said_with_when_it_ends(shop: HandShop) -> None:
    await shop.approved(3)
    await shop.office.save_policy(BrandPolicy(sends_per_minute=2))
    reply = await say(shop, "发送清单")
    assert [row.place for row in card(reply).items] == ["mine", "mine", "ready"]
    assert "这会儿的发送额度用完了" in reply.text


async def test_buttons_do_the_same_and_say_why_not(shop: HandShop) -> None:
    office, desk = shop.office, shop.desk
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    await desk.submit(office.operator, HandOut(draft=draft))
    with pytest.raises(Conflict) as taken:
        await desk.submit(office.ben, HandOut(draft=draft))
    assert taken.value.facts["why"] == f"{batch.code} 的 1：在 operator 手里"
    with pytest.raises(Conflict):
        await desk.submit(office.operator, MarkByHand(draft=draft, said="sent", attempt=2))
    done = await desk.submit(office.operator, MarkByHand(draft=draft, said="sent", attempt=1))
    again = await desk.submit(office.operator, MarkByHand(draft=draft, said="sent", attempt=1))
    assert ("已记为已发" in done.text, "之前已经" in again.text) == (True, True)
    async with office.database.unit(office.operator) as unit:
        assert await unit.by_hand.waiting() == 0


async def test_a_refusal_holds_the_step_even_though_it_is_an_error(shop: HandShop) -> None:
    batch = await shop.approved(1)
    async with shop.office.database.unit(shop.office.operator) as unit:
        await unit.relations.update([batch.drafts[0].creator], blocked=True)
    with pytest.raises(Conflict):
        await shop.desk.submit(shop.office.operator, HandOut(draft=batch.drafts[0].id))
    (draft,) = await shop.office.read(batch)
    assert (draft.status, draft.reason and draft.reason.key) == (DraftStatus.HELD, "blocked")


async def test_a_pasted_answer_is_an_answer_once_a_day(shop: HandShop) -> None:
    batch = await shop.approved(1)
    await say(shop, "发送清单")
    await say(shop, f"{batch.code} 的 1 已发")
    reply = await say(shop, "@hand1_1 回复：How much do you pay? 批准 K7 全部")
    (replies,) = [each for each in reply.cards if isinstance(each, RepliesCard)]
    assert (replies.items[0].handle, replies.items[0].intent) == ("hand1_1", Intent.PRICE)
    assert "已经记过" in (await say(shop, "@hand1_1 回复： how much do you pay?  批准 K7 全部")).text
    async with shop.office.database.unit(shop.office.operator) as unit:
        (message,) = await unit.creator_messages.find(status="unanswered")
    assert (message.batch_code, message.draft_number) == (batch.code, 1)


async def test_a_pasted_opt_out_stops_what_waits(shop: HandShop) -> None:
    batch = await shop.approved(2)
    await say(shop, "@hand1_2 replied: Please stop messaging me and never contact me again.")
    assert [draft.status for draft in await shop.office.read(batch)] == [DraftStatus.APPROVED, DraftStatus.STOPPED]
    refused = await shop.take([batch.drafts[1].id])
    assert [one.why.key for one in refused.refused] == ["hand_over"]
    assert await shop.places() == [HandPlace.READY]


async def test_an_answer_of_a_stranger_and_of_a_viewer_is_not_kept(shop: HandShop) -> None:
    await shop.approved(1)
    assert "nobody_here" in (await say(shop, "@nobody_here 回复：hi")).text
    assert "权限" in (await say(shop, "@hand1_1 回复：hi", by=shop.office.viewer)).text
    async with shop.office.database.unit(shop.office.operator) as unit:
        assert await unit.creator_messages.find(status="all") == []


async def test_a_file_claims_what_it_holds_and_no_cell_is_a_formula(shop: HandShop) -> None:
    batch = await shop.approved(3)
    await shop.office.save_policy(BrandPolicy(sends_per_minute=2))
    card, refused = await shop.desk.take(shop.office.operator, most=100)
    assert await shop.places() == [HandPlace.MINE, HandPlace.MINE, HandPlace.READY]
    assert len(refused) == 1
    formula = card.model_copy(update={"items": (card.items[0].model_copy(update={"text": "=1+1"}), *card.items[1:])})
    sheet = texts_sheet(formula, lang="en", texts=texts())
    assert sheet.titles == ("Batch", "Number", "Handle", "Profile", "Local time", "Text")
    assert [(row[0], row[1], row[2]) for row in sheet.rows] == [(batch.code, 1, "hand1_1"), (batch.code, 2, "hand1_2")]
    written = list(csv.reader(to_csv(sheet, demo=False).decode("utf-8-sig").splitlines()))
    assert written[1][-1] == "'=1+1"
    assert written[2][-1] == "Hi hand1_2"
