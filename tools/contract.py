"""What a tool is: a name, an effect, closed arguments and a function. Plus the text model a tool may be handed.

The catalogue holds nothing that sends, spends or approves (docs/architecture.md, promise 1): there is no such effect.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

from memory.domain.chat_stores import Fence
from memory.domain.ids import ConversationId
from memory.domain.workspace import Lang, Scope


class Effect(StrEnum):
    """What a call may do. Reads may run side by side; changes run only for the member's own message."""

    READS = "reads"
    DRAFTS = "drafts"
    CHANGES = "changes"


class Arguments(BaseModel):
    """Root of every tool's arguments: closed, immutable; an unknown field is the planner's mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class TurnContext:
    """On whose behalf and in which turn a tool runs.

    `fence` guards every write of the turn: open units with `units.unit(turn.scope, fence=turn.fence)`.
    `occasion` is unique per call within the turn and stable over its attempts: `unit.first_time(turn.occasion)`
    makes a change happen once. `said` holds what the member wrote, oldest first, the present message last.
    """

    scope: Scope
    conversation: ConversationId
    fence: Fence
    lang: Lang
    occasion: str
    said: tuple[str, ...] = field(default=())


class TextModel(Protocol):
    """Any language model, as drafting, translation and summary see it. Contacts are masked behind this door."""

    async def write(self, *, system: str, user: str, purpose: str, max_tokens: int = 800) -> str:
        """Return the model's text. Raises Unavailable (retryable) or Refused (budget spent, wrong key)."""
        ...

    async def write_json(
        self, *, system: str, user: str, purpose: str, schema: dict[str, JsonValue], max_tokens: int = 1200
    ) -> dict[str, JsonValue]:
        """Return an object that satisfies the JSON schema. Raises as `write`; Refused when it never does."""
        ...


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """A tool is data with a function inside.

    `run` returns a domain noun or one of the tool's result types; `agent/cards.py` knows how each is shown and
    what little of it the planner sees. Failures are `AppError`s: BadRequest goes back to the planner,
    Unavailable may be tried again, Refused and NotAllowed are told to the person.
    """

    name: str
    effect: Effect
    arguments: type[A]
    run: Callable[[A, TurnContext], Awaitable[object]]
    about: str = ""  # one line for a model: when to use it
