"""Protocols over digests: a conversation's subscription, and who has one due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from memory.domain.cards import ChartCard
from memory.domain.digests import News, Subscription, Wish
from memory.domain.ids import BrandId, ConversationId, DigestId, MemberId, TenantId, TurnId
from memory.domain.places import Place


class DigestStore(Protocol):
    """Digests of the scope's conversations."""

    async def of(self, conversation: ConversationId) -> Subscription | None:
        """A conversation's subscription, on or off."""
        ...

    async def save(self, conversation: ConversationId, wish: Wish) -> Subscription:
        """Make it, or change it: the next digest is the first of the new times that is still to come."""
        ...

    async def place_of(self, turn: TurnId) -> Place | None:
        """The chat outside in which a turn was asked for; None on our own pages and in the terminal."""
        ...

    async def speaks_in(self, place: Place) -> bool:
        """Whether we may speak first in a chat."""
        ...

    async def reaches_team(self) -> bool:
        """Whether a channel could carry a digest to the brand's team."""
        ...

    async def next_due(self) -> datetime | None:
        """When the scope's next one is due."""
        ...

    async def lock(self, digest: DigestId) -> Subscription | None:
        """One that is on, until the transaction ends; None where another holds it or it is off."""
        ...

    async def claim(self, digest: DigestId, day: date, *, due_at: datetime) -> bool:
        """Whether this day's digest is this transaction's to make: one alone ever is."""
        ...

    async def skip(self, digest: DigestId, days: Sequence[date]) -> None:
        """These days' digests are not made any more."""
        ...

    async def go_on(self, subscription: Subscription, day: date) -> None:
        """The next one is that day's."""
        ...

    async def news(self, digest: DigestId, day: date) -> News:
        """What a day's digest says of those before it."""
        ...

    async def push(self, subscription: Subscription, day: date, *, text: str, chart: ChartCard | None = None) -> bool:
        """Have a claimed digest pushed: into the chat that asked, else to the brand's team, once a day and brand.

        A picture of the chart follows it.
        """
        ...


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A subscription with a digest due, whose it is, and the chat outside that asked for it. `about`: the one brand."""

    id: DigestId
    tenant: TenantId
    member: MemberId
    brand: BrandId | None
    place: Place | None = None
    about: BrandId | None = None


class AnyDigestStore(Protocol):
    """Digests of everybody."""

    async def due(self, *, now: datetime, after: DigestId, limit: int) -> Sequence[DueDigest]:
        """Those due, by id, beyond `after`."""
        ...

    async def turn_off(self, digest: DigestId) -> None:
        """Its member is gone, or works for its brand no more."""
        ...
