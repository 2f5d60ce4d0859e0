"""Protocols of a member's own changes: what they were, and their state before, to go back to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from memory.domain.ids import BrandId, CreatorId, DraftId
from memory.domain.outreach import DraftVersion

Snapshot = Mapping[str, Any]  # JSON-shaped, as the audit trail keeps it


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the audit trail. `subject` names a row: "creator:7"."""

    id: int
    event: str
    subject: str
    brand: BrandId | None
    before: Snapshot | None
    after: Snapshot | None

    @property
    def row(self) -> int:
        """The id in its subject."""
        return int(self.subject.rpartition(":")[2])


class ChangeTrail(Protocol):
    """The scope member's own changes."""

    async def last_change(
        self, events: Collection[str], *, since: datetime, but: Collection[int] = (), of: int | None = None
    ) -> list[Change]:
        """The newest change of these kinds that was not undone, locked: all that was written in one transaction.

        `but`: ids that are passed over; `of`: instead of the newest, the change this id belongs to.
        """
        ...

    async def was_refused(self, change: Change) -> bool:
        """Whether the member was told already that this change is not reversed."""
        ...

    async def mark_refused(self, change: Change, *, why: str) -> None:
        """Remember that the member is told so in this transaction; `why` is the key of the reason."""
        ...

    async def mark_undone(self, changes: Sequence[Change]) -> None:
        """Remember that changes were reversed; what this transaction wrote to reverse them is no change of its own."""
        ...


class RelationHistory(Protocol):
    """Earlier states of relations."""

    async def restore(self, changes: Sequence[Change]) -> list[CreatorId]:
        """Bring relations back to how they were before; creators changed since (then nothing is brought back)."""
        ...


class VersionHistory(Protocol):
    """Earlier versions of drafts."""

    async def version(self, draft: DraftId, number: int) -> DraftVersion | None:
        """One version of a draft."""
        ...
