"""What a pressed button asks for. It is all in the button's key and the card's task: any process can read a click.

Who may do it is the desk's to say. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from memory.domain.chat import Tap
from memory.domain.ids import ImportRunId, PresentationId
from memory.domain.import_stores import KINDS

_RUNS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_FILE = re.compile(rf"(?P<verb>import|read(?=:\d+:)):(?P<run>[0-9]{{1,18}})(?::(?P<kind>{'|'.join(KINDS)}))?")
MOST_NUMBERS = 1000


@dataclass(frozen=True, slots=True)
class Saying:
    """A click that stands for typed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Importing:
    """A click that starts a previewed import. `kind`: as what it was previewed; "" on cards of before."""

    run: ImportRunId
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A click that has a previewed file read as something else."""

    run: ImportRunId
    kind: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A click on a card that is done, or that we never sent."""


@dataclass(frozen=True, slots=True)
class Task:
    """Which drafts a card shows, and what they said."""

    batch: str
    presentation: PresentationId
    fingerprint: str


Click = Tap | Saying | Importing | Reading | Nothing


def meant(key: str, task_id: str) -> Click:
    """What the pressed key asks for; a key that fits nothing asks for nothing."""
    verb, _, rest = key.partition(":")
    if verb == "say" and rest:
        return Saying(rest)
    if found := _FILE.fullmatch(key):
        run, kind = ImportRunId(int(found["run"])), found["kind"] or ""
        return Reading(run, kind) if found["verb"] == "read" and kind else Importing(run, kind)
    task, numbers = read_task(task_id), _from_runs(rest)
    if verb not in ("approve", "reject") or task is None or not numbers:
        return Nothing()
    if verb == "approve":
        return Tap(presentation=task.presentation, approve=numbers)
    return Tap(presentation=task.presentation, reject=numbers)


def read_task(task_id: str) -> Task | None:
    """What the task of a drafts card names; None for any other card."""
    parts = task_id.split("-")
    if len(parts) < 3 or not parts[0] or not (parts[1].isascii() and parts[1].isdecimal()):
        return None
    return Task(parts[0], PresentationId(int(parts[1])), parts[2])


def as_runs(numbers: Sequence[int]) -> str:
    """1 2 3 7 as 1-3,7."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _from_runs(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in text.split(","):
        found = _RUNS.fullmatch(part)
        if found is None:
            return ()
        first, last = int(found[1]), int(found[2] or found[1])
        if last - first > MOST_NUMBERS:
            return ()
        numbers += range(first, last + 1)
    return tuple(numbers)
