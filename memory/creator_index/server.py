"""A Qdrant server or cluster, for many machines: one aliased collection, rebuilt beside itself and swapped in."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from httpx import TransportError
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.engine import Found, Stored
from memory.creator_index.manifest import REBUILD_COMMAND, Manifest, read_manifest
from memory.creator_index.points import INTEGER_FIELDS, KEYWORD_FIELDS, NAME_VECTOR, TEXT_VECTOR
from memory.creator_index.rows import Progress, Rows, load_all, reconcile, silent
from memory.creator_index.vector_index import VectorIndex
from memory.domain.creator import CreatorQuery, Hit, IndexEntry
from memory.domain.errors import Misconfigured, Unavailable
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import Embedder, IndexInfo

ALIAS = "daren_creators"
OLDEST = (1, 18)  # 1.16 ignored weighted fusion without an error; below 1.18 nothing of ours is tried


@dataclass(frozen=True, slots=True)
class ServerEngine:
    """See `Engine`. Every method raises Unavailable when the server does not answer (retryable)."""

    client: AsyncQdrantClient
    collection: str = ALIAS

    @property
    def name(self) -> str:
        """See `Engine.name`."""
        return "qdrant-server"

    async def query(self, requests: Sequence[models.QueryRequest]) -> list[list[Found]]:
        """See `Engine.query`."""
        async with answering():
            answers = await self.client.query_batch_points(self.collection, requests=list(requests))
        return [
            [Found(int(point.id), point.score, point.payload or {}) for point in answer.points] for answer in answers
        ]

    async def count(self, filters: Sequence[models.Filter]) -> list[int]:
        """See `Engine.count`. The server has no batch for it: the requests go out side by side."""
        async with answering():
            counted = await asyncio.gather(
                *(self.client.count(self.collection, count_filter=one, exact=True) for one in filters)
            )
        return [one.count for one in counted]

    async def read(self, point: int) -> Stored | None:
        """See `Engine.read`."""
        async with answering():
            records = await self.client.retrieve(
                self.collection, ids=[point], with_payload=["tenant"], with_vectors=[TEXT_VECTOR]
            )
        for record in records:
            if isinstance(record.vector, dict) and isinstance(vector := record.vector[TEXT_VECTOR], list):
                numbers = [part for part in vector if isinstance(part, float | int)]
                return Stored(point, numbers, str((record.payload or {}).get("tenant")))
        return None

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        """See `Engine.upsert`."""
        async with answering():
            await self.client.upsert(self.collection, points=list(points), wait=True)

    async def delete(self, points: Sequence[int]) -> None:
        """See `Engine.delete`."""
        async with answering():
            await self.client.delete(
                self.collection, points_selector=models.PointIdsList(points=list(points)), wait=True
            )

    async def size(self) -> int:
        """See `Engine.size`."""
        async with answering():
            return (await self.client.count(self.collection, exact=True)).count


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Turn a server's silence into Unavailable and its refusal of our key into Misconfigured."""
    try:
        yield
    except UnexpectedResponse as error:
        if error.status_code in (401, 403):
            raise Misconfigured("index_server_refused", status=error.status_code) from error
        raise Unavailable("index_unavailable") from error
    except (ApiException, TransportError, ConnectionError) as error:
        raise Unavailable("index_unavailable") from error


async def open_server_index(
    *, url: str, api_key: str | None, embedder: Embedder, timeout_seconds: int = 5
) -> "ServerIndex":
    """Connect, check the server's version, and make the collection if there is none.

    Raises:
        Unavailable: no answer (retryable).
        Misconfigured: the server is older than 1.18, rejects the key, or holds another embedding's index.
    """
    # Our own check of the version is stricter than the client's warning.
    client = AsyncQdrantClient(url=url, api_key=api_key, timeout=timeout_seconds, check_compatibility=False)
    async with answering():
        demand_version((await client.info()).version)
    index = ServerIndex(EmbeddedIndex(VectorIndex(ServerEngine(client)), embedder), client)
    await index.prepare()
    return index


def demand_version(version: str) -> None:
    """Refuse a server too old to be trusted. Raises Misconfigured (not retryable)."""
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        raise Misconfigured("index_server_too_old", version=version, oldest=".".join(map(str, OLDEST)))


@dataclass(frozen=True, slots=True)
class ServerIndex:
    """See `CreatorIndex`: an alias over a collection that carries its manifest."""

    index: EmbeddedIndex
    client: AsyncQdrantClient

    async def prepare(self) -> None:
        """Make the first collection, or check the present one. Raises as `open_server_index`."""
        async with answering():
            if not await self.client.collection_exists(ALIAS):
                await self._point_alias_at(await self._create())
            config = (await self.client.get_collection(ALIAS)).config
        manifest = read_manifest(json.dumps(config.metadata or {}))
        if manifest is None:
            raise Misconfigured("index_damaged", command=REBUILD_COMMAND)
        manifest.demand(model=self.index.embedder.model, dimension=self.index.embedder.dimension)

    async def search(self, query: CreatorQuery, *, tenant: TenantId, limit: int, offset: int = 0) -> Sequence[Hit]:
        """See `CreatorIndex.search`."""
        return await self.index.search(query, tenant=tenant, limit=limit, offset=offset)

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> Sequence[Hit]:
        """See `CreatorIndex.similar`."""
        return await self.index.similar(creator, query, tenant=tenant, limit=limit)

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> Sequence[int]:
        """See `CreatorIndex.count`."""
        return await self.index.count(queries, tenant=tenant)

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        await self.index.upsert(entries)

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `CreatorIndex.delete`."""
        await self.index.delete(ids)

    async def info(self) -> IndexInfo:
        """See `CreatorIndex.info`."""
        return await self.index.info()

    async def rebuild(self, rows: Rows, *, progress: Progress = silent) -> None:
        """Fill a new collection while the old one answers, then swap; also mends a model mismatch.

        Raises:
            Unavailable: the server stopped answering; the old collection still stands (retryable).
        """
        async with answering():
            name = await self._create()
        beside = EmbeddedIndex(VectorIndex(ServerEngine(self.client, name)), self.index.embedder)
        seen = await load_all(rows, beside, progress=progress)
        async with answering():
            old = await self._collection_behind_alias()
            await self._point_alias_at(name)
            if old is not None:
                await self.client.delete_collection(old)
        await reconcile(rows, self, seen=seen)

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self.client.close()

    async def _create(self) -> str:
        name = f"{ALIAS}_{uuid.uuid4().hex[:12]}"
        embedder = self.index.embedder
        await self.client.create_collection(
            name,
            vectors_config={TEXT_VECTOR: models.VectorParams(size=embedder.dimension, distance=models.Distance.COSINE)},
            sparse_vectors_config={NAME_VECTOR: models.SparseVectorParams()},
            metadata=Manifest(model=embedder.model, dimension=embedder.dimension).model_dump(),
        )
        for field in KEYWORD_FIELDS:
            schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=field == "tenant")
            await self.client.create_payload_index(name, field, field_schema=schema)
        for field in INTEGER_FIELDS:
            await self.client.create_payload_index(name, field, field_schema=models.PayloadSchemaType.INTEGER)
        return name

    async def _collection_behind_alias(self) -> str | None:
        aliases = (await self.client.get_aliases()).aliases
        return next((alias.collection_name for alias in aliases if alias.alias_name == ALIAS), None)

    async def _point_alias_at(self, name: str) -> None:
        change: list[models.AliasOperations] = [
            models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=ALIAS))
        ]
        if await self._collection_behind_alias() is not None:
            change.insert(0, models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=ALIAS)))
        await self.client.update_collection_aliases(change_aliases_operations=change)
