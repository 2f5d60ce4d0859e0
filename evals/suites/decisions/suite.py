"""The suite: so many histories, in two processes with a database each; what happened, and the first violation."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

from agent.logs import configure
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.decisions.running import Outcome, check
from memory.database import Database

PROCESSES = 2
# So many histories meet everything that can happen.
ENOUGH = 1_000
EVERYTHING = (
    "messages arrived", "messages the platform refused", "unclear calls settled", "kills", "restarts", "dispatches",
    "approvals", "approvals that wait for another sign", "approvals withdrawn", "rejections", "refused numbers",
    "two at once", "cards in full", "cards as variants", "edits", "changes taken back", "imports", "stops",
    "resumptions", "races with a dispatcher", "jumps of the clock", "times of downtime", "changes of a role",
    "changes of the policy", "deputies", "deputies taken back", "passes", "creators silent", "creators heard",
    "texts handed out", "texts shown again", "texts by night", "texts not handed out", "texts left untouched",
    "follow-ups", "marked sent", "marked failed", "marked skipped", "marked again", "marked undone", "refusals",
)  # fmt: skip


async def run(runs: int = 200, *, seed: int | None = None, url: str | None = None) -> Scorecard:
    """Random histories of decisions and sends; violations of promises 1 to 3 and 8.

    `seed`: the first history's number, the others follow; None: histories nobody has seen. With `url` on that
    database, else on databases of their own.
    """
    first = Random().randrange(10**9) if seed is None else seed
    seeds = range(first, first + runs)
    if url is None:
        outcomes = await _in_processes(seeds)
    else:
        async with Database.open(home=Path(), url=url) as database:
            outcomes = [await check(database, seeds)]
    tally = sum((outcome.tally for outcome in outcomes), Counter[str]())
    violation = next((outcome.violation for outcome in outcomes if outcome.violation), "")
    return Scorecard(
        "decisions",
        (
            Line("histories", str(tally["histories"]), f"= {runs}", tally["histories"] == runs),
            Line("violations of promises 1-3 and 8", violation or "0", "= 0", not violation),
            Line("first seed", str(first), "", ok=True),
            *(_happened(what, tally, whole=runs >= ENOUGH) for what in EVERYTHING),
        ),
    )


def process(seeds: Sequence[int]) -> Outcome:
    """Histories in a process and on a database of their own."""
    configure(level="ERROR", as_json=False)

    async def work(home: Path) -> Outcome:
        async with Database.open(home=home, durable=False) as database:
            await database.migrate()
            return await check(database, seeds)

    with tempfile.TemporaryDirectory(prefix="daren-eval-") as folder:
        return asyncio.run(work(Path(folder) / "home"))


async def _in_processes(seeds: Sequence[int]) -> list[Outcome]:
    count = max(1, min(PROCESSES, os.cpu_count() or 1, len(seeds)))
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        shares = (seeds[len(seeds) * place // count : len(seeds) * (place + 1) // count] for place in range(count))
        return await asyncio.gather(*(loop.run_in_executor(pool, process, share) for share in shares))


def _happened(what: str, tally: Counter[str], *, whole: bool) -> Line:
    count = tally[what]
    return Line(what, str(count), "> 0" if whole else "", ok=count > 0 or not whole)
