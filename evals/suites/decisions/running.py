"""Runs histories, each from a seed that repeats it; a violation is told by the shortest history found to lead there."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from agent.outreach.downtime import after_downtime
from evals.suites.decisions.machine import ACTS, DecisionMachine
from memory.database import Database

STEPS = 10
# Where the first batch of a history is large, the rest is short: each step looks at all of it.
STEPS_LARGE = 6
# What the first batch holds: a handful, more than a person reads at once, more than one signs in a chat. The large
# ones are slow and therefore few.
LARGE, LARGEST = 21, 201
ONE_IN = {LARGE: 50, LARGEST: 200}


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a history: what happens, and the seed of everything that is drawn for it."""

    name: str
    seed: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A whole history before it happens."""

    opening: int
    first_batch: int
    acts: tuple[Act, ...]


@dataclass(slots=True)
class Outcome:
    """What happened, and the first violation with what repeats it; empty: none."""

    tally: Counter[str] = field(default_factory=Counter)
    violation: str = ""


def plot_of(seed: int) -> Plot:
    """The history of a seed. Each has a taste of its own: some acts come often in it, others hardly at all."""
    rng = Random(seed)
    first_batch = next((size for size, one_in in ONE_IN.items() if seed % one_in == size % one_in), 2)
    weights = [often * rng.choice([0.2, 1, 1, 3]) for often in ACTS.values()]
    names = rng.choices(list(ACTS), weights, k=STEPS if first_batch == 2 else STEPS_LARGE)
    return Plot(rng.getrandbits(32), first_batch, tuple(Act(name, rng.getrandbits(32)) for name in names))


async def play(plot: Plot, database: Database) -> DecisionMachine:
    """One history from its beginning to its end, or to its first violation."""
    machine = DecisionMachine(database, first_batch=plot.first_batch)
    await machine.open(Random(plot.opening))
    for act in plot.acts:
        if machine.violations:
            break
        await machine.at_once(machine.step(act.name, Random(act.seed)))
    if not machine.violations:
        machine.violate(await machine.rows_disagree())
    await machine.lower_curtain()
    return machine


async def shortened(plot: Plot, machine: DecisionMachine, database: Database) -> DecisionMachine:
    """A shorter history that is violated too, by leaving acts out one by one; the one given, if there is none."""
    plot = replace(plot, acts=plot.acts[: machine.steps])
    for place in reversed(range(machine.steps)):
        shorter = replace(plot, acts=plot.acts[:place] + plot.acts[place + 1 :])
        tried = await play(shorter, database)
        if tried.violations:
            plot, machine = shorter, tried
    return machine


async def check(database: Database, seeds: Sequence[int]) -> Outcome:
    """Histories one after another on a migrated database, until one is violated."""
    outcome = Outcome()
    await after_downtime(database)  # the first heartbeat, from which on there is a last one
    for seed in seeds:
        plot = plot_of(seed)
        machine = await play(plot, database)
        outcome.tally += machine.tally
        if machine.violations:
            machine = await shortened(plot, machine, database)
            outcome.violation = "\n".join(
                [f"daren eval decisions --runs 1 --seed {seed}", *machine.violations, "", *machine.told]
            )
            break
    return outcome


def check_url(url: str, seeds: Sequence[int]) -> Outcome:
    """The same in an event loop of its own."""

    async def work() -> Outcome:
        async with Database.open(home=Path(), url=url) as database:
            return await check(database, seeds)

    return asyncio.run(work())
