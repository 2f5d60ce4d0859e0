"""Qdrant's engine inside this process, over a folder that only this process has open.

The library raises a bare `Exception` for everything; nothing here catches it. A folder that cannot be opened ends
the keeper, which leaves its "opening" mark behind (see `keeper/folder.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import qdrant_edge as edge
from qdrant_client import models

from memory.creator_index.edge_models import to_edge_filter, to_edge_point, to_edge_request
from memory.creator_index.engine import Found, Stored
from memory.creator_index.points import INTEGER_FIELDS, KEYWORD_FIELDS, NAME_VECTOR, TEXT_VECTOR

FLUSH_EVERY = 5_000  # points; until then the write-ahead log alone holds them


@dataclass(slots=True)
class EdgeEngine:
    """One open shard. Requests take milliseconds and hold the interpreter meanwhile, so none of them yields."""

    shard: edge.EdgeShard
    unflushed: int = 0

    @classmethod
    def create(cls, folder: Path, *, dimension: int) -> "EdgeEngine":
        """Make an empty shard. Payload indexes come first: they are linked into the graph only if they precede it."""
        folder.mkdir(parents=True)
        shard = edge.EdgeShard.create(
            str(folder),
            edge.EdgeConfig(
                vectors={TEXT_VECTOR: edge.EdgeVectorParams(dimension, edge.Distance.Cosine)},
                sparse_vectors={NAME_VECTOR: edge.EdgeSparseVectorParams()},
            ),
        )
        for field in KEYWORD_FIELDS:
            schema = edge.KeywordIndexParams(is_tenant=field == "tenant")
            shard.update(edge.UpdateOperation.create_field_index(field, schema))
        for field in INTEGER_FIELDS:
            shard.update(edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Integer))
        shard.flush()
        return cls(shard)

    @classmethod
    def load(cls, folder: Path) -> "EdgeEngine":
        """Open a shard, replaying what a killed process had not flushed."""
        return cls(edge.EdgeShard.load(str(folder)))

    @property
    def name(self) -> str:
        """See `Engine.name`."""
        return "qdrant-edge"

    async def query(self, requests: Sequence[models.QueryRequest]) -> list[list[Found]]:
        """See `Engine.query`."""
        batch = edge.QueryBatchRequest([to_edge_request(request) for request in requests])
        return [
            [Found(int(point.id), point.score, point.payload or {}) for point in points]
            for points in self.shard.query_batch(batch)
        ]

    async def count(self, filters: Sequence[models.Filter]) -> list[int]:
        """See `Engine.count`. Always exact: the engine's estimate is a quarter too low."""
        return [self.shard.count(edge.CountRequest(exact=True, filter=to_edge_filter(one))) for one in filters]

    async def read(self, point: int) -> Stored | None:
        """See `Engine.read`."""
        for record in self.shard.retrieve([point], with_payload=["tenant"], with_vector=[TEXT_VECTOR]):
            vectors = record.vector
            if isinstance(vectors, dict) and isinstance(vector := vectors[TEXT_VECTOR], list):
                return Stored(
                    point,
                    [part for part in vector if isinstance(part, float)],
                    str((record.payload or {}).get("tenant")),
                )
        return None

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        """See `Engine.upsert`."""
        self.shard.update(edge.UpdateOperation.upsert_points([to_edge_point(point) for point in points]))
        self.unflushed += len(points)
        if self.unflushed >= FLUSH_EVERY:
            self.flush()

    async def delete(self, points: Sequence[int]) -> None:
        """See `Engine.delete`."""
        self.shard.update(edge.UpdateOperation.delete_points(list(points)))

    async def size(self) -> int:
        """See `Engine.size`. Deleted points are not counted."""
        return self.shard.count(edge.CountRequest(exact=True))

    def optimize(self) -> None:
        """Build the search graph over what was added; freezes this process, seconds for a hundred thousand."""
        self.shard.optimize()

    def flush(self) -> None:
        """Write everything to disk."""
        self.shard.flush()
        self.unflushed = 0

    def close(self) -> None:
        """Flush and let go of the folder."""
        self.flush()
        self.shard.close()
