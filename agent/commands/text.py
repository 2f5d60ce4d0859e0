"""A typed line made comparable: full-width and traditional characters folded, mention and quotation stripped. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

_SIMPLIFIED = OpenCC("t2s")
# Hyphens, dashes and minus signs of every width; wave dashes.
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-") | dict.fromkeys("\uff5e\u301c\u223c", "~")
)
_MENTION = re.compile(r"\s*@[^\s,，:：]{1,40}(?:\s+|[,，:：]\s*|$)")
_QUOTED_LINE = re.compile(r"\s*>[^\n]*\n")
_QUOTED_BLOCK = re.compile(r"\s*(?:「[^」]*」|\"[^\"]*\")\s*\n(?:\s*-(?:\s*-){2,}\s*\n)")
_EDGE = " \t\n。.!！~、,，;；…"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\ufe0f"
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `places[i]` is where its character i stands in what was typed."""

    text: str
    typed: str
    places: tuple[int, ...]

    def slice(self, start: int, end: int) -> "Folded":
        """A part of it."""
        return Folded(self.text[start:end], self.typed, self.places[start:end])

    def original(self, start: int, end: int) -> str:
        """What was typed for a part of the folded text."""
        if start >= end:
            return ""
        return self.typed[self.places[start] : self.places[end - 1] + 1]


def fold(typed: str) -> Folded:
    """Fold every character by itself, so that a part can be traced back to what was typed."""
    text: list[str] = []
    places: list[int] = []
    for place, character in enumerate(typed):
        for folded in _fold_character(character):
            text.append(folded)
            places.append(place)
    return Folded("".join(text), typed, tuple(places))


def clean(line: Folded) -> Folded:
    """Strip quotation, mention and closing punctuation; a question mark stays, it makes a question."""
    start = 0
    while match := (
        _QUOTED_LINE.match(line.text, start)
        or _QUOTED_BLOCK.match(line.text, start)
        or _MENTION.match(line.text, start)
    ):
        start = match.end()
    end = len(line.text)
    while start < end and line.text[start] in _EDGE:
        start += 1
    while end > start and line.text[end - 1] in _EDGE:
        end -= 1
    return line.slice(start, end)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in _UNSEEN or _SKIN.match(character):
        return ""
    plain = unicodedata.normalize("NFKC", character).lower().translate(_DASHES)
    return str(_SIMPLIFIED.convert(plain)) if plain and ord(plain[0]) > 0x2E7F else plain
