"""Creators called by what they are besides, right behind a known subject: skincare girls, gym bros, 美妆妹子. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from prompts import words

_BEHIND = (
    r"(?=$|[,，.。!！?？;；、\n]| ?[\u3400-\u9fff]|"
    r" ?(?:in|with|from|who|over|under|that|based|around|doing|on|and|posting)\b)"
)


def folk(text: str) -> Iterator[tuple[int, int, str]]:
    """Where folded text calls creators so, and the word for creators instead: (start, end, word)."""
    for pattern, word in _patterns():
        for found in pattern.finditer(text):
            if found["subject"] in _subjects():
                yield found.start("folk"), found.end("folk"), word


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    entry = words.entries("guards")["folk"]
    return (
        (re.compile(rf"(?<![a-z'])(?P<subject>[a-z]+) (?P<folk>{'|'.join(entry.en)}){_BEHIND}"), "creators"),
        (re.compile(rf"(?P<subject>[\u3400-\u9fff]{{2}})(?P<folk>{'|'.join(entry.zh)}){_BEHIND}"), "达人"),
    )


@cache
def _subjects() -> frozenset[str]:
    """Words that name what a creator posts about."""
    named = (word.lower() for entry in words.entries("categories").values() for word in entry.words)
    return frozenset(named) | frozenset(word.lower() for word in words.subjects())
