"""A large batch in a conversation: the commands that sign it, and those that decide nothing and say what to do."""

from collections.abc import Sequence
from itertools import count

import pytest

from agent.by_hand.desk import hand_desk
from agent.cards.decisions import DecisionWords
from agent.desk import OpenDesk
from agent.forms import Forms
from agent.imports import Imports
from connectors.files.reader import FileReader
from evals.suites.selling_office import SellingOffice
from memory.domain.cards import DraftsCard
from memory.domain.chat import Decided, Inbound, Reply, Tap
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch, Channel, NewDraft, Purpose
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.agent.approval.test_what_was_seen import SIZE, WIDE, written

_IDS = count(1)


async def no_password(password: str) -> str:
    raise BadRequest("password_short", length=len(password))


async def no_clock(scope: Scope) -> Reply:
    raise BadRequest("real_time", tenant=scope.tenant)


def open_desk(shop: SellingOffice) -> OpenDesk:
    words = texts()
    hand = hand_desk(shop.database, words, shop.messengers)
    imports = Imports(shop.database, FileReader(), words)
    forms = Forms(shop.database, words, imports, no_password, no_clock, hand)
    decisions = DecisionWords(words)
    return OpenDesk(shop.database, shop.database.turn_events, words, shop.messengers, forms, decisions, hand)


async def drafted_in(shop: SellingOffice, who: Scope) -> tuple[Batch, ConversationId]:
    """A large batch of a conversation of this member."""
    await shop.save_policy(WIDE)
    creators = await shop.creators(SIZE)
    async with shop.database.unit(who) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
        drafts = [NewDraft(each, text, ()) for each, text in zip(creators, written(), strict=True)]
        batch = await unit.drafts.add_batch(
            drafts,
            brand=shop.brand,
            conversation=talk.id,
            purpose=Purpose.INVITE,
            channel=Channel.PLAYGROUND,
            product=None,
            decide_by=unit.now.replace(year=unit.now.year + 1),
            fence=None,
        )
    return batch, talk.id


async def say(desk: OpenDesk, who: Scope, text: str, talk: ConversationId) -> Reply:
    inbound = Inbound(connector="web", outside_id=f"large-{next(_IDS)}", text=text, conversation=talk)
    receipt = await desk.receive(who, inbound)
    assert isinstance(receipt, Decided)
    return receipt.reply


async def read(
    desk: OpenDesk, who: Scope, batch: Batch, talk: ConversationId, numbers: Sequence[int] = ()
) -> DraftsCard:
    """The card as the member's browser takes it."""
    card = await desk.present(who, batch.code, conversation=talk, numbers=numbers or None)
    assert card.presentation is not None
    await desk.delivered(who, card.presentation)
    return card


@pytest.mark.parametrize("line", ["批准 {batch} 全部 {size} 条", "approve {batch} all {size}"])
async def test_the_count_signs_the_whole(shop: SellingOffice, line: str) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    await read(desk, shop.anna, batch, talk)
    reply = await say(desk, shop.anna, line.format(batch=batch.code, size=SIZE), talk)
    assert reply.decision is not None
    assert reply.decision.approved == tuple(range(1, SIZE + 1))


@pytest.mark.parametrize(
    "line",
    ["批准 {batch}", "批准 {batch} 全部", "批准 {batch} 全部 23 条", "approve {batch} all 25", "批准 1-24", "可以"],
)
async def test_anything_less_decides_nothing_and_says_how_to_sign(shop: SellingOffice, line: str) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    await read(desk, shop.anna, batch, talk)
    reply = await say(desk, shop.anna, line.format(batch=batch.code), talk)
    assert reply.decision is None
    assert f"批准 {batch.code} 全部 {SIZE} 条" in reply.text
    assert {draft.status for draft in await shop.read(batch)} == {"open"}


async def test_a_number_is_shown_in_full_before_it_is_approved(shop: SellingOffice) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    await read(desk, shop.anna, batch, talk)
    first = await say(desk, shop.anna, f"批准 {batch.code} 2-4", talk)
    [card] = first.cards
    assert isinstance(card, DraftsCard)
    assert [(row.number, row.in_full) for row in card.items] == [(2, True), (3, True), (4, True)]
    assert card.presentation is not None
    await desk.delivered(shop.anna, card.presentation)
    second = await say(desk, shop.anna, f"批准 {batch.code} 2-4", talk)
    assert second.decision is not None
    assert second.decision.approved == (2, 3, 4)


async def test_the_page_signs_with_the_count_typed(shop: SellingOffice) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    card = await read(desk, shop.anna, batch, talk)
    assert card.presentation is not None
    everything = tuple(range(1, SIZE + 1))
    for wrong in (None, SIZE - 1):
        with pytest.raises(NotAllowed):
            await desk.decide(shop.anna, Tap(presentation=card.presentation, approve=everything, count=wrong))
    reply = await desk.decide(shop.anna, Tap(presentation=card.presentation, approve=everything, count=SIZE))
    assert reply.decision is not None
    assert reply.decision.approved == everything


async def test_a_batch_above_two_hundred_is_not_signed_in_chat(
    shop: SellingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.approval.seen.MOST_BY_CHAT", SIZE - 1)
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.lead)
    await read(desk, shop.lead, batch, talk)
    reply = await say(desk, shop.lead, f"批准 {batch.code} 全部 {SIZE} 条", talk)
    assert reply.decision is None
    assert f"/batches/{batch.code}" in reply.text


async def test_a_revised_row_is_shown_in_full_and_then_signed_with_the_others(shop: SellingOffice) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    await read(desk, shop.anna, batch, talk)
    async with shop.database.unit(shop.anna) as unit:
        await unit.drafts.add_version(batch.drafts[2].id, written()[0], ())
    line = f"批准 {batch.code} 全部 {SIZE} 条"
    first = await say(desk, shop.anna, line, talk)
    assert first.decision is not None
    assert first.decision.approved == (1, 2, *range(4, SIZE + 1))
    [card] = [each for each in first.cards if isinstance(each, DraftsCard)]
    assert [(row.number, row.in_full) for row in card.items] == [(3, True)]
    assert card.presentation is not None
    await desk.delivered(shop.anna, card.presentation)
    second = await say(desk, shop.anna, f"批准 {batch.code} 3", talk)
    assert second.decision is not None
    assert second.decision.approved == (3,)


async def test_rows_of_the_same_fate_are_told_in_one_line(shop: SellingOffice) -> None:
    desk = open_desk(shop)
    batch, talk = await drafted_in(shop, shop.anna)
    await read(desk, shop.anna, batch, talk)
    shop.messenger.unreachable = {draft.handle for draft in batch.drafts}
    reply = await say(desk, shop.anna, f"批准 {batch.code} 全部 {SIZE} 条", talk)
    assert len(reply.text.splitlines()) < SIZE
