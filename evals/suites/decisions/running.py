"""Runs the machine on a database, portion by portion, each by a seed of its own that repeats it."""

import asyncio
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from agent.outreach.downtime import after_downtime
from evals.suites.decisions.machine import DecisionMachine
from memory.database import Database

STEPS = 14


def check(
    url: str, *, examples: int, steps: int = STEPS, first_batch: int = 2, start: int | None = None
) -> Counter[str]:
    """Run the machine on a migrated database, in an event loop of its own; how often what happened.

    `start`: the seed that repeats a run; None: new histories. `first_batch`: how many drafts the first one has.

    Raises:
        AssertionError: a promise did not hold; the message tells the history that led there.
    """
    found: list[str] = []
    tally: Counter[str] = Counter()
    with asyncio.Runner() as runner:
        opened = Database.open(home=Path(), url=url)
        database = runner.run(opened.__aenter__())
        try:
            runner.run(after_downtime(database))  # the first heartbeat, from which on there is a last one
            machine = type(
                "Machine",
                (DecisionMachine,),
                {"runner": runner, "database": database, "found": found, "tally": tally, "first_batch": first_batch},
            )
            run_state_machine_as_test(
                machine if start is None else seed(start)(machine),
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    database=None,
                    derandomize=False,
                    print_blob=False,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except (AssertionError, Flaky) as broken:
            # A race need not happen again: what was found the first time is the finding.
            raise AssertionError(found[0] if found else str(broken)) from broken
        finally:
            runner.run(opened.__aexit__(None, None, None))
    return tally
