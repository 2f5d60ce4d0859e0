"""What a request says of a sample: what has happened, apart from what it denies or only asks.

「@mia 的样品寄了，还没签收」 says that it was shipped; 「还没到」 and "has it arrived?" say nothing to record.
"""

import re
from typing import Final

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.asking.cuts import Clause
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.senses import sense
from prompts import words

_SAID: Final = words.senses("sample_news")
_ASKED_ABOUT: Final = frozenset({"shipped", "approved", "content_due"})
"""Statuses a sample stands in while something has not happened."""
_WHICH: Final = re.compile(r"谁|哪|几个|多少|\b(?:who|whose|which|how many)\b")


def told(segment: Segment) -> str:
    """The words of a request, letter for letter, with blanks for everything it denies or only asks."""
    return ",".join(_told(segment, clause) for clause in segment.clauses)


def status_told(told_words: str) -> str | None:
    """The last status that is said to be so."""
    named = [key for key, _, _ in find_terms("stages", told_words, "sample_status")]
    return named[-1] if named else sense("sample_status", told_words)


def waited_for(text: str) -> str | None:
    """Where the samples stand that something is denied of: 「样品没收到」 is about those on their way."""
    status = sense("sample_status", text)
    return status if status in _ASKED_ABOUT else None


def asks_which(text: str) -> bool:
    """Whether it asks who or which, rather than how a sample stands whose creator it names."""
    return bool(_WHICH.search(text))


def _told(segment: Segment, clause: Clause) -> str:
    marked = segment.reading.text[clause.end : clause.end + 2].lstrip().startswith("?")
    if (marked or _SAID["asked"].search(clause.text)) and not _SAID["ordered"].search(clause.text):
        return _blank(clause.text)
    return _SAID["denied"].sub(lambda denied: _blank(denied[0]), clause.text)


def _blank(text: str) -> str:
    return " " * len(text)
