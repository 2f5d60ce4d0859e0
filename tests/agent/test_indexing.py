"""Two runs at once leave nothing for the next minute's sweep, and never an old state in the index."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import cast

import psycopg
import pytest

from agent.indexing import Indexer
from memory.database import Database
from memory.domain.creator import CreatorFacts, IndexEntry
from memory.domain.errors import Unavailable
from memory.domain.ids import TenantId
from memory.domain.stores import CreatorIndex
from memory.domain.workspace import Scope
from tests.support.database import Office

PATIENCE_SECONDS = 30
_HOLDERS = (
    b" from pg_locks l join pg_database d on d.oid = l.database"
    b" where locktype = 'advisory' and d.datname = current_database()"
)


@dataclass
class Index:
    """Keeps the newest text of each creator; its first write waits for `go_on`, as a slow embedder would."""

    texts: dict[str, str] = field(default_factory=dict)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """See `CreatorIndex.upsert`."""
        if not self.begun.is_set():
            self.begun.set()
            await self.go_on.wait()
        self.texts |= {entry.handle: entry.text for entry in entries}

    def as_index(self) -> CreatorIndex:
        """As the indexer sees it, which only writes."""
        return cast(CreatorIndex, self)


def indexer_of(database: Database, scope: Scope) -> Indexer:
    async def of_tenant(tenant: TenantId) -> Scope | None:
        return scope if tenant == scope.tenant else None

    def alone(tenant: TenantId) -> AbstractAsyncContextManager[asyncio.Event]:
        return database.leadership(f"index:{tenant}").awaited()

    return Indexer(database, database, of_tenant, alone)


async def keep(database: Database, scope: Scope, bios: dict[str, str]) -> None:
    async with database.unit(scope) as unit:
        facts = [CreatorFacts(handle=handle, bio=bio) for handle, bio in bios.items()]
        await unit.creators.upsert(facts, source="test", as_of=unit.now)


async def waiting_for_a_turn(database: Database) -> bool:
    query = (
        b"select exists(select from pg_stat_activity where wait_event = 'advisory' and datname = current_database())"
    )
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        row = await (await connection.execute(query)).fetchone()
    return bool(row and row[0])


async def unindexed(database: Database) -> Sequence[TenantId]:
    async with database.across_tenants("what a sweep would find") as work:
        return await work.sweeps.tenants_to_index()


@pytest.mark.timeout(PATIENCE_SECONDS)
async def test_of_two_runs_at_once_the_second_waits_and_then_takes_what_came_meanwhile(
    database: Database, office: Office
) -> None:
    index = Index()
    indexer = indexer_of(database, office.owner)
    await keep(database, office.owner, {"mia": "cats", "rowan": "lizards"})
    first = asyncio.create_task(indexer.catch_up(index.as_index(), office.tenant))
    await index.begun.wait()
    await keep(database, office.owner, {"mia": "dogs", "briar": "bunnies"})
    second = asyncio.create_task(indexer.catch_up(index.as_index(), office.tenant))
    while not second.done() and not await waiting_for_a_turn(database):
        pass  # the second run is on its way
    assert not second.done()
    index.go_on.set()
    await asyncio.gather(first, second)
    assert {handle: text.split()[0] for handle, text in index.texts.items()} == {
        "mia": "dogs", "rowan": "lizards", "briar": "bunnies",
    }  # fmt: skip
    assert await unindexed(database) == []


async def test_a_run_that_failed_lets_the_next_one_in_at_once(database: Database, office: Office) -> None:
    class Broken(Index):
        async def upsert(self, entries: Sequence[IndexEntry]) -> None:
            raise Unavailable("index_unavailable")

    await keep(database, office.owner, {"mia": "cats"})
    indexer = indexer_of(database, office.owner)
    with pytest.raises(Unavailable):
        await indexer.catch_up(Broken().as_index(), office.tenant)
    index = Index()
    index.go_on.set()
    assert await indexer.catch_up(index.as_index(), office.tenant) == 1
    assert await unindexed(database) == []


async def test_a_run_whose_turn_was_taken_from_it_stops(database: Database, office: Office) -> None:
    await keep(database, office.owner, {"mia": "cats"})
    index = Index()
    run = asyncio.create_task(indexer_of(database, office.owner).catch_up(index.as_index(), office.tenant))
    await index.begun.wait()
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        await connection.execute(b"select pg_terminate_backend(pid)" + _HOLDERS)
        while await (await connection.execute(b"select pid" + _HOLDERS)).fetchone():
            pass  # the server is ending that connection
    index.go_on.set()
    with pytest.raises(Unavailable):
        await run
