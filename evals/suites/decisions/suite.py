"""The suite: so many histories, in two processes with a database each; what happened, and the first violation."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

from agent.logs import configure
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.decisions.running import check
from memory.database import Database

PROCESSES = 2
# Few enough to be repeated while somebody waits.
PORTION = 50
# What the first batch of a history holds, by the remainder of its seed: a handful, more than one reads at once, more
# than one signs in a chat. The large ones are slow and therefore few.
FIRST_BATCHES = (2, 21, 201)
ONE_IN = (1, 50, 200)
# So many histories meet everything that can happen.
ENOUGH = 1_000
EVERYTHING = (
    "messages arrived", "messages the platform refused", "unclear calls settled", "kills", "restarts", "dispatches",
    "approvals", "approvals that wait for another sign", "approvals withdrawn", "rejections", "refused numbers",
    "two at once", "cards in full", "cards as variants", "edits", "changes taken back", "imports", "stops",
    "resumptions", "races with a dispatcher", "jumps of the clock", "times of downtime", "changes of a role",
    "changes of the policy", "deputies", "deputies taken back", "passes", "creators silent", "creators heard",
    "texts handed out", "texts shown again", "texts by night", "texts not handed out", "texts left untouched",
    "marked sent", "marked failed", "marked skipped", "marked again", "marked undone", "refusals",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Portion:
    """Histories of one seed, which repeats them."""

    start: int
    examples: int

    @property
    def first_batch(self) -> int:
        """How many drafts the first batch of each history has."""
        return FIRST_BATCHES[self.start % len(FIRST_BATCHES)]


@dataclass(slots=True)
class Outcome:
    """What happened, and the first violation with what repeats it; empty: none."""

    tally: Counter[str] = field(default_factory=Counter)
    violation: str = ""


def portions(runs: int, *, start: int | None = None) -> list[Portion]:
    """So many histories, a few of them with large batches; all of one seed where one is given."""
    if start is not None:
        return [Portion(start, runs)]
    rng, kinds = Random(), len(FIRST_BATCHES)
    large = [runs // ONE_IN[kind] for kind in range(1, kinds)]
    found: list[Portion] = []
    for kind, count in enumerate([runs - sum(large), *large]):
        sizes = [PORTION] * (count // PORTION) + ([count % PORTION] if count % PORTION else [])
        found += [Portion(rng.randrange(10**6) * kinds + kind, size) for size in sizes]
    rng.shuffle(found)
    return found


def work_through(mine: Sequence[Portion], url: str) -> Outcome:
    """Run portions one after another on a migrated database, until one finds something."""
    outcome = Outcome()
    for portion in mine:
        try:
            outcome.tally += check(url, examples=portion.examples, first_batch=portion.first_batch, start=portion.start)
        except AssertionError as broken:
            again = f"daren eval decisions --runs {portion.examples} --seed {portion.start}"
            outcome.violation = f"{again}\n{broken}"
            break
    return outcome


def process(mine: Sequence[Portion]) -> Outcome:
    """The same in a process, on a database of its own."""
    configure(level="ERROR", as_json=False)
    with tempfile.TemporaryDirectory(prefix="daren-eval-") as folder, asyncio.Runner() as runner:
        opened = Database.open(home=Path(folder) / "home")
        database = runner.run(opened.__aenter__())
        try:
            runner.run(database.migrate())
            return work_through(mine, database.url)
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def run(examples: int = 200, *, url: str | None = None, start: int | None = None) -> Scorecard:
    """Random histories of decisions and sends; violations of promises 1 to 3 and 8. With `url` on that database."""
    wanted = portions(examples, start=start)
    if url is not None:
        outcomes = [await asyncio.to_thread(work_through, wanted, url)]
    else:
        outcomes = await _in_processes(wanted)
    tally = sum((outcome.tally for outcome in outcomes), Counter[str]())
    violation = next((outcome.violation for outcome in outcomes if outcome.violation), "")
    return Scorecard(
        "decisions",
        (
            Line("histories", str(examples), "", ok=True),
            Line("violations of promises 1-3 and 8", violation or "0", "= 0", not violation),
            *(_happened(what, tally, whole=examples >= ENOUGH) for what in EVERYTHING),
        ),
    )


async def _in_processes(wanted: Sequence[Portion]) -> list[Outcome]:
    count = max(1, min(PROCESSES, os.cpu_count() or 1, len(wanted)))
    shares = [wanted[place::count] for place in range(count)]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, process, share) for share in shares))


def _happened(what: str, tally: Counter[str], *, whole: bool) -> Line:
    count = tally[what]
    return Line(what, str(count), "> 0" if whole else "", ok=count > 0 or not whole)
