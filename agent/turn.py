"""One attempt at one turn: begin, run the graph within its limits, end. A dead attempt is followed by another."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from pydantic import JsonValue

from agent.graph import TurnGraph
from agent.language import language_of
from agent.metrics import TURN_SECONDS, TURNS
from agent.nodes.run import TurnRun
from agent.planner.model import Payer, paying
from agent.state import TurnState
from agent.summary import roll
from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Fence, Superseded, Turn
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
    _waiting: list[tuple[TurnEventKind, dict[str, JsonValue]]] = field(default_factory=list)
    _timer: asyncio.Task[None] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def add(self, kind: TurnEventKind, data: dict[str, JsonValue], *, at_once: bool = False) -> None:
        """See `Events.add`."""
        last = self._waiting[-1] if self._waiting else None
        if kind is TurnEventKind.TEXT and last and last[0] is TurnEventKind.TEXT:
            self._waiting[-1] = (kind, {"text": f"{last[1]['text']}{data['text']}"})
        else:
            self._waiting.append((kind, data))
        if at_once:
            await self.flush()
        elif self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._later())

    async def _later(self) -> None:
        await asyncio.sleep(COALESCE_SECONDS)
        await self.flush()

    async def flush(self) -> None:
        """Write what waits."""
        async with self._lock:
            waiting, self._waiting = self._waiting, []
            if waiting:
                async with self.units.unit(self.scope, fence=self.fence) as unit:
                    await unit.turns.add_events(self.fence, waiting)

    async def close(self) -> None:
        """Stop the timer; what waits is dropped unless flushed before (the final answer holds it all)."""
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
        """Answer a turn, or tell the person why not. A turn already ended, or overtaken, is left alone."""
        async with self.units.unit(scope) as unit:
            turn = await unit.turns.begin(turn_id)
        if turn is None:
            return
        structlog.contextvars.bind_contextvars(turn_id=turn_id, conversation_id=turn.conversation)
        fence = Fence(turn.id, turn.attempt)
        events = EventWriter(self.units, turn.scope, fence)
        lang = language_of(turn.text, default=turn.scope.lang)
        speaking = replace(turn.scope, lang=lang)
        run = TurnRun(speaking, turn.conversation, turn.message, fence, lang, events)
        try:
            with TURN_SECONDS.time():
                await self._answer(turn, run)
        except Superseded:
            log.info("turn.superseded", attempt=fence.attempt)
        finally:
            await events.close()
            structlog.contextvars.unbind_contextvars("turn_id", "conversation_id")

    async def _answer(self, turn: Turn, run: TurnRun) -> None:
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
        async with self.units.unit(turn.scope, fence=run.fence) as unit:
            conversation = await unit.conversations.by_id(turn.conversation)
            rolled = roll(conversation.summary if conversation else "", said=turn.text, calls=reply.tool_calls)
            await unit.conversations.summarise(turn.conversation, summary=rolled)
            for record in run.tool_records:
                await unit.turns.record_tool_call(run.fence, record)
            await unit.turns.end(run.fence, reply=reply, failed=failed, now=unit.now)
        TURNS.labels(reply.planner or "none", "failed" if failed else "answered").inc()

    def _tell(self, failure: AppError, run: TurnRun) -> str:
        key = failure.text_key if failure.text_key in self.texts else "unexpected"
        return self.texts.say(key, run.lang, **failure.facts)
