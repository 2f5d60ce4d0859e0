"""Say a Chinese subject in English too, from a glossary: the encoder knows 宠物, but not every 穿戴甲.

Creators write in English far more often than in Chinese; a subject the glossary covers is asked for in English,
one it covers in part in both languages, one it does not know as it is.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from opencc import OpenCC

import prompts
from prompts.words import entries

_GLOSSARY = Path(prompts.__file__).parent / "glossary.toml"
_CJK = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Glossary:
    """Chinese terms with their English, and words that add nothing to a subject."""

    terms: Mapping[str, str]
    filler: frozenset[str]
    simplified: OpenCC

    def term_at(self, text: str, at: int) -> str | None:
        """The longest known word that begins here, a term or filler; None when there is none."""
        ends = range(min(len(text), at + _LONGEST), at, -1)
        return next((text[at:end] for end in ends if text[at:end] in self.terms or text[at:end] in self.filler), None)


def in_english(topic: str) -> str:
    """Return the subject in the words to search with."""
    if not _CJK.search(topic):
        return topic.strip()
    glossary = _glossary()
    text = glossary.simplified.convert(topic)
    said: list[str] = []
    unknown: list[str] = []
    at = 0
    while at < len(text):
        word = glossary.term_at(text, at)
        if word is None:
            unknown.append(text[at])
        elif word in glossary.terms:
            said.append(glossary.terms[word])
        at += len(word or "1")
    rest = "".join(unknown).strip()
    english = " ".join(dict.fromkeys(said))
    return f"{english} {rest}".strip() if english else topic.strip()


@cache
def _glossary() -> Glossary:
    table = tomllib.loads(_GLOSSARY.read_text("utf-8"))
    categories = {word: entry.en[0] for entry in entries("categories").values() for word in entry.zh}
    terms = {word: english for english, words in table["terms"].items() for word in words}
    return Glossary({**categories, **terms}, frozenset(table["filler"]["zh"]), OpenCC("t2s"))
