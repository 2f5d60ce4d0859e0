"""Follows turns from any process: events travel in notices, rows fill every gap."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from memory.domain.chat import TurnEvent
from memory.domain.errors import NotFound
from memory.domain.ids import TurnId
from memory.domain.workspace import Scope
from memory.repositories.turns import TurnRepository
from memory.turn_notice import from_notice, topic_of
from memory.wakeups import Wakeups

_LOOK_EVERY_SECONDS = 15.0
_FIRST_LOOK_SECONDS = 0.2  # a turn that begins meanwhile tells of itself from its first event on, and no row is read


class HasTurnRows(Protocol):
    """A unit with turns."""

    turn_rows: TurnRepository


class OpensTurnRows(Protocol):
    """Opens units with turns."""

    def unit(self, scope: Scope) -> AbstractAsyncContextManager[HasTurnRows]:
        """See `memory.domain.stores.Units.unit`."""
        ...


class TurnEventFollower:
    """Satisfies `memory.domain.chat_stores.TurnEvents` for one process, over its one LISTEN connection."""

    def __init__(self, units: OpensTurnRows, wakeups: Wakeups) -> None:
        self._units = units
        self._wakeups = wakeups

    async def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """Yield events with seq > `after` as they are committed; ends with the turn.

        Raises:
            NotFound: the scope has no such turn (not retryable).
        """
        with self._wakeups.bell(topic_of(turn)) as bell:
            heard = await bell.heard(within_seconds=_FIRST_LOOK_SECONDS) if after == 0 else None
            while True:
                noticed = from_notice(turn, heard) if heard else None
                if noticed is not None and noticed.seq == after + 1:
                    events, ended = [noticed], noticed.is_last
                elif noticed is not None and noticed.seq <= after:
                    events, ended = [], False
                else:
                    events, ended = await self._read(scope, turn, after)
                for event in events:
                    after = event.seq
                    yield event
                    if event.is_last:
                        return
                if ended:
                    return
                heard = await bell.heard(within_seconds=_LOOK_EVERY_SECONDS)

    async def _read(self, scope: Scope, turn: TurnId, after: int) -> tuple[list[TurnEvent], bool]:
        async with self._units.unit(scope) as unit:
            found = await unit.turn_rows.since(turn, after=after)
        if found is None:
            raise NotFound("turn_not_found", turn=turn)
        return found
