"""Protocols over the office's own records: counters and quotas, who did what, files made for a member."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


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


class CounterStore(Protocol):
    """Counts per tenant and day (searches, active creators, invites, messages), from the start."""

    async def bump(self, name: str, by: int = 1) -> None:
        """Add to today's counter."""
        ...

    async def today(self) -> dict[str, int]:
        """Today's counters."""
        ...

    async def quota(self) -> list[QuotaStatus]:
        """What each brand of the scope may still send."""
        ...


class AuditStore(Protocol):
    """Who did what, when, to which row; enough to undo."""

    async def record(self, event: str, *, subject: str, before: object = None, after: object = None) -> None:
        """Write one event; values are JSON-shaped."""
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
