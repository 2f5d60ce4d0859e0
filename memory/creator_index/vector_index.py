"""The creator index over any engine, for vectors already made. Adds the tenant's wall to everything it asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from qdrant_client import models

from memory.creator_index.blending import blend, by_meaning, by_name, order_pool
from memory.creator_index.engine import Engine, Found
from memory.creator_index.points import PUBLIC, tenant_mark, to_point
from memory.creator_index.query import (
    SORT_FIELDS,
    STANDING_FIELD,
    is_unknown,
    named,
    narrowed,
    nearest,
    ordered,
    to_filter,
)
from memory.creator_index.tokens import name_vector
from memory.domain.creator import NEAR_TOPIC, CreatorQuery, Hit, IndexEntry, Sort
from memory.domain.errors import NotFound
from memory.domain.ids import CreatorId, TenantId

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Answers `CreatorIndex` questions whose topics and texts come with their vectors."""

    engine: Engine

    async def search(
        self, query: CreatorQuery, *, vector: Vector | None, tenant: TenantId, limit: int, offset: int = 0
    ) -> list[Hit]:
        """See `CreatorIndex.search`; `vector` is the topic's, None without one."""
        matching = to_filter(query, tenant=tenant)
        if query.sort is not Sort.RELEVANCE and vector is None:
            return await self._in_order(query, matching, limit=limit, offset=offset)
        if query.sort is not Sort.RELEVANCE and vector is not None:
            field = SORT_FIELDS[query.sort]
            pool = await self._one(nearest(vector, matching, limit=NEAR_TOPIC, payload=[field]))
            return order_pool(pool, field, ascending=query.ascending)[offset : offset + limit]
        names = name_vector(query.names)
        if vector is None and names.is_empty:
            found = await self._one(
                ordered(STANDING_FIELD, matching, ascending=query.ascending, limit=limit, offset=offset)
            )
            return [Hit(CreatorId(point.id), float(point.number(STANDING_FIELD) or 0), None) for point in found]
        reach = offset + limit
        if names.is_empty and vector is not None:
            return by_meaning(await self._one(nearest(vector, matching, limit=reach)))[offset:]
        if vector is None:
            return by_name(await self._one(named(names, matching, limit=reach)))[offset:]
        meant, called = await self.engine.query(
            [nearest(vector, matching, limit=reach), named(names, matching, limit=reach)]
        )
        return blend(meant, called, names=names)[offset:reach]

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> list[Hit]:
        """See `CreatorIndex.similar`.

        Raises:
            NotFound: the index holds no such creator that the tenant may see (not retryable).
        """
        stored = await self.engine.read(int(creator))
        if stored is None or stored.tenant not in (PUBLIC, tenant_mark(tenant)):
            raise NotFound("creator_not_found", creator=int(creator))
        others = narrowed(to_filter(query, tenant=tenant), models.HasIdCondition(has_id=[int(creator)]), holds=False)
        return by_meaning(await self._one(nearest(stored.vector, others, limit=limit)))

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> list[int]:
        """See `CreatorIndex.count`."""
        return await self.engine.count([to_filter(query, tenant=tenant) for query in queries])

    async def upsert(self, entries: Sequence[IndexEntry], vectors: Sequence[Vector]) -> None:
        """Store entries with the vectors of their texts, in the same order."""
        await self.engine.upsert([to_point(entry, vector) for entry, vector in zip(entries, vectors, strict=True)])

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `CreatorIndex.delete`."""
        await self.engine.delete([int(creator) for creator in ids])

    async def _one(self, request: models.QueryRequest) -> list[Found]:
        return (await self.engine.query([request]))[0]

    async def _in_order(self, query: CreatorQuery, matching: models.Filter, *, limit: int, offset: int) -> list[Hit]:
        """Every match in exact order, then those whose number is unknown, best standing first."""
        field = SORT_FIELDS[query.sort]
        known = await self._one(ordered(field, matching, ascending=query.ascending, limit=limit, offset=offset))
        hits = [Hit(CreatorId(point.id), float(point.number(field) or 0), None) for point in known]
        if len(hits) == limit:
            return hits
        unknown = narrowed(matching, is_unknown(field))
        passed = 0
        if not hits and offset:
            [known_total] = await self.engine.count([narrowed(matching, is_unknown(field), holds=False)])
            passed = max(0, offset - known_total)
        rest = await self._one(
            ordered(STANDING_FIELD, unknown, ascending=False, limit=limit - len(hits), offset=passed)
        )
        return hits + [Hit(CreatorId(point.id), 0.0, None) for point in rest]
