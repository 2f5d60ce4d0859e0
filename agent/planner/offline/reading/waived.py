"""Conditions that are given up: 粉丝数不卡了, 市场不限, "drop the follower limit", "email doesn't matter". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agent.planner.offline.reading.message import fold
from prompts import words


@dataclass(frozen=True, slots=True)
class Waived:
    """A filter that no longer counts, named at `text[start:end]`."""

    field: str
    start: int
    end: int


def waived(text: str) -> Iterator[Waived]:
    """The filters a clause of folded text gives up, in order; one with a number beside it is a bound instead."""
    named, behind, ahead = _named(), words.phrase("search", "waived_behind"), words.phrase("search", "waived_ahead")
    apart = words.phrase("search", "waived_part")
    for name in named.finditer(text):
        before, after = text[: name.start()], text[name.end() :]
        follow = behind.match(after)
        lead = None if follow else ahead.search(before)
        follow = follow or (apart.match(after) if lead else None)
        if follow is None:
            continue
        start = lead.start() if lead else name.start()
        for field in _fields(name.group()):
            yield Waived(field, start, name.end() + follow.end())


@cache
def _named() -> re.Pattern[str]:
    terms = {fold(term) for entry in words.entries("filters").values() for term in entry.words}
    ordered = sorted(terms, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![a-z]){re.escape(term)}(?![a-z])" if term.isascii() else re.escape(term) for term in ordered)
    )


def _fields(name: str) -> tuple[str, ...]:
    return tuple(key for key, entry in words.entries("filters").items() if name in map(fold, entry.words))
