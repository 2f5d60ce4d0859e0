"""Processes of a benchmark: started, weighed by the CPU that they and theirs use, ended."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 120
_CODE = Path(__file__).resolve().parents[3]
_ADDRESS = re.compile(r"http://[0-9.:]+")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _OWN = 1, slice(11, 15)  # in /proc/PID/stat after the name: user, system, and those of children that ended


@dataclass(frozen=True, slots=True)
class Process:
    """One of ours. `first`: the first line it printed."""

    pid: int
    first: str


@asynccontextmanager
async def started(
    module: str, *arguments: str, environment: dict[str, str] | None = None, says: bool = True
) -> AsyncIterator[Process]:
    """`python -m MODULE …`, once it has said its first line (`says`: it says one); killed when the block ends.

    Raises:
        RuntimeError: it ended without a word.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = (await process.stdout.readline()).decode().strip() if says else ""
        if says and not first:
            message = f"{module} ended before it was ready"
            raise RuntimeError(message)
        yield Process(process.pid, first)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                await process.wait()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def bare_environment() -> dict[str, str]:
    """This process's, without what a person set for the product of their own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DAREN_")}
    return own | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_CODE), os.environ.get("PYTHONPATH"))))}


def address_in(line: str) -> str:
    """The address that a line tells. Raises ValueError where it tells none."""
    found = _ADDRESS.search(line)
    if found is None:
        raise ValueError(line)
    return found[0]


def cpu_seconds(roots: Iterable[int], *, without: Collection[int] = ()) -> float:
    """What processes and everything below them used so far, those that have ended included."""
    stats = {pid: found for pid in _all() if (found := _stat(pid))}
    below: dict[int, list[int]] = {}
    for pid, found in stats.items():
        below.setdefault(int(found[_PARENT]), []).append(pid)
    waiting, seen = list(roots), set[int](without)
    while waiting:
        pid = waiting.pop()
        if pid not in seen and pid in stats:
            seen.add(pid)
            waiting += below.get(pid, [])
    return sum(sum(int(ticks) for ticks in stats[pid][_OWN]) for pid in seen.difference(without)) / _TICKS


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def named(words: str) -> list[int]:
    """Processes whose command holds these words."""
    found = []
    for pid in _all():
        with suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if words in command:
                found.append(pid)
    return found


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
