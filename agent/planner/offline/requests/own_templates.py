"""「存成模板 猫砂盆首轮」, "which templates do we have": a brand's own templates, kept and looked at."""

from typing import Final

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlannedCall
from memory.domain.templates import LONGEST_NAME
from prompts import words

_LIST = words.phrase("templates", "list")
_SAVE = words.phrase("templates", "save")
_SHOW = words.phrase("templates", "show")
_RENAME = words.phrase("templates", "rename")
_RETIRE = words.phrase("templates", "retire")
_BATCH = words.phrase("templates", "batch")
_NUMBER = words.phrase("templates", "number")
_LONGEST: Final = 90  # letters of a message that asks this and nothing else
_AROUND: Final = QUOTES + " ,.:!?。！"


def about_templates(reading: Reading) -> PlannedCall | None:
    """The call, when the whole message is about templates and nothing else."""
    text = reading.text.strip()
    if len(text) > _LONGEST:
        return None
    begins = len(reading.text) - len(reading.text.lstrip())
    if _LIST.search(text):
        return PlannedCall("templates", {"action": "list"})
    for action, asks in (("rename", _RENAME), ("retire", _RETIRE), ("save", _SAVE), ("show", _SHOW)):
        found = asks.search(text)
        if found is None:
            continue
        call = PlannedCall("templates", {"action": action})
        for group, value in found.groupdict().items():
            if value:
                start, end = found.span(group)
                field = "new_name" if group.startswith("new") else "name"
                call.arguments[field] = reading.quote(begins + start, begins + end).strip(_AROUND)[:LONGEST_NAME]
        if action == "save":
            _which(text, call)
        return call
    return None


def _which(text: str, call: PlannedCall) -> None:
    """The draft meant: a batch, a number of it."""
    if batch := _BATCH.search(text):
        call.arguments["batch"] = batch["batch"].upper()
    if number := _NUMBER.search(text):
        numeral = numeral_at(next(value for value in number.groupdict().values() if value), 0)
        if numeral is not None:
            call.arguments["number"] = int(numeral.high)
