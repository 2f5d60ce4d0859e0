"""Every suite, benchmark and emulator by name. `fast` takes the cut of a suite or benchmark that runs with the tests.

A suite is imported when it is run: together they load the whole product.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from agent.settings import ModelSettings
from evals.scorers.scorecard import Scorecard

Run = Callable[[bool], Awaitable[Scorecard]]
Serve = Callable[[Sequence[str]], None]


def _late(module: str, call: Callable[[Any, bool], Awaitable[Scorecard]]) -> Run:
    async def run(fast: bool) -> Scorecard:  # noqa: FBT001  # the one argument of every entry
        return await call(import_module(f"evals.{module}"), fast)

    return run


def decisions(runs: int | None = None, seed: int | None = None) -> Run:
    """The suite of decisions with so many histories; from a seed on where one is given."""
    return _late("suites.decisions.suite", lambda suite, fast: suite.run(runs or (10 if fast else 200), seed=seed))


def replies(settings: ModelSettings | None = None) -> Run:
    """The suite of replies; with the model of these settings besides where some are given."""
    return _late("suites.replies", lambda suite, fast: suite.run(settings, every_nth=10 if fast else 1))


def schedule(creators: int | None = None, days: int | None = None, seed: int | None = None) -> Run:
    """The virtual year with so many creators and days, drawn from a seed."""
    return _late("suites.schedule.suite", lambda suite, fast: suite.run(creators, days, seed, fast=fast))


SUITES: Final[Mapping[str, Run]] = {
    "planner": _late("suites.planner", lambda suite, fast: suite.run(fast=fast)),
    "commands": _late("suites.commands", lambda suite, _: suite.run()),
    "retrieval": _late("suites.retrieval", lambda suite, fast: suite.run(every=6 if fast else 1)),
    "drafts": _late("suites.drafts", lambda suite, _: suite.run()),
    "replies": replies(),
    "safety": _late("suites.safety", lambda suite, fast: suite.run(fast=fast)),
    "decisions": decisions(),
    "schedule": schedule(),
    "week": _late("suites.week.suite", lambda suite, fast: suite.run(fast=fast)),
    "performance": _late("suites.performance.suite", lambda suite, fast: suite.run(fast=fast)),
}
BENCHMARKS: Final[Mapping[str, Run]] = {
    "search": _late(
        "benchmarks.search",
        lambda bench, fast: bench.run(2_000 if fast else 100_000, rounds=20 if fast else 100),
    ),
    "turn": _late("benchmarks.turn", lambda bench, fast: bench.run(fast=fast)),
    "dispatch": _late("benchmarks.dispatch", lambda bench, fast: bench.run(100 if fast else 5_000, 2 if fast else 5)),
    "shop_dispatch": _late(
        "benchmarks.shop_dispatch", lambda bench, fast: bench.run(120 if fast else 5_000, 3 if fast else 20)
    ),
    "stop": _late("benchmarks.stop", lambda bench, fast: bench.run(100 if fast else 5_000, 4 if fast else 100)),
    "callbacks": _late("benchmarks.callbacks.suite", lambda bench, fast: bench.run(fast=fast)),
    "performance": _late(
        "benchmarks.performance.suite",
        lambda bench, fast: bench.run(10_000 if fast else 1_000_000, rounds=10 if fast else 30),
    ),
    "digests": _late("benchmarks.digests", lambda bench, fast: bench.run(40, 2_000) if fast else bench.run()),
}
EMULATORS: Final[Mapping[str, Serve]] = {
    "wecom": lambda arguments: import_module("evals.emulators.wecom.__main__").main(arguments),
    "tiktok_shop": lambda arguments: import_module("evals.emulators.tiktok_shop.__main__").main(arguments),
}
