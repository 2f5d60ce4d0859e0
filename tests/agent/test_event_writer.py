"""A turn's events reach its followers within 80 ms of being said, whatever is being written meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from agent.turn import EventWriter
from memory.domain.chat import TurnEventKind
from memory.domain.chat_stores import Fence, NewEvent, Superseded
from memory.domain.ids import BrandId, MemberId, TenantId, TurnId
from memory.domain.stores import Units
from memory.domain.workspace import Role, Scope

_SCOPE = Scope(TenantId(1), BrandId(1), MemberId(1), Role.OPERATOR)
_STEP: NewEvent = (TurnEventKind.STEP, {"name": "search_creators"})
_DONE: NewEvent = (TurnEventKind.STEP_DONE, {"name": "search_creators", "ok": True})


@dataclass
class SlowTurns:
    """Stores events; a write ends when it is let go."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    written: asyncio.Queue[list[NewEvent]] = field(default_factory=asyncio.Queue)
    failure: Exception | None = None

    async def add_events(self, fence: Fence, events: Sequence[NewEvent]) -> None:
        self.begun.set()
        await self.let_go.wait()
        if self.failure is not None:
            raise self.failure
        self.written.put_nowait(list(events))

    @property
    def turns(self) -> "SlowTurns":
        return self

    @asynccontextmanager
    async def unit(self, scope: Scope) -> AsyncIterator["SlowTurns"]:
        yield self


def _writer(turns: SlowTurns) -> EventWriter:
    return EventWriter(cast(Units, turns), _SCOPE, Fence(TurnId(1), 1))


async def _next(turns: SlowTurns) -> list[NewEvent]:
    async with asyncio.timeout(5):
        return await turns.written.get()


async def test_what_is_said_during_a_write_is_written_without_anything_more_being_said() -> None:
    turns = SlowTurns()
    writer = _writer(turns)
    await writer.add(*_STEP)
    await turns.begun.wait()
    await writer.add(*_DONE)
    turns.let_go.set()
    assert [await _next(turns), await _next(turns)] == [[_STEP], [_DONE]]
    await writer.close()


async def test_text_of_one_breath_travels_as_one_event() -> None:
    turns = SlowTurns()
    turns.let_go.set()
    writer = _writer(turns)
    for piece in ("a", "b", "c"):
        await writer.add(TurnEventKind.TEXT, {"text": piece})
    assert await _next(turns) == [(TurnEventKind.TEXT, {"text": "abc"})]
    await writer.close()


async def test_what_was_not_written_yet_is_handed_over_once() -> None:
    turns = SlowTurns()
    writer = _writer(turns)
    await writer.add(*_STEP)
    await writer.add(TurnEventKind.TEXT, {"text": "said in the answer"})
    assert await writer.rest() == [_STEP]
    assert await writer.rest() == []
    await writer.close()
    assert turns.written.empty()


async def test_an_overtaken_attempt_closes_without_a_word() -> None:
    turns = SlowTurns(failure=Superseded(turn=1))
    writer = _writer(turns)
    await writer.add(*_STEP)
    await turns.begun.wait()
    turns.let_go.set()
    assert await writer.rest() == []
    await writer.close()
