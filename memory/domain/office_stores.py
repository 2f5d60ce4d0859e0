"""Protocols over the office's own records: counters and quotas, who did what, files made for a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from memory.domain.contacts import ContactWeek
from memory.domain.ids import BrandId, CreatorId
from memory.domain.money import RateTable
from memory.domain.undo_stores import ChangeTrail


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """What may still be sent. `day_used` counts today's sends in the shop's zone, claims included."""

    brand: str
    minute_limit: int
    day_limit: int
    day_used: int
    planned: int
    held: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class DayActivity:
    """What a whole tenant did on one day of the workspace's clock, in UTC; every figure was counted as it happened.

    `messages` are those the platform accepted, `invites` the ones among them whose purpose is an invitation;
    `active_creators` were written to or wrote back, each counted once that day.
    """

    day: date
    searches: int = 0
    active_creators: int = 0
    invites: int = 0
    messages: int = 0
    replies: int = 0


class CounterStore(Protocol):
    """Counts per tenant and day (searches, active creators, invites, messages, replies), from the start."""

    async def bump(self, name: str, by: int = 1) -> None:
        """Add to today's counter."""
        ...

    async def today(self) -> dict[str, int]:
        """Today's counters."""
        ...

    async def activity(self, *, days: int) -> list[DayActivity]:
        """Today and the days before it (`days` in all) on which something was counted, newest first.

        Empty for a member of one brand: the counts are those of every brand.
        """
        ...

    async def contacts(self, brand: BrandId, creators: Sequence[CreatorId], *, zone: ZoneInfo) -> ContactWeek:
        """New contacts of a brand's present week in its shop's zone; promised ones, of later weeks too."""
        ...

    async def quota(self) -> list[QuotaStatus]:
        """What each brand of the scope may still send."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many subjects events were recorded of, and what the newest event says (None: there is none)."""

    count: int
    newest: Mapping[str, Any] | None


class AuditStore(ChangeTrail, Protocol):
    """Who did what, when, to which row; enough to undo."""

    async def record(self, event: str, *, subject: str, before: object = None, after: object = None) -> None:
        """Write one event; values are JSON-shaped."""
        ...

    async def record_each(self, event: str, after: Mapping[str, object]) -> None:
        """Write the same event of several subjects at once: subject → what holds of it now."""
        ...

    async def recorded(self, event: str, *, beginning: str, since: datetime) -> Recorded:
        """Events of one kind since a moment whose subjects begin so."""
        ...


class KnowledgeStore(Protocol):
    """The dated exchange table."""

    async def rates(self) -> RateTable:
        """The newest table."""
        ...


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A small file kept in a row until it is fetched: an export."""

    key: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


class FileStore(Protocol):
    """Files made for a member, reachable by an unguessable key within the scope."""

    async def keep(self, *, name: str, media_type: str, content: bytes) -> StoredFile:
        """Keep a file (at most 20 MB)."""
        ...

    async def read(self, key: str) -> StoredFile | None:
        """Read one back."""
        ...
