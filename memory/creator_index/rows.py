"""The walk over our own rows that fills an index, and the second walk that catches what changed meanwhile."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Protocol

from memory.domain.creator import IndexEntry
from memory.domain.ids import CreatorId

Rows = Callable[[], AsyncIterator[Sequence[IndexEntry]]]
Progress = Callable[[int], None]
Seen = dict[CreatorId, datetime]


class Fillable(Protocol):
    """The two writes of an index."""

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        ...

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `CreatorIndex.delete`."""
        ...


def silent(entries: int) -> None:
    """Show no progress."""


async def load_all(rows: Rows, index: Fillable, *, progress: Progress = silent) -> Seen:
    """Put every row into the index and remember which state of it went in."""
    seen: Seen = {}
    async for entries in rows():
        await index.upsert(entries)
        seen |= {entry.id: entry.updated_at for entry in entries}
        progress(len(seen))
    return seen


async def reconcile(rows: Rows, index: Fillable, *, seen: Seen) -> None:
    """Bring in rows that changed since `seen` and drop those that are gone.

    Compares states, not clocks: a demo workspace's clock is moved by hand.
    """
    gone = set(seen)
    async for entries in rows():
        gone -= {entry.id for entry in entries}
        changed = [entry for entry in entries if seen.get(entry.id) != entry.updated_at]
        if changed:
            await index.upsert(changed)
    if gone:
        await index.delete(sorted(gone))
