"""Who may talk on an outside channel, and which answers have gone there; given to a channel when it is put together."""

from dataclasses import dataclass
from typing import Protocol

from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody says something on a channel. `user` and `chat` are the channel's own ids; text without the mention."""

    user: str
    chat: str
    is_group: bool
    text: str


@dataclass(frozen=True, slots=True)
class Guest:
    """A known member in a known chat. `team_zone` renders times; `demo_mark` stands on every answer, or is empty."""

    scope: Scope
    team_zone: str
    demo_mark: str = ""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """What the person is told instead of an answer; it holds no data. Empty: nothing at all."""

    text: str


class Entrance(Protocol):
    """Asked before anything somebody says is stored."""

    async def enter(self, visitor: Visitor) -> Guest | TurnedAway:
        """Prove the scope from rows alone, never from text."""
        ...


class AnswersOnce(Protocol):
    """What somebody said is answered once, however often it arrives and by however many processes it is heard."""

    async def claim(self, scope: Scope, outside_id: str) -> bool:
        """True for the first who asks for this message's answer; durable before it returns."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person thought of an answer: good | bad | withdrawn, with reasons as the channel names them."""

    answer: str
    user: str
    verdict: str
    reasons: tuple[str, ...] = ()
    text: str = ""


class Judgements(Protocol):
    """Where judgements are kept as signals of quality."""

    async def keep(self, judgement: Judgement) -> None:
        """Keep one; the same person's later one replaces it."""
        ...
