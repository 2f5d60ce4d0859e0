"""Which of a brand's own templates the rounds of a plan are written from, and two that chance divides round one by.

「第一轮用模板 猫砂盆首轮，第二轮用模板「催一催」」, "round two with template gentle nudge".
"""

from dataclasses import dataclass

from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.texts import QUOTES
from prompts import words

_TEMPLATE = words.phrase("outreach", "template")
_SPLIT = words.phrase("outreach", "split")
_ROUND = words.phrase("reports", "round_of_template")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_MOST = 7


@dataclass(frozen=True, slots=True)
class RoundTemplates:
    """Names by round, "" where none is named, and two to divide the first by. `spans`: where the text says so."""

    templates: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    def touches(self, start: int, end: int) -> bool:
        """Whether words at a place of the message belong to it."""
        return any(start < last and first < end for first, last in self.spans)

    def without(self, sheet: Sheet) -> str:
        """What the request says besides, clauses joined by commas."""
        text = sheet.segment.reading.text
        for start, end in self.spans:
            text = text[:start] + " " * (end - start) + text[end:]
        return ",".join(text[clause.start : clause.end] for clause in sheet.segment.clauses)


def round_templates(sheet: Sheet) -> RoundTemplates:
    """What a request says of them; a round that is not said is the first."""
    text, segment = sheet.segment.reading.text, sheet.segment
    divided = _SPLIT.search(text, segment.start, segment.end)
    spans = [divided.span()] if divided else []
    names: dict[int, str] = {}
    for clause in segment.clauses:
        for match in _TEMPLATE.finditer(text, clause.start, clause.end):
            if divided and match.start() < divided.end() and divided.start() < match.end():
                continue
            before = list(_ROUND.finditer(text, clause.start, match.start()))
            said = before[-1] if before else _ROUND.search(text, match.end(), clause.end)
            number = _number(said.groupdict()) if said else 1
            group = next(key for key, value in match.groupdict().items() if value)
            names.setdefault(min(number, _MOST), sheet.quote(*match.span(group)).strip(QUOTES + " "))
            ends = (said.start(), said.end()) if said else match.span()
            spans.append((min(ends[0], match.start()), max(ends[1], match.end())))
    found = tuple(names.get(number, "") for number in range(1, max(names, default=0) + 1))
    halves = [key for key, value in divided.groupdict().items() if value] if divided else []
    split = tuple(sheet.quote(*divided.span(key)).strip(QUOTES + " ") for key in halves) if divided else ()
    return RoundTemplates(found, split, tuple(spans))


def _number(said: dict[str, str]) -> int:
    written = next((value for value in said.values() if value), "")
    if written in _ORDINALS:
        return _ORDINALS[written]
    numeral = numeral_at(written, 0)
    return int(numeral.high) if numeral else 1
