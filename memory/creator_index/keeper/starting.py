"""Start a keeper process and wait until it listens. At most one is being started at a time."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from memory.creator_index.keeper.folder import Home
from memory.domain.errors import Unavailable

_READY_FD = 9  # the keeper's number for the pipe it says "ready" through
_MODULE = "memory.creator_index.keeper.process"
_CODE = Path(__file__).resolve().parents[3]  # the folder the package `memory` lies in


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a keeper that makes a new index makes it for, and how long it stays when nobody asks."""

    model: str
    dimension: int
    linger_seconds: float


async def start_keeper(home: Home, wanted: Wanted, *, build: str | None = None) -> None:
    """Start a keeper, or with `build` the builder of that data folder. Call with `start.lock` held.

    A keeper that dies while opening its folder has left a mark, so that the next one reports the folder as damaged:
    hence the second try.

    Raises:
        Unavailable: none came up (retryable): the disk is full, or its log says why.
    """
    for _ in range(2):
        if await asyncio.to_thread(_start, home, wanted, build):
            return
    if home.is_full():
        raise Unavailable("disk_full")
    raise Unavailable("index_unavailable", log=str(home.log))


def _start(home: Home, wanted: Wanted, build: str | None) -> bool:
    """Start one and wait for its word; False when it ended without one."""
    ready, word = os.pipe()
    arguments = [
        *(sys.executable, "-m", _MODULE, "--home", str(home.path.parent), "--model", wanted.model),
        *("--dimension", str(wanted.dimension), "--linger-seconds", str(wanted.linger_seconds)),
        *("--ready-fd", str(_READY_FD), *(("--build", build) if build else ())),
    ]
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    paths = os.pathsep.join(filter(None, (str(_CODE), os.environ.get("PYTHONPATH"))))
    try:
        # A session of its own: neither Ctrl-C in a terminal nor the end of this process ends the keeper.
        process = os.posix_spawn(
            sys.executable,
            arguments,
            # One thread of linear algebra: the pool of OpenBLAS makes small products slower on a busy machine.
            {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(home.log), log_flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                (os.POSIX_SPAWN_DUP2, word, _READY_FD),
            ],
            setsid=True,
        )
        os.close(word)
        came_up = os.read(ready, 1) == b"!"
    finally:
        os.close(ready)
    if not came_up:
        os.waitpid(process, 0)
    return came_up
