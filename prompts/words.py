"""The lexicon: what people call categories, markets, numbers and requests, in Chinese and English.

Read once from `prompts/lexicon/*.toml`; how the words are used belongs to whoever asks.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

LEXICON = Path(__file__).parent / "lexicon"
GLOSSARY = Path(__file__).parent / "glossary.toml"

LEXICONS = (
    "categories", "comparatives", "fillers", "languages", "markets", "metrics", "offers", "orders", "purposes",
    "reports", "sizes", "sorts", "stages", "subjects", "superlatives", "traits",
)  # fmt: skip
"""Every file whose tables are words and nothing else."""

Fact = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning and the words for it; `facts` is whatever else its table says (a range, a factor, members)."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    facts: Mapping[str, Fact]

    @property
    def words(self) -> tuple[str, ...]:
        """Chinese words first, then English ones."""
        return self.zh + self.en


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency: words that follow an amount, and signs that stand before it."""

    code: str
    after: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoundWords:
    """Words of one kind of bound: in front of a number, right behind it, behind it at the end of a clause."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    trailing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """What may stand around a number; factors by unit word."""

    multipliers: Mapping[str, int]
    spelled: Mapping[str, int]
    percent: Mapping[str, float]
    days: Mapping[str, int]
    counters: tuple[str, ...]
    years_of_age: tuple[str, ...]
    currencies: tuple[Currency, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a clause may ask for; patterns are tried on folded text."""

    name: str
    patterns: re.Pattern[str]
    unless: re.Pattern[str] | None
    weak: bool
    joins: frozenset[str]

    def matches(self, clause: str) -> bool:
        """Whether the clause asks for this."""
        return bool(self.patterns.search(clause)) and not (self.unless and self.unless.search(clause))


@cache
def entries(name: str) -> Mapping[str, Entry]:
    """The tables of `lexicon/<name>.toml` that hold words, in the order of the file."""
    return MappingProxyType({key: _entry(table) for key, table in _load(name).items()})


@cache
def replacements() -> Mapping[str, str]:
    """Miswritten and regional words and what each stands for; longer ones are to be tried first."""
    merged: dict[str, str] = {}
    for table in _load("homophones").values():
        merged.update(table)
    return MappingProxyType(merged)


@cache
def units() -> Units:
    """Multipliers, percent words, days, counters and currencies."""
    table = _load("units")
    currencies = tuple(
        Currency(code, tuple(words["zh"] + words["en"]), tuple(words["before"]))
        for code, words in table["currencies"].items()
    )
    return Units(
        multipliers=MappingProxyType(table["multipliers"]),
        spelled=MappingProxyType(table["spelled"]),
        percent=MappingProxyType(table["percent"]),
        days=MappingProxyType(table["days"]),
        counters=tuple(table["counters"]["zh"] + table["counters"]["en"]),
        years_of_age=tuple(table["years_of_age"]["zh"] + table["years_of_age"]["en"]),
        currencies=currencies,
    )


@cache
def subjects() -> frozenset[str]:
    """What sellers sell or ask about, as they write it: every term of the glossary and of `lexicon/subjects.toml`."""
    with GLOSSARY.open("rb") as file:
        terms = tomllib.load(file)["terms"].values()
    table = entries("subjects")
    return frozenset(word for words_of in terms for word in words_of) | frozenset(
        word for entry in table.values() for word in entry.words
    )


@cache
def intents() -> tuple[Intent, ...]:
    """Every intent, the one to try first at the front."""
    table = _load("intents")
    macros = table["macros"]

    def compiled(patterns: list[str]) -> re.Pattern[str]:
        text = "|".join(f"(?:{pattern})" for pattern in patterns)
        for name, body in macros.items():
            text = text.replace("{" + name + "}", body)
        return re.compile(text)

    return tuple(
        Intent(
            name=row["name"],
            patterns=compiled(row["zh"] + row["en"]),
            unless=compiled(row["unless"]) if "unless" in row else None,
            weak=row.get("weak", False),
            joins=frozenset(row.get("joins", ())),
        )
        for row in table["intent"]
    )


@cache
def phrase(request: str, part: str, flags: int = 0) -> re.Pattern[str]:
    """Every way of naming one part of a request (`lexicon/phrases.toml`), the first to fit wins."""
    ways: list[str] = _load("phrases")[request][part]["ways"]
    return re.compile("|".join(ways), flags)


@cache
def bounds() -> Mapping[str, BoundWords]:
    """Words that bound a number, by kind: `min`, `max`, `about`, `up`, `down`, `moving` and `not`."""
    return MappingProxyType(
        {
            kind: BoundWords(*(tuple(table.get(place, ())) for place in ("before", "after", "trailing")))
            for kind, table in _load("bounds").items()
        }
    )


def _entry(table: Mapping[str, Fact]) -> Entry:
    facts = {key: value for key, value in table.items() if key not in ("zh", "en")}
    return Entry(_words(table.get("zh", [])), _words(table.get("en", [])), MappingProxyType(facts))


def _words(value: Fact) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("zh and en are lists of words")
    return tuple(value)


@cache
def _load(name: str) -> dict[str, Any]:
    with (LEXICON / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
