"""What a platform offers behind its adapter: creators to read, messages to send, answers to collect."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from memory.domain.creator import Creator, CreatorFacts
from memory.domain.ids import BrandId
from memory.domain.outreach import Channel, Flag, SendTicket
from memory.domain.sales import ContentPost, Sale


class SendFate(StrEnum):
    """What a platform says became of a message."""

    ACCEPTED = "accepted"
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message the platform accepted, under its own id."""

    outside_id: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a creator wrote, under the platform's id. `text` is foreign.

    `brand`: whose shop they wrote to, where the platform has an inbox for each.
    """

    outside_id: str
    platform: str
    handle: str
    text: str
    written_at: datetime
    brand: BrandId | None = None


class Messenger(Protocol):
    """Sends one message to one creator, at most once per ticket."""

    @property
    def channel(self) -> Channel:
        """Which channel it serves."""
        ...

    def accepts(self, creator: Creator) -> Flag | None:
        """None when it can reach this creator, else why not (key "no_channel")."""
        ...

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """Send.

        Raises:
            Unavailable: nothing was accepted (throttled, down); may be tried again later (retryable).
            Refused: the platform rejected the creator or the text for good.
            Unclear: ended without an answer; ask `fate` before anything else.
        """
        ...

    async def fate(self, ticket: SendTicket) -> SendFate:
        """Ask what became of a ticket whose send ended unclear. Raises Unavailable (retryable)."""
        ...


class AnswerSource(Protocol):
    """Collects what creators wrote since a cursor."""

    @property
    def name(self) -> str:
        """Names its cursor."""
        ...

    async def answers(self, *, after: str | None, now: datetime) -> tuple[Sequence[Answer], str | None]:
        """Answers written up to `now` after a cursor, oldest first, and the new cursor. Raises Unavailable."""
        ...

    async def next_due(self) -> datetime | None:
        """When something next happens there, if it can tell: how far a demo clock may jump."""
        ...


class CreatorSource(Protocol):
    """Lists creators of a platform."""

    @property
    def name(self) -> str:
        """The provenance written on each creator."""
        ...

    def creators(self) -> AsyncIterator[Sequence[CreatorFacts]]:
        """Yield creators in batches. Raises Unavailable (retryable)."""
        ...


class SaleSource(Protocol):
    """Tells the sales of one shop; the same again may be told any number of times."""

    @property
    def name(self) -> str:
        """The provenance written on each line."""
        ...

    def sales(self) -> AsyncIterator[Sequence[Sale]]:
        """Yield sales in batches. Raises Unavailable (retryable)."""
        ...

    def posts(self) -> AsyncIterator[Sequence[ContentPost]]:
        """Yield posts that sell, in batches. Raises Unavailable (retryable)."""
        ...
