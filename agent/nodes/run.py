"""What one attempt at a turn carries besides its state: whose it is, and where its events go."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Fence, Message
from memory.domain.creator import Shortlist
from memory.domain.ids import ConversationId, MessageId
from memory.domain.offer import Product
from memory.domain.outreach import Batch
from memory.domain.product_stores import Preference
from memory.domain.workspace import Brand, Lang, Scope
from tools.contract import TurnContext


class Events(Protocol):
    """Where a running turn says what it does."""

    def add(self, kind: TurnEventKind, data: dict[str, JsonValue]) -> Awaitable[None]:
        """Add an event; those of 80 ms travel together."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """What stands in the books of a conversation as a turn begins; `lines` are the newest, oldest first."""

    now: datetime
    lines: Sequence[Message] = ()
    shortlist: Shortlist | None = None
    batches: Sequence[Batch] = ()
    products: Sequence[Product] = ()
    preferences: Sequence[Preference] = ()
    brands: Sequence[Brand] = ()


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
    remembered: Remembered
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
