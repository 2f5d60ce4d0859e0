"""What one attempt at a turn carries besides its state: whose it is, and where its events go."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Fence
from memory.domain.ids import ConversationId, MessageId
from memory.domain.workspace import Lang, Scope
from tools.contract import TurnContext


class Events(Protocol):
    """Where a running turn says what it does."""

    def add(self, kind: TurnEventKind, data: dict[str, JsonValue]) -> Awaitable[None]:
        """Add an event; those of 80 ms travel together."""
        ...


@dataclass(slots=True)
class TurnRun:
    """One attempt. `reply` and `tool_records` are what the nodes leave for the turn to store when it ends.

    `summary` is the conversation's so far.
    """

    scope: Scope
    conversation: ConversationId
    message: MessageId
    fence: Fence
    lang: Lang
    events: Events
    summary: str = ""
    reply: Reply | None = None
    tool_records: list[dict[str, JsonValue]] = field(default_factory=list)

    def context(self, said: tuple[str, ...]) -> TurnContext:
        """What a tool is told of the turn."""
        return TurnContext(
            scope=self.scope,
            conversation=self.conversation,
            fence=self.fence,
            lang=self.lang,
            occasion=f"turn:{self.fence.turn}",
            said=said,
        )
