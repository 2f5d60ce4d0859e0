"""The planner suite: known cases hold their bounds; a held-out set is scored beside them where there is one."""

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from evals.scorers.calls import ExpectedCall
from evals.suites import planner

_EVERY = 20
HELD_OUT = {"held out: tools right", "held out: arguments right", "held out: messy right"}


async def test_the_fast_cut_holds_its_bounds_on_the_known_cases() -> None:
    card = await planner.run(fast=True)
    assert [line for line in card.lines if not line.metric.startswith("held out") and not line.ok] == []


async def test_without_a_held_out_file_there_is_no_line_of_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _cases_in(tmp_path, monkeypatch)
    card = await planner.run(fast=True)
    assert planner.cases(planner.FRESH) == []
    assert [line.metric for line in card.lines if line.metric.startswith("held out")] == []


async def test_a_held_out_file_is_scored_apart_from_the_known_cases(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = _cases_in(tmp_path, monkeypatch)
    rows = folder.joinpath("planner.jsonl").read_text("utf-8").splitlines()
    right = next(row for row in rows if "messy" in json.loads(row)["tags"])
    wrong = json.dumps(json.loads(right) | {"id": "f2", "calls": []})
    folder.joinpath("planner_fresh.jsonl").write_text(f"{right}\n{wrong}\n", "utf-8")
    lines = {line.metric: line for line in (await planner.run(fast=True)).lines}
    assert set(lines) >= HELD_OUT | {"held out: miss f2"}
    assert (lines["held out: messy right"].value, lines["held out: messy right"].ok) == ("0.500 (1/2)", False)
    assert not lines["held out: cases"].ok
    assert lines["arguments right"].ok


def test_the_held_out_cases_are_enough_messy_enough_and_new() -> None:
    fresh = planner.cases(planner.FRESH)
    if not fresh:
        return
    known = {case.turns for case in planner.cases(planner.KNOWN)}
    assert len(fresh) >= planner.LEAST_CASES[planner.FRESH]
    assert sum(case.messy for case in fresh) >= planner.LEAST_MESSY[planner.FRESH]
    assert len({case.id for case in fresh}) == len(fresh)
    assert [case.id for case in fresh if case.turns in known] == []


def test_a_wrong_expectation_is_a_miss_that_names_the_field() -> None:
    [case] = [case for case in planner.cases(planner.KNOWN) if case.id == "p003"]
    right = planner.judge(case)
    wrong = planner.judge(planner.PlannerCase(case.id, case.tags, case.turns, {}, (_with_limit(case.calls[0], 11),)))
    assert right.right
    assert (wrong.tools, wrong.wrong) == (True, ("search_creators.limit",))


def test_the_tools_of_the_cases_are_many() -> None:
    used = Counter(call.name for case in planner.cases(planner.KNOWN) for call in case.calls)
    assert len(used) >= 15


def _with_limit(call: ExpectedCall, limit: int) -> ExpectedCall:
    return ExpectedCall(call.name, {**call.arguments, "limit": limit}, call.accept)


def _cases_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few of the known cases, which the suite reads instead, with nothing held out."""
    copies = folder / "cases"
    copies.mkdir()
    for part in ("planner", "planner_talk", "planner_samples", "planner_quota"):
        rows = files("evals").joinpath("cases", f"{part}.jsonl").read_text("utf-8").splitlines()
        copies.joinpath(f"{part}.jsonl").write_text("\n".join(rows[::_EVERY]) + "\n", "utf-8")
    monkeypatch.setattr(planner, "files", lambda _: folder)
    return copies
