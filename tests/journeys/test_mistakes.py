"""Mistakes people make: each gets a clear sentence, and nothing is stored twice."""

import pytest

from agent.bootstrap import Installation
from agent.desk import LONGEST_MESSAGE
from memory.domain.chat import Accepted, Decided, Inbound, Receipt
from memory.domain.chat_stores import Author
from memory.domain.errors import BadRequest
from memory.domain.ids import TurnId
from memory.domain.workspace import Lang
from tests.support.product import Person, person

pytestmark = pytest.mark.journey


async def speaking(demo: Installation, lang: Lang) -> Person:
    """The approver in a language."""
    who = await person(demo, login="approver")
    await demo.accounts.set_lang(who.scope, lang)
    return await person(demo, login="approver")


@pytest.mark.parametrize(
    ("lang", "line", "expected"),
    [
        ("zh", "批准 9", "这个对话里没有等审批的草稿"),
        ("en", "approve 9", "No drafts wait for a decision"),
        ("zh", "看看 @nobody_has_this_name", "nobody_has_this_name"),
        ("en", "show @nobody_has_this_name", "nobody_has_this_name"),
        ("zh", "给前5个写邀约，佣金18%", "这个对话里还没有名单"),
        ("en", "draft invites for the first 5, 18% commission", "There is no shortlist in this conversation yet"),
        ("zh", "مرحبا، كيف حالك اليوم؟", "没看懂"),
        ("en", "مرحبا، كيف حالك اليوم؟", "I could not read"),
    ],
)
async def test_a_mistake_gets_a_clear_sentence(demo: Installation, lang: Lang, line: str, expected: str) -> None:
    who = await speaking(demo, lang)
    answered = await who.say(line)
    assert expected in answered.reply.text
    assert answered.reply.decision is None
    lines = await demo.queries.transcript(who.scope, answered.conversation)
    assert [each.author for each in lines] == [Author.MEMBER, Author.DAREN]
    assert await demo.queries.inbox(who.scope) == []


async def test_a_number_that_is_not_on_the_card_decides_nothing(approver: Person) -> None:
    await approver.ask("找5个美国宠物达人")
    await approver.ask("给前2个写邀约，佣金18%")
    answer = await approver.ask("批准 1、9")
    assert answer.decision is None
    assert "9" in answer.text
    (batch,) = await approver.daren.queries.inbox(approver.scope)
    assert {draft.status for draft in batch.drafts} == {"open"}


@pytest.mark.parametrize("length", [LONGEST_MESSAGE + 1, 1_000_000])
async def test_a_message_beyond_the_limit_is_refused_with_the_limit(approver: Person, length: int) -> None:
    with pytest.raises(BadRequest) as refused:
        await approver.say("找" * length)
    assert refused.value.text_key == "message_too_long"
    assert refused.value.facts == {"length": length, "limit": LONGEST_MESSAGE}
    said = approver.daren.texts.say(refused.value.text_key, "zh", **refused.value.facts)
    assert str(LONGEST_MESSAGE) in said
    assert await approver.daren.queries.conversations(approver.scope, connector="terminal") == []


def turn_of(receipt: Receipt) -> TurnId:
    """The turn that answers."""
    assert isinstance(receipt, Accepted)
    return receipt.turn


async def test_a_repeated_message_is_handled_once(approver: Person) -> None:
    desk = approver.daren.desk
    inbound = Inbound(connector="webhook", outside_id="delivered-twice", text="找5个美国宠物达人")
    first = await desk.receive(approver.scope, inbound)
    again = await desk.receive(approver.scope, inbound)
    assert turn_of(again) == turn_of(first)
    kinds = [event.kind async for event in desk.follow(approver.scope, turn_of(first))]
    assert kinds.count(kinds[-1]) == 1
    late = await desk.receive(approver.scope, inbound)
    assert turn_of(late) == turn_of(first)
    lines = await approver.daren.queries.transcript(approver.scope, first.conversation)
    assert [line.author for line in lines] == [Author.MEMBER, Author.DAREN]


async def test_a_repeated_command_decides_once(approver: Person) -> None:
    found = await approver.say("找5个美国宠物达人")
    await approver.ask("给前2个写邀约，佣金18%")
    inbound = Inbound(
        connector="terminal",
        outside_id="tapped-twice",
        text="拒 2",
        chat=approver.chat,
        conversation=found.conversation,
    )
    first = await approver.daren.desk.receive(approver.scope, inbound)
    assert isinstance(first, Decided)
    assert first.reply.decision is not None
    assert first.reply.decision.rejected == (2,)
    before = await approver.daren.queries.transcript(approver.scope, found.conversation)
    again = await approver.daren.desk.receive(approver.scope, inbound)
    assert again.conversation == found.conversation
    assert await approver.daren.queries.transcript(approver.scope, found.conversation) == before
