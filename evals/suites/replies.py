"""Judges the reading of creators' messages against cases written by somebody who did not write the lexicon."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources import files

from evals.scorers.scorecard import Line, Scorecard
from memory.domain.money import Money
from memory.domain.outreach import Gist, Intent
from tools.replies.reading import read_reply

NOW = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class ReplyCase:
    """One message and what is in it; `accept` are intents that are as good."""

    id: str
    lang: str
    text: str
    intent: str
    amounts: list[dict[str, str]]
    percentages: list[str]
    dates: list[str]
    questions: list[str]
    opt_out: bool
    accept: list[str] = field(default_factory=list)


async def run() -> Scorecard:
    """Intents, opt-outs both ways, and every figure and question found."""
    every = [(case, read_reply(case.text, now=NOW)) for case in cases()]
    wrong = [case.id for case, gist in every if gist.intent not in (case.intent, *case.accept)]
    missed = [case.id for case, gist in every if case.opt_out and gist.intent is not Intent.OPT_OUT]
    false = [case.id for case, gist in every if not case.opt_out and gist.intent is Intent.OPT_OUT]
    money = [case.id for case, gist in every if set(_amounts(case)) != set(gist.amounts)]
    shares = [case.id for case, gist in every if {_share(one) for one in case.percentages} != set(gist.percentages_bp)]
    dates = [case.id for case, gist in every if not _dates_found(case, gist)]
    questions = [case.id for case, gist in every if not _questions_found(case, gist)]
    right = 1 - len(wrong) / len(every)
    optouts = sum(1 for case, _ in every if case.opt_out)
    return Scorecard(
        "replies",
        (
            Line("messages", str(len(every)), "≥ 120", len(every) >= 120),
            Line("intent", f"{right:.3f}", "≥ 0.900", right >= 0.9),
            Line("opt-outs missed", f"{len(missed)}/{optouts} {' '.join(missed)}".strip(), "= 0", not missed),
            Line("false opt-outs", f"{len(false)} {' '.join(false)}".strip(), "≤ 1", len(false) <= 1),
            *(
                Line(f"{name} wrong", f"{len(ids)} {' '.join(ids)}".strip(), "≤ 5 %", len(ids) <= 0.05 * len(every))
                for name, ids in (
                    ("amounts", money),
                    ("percentages", shares),
                    ("dates", dates),
                    ("questions", questions),
                )
            ),
            Line("intent missed", " ".join(wrong) or "none", "", ok=True),
        ),
    )


def cases() -> list[ReplyCase]:
    """Every case, in the order of the file."""
    lines = files("evals").joinpath("cases/replies.jsonl").read_text("utf-8").splitlines()
    return [ReplyCase(**json.loads(line)) for line in lines]


def _amounts(case: ReplyCase) -> list[Money]:
    return [Money.of(one["value"], one["currency"]) for one in case.amounts]


def _share(written: str) -> int:
    return int(Decimal(written) * 100)


def _dates_found(case: ReplyCase, gist: Gist) -> bool:
    """A month alone is no day; every other expected expression must give one."""
    expected = [written for written in case.dates if any(mark.isdigit() for mark in written) or _is_weekday(written)]
    return len(gist.dates) == len(expected)


def _is_weekday(written: str) -> bool:
    return bool(read_reply(written, now=NOW).dates)


def _questions_found(case: ReplyCase, gist: Gist) -> bool:
    found = [" ".join(question.split()).strip(" ¿?").casefold() for question in gist.questions]
    wanted = [" ".join(question.split()).strip(" ¿?").casefold() for question in case.questions]
    return all(any(one in other or other in one for other in found) for one in wanted if "?" in case.text)
