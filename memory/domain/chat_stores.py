"""Protocols over stored conversations, messages and turns."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue

from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.errors import AppError
from memory.domain.ids import BrandId, ConversationId, MemberId, MessageId, TurnId
from memory.domain.workspace import Scope


class Superseded(AppError):
    """Another attempt owns the turn; this one must stop without a word."""

    key = "superseded"


@dataclass(frozen=True, slots=True)
class Fence:
    """The attempt that writes: a turn's fencing token."""

    turn: TurnId
    attempt: int


NewEvent = tuple[TurnEventKind, dict[str, JsonValue]]
"""An event not numbered yet."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What an attempt leaves behind: its answer, events not written yet, what it called, the rolling summary.

    `summary` None leaves the conversation's as it is. A tool call holds name, arguments, outcome and milliseconds.
    """

    reply: Reply
    failed: bool = False
    events: Sequence[NewEvent] = ()
    tool_calls: Sequence[dict[str, JsonValue]] = ()
    summary: str | None = None


class Author(StrEnum):
    """Who said a line of a transcript."""

    MEMBER = "member"
    DAREN = "daren"
    NOTICE = "notice"  # Daren on its own: a creator answered, a send failed


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a transcript. A member's has text alone; Daren's is a whole Reply, of the turn it answers."""

    id: MessageId
    author: Author
    reply: Reply
    at: datetime
    turn: TurnId | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of one member in one chat, bound to a brand (None: all of them)."""

    id: ConversationId
    member: MemberId
    brand: BrandId | None
    connector: str
    title: str
    summary: str
    updated_at: datetime
    unread: int = 0


class TurnState(StrEnum):
    """Where a turn is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message being answered, and its conversation's summary so far.

    `scope` is the sender's, rebuilt from rows when an attempt begins.
    """

    id: TurnId
    conversation: ConversationId
    message: MessageId
    text: str
    state: TurnState
    attempt: int
    scope: Scope
    summary: str = ""


class ConversationStore(Protocol):
    """Conversations and their transcripts."""

    async def find_or_start(self, *, connector: str, chat: str, now: datetime) -> Conversation:
        """Continue the newest conversation of the scope's member in a chat, or start one."""
        ...

    async def start(self, *, connector: str, chat: str, now: datetime, title: str = "") -> Conversation:
        """Start a new one."""
        ...

    async def by_id(self, conversation: ConversationId) -> Conversation | None:
        """One of the member's conversations."""
        ...

    async def mine(self, *, connector: str | None = None, limit: int = 50) -> list[Conversation]:
        """The member's conversations, newest first."""
        ...

    async def say(
        self, conversation: ConversationId, *, author: Author, reply: Reply, now: datetime, turn: TurnId | None = None
    ) -> MessageId:
        """Append a line."""
        ...

    async def transcript(
        self, conversation: ConversationId, *, before: MessageId | None = None, limit: int = 50
    ) -> list[Message]:
        """The newest lines (before one, when given), oldest first. Reading the very newest marks them as seen."""
        ...

    async def lines(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """The same lines without anybody having seen them. A conversation that is not there has none."""
        ...

    async def rename(self, conversation: ConversationId, *, title: str) -> None:
        """Give it a title."""
        ...


class TurnStore(Protocol):
    """Turns: unique by (connector, outside id), ended once."""

    async def add(
        self, conversation: ConversationId, *, text: str, connector: str, outside_id: str, now: datetime
    ) -> tuple[TurnId, bool]:
        """Store a member's message and its turn; (id, whether it is new). A repeat returns the first.

        Raises NotFound for a conversation that is not the scope's member's.
        """
        ...

    async def begin(self, turn: TurnId) -> Turn | None:
        """Start the next attempt: lock the row, raise `attempt`, drop unpublished work.

        None: already ended, or ended now because its member is gone or no longer works for its brand.
        """
        ...

    async def by_id(self, turn: TurnId) -> Turn | None:
        """Read one without starting it."""
        ...

    async def running(self, conversation: ConversationId) -> TurnId | None:
        """The newest turn of a conversation that has not ended."""
        ...

    async def add_events(self, fence: Fence, events: Sequence[NewEvent]) -> None:
        """Append events (numbered on from the last) and notify followers on commit. Raises Superseded."""
        ...

    async def end(self, fence: Fence, ending: Ending, *, now: datetime) -> None:
        """Store the answer and what came with it, publish what the turn drafted, end it. Raises Superseded."""
        ...

    async def record_model_call(self, turn: TurnId | None, call: dict[str, JsonValue]) -> None:
        """Keep tokens, cost and latency of one model call."""
        ...

    async def month_cost_micro_usd(self) -> int:
        """What the tenant's model calls cost since the first of the month (UTC), millionths of a dollar."""
        ...


class TurnEvents(Protocol):
    """Follows turns from any process."""

    def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """Yield events with seq > `after` as they are committed; ends with the turn. Raises NotFound."""
        ...
