"""`daren eval` and `daren bench`: names, tables, exit codes."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
from rich.console import Console

from evals import cli, registry
from evals.scorers.scorecard import Line, Scorecard

ROOT = Path(__file__).parents[2]
GOOD = Scorecard("good", (Line("share", "0.98", "≥ 0.97", ok=True), Line("misses", "[p1] none", "", ok=True)))
BAD = Scorecard("bad", (Line("sends", "1", "= 0", ok=False),))


async def good(fast: bool) -> Scorecard:
    return GOOD if fast else BAD


async def bad(fast: bool) -> Scorecard:
    return BAD


KNOWN: Mapping[str, registry.Run] = {"good": good, "bad": bad}


def run(*names: str, fast: bool = True, as_json: bool = False) -> int:
    try:
        cli._command(KNOWN, names, fast=fast, as_json=as_json)
    except typer.Exit as end:
        return end.exit_code
    return 0


def test_a_held_bound_ends_with_zero_and_shows_bounds_before_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("good") == 0
    shown = capsys.readouterr().out
    assert shown.index("≥ 0.97") < shown.index("[p1] none")
    assert "good: ok" in shown


def test_a_broken_bound_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("bad") == cli.EXIT_BOUND_BROKEN
    assert "FAIL" in capsys.readouterr().out


def test_no_name_runs_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(as_json=True) == cli.EXIT_BOUND_BROKEN
    cards = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(card["name"], card["ok"]) for card in cards] == [("good", True), ("bad", False)]


def test_the_whole_suite_runs_unless_the_cut_is_asked_for() -> None:
    assert run("good", fast=False) == cli.EXIT_BOUND_BROKEN


def test_an_unknown_name_is_a_wrong_use_and_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nonsense") == cli.EXIT_USAGE
    assert "good, bad" in capsys.readouterr().err


def test_the_table_takes_marks_in_values_literally() -> None:
    console = Console(width=80, record=True, file=None)
    with console.capture() as captured:
        console.print(cli.table(GOOD, seconds=1.0))
    assert "[p1] none" in captured.get()


def test_every_suite_and_benchmark_of_the_design_is_there() -> None:
    assert [*registry.SUITES] == [
        "planner", "commands", "retrieval", "drafts", "replies", "safety", "decisions", "schedule", "week",
        "performance",
    ]  # fmt: skip
    assert [*registry.BENCHMARKS] == [
        "search", "turn", "dispatch", "shop_dispatch", "stop", "callbacks", "performance", "digests",
    ]  # fmt: skip


_WITHOUT_DEVELOPMENT = """
import sys
for absent in ("hypothesis", "pytest", "playwright", "langgraph.checkpoint.postgres"):
    sys.modules[absent] = None
"""
_COMMAND_LINE = """
from agent.__main__ import main
sys.argv = ["daren", *sys.argv[1:]]
main()
"""
_EVERY_SUITE = """
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
"""


def without_development(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program in what `make install` leaves."""
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT_DEVELOPMENT + program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_everything_without_the_development_environment() -> None:
    ended = without_development(_COMMAND_LINE, "--help")
    assert ended.returncode == 0, ended.stderr
    assert "decisions" in ended.stdout


def test_every_suite_and_benchmark_loads_without_the_development_environment() -> None:
    files = sorted([*ROOT.glob("evals/suites/**/*.py"), *ROOT.glob("evals/benchmarks/**/*.py")])
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    assert "evals.suites.decisions.suite" in names
    ended = without_development(_EVERY_SUITE, *names)
    assert ended.returncode == 0, ended.stderr
