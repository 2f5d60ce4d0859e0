"""Judges the reading of creators' messages against cases written by somebody who did not write the lexicon.

By rules, and with a model's word for the intent besides where one is given: as the inbox would show it.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources import files

from agent.settings import ModelSettings
from evals.configured_model import configured
from evals.scorers.scorecard import Line, Scorecard
from memory.domain.money import Money
from memory.domain.outreach import Gist, Intent
from tools.contract import TextModel
from tools.replies.reading import read_reply
from tools.replies.understanding import AT_ONCE, understood

NOW = date(2026, 11, 20)
_KNOWN = ("replies", "replies_near")


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


_Judged = tuple[ReplyCase, Gist]


async def run(settings: ModelSettings | None = None, *, every_nth: int = 1) -> Scorecard:
    """Intents, opt-outs both ways, and every figure and question found; the cases held out are told beside them.

    `settings`: of a model that is asked about every nth case, held out or not; its figures are told and have no bound.
    """
    every = _read(cases())
    money = [case.id for case, gist in every if set(_amounts(case)) != set(gist.amounts)]
    shares = [case.id for case, gist in every if {_share(one) for one in case.percentages} != set(gist.percentages_bp)]
    dates = [case.id for case, gist in every if not _dates_found(case, gist)]
    questions = [case.id for case, gist in every if not _questions_found(case, gist)]
    wrong = _wrong(every)
    missed, false, told = _opt_outs(every)
    return Scorecard(
        "replies",
        (
            Line("messages", str(len(every)), "≥ 200", len(every) >= 200),
            Line("intent", f"{_share_right(every):.3f}", "≥ 0.950", _share_right(every) >= 0.95),
            Line("opt-outs missed", f"{len(missed)}/{told} {' '.join(missed)}".strip(), "= 0", not missed),
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
            *_by(every, "by language", lambda case: case.lang),
            *_by(every, "by intent", lambda case: case.intent),
            *_held_out(every),
            *(await _by_model(configured(settings), [*cases(), *held_out()][::every_nth]) if settings else ()),
        ),
    )


def cases() -> list[ReplyCase]:
    """Every case the reading was mended by, in the order of the files."""
    return [case for name in _KNOWN for case in _load(name)]


def held_out() -> list[ReplyCase]:
    """Cases written after the last change of the lexicon; nothing was mended by them."""
    return _load("replies_held")


def _load(name: str) -> list[ReplyCase]:
    lines = files("evals").joinpath(f"cases/{name}.jsonl").read_text("utf-8").splitlines()
    return [ReplyCase(**json.loads(line)) for line in lines]


def _read(some: list[ReplyCase]) -> list[_Judged]:
    return [(case, read_reply(case.text, now=NOW)) for case in some]


def _wrong(every: list[_Judged]) -> list[str]:
    return [case.id for case, gist in every if gist.intent not in (case.intent, *case.accept)]


def _share_right(every: list[_Judged]) -> float:
    return 1 - len(_wrong(every)) / len(every)


def _opt_outs(every: list[_Judged]) -> tuple[list[str], list[str], int]:
    """The missed ones, the false ones, and how many there are."""
    missed = [case.id for case, gist in every if case.opt_out and gist.intent is not Intent.OPT_OUT]
    false = [
        case.id
        for case, gist in every
        if gist.intent is Intent.OPT_OUT and not case.opt_out and Intent.OPT_OUT not in case.accept
    ]
    return missed, false, sum(case.opt_out for case, _ in every)


def _by(every: list[_Judged], name: str, key: Callable[[ReplyCase], str]) -> Iterator[Line]:
    """Right of all, for each language or intent."""
    groups: dict[str, list[_Judged]] = {}
    for case, gist in every:
        groups.setdefault(key(case), []).append((case, gist))
    told = (f"{group} {len(some) - len(_wrong(some))}/{len(some)}" for group, some in sorted(groups.items()))
    yield Line(name, " · ".join(told), "", ok=True)


def _held_out(known: list[_Judged]) -> Iterator[Line]:
    """What a reading scores on messages it has never met, and on all together."""
    held = _read(held_out())
    missed, false, told = _opt_outs(held)
    found = told - len(missed)
    yield Line("held out: messages", str(len(held)), "≥ 150", len(held) >= 150)
    yield Line("held out: intent", f"{_share_right(held):.3f}", "≥ 0.850", _share_right(held) >= 0.85)
    yield Line("held out: opt-outs missed", f"{len(missed)}/{told}", "told", ok=True)
    yield Line("held out: opt-out precision", f"{found}/{found + len(false)}", "≥ 0.9", found >= 9 * len(false))
    yield from _by(held, "held out by language", lambda case: case.lang)
    yield from _by(held, "held out by intent", lambda case: case.intent)
    together = _share_right(known + held)
    yield Line("intent, all together", f"{together:.3f}", "≥ 0.950", together >= 0.95)


async def _by_model(model: TextModel, asked: list[ReplyCase]) -> list[Line]:
    """What the inbox shows with this model, beside what rules alone show of the same messages."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(case: ReplyCase, gist: Gist) -> _Judged:
        async with slots:
            return case, await understood(case.text, gist, model)

    by_rules = _read(asked)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(case, gist)) for case, gist in by_rules]
    judged = [task.result() for task in running]
    missed, false, told = _opt_outs(judged)
    fell_back = sum(not gist.by_model and gist.intent is not Intent.OPT_OUT for _, gist in judged)
    return [
        Line("model: messages", str(len(judged)), "", ok=True),
        Line("model: intent", f"{_share_right(judged):.3f} (rules {_share_right(by_rules):.3f})", "", ok=True),
        Line("model: no answer of use, read by rules", str(fell_back), "", ok=True),
        Line("model: opt-outs missed", f"{len(missed)}/{told} {' '.join(missed)}".strip(), "", ok=True),
        Line("model: false opt-outs", f"{len(false)} {' '.join(false)}".strip(), "", ok=True),
        Line("model: intent missed", " ".join(_wrong(judged)) or "none", "", ok=True),
        *_by(judged, "model: by language", lambda case: case.lang),
        *_by(judged, "model: by intent", lambda case: case.intent),
    ]


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
