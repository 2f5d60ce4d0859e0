"""A long load embeds on every core; what it stores is what the keeper would have stored."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.index import KeeperIndex, Patience
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
        assert packed == [
            wire.pack_vector(vector) for vector in Usem3Embedder().encode([searchable(one) for one in entries])
        ]
        assert loaders._pool is not None
        for process in loaders._pool._processes.values():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await loaders.pack(entries)
    finally:
        await loaders.close()


async def test_a_long_load_is_searched_like_a_short_one(tmp_path: Path) -> None:
    index = KeeperIndex(tmp_path, patience=Patience(linger=1, start=60, read=60))

    async def rows() -> AsyncIterator[Sequence[IndexEntry]]:
        yield [entry(1, "my cats and dog"), *(entry(place, "guitar") for place in range(2, 1_001))]

    await index.rebuild(rows)
    hits = await index.search(CreatorQuery(topic="pets"), tenant=OURS, limit=3)
    assert hits[0].id == 1
    assert await index.count([CreatorQuery()], tenant=OURS) == [1_000]
    await index.stop()
