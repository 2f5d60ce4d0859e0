"""Judges the reader of commands against cases written by somebody who did not write it."""

import json
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from pydantic import JsonValue

from agent.commands.nouns import (
    Ask,
    Confirm,
    Decide,
    Erase,
    MarkSent,
    Parsed,
    Pasted,
    Resume,
    Retry,
    SendList,
    Stop,
    Undo,
    Withdraw,
)
from agent.commands.parsing import parse
from evals.scorers.scorecard import Line, Scorecard

# Our finer words for what the cases call by one.
_AS_IN_CASES = {
    "no_instruction": "unclear",
    "wrong_count": "unclear",
    "stop_whole": "unclear",
    "no_batch": "unclear",
    "withdraw_what": "unclear",
    "resume_whole": "unclear",
    "undo_alone": "unclear",
} | {"no_such_batch": "which_batch"}


@dataclass(frozen=True, slots=True)
class CommandCase:
    """One line, the open batches it was typed beside, and the readings that are right."""

    id: str
    text: str
    is_command: bool
    open_batches: dict[str, int]
    readings: tuple[dict[str, JsonValue] | None, ...]


def cases() -> list[CommandCase]:
    """Every case, in the order of the file."""
    lines = files("evals").joinpath("cases/commands.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        CommandCase(
            id=row["id"],
            text=row["text"],
            is_command=row["kind"] == "command",
            open_batches=row["open_batches"],
            readings=(row["expect"], *row.get("accept", ())),
        )
        for row in map(json.loads, lines)
    ]


def is_right(case: CommandCase) -> bool:
    """Whether a case was read in one of its right ways."""
    return _shape(_read(case)) in [_plain(reading) for reading in case.readings]


def decides(case: CommandCase) -> bool:
    """Whether anything was decided, stopped, taken back, confirmed, handed out or marked."""
    return isinstance(_read(case), Decide | Stop | Resume | Retry | Withdraw | Undo | Confirm | SendList | MarkSent)


async def run() -> Scorecard:
    """Near misses that decide something (none may), and lines read rightly."""
    every = cases()
    near = [case for case in every if not case.is_command]
    commands = [case for case in every if case.is_command]
    decided = [case.id for case in near if decides(case)]
    wrong_commands = [case.id for case in commands if not is_right(case)]
    wrong_near = [case.id for case in near if not is_right(case)]
    right = (len(every) - len(wrong_commands) - len(wrong_near)) / len(every)
    return Scorecard(
        "commands",
        (
            Line("near misses", str(len(near)), "≥ 120", len(near) >= 120),
            Line("near misses that decided", f"{len(decided)} {' '.join(decided)}".strip(), "= 0", not decided),
            Line("commands read", f"{len(commands) - len(wrong_commands)}/{len(commands)}", "", ok=True),
            Line("read rightly", f"{right:.3f}", "≥ 0.950", right >= 0.95),
            Line("misses", " ".join(wrong_commands + wrong_near) or "none", "", ok=True),
        ),
    )


def _read(case: CommandCase) -> Parsed | None:
    return parse(case.text, batch_sizes=case.open_batches, quoted=None)


def _shape(parsed: Parsed | None) -> dict[str, JsonValue] | None:
    match parsed:
        case None:
            return None
        case Decide(batch, approve, reject, revise):
            return _plain(
                {
                    "verb": "decide",
                    "batch": batch,
                    "approve": list(approve),
                    "reject": list(reject),
                    "revise": {str(number): text for number, text in revise.items()},
                }
            )
        case Stop(batch):
            return {"verb": "stop", "batch": batch}
        case Resume(batch):
            return {"verb": "resume", "batch": batch}
        case Retry(campaign):
            return {"verb": "retry", "campaign": campaign}
        case Withdraw(batch, numbers):
            return {"verb": "withdraw", "batch": batch, "numbers": list(numbers)}
        case Undo():
            return {"verb": "undo"}
        case Confirm(code):
            return {"verb": "confirm", "code": code}
        case Erase(handle):
            return {"verb": "erase", "handle": handle}
        case SendList(batch, numbers, night):
            return {"verb": "send_list", "batch": batch, "numbers": list(numbers), "night": night}
        case MarkSent(said, batch, numbers, everything):
            marked: dict[str, JsonValue] = {"said": said.value, "numbers": list(numbers), "everything": everything}
            return {"verb": "mark_sent", "batch": batch, **marked}
        case Pasted(handle):
            return {"verb": "pasted", "handle": handle}
        case Ask(why):
            return {"verb": "ask", "why": _AS_IN_CASES.get(why.value, why.value)}


def _plain(reading: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
    """Instructions without spaces, after NFKC."""
    if reading is None or not isinstance(revise := reading.get("revise"), dict):
        return reading
    plain: dict[str, JsonValue] = {
        number: "".join(unicodedata.normalize("NFKC", str(text)).split()) for number, text in revise.items()
    }
    return {**reading, "revise": plain}
