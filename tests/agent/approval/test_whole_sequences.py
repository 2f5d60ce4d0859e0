"""A sequence decided as a whole: what one word covers, what it is bound to, and what it does not reach."""

import re
from collections.abc import Sequence

import pytest

from agent.approval.whole import heads
from agent.desk import OpenDesk
from evals.suites.selling_office import SellingOffice
from memory.domain.cards import DraftsCard
from memory.domain.chat import Reply, Tap
from memory.domain.errors import NotAllowed
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch, DraftStatus
from memory.domain.workspace import BrandPolicy, Scope
from tests.agent.approval.test_large_batch_in_chat import open_desk, read, say

WHOLE = BrandPolicy(whole_sequences=True)
OPEN, APPROVED, REJECTED = DraftStatus.OPEN, DraftStatus.APPROVED, DraftStatus.REJECTED


async def three_rounds(shop: SellingOffice, count: int, policy: BrandPolicy = WHOLE) -> list[Batch]:
    """First messages and two rounds behind them."""
    await shop.save_policy(policy)
    first = await shop.draft(await shop.creators(count))
    second = await shop.follow_up(first)
    return [first, second, await shop.follow_up(second, root=first)]


async def talk_of(shop: SellingOffice, who: Scope) -> ConversationId:
    async with shop.database.unit(who) as unit:
        return (await unit.conversations.start(connector="web", chat="direct", now=unit.now)).id


async def read_all(desk: OpenDesk, who: Scope, talk: ConversationId, batches: Sequence[Batch]) -> list[DraftsCard]:
    return [await read(desk, who, batch, talk) for batch in batches]


async def statuses(shop: SellingOffice, batches: Sequence[Batch]) -> list[list[DraftStatus]]:
    return [[draft.status for draft in await shop.read(batch)] for batch in batches]


async def approved(shop: SellingOffice, count: int, line: str) -> tuple[list[Batch], Reply]:
    """Three rounds, read by Anna, with what one line of hers decides."""
    desk, rounds, talk = open_desk(shop), await three_rounds(shop, count), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds)
    return rounds, await say(desk, shop.anna, line.format(batch=rounds[0].code), talk)


async def test_one_word_covers_the_rounds_shown_and_each_is_bound_to_its_own_text(shop: SellingOffice) -> None:
    rounds, reply = await approved(shop, 2, "批准 {batch} 1")
    assert await statuses(shop, rounds) == [[APPROVED, OPEN]] * 3
    for batch in rounds:
        assert f"{batch.code}：已批准 1" in reply.text
    async with shop.database.unit(shop.anna) as unit:
        for batch in rounds:
            (signed,) = (await unit.drafts.signatures([batch.drafts[0].id]))[batch.drafts[0].id]
            assert (signed.digest, signed.seen) == (batch.drafts[0].version.digest, True)


async def test_step_by_step_a_word_covers_one_round(shop: SellingOffice) -> None:
    desk, rounds = open_desk(shop), await three_rounds(shop, 1, BrandPolicy())
    talk = await talk_of(shop, shop.anna)
    cards = await read_all(desk, shop.anna, talk, rounds)
    await say(desk, shop.anna, f"批准 {rounds[0].code} 1", talk)
    assert await statuses(shop, rounds) == [[APPROVED], [OPEN], [OPEN]]
    assert cards[0].notes == ()


async def test_an_edit_voids_the_approval_of_that_message_alone(shop: SellingOffice) -> None:
    rounds, _ = await approved(shop, 2, "批准 {batch} 1-2")
    await shop.edit(rounds[1].drafts[0], "Another text")
    assert await statuses(shop, rounds) == [[APPROVED, APPROVED], [OPEN, APPROVED], [APPROVED, APPROVED]]
    desk, talk = open_desk(shop), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds)
    reply = await say(desk, shop.anna, f"批准 {rounds[0].code} 1", talk)
    assert f"{rounds[1].code}：已批准 1" in reply.text
    assert await statuses(shop, rounds) == [[APPROVED, APPROVED]] * 3


async def test_a_text_that_changed_since_it_was_shown_is_not_covered_and_is_shown_again(shop: SellingOffice) -> None:
    desk, rounds, talk = open_desk(shop), await three_rounds(shop, 1), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds)
    await shop.edit(rounds[1].drafts[0], "Another text")
    reply = await say(desk, shop.anna, f"批准 {rounds[0].code} 1", talk)
    assert await statuses(shop, rounds) == [[APPROVED], [OPEN], [APPROVED]]
    assert [card.batch for card in reply.cards if isinstance(card, DraftsCard)] == [rounds[1].code]


async def test_a_rejection_ends_the_rest(shop: SellingOffice) -> None:
    rounds, _ = await approved(shop, 2, "批准 {batch} 1-2")
    desk, talk = open_desk(shop), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds)
    await say(desk, shop.anna, f"拒 {rounds[1].code} 2", talk)
    assert await statuses(shop, rounds) == [[APPROVED, APPROVED], [APPROVED, REJECTED], [APPROVED, REJECTED]]
    await say(desk, shop.anna, f"拒 {rounds[0].code} 1", talk)
    assert await statuses(shop, rounds) == [[REJECTED, APPROVED], [REJECTED, REJECTED], [REJECTED, REJECTED]]


async def test_a_round_nobody_was_shown_is_not_covered_and_is_shown_now(shop: SellingOffice) -> None:
    desk, rounds, talk = open_desk(shop), await three_rounds(shop, 1), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds[:2])
    reply = await say(desk, shop.anna, f"批准 {rounds[0].code} 1", talk)
    assert await statuses(shop, rounds) == [[APPROVED], [APPROVED], [OPEN]]
    assert f"{rounds[2].code} 还没有给你看过，没有一起批" in reply.text
    assert [card.batch for card in reply.cards if isinstance(card, DraftsCard)] == [rounds[2].code]


async def test_a_line_that_names_no_batch_means_the_first_round(shop: SellingOffice) -> None:
    first, second, third = await three_rounds(shop, 1)
    assert heads([third, second, first]) == [first]
    assert heads([third, second]) == [second]


async def test_the_card_says_when_each_message_goes_and_what_a_word_covers(shop: SellingOffice) -> None:
    await shop.move_to_hour(12)
    desk, rounds, talk = open_desk(shop), await three_rounds(shop, 1), await talk_of(shop, shop.anna)
    cards = await read_all(desk, shop.anna, talk, rounds)
    codes = [batch.code for batch in rounds]
    whens = [card.items[0].flags[-1] for card in cards]
    assert all(re.fullmatch(r"现在批准，最早 .+（估） / .+ 发出（当地 / 团队）", when) for when in whens)
    assert len(set(whens)) == 3
    (note,) = cards[0].notes
    assert f"也就定了同一位达人后面的 {codes[1]}、{codes[2]}；连同后面的，现在等着决定的一共 3 条。" in note
    assert cards[2].notes == ()


async def test_more_messages_than_a_person_reads_at_once_are_signed_by_the_count(shop: SellingOffice) -> None:
    desk, talk = open_desk(shop), await talk_of(shop, shop.anna)
    rounds = await three_rounds(shop, 8, BrandPolicy(whole_sequences=True, batch_ceiling=24))
    cards = await read_all(desk, shop.anna, talk, rounds)
    assert cards[0].count == 8
    code = rounds[0].code
    told = await say(desk, shop.anna, f"批准 {code} 1-8", talk)
    assert told.text.startswith("不带数字一次最多批准 20 条，这次是 24 条，一条都没有批。")
    await say(desk, shop.anna, f"批准 {code} 全部 8 条", talk)
    assert await statuses(shop, rounds) == [[APPROVED] * 8] * 3


async def test_the_brands_ceiling_counts_every_round(shop: SellingOffice) -> None:
    desk = open_desk(shop)
    rounds = await three_rounds(shop, 4, BrandPolicy(whole_sequences=True, batch_ceiling=11))
    cards = [await desk.present(shop.anna, batch.code) for batch in rounds]
    for card in cards:
        assert card.presentation is not None
        await desk.delivered(shop.anna, card.presentation)
    first = cards[0].presentation
    assert first is not None
    with pytest.raises(NotAllowed, match="batch_needs_lead"):
        await desk.decide(shop.anna, Tap(presentation=first, approve=(1, 2, 3, 4)))
    await desk.decide(shop.anna, Tap(presentation=first, approve=(1, 2, 3)))
    assert await statuses(shop, rounds) == [[APPROVED] * 3 + [OPEN]] * 3


async def test_each_round_goes_when_its_day_has_come_and_is_checked_again_then(shop: SellingOffice) -> None:
    await shop.move_to_hour(12)
    rounds, _ = await approved(shop, 2, "批准 {batch} 1-2")
    await shop.move_to_hour(13)
    await shop.dispatch()
    assert [ticket.text for ticket in shop.messenger.received] == ["Hi 1", "Hi 2"]
    await shop.answer(rounds[0].drafts[0].creator)
    for _ in range(4):
        await shop.move_to_hour(13)
    await shop.dispatch()
    assert [ticket.text for ticket in shop.messenger.received[2:]] == ["Round 1 for 2"]


async def test_what_one_word_approved_is_taken_back_by_one_word(shop: SellingOffice) -> None:
    rounds, _ = await approved(shop, 2, "批准 {batch} 1-2")
    desk, talk = open_desk(shop), await talk_of(shop, shop.anna)
    first, second, third = (batch.code for batch in rounds)
    reply = await say(desk, shop.anna, f"撤回 {first} 2", talk)
    assert reply.text.split("\n") == [f"{code}：已撤回 2，可以重新审批" for code in (first, second, third)]
    assert await statuses(shop, rounds) == [[APPROVED, OPEN]] * 3
    reply = await say(desk, shop.anna, f"撤回 {second}", talk)
    assert reply.text.split("\n") == [f"{code}：已撤回 1，可以重新审批" for code in (second, third)]
    assert await statuses(shop, rounds) == [[APPROVED, OPEN], [OPEN, OPEN], [OPEN, OPEN]]


async def test_taking_a_sequence_back_says_what_was_too_late_and_stops_the_rest(shop: SellingOffice) -> None:
    await shop.move_to_hour(12)
    rounds, _ = await approved(shop, 2, "批准 {batch} 1-2")
    await shop.move_to_hour(13)
    await shop.dispatch()
    desk, talk = open_desk(shop), await talk_of(shop, shop.anna)
    reply = await say(desk, shop.anna, f"撤回 {rounds[0].code}", talk)
    late, *behind = reply.text.split("\n")
    assert late == f"{rounds[0].code}：1、2 已在发送，撤不回"
    assert behind == [f"{batch.code}：已撤回 1、2，可以重新审批" for batch in rounds[1:]]
    assert await statuses(shop, rounds) == [[DraftStatus.SENT] * 2, [OPEN] * 2, [OPEN] * 2]


async def test_rounds_approved_by_words_of_their_own_are_taken_back_by_their_own_codes(shop: SellingOffice) -> None:
    desk, rounds, talk = open_desk(shop), await three_rounds(shop, 1, BrandPolicy()), await talk_of(shop, shop.anna)
    await read_all(desk, shop.anna, talk, rounds)
    for batch in rounds:
        await say(desk, shop.anna, f"批准 {batch.code} 1", talk)
    reply = await say(desk, shop.anna, f"撤回 {rounds[0].code}", talk)
    assert reply.text == f"{rounds[0].code}：已撤回 1，可以重新审批"
    assert await statuses(shop, rounds) == [[OPEN], [APPROVED], [APPROVED]]
