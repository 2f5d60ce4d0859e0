"""Runs the property-based model of deciding and sending, and reports the first violation in full."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from evals.scorers.scorecard import Line, Scorecard
from evals.suites.decision_machine import DecisionMachine
from memory.database import Database

STEPS = 30


def check(url: str, *, examples: int, steps: int = STEPS) -> None:
    """Run the machine on a migrated database, in an event loop of its own.

    Raises:
        AssertionError: a promise did not hold; the note names the rules that led there.
    """
    found: list[str] = []
    with asyncio.Runner() as runner:
        opened = Database.open(home=Path(), url=url)
        database = runner.run(opened.__aenter__())
        try:
            machine = type("Machine", (DecisionMachine,), {"runner": runner, "database": database, "found": found})
            run_state_machine_as_test(
                machine,
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
        except Flaky as unsteady:
            # A race need not happen again: what was found the first time is the finding.
            raise AssertionError(found[0] if found else str(unsteady)) from unsteady
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def run(examples: int = 200, *, url: str | None = None) -> Scorecard:
    """Random histories of decisions and sends; violations of promises 1 to 3 and 8."""
    violation = ""
    with tempfile.TemporaryDirectory(prefix="daren-eval-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            try:
                await asyncio.to_thread(check, database.url, examples=examples)
            except AssertionError as broken:
                violation = str(broken)
    return Scorecard(
        "decisions",
        (
            Line("histories", str(examples), "", ok=True),
            Line("violations of promises 1-3 and 8", violation or "0", "= 0", not violation),
        ),
    )
