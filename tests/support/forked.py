"""`daren serve` forked off a process that has imported it: started in a moment, killed as often as a test needs.

What runs is the command itself, with a process id of its own; only the seconds of importing are paid once.
"""

import asyncio
import multiprocessing
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from agent.cli.serving import serve

_STARTER = multiprocessing.get_context("forkserver")
_STARTER.set_forkserver_preload(["agent.__main__", "tests.support.forked"])


@dataclass(slots=True)
class Forked:
    """One process of ours."""

    process: ForkServerProcess

    async def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        await asyncio.to_thread(self.process.join)


@asynccontextmanager
async def serving(environment: Mapping[str, str], *, log: Path) -> AsyncIterator[Forked]:
    """`daren serve`; killed at the end if it still lives. What it writes is added to `log`."""
    process = _STARTER.Process(target=_serve, args=(dict(environment), str(log)))
    await asyncio.to_thread(process.start)
    forked = Forked(process)
    try:
        yield forked
    finally:
        await forked.kill()
        process.close()


def free_port() -> int:
    """One that every process of a test listens at, after the other."""
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody does, on this machine."""
    with closing(socket.socket()) as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _serve(environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(written, 1)
    os.dup2(written, 2)
    serve(no_worker=False)
