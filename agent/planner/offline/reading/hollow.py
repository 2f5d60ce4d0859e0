"""Words that name nothing by themselves (不会更, notes they might): no subject is made of them alone. Pure."""

import re
from functools import cache

from agent.planner.offline.reading.message import fold
from prompts import words

_WORD = re.compile(r"[a-z0-9']+")


def is_hollow(text: str) -> bool:
    """Whether nothing is left of a folded phrase without pronouns, particles, modal words and the like."""
    if any(letter not in _letters() for letter in text if "\u3400" <= letter <= "\u9fff"):
        return False
    return all(word in _words() for word in _WORD.findall(text))


@cache
def _letters() -> frozenset[str]:
    return frozenset("".join(fold(word) for word in words.entries("guards")["hollow"].zh))


@cache
def _words() -> frozenset[str]:
    return frozenset(words.entries("guards")["hollow"].en)
