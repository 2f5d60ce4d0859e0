"""A `CreatorIndex` made of a vector index and an embedder in this process: the server's, and the tests'."""

from collections.abc import Sequence
from dataclasses import dataclass

from memory.creator_index.text import searchable
from memory.creator_index.vector_index import VectorIndex
from memory.domain.creator import CreatorQuery, Hit, IndexEntry
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import Embedder, IndexInfo

BATCH = 128  # entries embedded and stored at once


@dataclass(frozen=True, slots=True)
class EmbeddedIndex:
    """See `CreatorIndex`. Every method raises Unavailable when engine or embedder does not answer."""

    vectors: VectorIndex
    embedder: Embedder

    async def search(self, query: CreatorQuery, *, tenant: TenantId, limit: int, offset: int = 0) -> Sequence[Hit]:
        """See `CreatorIndex.search`. The topic phrase is embedded alone."""
        vector = await topic_vector(query, self.embedder)
        return await self.vectors.search(query, vector=vector, tenant=tenant, limit=limit, offset=offset)

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> Sequence[Hit]:
        """See `CreatorIndex.similar`."""
        return await self.vectors.similar(creator, query, tenant=tenant, limit=limit)

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> Sequence[int]:
        """See `CreatorIndex.count`."""
        return await self.vectors.count(queries, tenant=tenant)

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            await self.vectors.upsert(batch, await self.embedder.embed([searchable(entry) for entry in batch]))

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `CreatorIndex.delete`."""
        await self.vectors.delete(ids)

    async def info(self) -> IndexInfo:
        """See `CreatorIndex.info`."""
        size = await self.vectors.engine.size()
        return IndexInfo(self.embedder.model, self.embedder.dimension, size, self.vectors.engine.name)


async def topic_vector(query: CreatorQuery, embedder: Embedder) -> Sequence[float] | None:
    """Embed a question's topic; None without one."""
    topic = query.topic.strip()
    return (await embedder.embed([topic]))[0] if topic else None
