"""A long load embeds on every core; what it stores is what the keeper would have stored."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.filling import Filling
from memory.creator_index.keeper.index import KeeperIndex, Patience
from memory.creator_index.keeper.link import Link
from memory.creator_index.keeper.loading import Loaders
from memory.creator_index.text import searchable
from memory.domain.creator import CreatorQuery, IndexEntry
from memory.domain.errors import Unavailable
from tests.support.creator_index import OURS, entry


async def test_vectors_come_in_order_and_a_killed_process_is_said() -> None:
    entries = [entry(place, f"{('cats', 'guitars')[place % 2]} number {place}") for place in range(1, 81)]
    loaders = Loaders(2)
    try:
        packed = await loaders.pack(entries)
        expected = Usem3Embedder().encode([searchable(one) for one in entries])
        assert len(packed) == len(expected)
        for text, vector in zip(packed, expected, strict=True):  # how many are encoded at once moves the last digit
            assert wire.unpack_vector(text) == pytest.approx(vector, abs=1e-5)
        assert loaders._pool is not None
        for process in loaders._pool._processes.values():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await loaders.pack(entries)
    finally:
        await loaders.close()


_KILLED = """
import asyncio, os
from memory.creator_index.keeper.loading import Loaders
from tests.support.creator_index import entry

async def main():
    loaders = Loaders(2)
    await loaders.pack([entry(place, "cats") for place in range(1, 81)])
    print(*loaders._pool._processes, flush=True)
    os.kill(os.getpid(), 9)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_the_processes_of_a_killed_load_do_not_stay(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    env = os.environ | {"PYTHONPATH": str(Path.cwd())}
    # Its standard output is theirs too: it ends when the last of them is gone.
    ended = subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(ended.stdout.split()) == 2


async def test_a_long_load_is_searched_like_a_short_one(tmp_path: Path) -> None:
    index = KeeperIndex(tmp_path, patience=Patience(linger=1, start=60, read=60))

    async def rows() -> AsyncIterator[Sequence[IndexEntry]]:
        yield [entry(1, "my cats and dog"), *(entry(place, "guitar") for place in range(2, 1_001))]

    await index.rebuild(rows)
    hits = await index.search(CreatorQuery(topic="pets"), tenant=OURS, limit=3)
    assert hits[0].id == 1
    assert await index.count([CreatorQuery()], tenant=OURS) == [1_000]
    await index.stop()


@dataclass
class NotingLink:
    """Notes what is written, and fails from the page that holds one id on."""

    failing_from: int | None = None
    written: list[int] = field(default_factory=list)

    async def ask(self, request: wire.Request, *, seconds: float) -> wire.Answer:
        """See `Link.ask`."""
        assert isinstance(request, wire.Upsert)
        ids = [int(one.id) for one in request.entries]
        if self.failing_from is not None and max(ids) >= self.failing_from:
            raise Unavailable("index_unavailable")
        self.written += ids
        return wire.Done()


def pages(*numbers: int) -> list[list[IndexEntry]]:
    return [[entry(page * 10 + place, "guitar") for place in range(1, 4)] for page in numbers]


async def test_pages_are_written_in_order_though_the_next_is_under_way() -> None:
    link = NotingLink()
    filling = Filling(cast(Link, link), seconds=1)
    for page in pages(1, 2, 3, 4):
        await filling.upsert(page)
    await filling.finish()
    await filling.close()
    assert link.written == [11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43]


async def test_what_fails_is_said_and_nothing_after_it_is_written() -> None:
    link = NotingLink(failing_from=21)
    filling = Filling(cast(Link, link), seconds=1)
    whole, failing, after = pages(1, 2, 3)
    await filling.upsert(whole)
    await filling.upsert(failing)
    with pytest.raises(Unavailable):
        await filling.upsert(after)
    with pytest.raises(Unavailable):
        await filling.finish()
    await filling.close()
    assert link.written == [11, 12, 13]


async def test_a_load_given_up_leaves_nothing_under_way() -> None:
    filling = Filling(cast(Link, NotingLink()), seconds=1)
    await filling.upsert(pages(1)[0])
    await filling.close()
    with pytest.raises(asyncio.CancelledError):
        await filling.finish()
