"""The creator index as settings ask for it, Qdrant Edge behind a keeper process or a server; what readiness asks."""

from collections.abc import Awaitable, Callable

from agent.indexing import Indexer
from agent.settings import Settings
from memory.creator_index.embedders.endpoint import open_endpoint
from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.keeper.index import KeeperIndex
from memory.creator_index.server import ServerIndex, open_server_index
from memory.database import Database
from memory.domain.stores import Embedder

Index = KeeperIndex | ServerIndex


async def open_index(settings: Settings, indexer: Indexer) -> Index:
    """The engine in use. Raises Unavailable when a configured server does not answer (retryable)."""
    embedder: Embedder | None = None
    if settings.embedder is not None:
        embedder = await open_endpoint(
            base_url=settings.embedder.base_url,
            api_key=settings.embedder.api_key.get_secret_value(),
            model=settings.embedder.name,
        )
    if settings.qdrant_url is None:
        return KeeperIndex(settings.home, embedder, indexer.rows)
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    return await open_server_index(url=settings.qdrant_url, api_key=key, embedder=embedder or Usem3Embedder())


def readiness(database: Database, index: Index) -> dict[str, Callable[[], Awaitable[str]]]:
    """What `/readyz` and `daren doctor` ask of the parts: each says "ok" or raises."""

    async def rows() -> str:
        async with database.across_tenants("readiness") as work:
            await work.accounts.workspace()
        return "ok"

    async def creators() -> str:
        await index.info()
        return "ok"

    return {"database": rows, "index": creators}
