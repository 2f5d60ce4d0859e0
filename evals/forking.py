"""Processes that have imported everything before they begin: started in a moment, killed as often as needed.

Each has a process id of its own and dies as any other; only the seconds of importing are paid once.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

_STARTER = multiprocessing.get_context("forkserver")
_STARTER.set_forkserver_preload(
    [
        "agent.__main__",
        "evals.benchmarks.dispatcher",
        "evals.benchmarks.shop_dispatcher",
        "evals.suites.week.interruptions",
    ]
)


@dataclass(slots=True)
class Forked:
    """One process of ours."""

    process: ForkServerProcess

    async def ended(self) -> int:
        """Return once it has ended: its exit code, or minus the signal that killed it. One may wait at a time."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.process.sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self.process.sentinel)
        self.process.join()
        assert self.process.exitcode is not None
        return self.process.exitcode

    async def ends_or(self, happened: Coroutine[Any, Any, None]) -> None:
        """Return once something happened elsewhere, or it ended first."""
        tasks = (asyncio.create_task(self.ended()), asyncio.create_task(happened))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        await self.ended()


async def forked(run: Callable[..., None], *told: object, log: Path = Path(os.devnull)) -> Forked:
    """Call a function of a module in a process of its own; what it writes is added to `log`."""
    process = _STARTER.Process(target=_run, args=(log, run, *told))
    await asyncio.to_thread(process.start)
    return Forked(process)


def _run(log: Path, run: Callable[..., None], *told: object) -> None:
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(written, 1)
    os.dup2(written, 2)
    run(*told)
