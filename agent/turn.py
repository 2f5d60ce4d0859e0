"""One attempt at one turn: begin, run the graph within its limits, end. A dead attempt is followed by another."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from pydantic import JsonValue

from agent.graph import TurnGraph
from agent.language import language_after, told_by
from agent.metrics import TURN_SECONDS, TURNS
from agent.nodes.recall import remember
from agent.nodes.run import Remembered, TurnRun
from agent.outage_news import with_news
from agent.planner.model import Payer, paying
from agent.state import TurnState
from agent.summary import roll
from agent.undo.offering import offered_after
from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Author, Ending, Fence, NewEvent, Superseded, Turn
from memory.domain.errors import AppError
from memory.domain.ids import TurnId
from memory.domain.stores import Units
from memory.domain.workspace import Scope
from prompts.render import Texts

log = structlog.get_logger()

COALESCE_SECONDS = 0.08


@dataclass(slots=True)
class EventWriter:
    """Writes a turn's events; text and small steps within 80 ms travel in one transaction."""

    units: Units
    scope: Scope
    fence: Fence
    _waiting: list[NewEvent] = field(default_factory=list)
    _timer: asyncio.Task[None] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def add(self, kind: TurnEventKind, data: dict[str, JsonValue]) -> None:
        """See `Events.add`."""
        last = self._waiting[-1] if self._waiting else None
        if kind is TurnEventKind.TEXT and last and last[0] is TurnEventKind.TEXT:
            self._waiting[-1] = (kind, {"text": f"{last[1]['text']}{data['text']}"})
        else:
            self._waiting.append((kind, data))
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._later())

    async def _later(self) -> None:
        while self._waiting:  # what came while the last ones were written goes next
            await asyncio.sleep(COALESCE_SECONDS)
            async with self._lock:
                waiting = self._take()
                if waiting:
                    async with self.units.unit(self.scope) as unit:
                        await unit.turns.add_events(self.fence, waiting)

    async def rest(self) -> list[NewEvent]:
        """What waits still, for the turn to store with its answer, which holds all text itself; a write ends first."""
        async with self._lock:
            return [event for event in self._take() if event[0] is not TurnEventKind.TEXT]

    def _take(self) -> list[NewEvent]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def close(self) -> None:
        """Stop the timer; what waits is dropped (an attempt that stores no answer was overtaken)."""
        if self._timer is not None:
            self._timer.cancel()
            with suppress(asyncio.CancelledError, Superseded):
                await self._timer


@dataclass(frozen=True, slots=True)
class TurnRunner:
    """Runs turns. Only the attempt that holds the fence may write or end one."""

    units: Units
    graph: TurnGraph
    texts: Texts
    seconds: float
    started: Callable[[TurnId], None] | None = None

    async def run(self, scope: Scope, turn_id: TurnId) -> None:
        """Answer a turn, or tell the person why not. A turn already ended, or overtaken, is left alone.

        `scope` only reaches the row: whose turn it is, and in which role it runs now, the row says.
        """
        async with self.units.unit(scope) as unit:
            turn = await unit.turns.begin(turn_id)
            if turn is None:
                return
            remembered = await remember(unit, turn)
        structlog.contextvars.bind_contextvars(turn_id=turn_id, conversation_id=turn.conversation)
        fence = Fence(turn.id, turn.attempt)
        events = EventWriter(self.units, turn.scope, fence)
        lang = language_after(turn.text, _said_before(turn, remembered), default=turn.scope.lang)
        speaking = replace(turn.scope, lang=lang)
        run = TurnRun(speaking, turn.conversation, turn.message, fence, lang, events, remembered, turn.summary)
        try:
            with TURN_SECONDS.time():
                await self._answer(turn, run, events)
        except Superseded:
            log.info("turn.superseded", attempt=fence.attempt)
        finally:
            await events.close()
            structlog.contextvars.unbind_contextvars("turn_id", "conversation_id")

    async def _answer(self, turn: Turn, run: TurnRun, events: EventWriter) -> None:
        token = paying.set(Payer(turn.scope, turn.id))
        state: TurnState = {"text": turn.text}
        failed = False
        try:
            async with asyncio.timeout(self.seconds):
                await self.graph.ainvoke(state, context=run)
            reply = run.reply or Reply(text=self.texts.say("unexpected", run.lang))
        except TimeoutError:
            failed, reply = True, Reply(text=self.texts.say("turn_too_slow", run.lang, seconds=int(self.seconds)))
        except Superseded:
            raise
        except AppError as failure:
            failed, reply = True, Reply(text=self._tell(failure, run))
        finally:
            paying.reset(token)
        rolled = roll(turn.summary, said=turn.text, calls=reply.tool_calls)
        waiting = await events.rest()
        async with self.units.unit(turn.scope) as unit:
            if not failed:
                reply = await offered_after(unit, reply, began_at=run.remembered.now)
                reply = await with_news(unit, reply, run.lang, self.texts)
            ending = Ending(reply, failed, waiting, run.tool_records, rolled)
            await unit.turns.end(run.fence, ending, now=unit.now)
        TURNS.labels(reply.planner or "none", "failed" if failed else "answered").inc()

    def _tell(self, failure: AppError, run: TurnRun) -> str:
        key = failure.text_key if failure.text_key in self.texts else "unexpected"
        return self.texts.say(key, run.lang, **failure.facts)


def _said_before(turn: Turn, remembered: Remembered) -> list[str]:
    """What the member said before in the conversation, newest first, where the message itself tells no language."""
    if told_by(turn.text) is not None:
        return []
    return [line.reply.text for line in reversed(remembered.lines) if line.author is Author.MEMBER]
