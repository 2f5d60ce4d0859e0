"""What a keeper does with a request. Knows nothing of sockets; the process around it does."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedders import usem3
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.folder import DataFolder
from memory.creator_index.manifest import REBUILD_COMMAND, Manifest
from memory.creator_index.text import searchable
from memory.creator_index.vector_index import Vector, VectorIndex
from memory.domain.creator import Hit
from memory.domain.errors import BadRequest, Misconfigured, NotFound, Unavailable
from memory.domain.stores import IndexInfo

_BETWEEN_BREATHS = 8  # texts embedded before other requests get their turn: about 20 ms


@dataclass(slots=True)
class Kept:
    """An open data folder. `index` is None when the folder is damaged."""

    folder: DataFolder
    manifest: Manifest
    engine: EdgeEngine | None

    @property
    def state(self) -> wire.State:
        """What a greeting says of it."""
        if self.engine is None:
            return "damaged"
        return "ready" if self.manifest.filled else "new"


def open_folder(folder: DataFolder, wanted: Manifest) -> Kept:
    """Open a whole folder, or say that it is damaged. Call with its lock held."""
    manifest = folder.whole()
    if manifest is None:
        return Kept(folder, wanted, None)
    with folder.opening():
        return Kept(folder, manifest, EdgeEngine.load(folder.shard))


def create_folder(folder: DataFolder, manifest: Manifest, *, whole: bool) -> Kept:
    """Make an empty index. A builder's (`whole` false) counts as half-written until it takes over."""
    kept = Kept(folder, manifest, EdgeEngine.create(folder.shard, dimension=manifest.dimension))
    if whole:
        folder.complete(manifest)
    return kept


@dataclass(slots=True)
class Service:
    """Answers requests over one open folder. `take_over` and `stop` are the process's."""

    kept: Kept
    encoder: usem3.Usem3Embedder
    take_over: Callable[[], Awaitable[None]]
    stop: Callable[[], None]

    async def answer(self, request: wire.Request) -> wire.Answer:
        """Answer one request; failures of ours are answers too."""
        try:
            return await self._answer(request)
        except (BadRequest, Unavailable, Misconfigured) as error:
            return _failed(error)

    async def _answer(self, request: wire.Request) -> wire.Answer:
        match request:
            case wire.Greet():
                manifest = self.kept.manifest
                return wire.Greeting(self.kept.state, manifest.model, manifest.dimension, os.getpid())
            case wire.Stop():
                self.stop()
            case wire.TakeOver():
                await self.take_over()
            case wire.Search():
                return wire.Hits(await self._search(request))
            case wire.Similar():
                index = VectorIndex(self._engine())
                return wire.Hits(
                    await index.similar(request.creator, request.query, tenant=request.tenant, limit=request.limit)
                )
            case wire.Count():
                index = VectorIndex(self._engine())
                return wire.Counts(await index.count(request.queries, tenant=request.tenant))
            case wire.Upsert():
                await self._upsert(request)
            case wire.Delete():
                await VectorIndex(self._engine()).delete(request.ids)
            case wire.MarkFilled():
                self.mark_filled()
            case wire.Info():
                return wire.Facts(await self._info())
        return wire.Done()

    def mark_filled(self) -> None:
        """Flush, then write the manifest that makes the folder whole."""
        self._engine().flush()
        self.kept.manifest = self.kept.manifest.model_copy(update={"filled": True})
        self.kept.folder.complete(self.kept.manifest)

    def finish(self) -> None:
        """Build the search graph over everything loaded, and make the folder whole."""
        self._engine().optimize()
        self.mark_filled()

    async def _search(self, request: wire.Search) -> list[Hit]:
        vector: Vector | None = None
        if request.vector is not None:
            vector = wire.unpack_vector(request.vector)
            self._demand_dimension(vector)
        elif topic := request.query.topic.strip():
            [vector] = self._embed([topic])
        return await VectorIndex(self._engine()).search(
            request.query, vector=vector, tenant=request.tenant, limit=request.limit, offset=request.offset
        )

    async def _upsert(self, request: wire.Upsert) -> None:
        """Store entries a few at a time: embedding a thousand at once would keep searches waiting for a second."""
        given = None if request.vectors is None else [wire.unpack_vector(text) for text in request.vectors]
        for vector in given or ():
            self._demand_dimension(vector)
        for start in range(0, len(request.entries), _BETWEEN_BREATHS):
            batch = request.entries[start : start + _BETWEEN_BREATHS]
            vectors: Sequence[Vector] = (
                self._embed([searchable(entry) for entry in batch])
                if given is None
                else given[start : start + _BETWEEN_BREATHS]
            )
            await VectorIndex(self._engine()).upsert(batch, vectors)
            await asyncio.sleep(0)

    async def _info(self) -> IndexInfo:
        engine = self._engine()
        manifest = self.kept.manifest
        return IndexInfo(manifest.model, manifest.dimension, await engine.size(), engine.name)

    def _engine(self) -> EdgeEngine:
        if self.kept.engine is None:
            raise Misconfigured("index_damaged", command=REBUILD_COMMAND)
        return self.kept.engine

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.kept.manifest.model != usem3.MODEL:
            self.kept.manifest.demand(model=usem3.MODEL, dimension=usem3.DIMENSION)
        return self.encoder.encode(texts)

    def _demand_dimension(self, vector: Vector) -> None:
        if len(vector) != self.kept.manifest.dimension:
            raise Misconfigured(
                "index_model_mismatch",
                built_with=self.kept.manifest.model,
                configured=f"{len(vector)} dimensions",
                command=REBUILD_COMMAND,
            )


def _failed(error: BadRequest | Unavailable | Misconfigured) -> wire.Failed:
    facts = dict(error.facts)
    match error:
        case NotFound():
            return wire.Failed("NotFound", error.text_key, facts)
        case BadRequest():
            return wire.Failed("BadRequest", error.text_key, facts)
        case Unavailable():
            return wire.Failed("Unavailable", error.text_key, facts)
        case Misconfigured():
            return wire.Failed("Misconfigured", error.text_key, facts)
