"""Whom a channel may let in: satisfied by `agent/binding/door.py`, which alone knows who is bound to what."""

from dataclasses import dataclass
from typing import Protocol

from memory.domain.bindings import Arrival
from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class Admitted:
    """A bound member in a bound chat; everything that follows happens in this scope, in the language they write in.

    `team_zone` renders times. `demo_mark`: empty in a real workspace; `brand`: what the chat is about by name, empty
    where the member has but one.
    """

    scope: Scope
    team_zone: str
    demo_mark: str = ""
    brand: str = ""

    @property
    def mark(self) -> str:
        """What stands on every answer; may be empty."""
        return " · ".join(filter(None, (self.demo_mark, self.brand)))


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """What the person is told instead of an answer; it holds no data. Plain text."""

    text: str


Entry = Admitted | TurnedAway


class Door(Protocol):
    """Asked by a channel before anything somebody says is stored."""

    async def enter(self, arrival: Arrival) -> Entry:
        """Prove the scope from rows alone; a line that is a bind code is carried out here.

        Raises NotFound("no_such_channel") for one that is off or not there, Misconfigured when codes cannot be read.
        """
        ...

    async def known(self, arrival: Arrival) -> Admitted | None:
        """Who is bound there, whatever the text; None for anybody else, who gets no code by it.

        Raises NotFound("no_such_channel") for a channel that is off or not there.
        """
        ...
