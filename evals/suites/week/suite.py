"""A week of an office, lived from a seed and audited every evening: ledger, send lists, playground and diary agree."""

import tempfile
from collections import defaultdict
from pathlib import Path

from evals.scorers.scorecard import Line, Scorecard
from evals.suites.week.checks.lines import check_lines, disagreements, total_lines
from evals.suites.week.days import FAST, FULL, Scale, Week
from evals.suites.week.diary import Diary
from evals.suites.week.facts import Facts, read_facts
from evals.suites.week.house import House, open_house
from memory.database import Database

SEED = 7


async def run(*, fast: bool = False, seed: int = SEED, url: str | None = None) -> Scorecard:
    """Live a week, or its fast cut, and audit it. With `url` on that migrated database, else on one of its own.

    The seed makes the people and what members do; the shop's luck and who is quicker differ from run to run.
    """
    scale = FAST if fast else FULL
    with tempfile.TemporaryDirectory(prefix="daren-eval-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            async with open_house(database, Path(folder), creators=scale.creators, seed=seed) as house:
                found, facts = await live_through(house, scale, seed=seed)
    about = (
        Line("creators", str(scale.creators), "", ok=True),
        Line("days", str(scale.days), "", ok=True),
        Line("seed", str(seed), "", ok=True),
    )
    return Scorecard("week", (*check_lines(found, seed=seed), *total_lines(facts), *about))


async def live_through(house: House, scale: Scale, *, seed: int) -> tuple[dict[str, list[str]], Facts]:
    """All days, audited at the end of each: what disagreed, named once with its day, and the last facts."""
    week = Week(house, Diary(), scale, seed)
    await week.begin()
    found: defaultdict[str, list[str]] = defaultdict(list)
    met: set[tuple[str, str]] = set()
    facts = await read_facts(house, week.diary)
    for day in range(scale.days):
        await week.live(day)
        facts = await read_facts(house, week.diary)
        for name, each in disagreements(facts).items():
            found[name] += [f"day {day + 1}: {one}" for one in each if (name, one) not in met]
            met |= {(name, one) for one in each}
    return dict(found), facts
