"""A worker dies in the middle of a turn: the next attempt answers it, once, and nothing half-done shows."""

import pytest

from agent.bootstrap import installed
from agent.jobs.worker import working
from agent.settings import Settings
from memory.domain.cards import DraftsCard
from memory.domain.chat import Accepted, Inbound, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Author, Fence, Superseded
from memory.domain.ids import ConversationId, TurnId
from memory.domain.offer import Offer
from memory.domain.outreach import Channel, Content, NewDraft, Purpose
from tests.support.product import Person, card, person, stop_keeper

pytestmark = pytest.mark.journey


async def abandon(who: Person, turn: TurnId, conversation: ConversationId) -> Fence:
    """An attempt that drafts something for the first creator of the shortlist and is never heard of again."""
    async with who.daren.database.unit(who.scope) as unit:
        begun = await unit.turns.begin(turn)
    assert begun is not None
    fence = Fence(turn, begun.attempt)
    async with who.daren.database.unit(who.scope, fence=fence) as unit:
        await unit.turns.add_events(fence, [(TurnEventKind.TEXT, {"text": "half an ans"})])
        shortlist = await unit.shortlists.current(conversation)
        assert shortlist is not None
        assert who.scope.brand is not None
        content = Content(text="Hi", text_zh="嗨", language="en", offer=Offer(), paired=True)
        await unit.drafts.add_batch(
            [NewDraft(shortlist.items[0].creator.id, content, ())],
            brand=who.scope.brand,
            conversation=conversation,
            purpose=Purpose.INVITE,
            channel=Channel.PLAYGROUND,
            product=None,
            decide_by=unit.now,
            fence=fence,
        )
    return fence


async def test_a_turn_whose_process_died_is_answered_once_by_the_next_attempt(demo_settings: Settings) -> None:
    async with installed(demo_settings) as daren:
        who = await person(daren, login="approver")
        async with working(daren.jobs, daren.workshop, concurrency=2):
            found = await who.say("找5个美国宠物达人")
        # No worker now: the turn waits in its queue, and the one attempt made is given up.
        inbound = Inbound(
            connector="terminal",
            outside_id="dying",
            text="给前2个写邀约，佣金18%",
            chat=who.chat,
            conversation=found.conversation,
        )
        receipt = await daren.desk.receive(who.scope, inbound)
        assert isinstance(receipt, Accepted)
        dead = await abandon(who, receipt.turn, found.conversation)
        assert dead.attempt == 1

        async with working(daren.jobs, daren.workshop, concurrency=2):
            events = [event async for event in daren.desk.follow(who.scope, receipt.turn)]
        await daren.workshop.run_turn(who.scope, receipt.turn)  # a job that comes late finds it ended

        assert _started(events) == [1, 2]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.kind for event in events if event.is_last] == [TurnEventKind.ANSWER]
        lines = await daren.queries.transcript(who.scope, found.conversation)
        (answer,) = [line.reply for line in lines if line.turn == receipt.turn and line.author is Author.DAREN]
        (batch,) = await daren.queries.inbox(who.scope)
        assert batch.code == card(answer, DraftsCard).batch
        assert len(batch.drafts) == 2
        with pytest.raises(Superseded):
            async with daren.database.unit(who.scope, fence=dead) as unit:
                await unit.turns.add_events(dead, [(TurnEventKind.TEXT, {"text": "wer"})])
        await stop_keeper(daren)


def _started(events: list[TurnEvent]) -> list[object]:
    return [event.data["attempt"] for event in events if event.kind is TurnEventKind.STARTED]
