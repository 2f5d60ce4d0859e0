"""Requests about letting others see: a read-only link to figures, and what was shown last as a picture."""

import re
from typing import Final, cast

from pydantic import JsonValue

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.requests.report_periods import count_of, period_in
from agent.planner.plan import Arguments, PlannedCall, PlanningContext
from memory.domain.figures_views import PARTS
from prompts import words

_LINK: Final = words.phrase("report_links", "it")
_BEYOND: Final = words.phrase("report_links", "beyond")
_LISTS: Final = words.phrase("report_links", "lists")
_OPEN_FOR: Final = words.phrase("report_links", "open_for")
_ONLY: Final = words.phrase("report_links", "only")
_PARTS: Final = {part: words.phrase("report_links", part) for part in PARTS}
_PICTURE: Final = words.phrase("pictures", "it")
_BESIDE: Final = words.phrase("pictures", "beside")
_LONGEST: Final = 120  # letters of a message that speaks of nothing else
_LONGEST_OF_A_PICTURE: Final = 60
_WORD: Final = re.compile(r"\w")
_EN_COUNTS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_HALF: Final = "半"


def link_asked(reading: Reading, context: PlanningContext) -> PlannedCall | None:
    """The call, when the message speaks of a report link and of no other work."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _LINK.search(text) or _BEYOND.search(text):
        return None
    if _LISTS.search(text):
        return PlannedCall("report_links", {"action": "list"})
    arguments: Arguments = {"action": "make"}
    open_for = _OPEN_FOR.search(text)
    if open_for is not None:
        arguments["days"] = _days(open_for)
        text = text[: open_for.start()] + " " + text[open_for.end() :]
    period = period_in(text, context.today)
    arguments |= {name: value for name, value in period.items() if (name, value) != ("period", "custom")}
    if (only := _ONLY.search(text)) is not None:
        said = [part for part, pattern in _PARTS.items() if pattern.search(text, only.end())]
        arguments |= {"parts": cast(list[JsonValue], said)} if said else {}
    return PlannedCall("report_links", arguments)


def picture_asked(reading: Reading) -> PlannedCall | None:
    """The call, when the whole message asks for a picture of what was shown, to share."""
    text = reading.text.strip()
    if len(text) > _LONGEST_OF_A_PICTURE or not _PICTURE.search(text):
        return None
    if _WORD.search(_BESIDE.sub(" ", _PICTURE.sub(" ", text))):
        return None
    return PlannedCall("share_text", {"image": True})


def wants_a_picture(text: str) -> bool:
    """Whether a request to share says as what."""
    return _PICTURE.search(text) is not None


def _days(said: re.Match[str]) -> int:
    groups = {name: value for name, value in said.groupdict().items() if value is not None}
    unit = next(value for name, value in groups.items() if name.endswith("u"))
    written = next(value for name, value in groups.items() if not name.endswith("u"))
    each = 1 if unit.startswith(("天", "日", "day")) else 30 if "月" in unit or unit.startswith("month") else 7
    if written == _HALF:
        return max(1, each // 2)
    return each * (_EN_COUNTS.get(written) or count_of(written))
