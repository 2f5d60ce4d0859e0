"""`daren eval` and `daren bench` run suites by name, print their scorecards, end with 1 when a bound does not hold;
`daren emulate` serves a platform that is not there.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agent.logs import configure
from agent.settings import Settings
from evals.registry import BENCHMARKS, EMULATORS, SUITES, Run, decisions, replies, schedule
from evals.scorers.scorecard import Line, Scorecard

EXIT_BOUND_BROKEN, EXIT_USAGE = 1, 2
_Names = Annotated[list[str] | None, typer.Argument(help="Which ones; all when none is named.")]
_Fast = Annotated[bool, typer.Option("--fast", help="The cut that runs with the tests.")]
_Runs = Annotated[int | None, typer.Option(min=1, help="How many histories of decisions.")]
_Seed = Annotated[int | None, typer.Option(min=0, help="What histories and the virtual year are drawn from.")]
_Creators = Annotated[int | None, typer.Option(min=15, help="How many creators the virtual year has.")]
_Days = Annotated[int | None, typer.Option(min=7, help="How many days it has.")]
_Model = Annotated[bool, typer.Option("--model", help="Ask the configured model too: replies.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a scorecard, one a line.")]


def eval_command(
    suites: _Names = None,
    *,
    fast: _Fast = False,
    runs: _Runs = None,
    creators: _Creators = None,
    days: _Days = None,
    seed: _Seed = None,
    model: _Model = False,
    as_json: _Json = False,
) -> None:
    """Score Daren: planner, commands, retrieval, drafts, replies, safety, decisions, schedule, week,
    performance.
    """
    settings = Settings().model if model else None
    if model and settings is None:
        typer.echo("no model is set: DAREN_MODEL__BASE_URL, DAREN_MODEL__NAME, DAREN_MODEL__API_KEY", err=True)
        raise typer.Exit(EXIT_USAGE)
    known = {
        **SUITES, "decisions": decisions(runs, seed), "schedule": schedule(creators, days, seed),
        "replies": replies(settings),
    }  # fmt: skip
    _command(known, suites, fast=fast, as_json=as_json)


def bench_command(benchmarks: _Names = None, *, fast: _Fast = False, as_json: _Json = False) -> None:
    """Measure Daren against others in one run: search, turn, dispatch, shop_dispatch, stop, callbacks, digests,
    performance.
    """
    _command(BENCHMARKS, benchmarks, fast=fast, as_json=as_json)


def emulate_command(
    name: Annotated[str, typer.Argument(help="Which platform: wecom, tiktok_shop.")],
    *,
    port: Annotated[int | None, typer.Option(help="Where the product finds it; 0: any free port.")] = None,
    page_port: Annotated[int | None, typer.Option(help="Where its page or its controls are; 0: any free port.")] = None,
    seed: Annotated[int | None, typer.Option(help="Other secrets than the usual ones.")] = None,
) -> None:
    """Serve an emulated platform on loopback until interrupted; WeCom with a page that shows it as a phone would."""
    if name not in EMULATORS:
        typer.echo(f"unknown: {name}; there are: {', '.join(EMULATORS)}", err=True)
        raise typer.Exit(EXIT_USAGE)
    given = {"--port": port, "--page-port": page_port, "--seed": seed}
    EMULATORS[name]([word for option, value in given.items() if value is not None for word in (option, str(value))])


def _command(known: Mapping[str, Run], names: Sequence[str] | None, *, fast: bool, as_json: bool) -> None:
    unknown = [name for name in names or () if name not in known]
    if unknown:
        typer.echo(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}", err=True)
        raise typer.Exit(EXIT_USAGE)
    configure(level="ERROR", as_json=False)
    console = Console()
    ok = True
    for name in names or known:
        began = perf_counter()
        card = asyncio.run(_scored(known[name], fast=fast))
        ok = ok and card.ok
        if as_json:
            typer.echo(json.dumps(asdict(card) | {"ok": card.ok}, ensure_ascii=False))
        else:
            console.print(table(card, seconds=perf_counter() - began))
    if not ok:
        raise typer.Exit(EXIT_BOUND_BROKEN)


async def _scored(run: Run, *, fast: bool) -> Scorecard:
    return await run(fast)


def table(card: Scorecard, *, seconds: float) -> Table:
    """A scorecard as a table: what has a bound first, then what is only reported, misses among it."""
    verdict = "ok" if card.ok else "FAIL"
    shown = Table(title=f"{card.name}: {verdict} ({seconds:.1f} s)", title_justify="left", expand=False)
    shown.add_column("metric")
    shown.add_column("value", overflow="fold")
    shown.add_column("bound")
    shown.add_column("")
    bounded = [line for line in card.lines if line.bound]
    reported = [line for line in card.lines if not line.bound]
    for group in (bounded, reported):
        for line in group:
            shown.add_row(escape(line.metric), escape(line.value), escape(line.bound), _mark(line))
        shown.add_section()
    return shown


def _mark(line: Line) -> str:
    if not line.bound:
        return ""
    return "[green]ok[/green]" if line.ok else "[bold red]FAIL[/bold red]"
