"""The writes of a load to the keeper behind one link: two pages under way, so that nobody waits for the other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from memory.creator_index.keeper import wire
from memory.creator_index.keeper.link import Link
from memory.creator_index.keeper.loading import Loaders
from memory.creator_index.text import searchable
from memory.domain.creator import IndexEntry
from memory.domain.ids import CreatorId
from memory.domain.stores import Embedder

_ENTRIES_PER_REQUEST = 256
_LONG_LOAD = 1_000  # entries; below, the keeper is done before other processes have loaded the model


async def write(link: Link, entries: Sequence[IndexEntry], vectors: Sequence[str] | None, *, seconds: float) -> None:
    """Have the keeper store entries, with their packed vectors or (None) with those it makes itself.

    Raises:
        Unavailable: no answer in time, or no keeper (retryable).
    """
    for start in range(0, len(entries), _ENTRIES_PER_REQUEST):
        end = start + _ENTRIES_PER_REQUEST
        some = None if vectors is None else list(vectors[start:end])
        await link.ask(wire.Upsert(list(entries[start:end]), some), seconds=seconds)


async def embedded(entries: Sequence[IndexEntry], embedder: Embedder) -> list[str]:
    """The entries' vectors as they travel, made by an embedder of this process."""
    return [wire.pack_vector(vector) for vector in await embedder.embed([searchable(entry) for entry in entries])]


@dataclass(slots=True)
class Filling:
    """Satisfies `Fillable`. While one page is written the next one is embedded, a long load's on every core.

    What failed is raised by a later call, `finish` at the latest; nothing after it is written.
    """

    link: Link
    seconds: float
    embedder: Embedder | None = None
    _taken: int = 0
    _last: asyncio.Task[None] | None = None
    _loaders: Loaders = field(default_factory=Loaders)

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `Fillable.upsert`; returns when the page before this one is written."""
        self._taken += len(entries)
        before = self._last
        self._last = asyncio.create_task(self._put(entries, before, is_long=self._taken >= _LONG_LOAD))
        if before is not None:
            await before

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `Fillable.delete`."""
        await self.finish()
        await self.link.ask(wire.Delete(list(ids)), seconds=self.seconds)

    async def finish(self) -> None:
        """Wait until everything is written."""
        if self._last is not None:
            await self._last

    async def close(self) -> None:
        """End what the load started, finished or not."""
        if self._last is not None:
            self._last.cancel()
            await asyncio.gather(self._last, return_exceptions=True)
        await self._loaders.close()

    async def _put(self, entries: Sequence[IndexEntry], before: asyncio.Task[None] | None, *, is_long: bool) -> None:
        vectors = None
        if self.embedder is not None:
            vectors = await embedded(entries, self.embedder)
        elif is_long:
            vectors = await self._loaders.pack(entries)
        if before is not None:
            await before
        await write(self.link, entries, vectors, seconds=self.seconds)
