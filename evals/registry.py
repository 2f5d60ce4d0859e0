"""Every suite and benchmark by name, all called alike: `fast` takes a cut that runs with the tests."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from evals.benchmarks import dispatch as dispatch_benchmark
from evals.benchmarks import search as search_benchmark
from evals.benchmarks import turn as turn_benchmark
from evals.scorers.scorecard import Scorecard
from evals.suites import commands, decisions, drafts, planner, replies, retrieval, safety

Run = Callable[[bool], Awaitable[Scorecard]]


async def _planner(fast: bool) -> Scorecard:  # noqa: FBT001  # the one argument of every entry
    return await planner.run(fast=fast)


async def _commands(fast: bool) -> Scorecard:  # noqa: ARG001, FBT001  # quick enough to be whole
    return await commands.run()


async def _retrieval(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await retrieval.run(every=6 if fast else 1)


async def _drafts(fast: bool) -> Scorecard:  # noqa: ARG001, FBT001  # as above
    return await drafts.run()


async def _replies(fast: bool) -> Scorecard:  # noqa: ARG001, FBT001  # as above
    return await replies.run()


async def _safety(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await safety.run(fast=fast)


async def _decisions(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await decisions.run(examples=10 if fast else 200)


async def _search(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await search_benchmark.run(2_000 if fast else 100_000, rounds=20 if fast else 100)


async def _turn(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await turn_benchmark.run(fast=fast)


async def _dispatch(fast: bool) -> Scorecard:  # noqa: FBT001  # as above
    return await dispatch_benchmark.run(100 if fast else 5_000, 2 if fast else 5)


SUITES: Final[Mapping[str, Run]] = {
    "planner": _planner,
    "commands": _commands,
    "retrieval": _retrieval,
    "drafts": _drafts,
    "replies": _replies,
    "safety": _safety,
    "decisions": _decisions,
}
BENCHMARKS: Final[Mapping[str, Run]] = {"search": _search, "turn": _turn, "dispatch": _dispatch}
