"""Does the built-in planner ask for the right tools with the right arguments?

`cases/planner.jsonl` and its parts (`planner_talk` and others) are known to whoever writes the planner. Where there is
a `planner_fresh.jsonl`, written apart from the planner and never tuned on, it is scored and reported beside them and
must keep the same bounds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from typing import Any

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext
from evals.scorers.calls import ExpectedCall, MadeCall, right_tools, wrong_fields
from evals.scorers.scorecard import Line, Scorecard

KNOWN, FRESH = "planner", "planner_fresh"
PARTS = (
    "planner", "planner_talk", "planner_samples", "planner_campaigns", "planner_replies", "planner_quota",
    "planner_performance", "planner_outreach", "planner_collaborations", "planner_digest",
    "planner_links", "planner_reports", "planner_everyday",
)  # fmt: skip
_FILES = {KNOWN: PARTS, FRESH: ("planner_fresh",)}
LEAST_CASES = {KNOWN: 250, FRESH: 120}
LEAST_MESSY = {KNOWN: 80, FRESH: 40}
LEAST_TOOLS, LEAST_ARGUMENTS, LEAST_RIGHT_OF_MESSY = 0.97, 0.95, 0.92
FAST_EVERY = 5
_TODAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class PlannerCase:
    """One message in its conversation, and the calls it must lead to."""

    id: str
    tags: tuple[str, ...]
    turns: tuple[str, ...]
    context: dict[str, Any]
    calls: tuple[ExpectedCall, ...]

    @property
    def messy(self) -> bool:
        """Whether it is written as people really write."""
        return "messy" in self.tags


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case."""

    case: PlannerCase
    made: tuple[MadeCall, ...]
    tools: bool
    wrong: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether tools and every argument are right."""
        return self.tools and not self.wrong


async def run(*, fast: bool = False) -> Scorecard:
    """Score the known cases (`fast`: every fifth) and the held-out ones, if any; a miss says what was wrong."""
    known, fresh = cases(KNOWN), cases(FRESH)
    lines = _lines("", KNOWN, [judge(case) for case in (known[::FAST_EVERY] if fast else known)], whole=not fast)
    if fresh:
        lines += _lines("held out: ", FRESH, [judge(case) for case in fresh], whole=True)
    return Scorecard("planner", tuple(lines))


def cases(name: str) -> list[PlannerCase]:
    """Every case of one set, in order; none where nothing is held out."""
    held = [files("evals").joinpath("cases", f"{part}.jsonl") for part in _FILES[name]]
    lines = [line for file in held if file.is_file() or name == KNOWN for line in file.read_text("utf-8").splitlines()]
    return [
        PlannerCase(
            id=row["id"],
            tags=tuple(row["tags"]),
            turns=tuple(row["turns"]),
            context=row.get("context", {}),
            calls=tuple(ExpectedCall(**call) for call in row["calls"]),
        )
        for row in map(json.loads, lines)
    ]


def judge(case: PlannerCase) -> Verdict:
    """Plan the last message; the earlier ones only leave behind which tool ran last."""
    context = _context(case)
    for earlier in case.turns[:-1]:
        before = plan(earlier, replace(context, last_criteria=None)).calls
        drafted = [call.arguments for call in before if call.name == "draft_messages"]
        reported = [call.arguments for call in before if call.name == "performance"]
        context = replace(
            context,
            last_tool=before[-1].name if before else context.last_tool,
            last_drafting=drafted[-1] if drafted else context.last_drafting,
            last_report=reported[-1] if reported else context.last_report,
        )
    made = tuple(MadeCall(call.name, call.arguments) for call in plan(case.turns[-1], context).calls)
    tools = right_tools(made, case.calls)
    return Verdict(case, made, tools, tuple(wrong_fields(made, case.calls)) if tools else ())


def _context(case: PlannerCase) -> PlanningContext:
    batches: dict[str, int] = case.context.get("batches", {})
    return PlanningContext(
        today=_TODAY,
        shortlist=tuple(f"creator_{rank}" for rank in range(1, case.context.get("shortlist", 0) + 1)),
        open_batches=tuple(batches),
        batch_sizes=batches,
        products=tuple(case.context.get("products", ())),
        last_criteria=case.context.get("last_criteria"),
        last_focus=case.context.get("focus"),
        last_drafting=case.context.get("last_drafting"),
        report_rows=tuple(case.context.get("rows", ())),
        brands=tuple(case.context.get("brands", ())),
    )


def _lines(title: str, name: str, verdicts: Sequence[Verdict], *, whole: bool) -> list[Line]:
    messy = [verdict for verdict in verdicts if verdict.case.messy]
    counted = [
        Line(f"{title}cases", str(len(verdicts)), f"≥ {LEAST_CASES[name]}", len(verdicts) >= LEAST_CASES[name]),
        Line(f"{title}messy cases", str(len(messy)), f"≥ {LEAST_MESSY[name]}", len(messy) >= LEAST_MESSY[name]),
    ]
    return [
        *(counted if whole else [Line(f"{title}cases", str(len(verdicts)), "", ok=True)]),
        _share(f"{title}tools right", [verdict.tools for verdict in verdicts], LEAST_TOOLS),
        _share(f"{title}arguments right", [verdict.right for verdict in verdicts], LEAST_ARGUMENTS),
        _share(f"{title}messy right", [verdict.right for verdict in messy], LEAST_RIGHT_OF_MESSY),
        *(_miss(title, verdict) for verdict in verdicts if not verdict.right),
    ]


def _share(metric: str, right: Sequence[bool], least: float) -> Line:
    share = sum(right) / len(right)
    return Line(metric, f"{share:.3f} ({sum(right)}/{len(right)})", f"≥ {least}", share >= least)


def _miss(title: str, verdict: Verdict) -> Line:
    wrong = ", ".join(verdict.wrong) or "tools: " + (" → ".join(call.name for call in verdict.made) or "none")
    return Line(f"{title}miss {verdict.case.id}", f"{verdict.case.turns[-1]} | {wrong}", "", ok=True)
