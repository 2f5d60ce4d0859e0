"""`daren serve` forked off a process that has imported it: what runs is the command itself."""

import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

from agent.cli.serving import serve
from evals.forking import Forked, forked


@asynccontextmanager
async def serving(environment: Mapping[str, str], *, log: Path) -> AsyncIterator[Forked]:
    """`daren serve`; killed at the end if it still lives. What it writes is added to `log`."""
    process = await forked(_serve, dict(environment), log=log)
    try:
        yield process
    finally:
        await process.kill()


def free_port() -> int:
    """One that every process of a test listens at, after the other."""
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody does, on this machine."""
    with closing(socket.socket()) as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _serve(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    serve(no_worker=False)
