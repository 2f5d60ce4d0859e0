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
    "categories", "comparatives", "fillers", "filters", "languages", "markets", "metrics", "offers", "orders",
    "purposes", "reports", "sizes", "sorts", "stages", "subjects", "superlatives", "traits",
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


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that speak of one thing, and how much they prove."""

    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Proof:
    """Concepts that speak for a request when all of `needed` are heard and none of `barred`."""

    needed: frozenset[str]
    barred: frozenset[str]
    weight: float

    def holds(self, heard: frozenset[str]) -> bool:
        """Whether the concepts heard amount to this."""
        return self.needed <= heard and self.barred.isdisjoint(heard)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which concepts together ask for what; `idioms` says what a pattern of `intents.toml` adds."""

    idioms: Mapping[str, float]
    concepts: Mapping[str, Concept]
    proofs: Mapping[str, tuple["Proof", ...]]

    def idiom(self, intent: str) -> float:
        """What a matching idiom of an intent adds."""
        return self.idioms.get(intent, self.idioms["usual"])

    def concepts_in(self, text: str) -> frozenset[str]:
        """Every concept a text names."""
        return frozenset(name for name, concept in self.concepts.items() if concept.pattern.search(text))

    def proof(self, intent: str, heard: frozenset[str]) -> float:
        """The heaviest set of concepts heard that speaks for an intent."""
        return max(
            (proof.weight for proof in self.proofs.get(intent, ()) if proof.holds(heard)),
            default=0.0,
        )


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
        return re.compile(text, re.ASCII)

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
def evidence() -> Evidence:
    """What a request may be known by beside its idioms (`lexicon/evidence.toml`)."""
    table = _load("evidence")
    concepts = {name: _concept(row, table["concept"]) for name, row in table["concept"].items()}
    proofs = {intent: tuple(_proof(line, concepts) for line in lines) for intent, lines in table["weighs"].items()}
    return Evidence(MappingProxyType(table["idioms"]), MappingProxyType(concepts), MappingProxyType(proofs))


def _concept(row: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> Concept:
    """Its own words, and those of the `senses` and of `also` the concepts it shares."""
    ways = [row, *(_load("senses")[field][value] for field, value in (one.split(".") for one in row.get("senses", [])))]
    ways += [others[name] for name in row.get("also", [])]
    pattern = _spoken([way for one in ways for way in one["zh"]], [way for one in ways for way in one["en"]])
    return Concept(pattern, row.get("weight", 1.0))


def _proof(line: list[str | float], concepts: Mapping[str, Concept]) -> Proof:
    """A line of `weighs`: concepts, after `!` those that must be absent, a number to add to the weight."""
    names = [part for part in line if isinstance(part, str)]
    needed = frozenset(name for name in names if not name.startswith("!"))
    barred = frozenset(name[1:] for name in names if name.startswith("!"))
    added = sum(part for part in line if not isinstance(part, str))
    return Proof(needed, barred, sum(concepts[name].weight for name in needed) + added)


def _spoken(zh: list[str], en: list[str]) -> re.Pattern[str]:
    """Chinese words anywhere, English ones between words."""
    ways = [f"(?:{way})" for way in zh]
    if en:
        ways.append(rf"(?<![a-z0-9@])(?:{'|'.join(en)})(?![a-z0-9])")
    return re.compile("|".join(ways), re.ASCII)


@cache
def phrase(request: str, part: str, flags: int = 0) -> re.Pattern[str]:
    """Every way of naming one part of a request (`lexicon/phrases.toml`), the first to fit wins."""
    ways: list[str] = _load("phrases")[request][part]["ways"]
    return re.compile("|".join(ways), flags)


@cache
def ways(request: str, part: str) -> tuple[re.Pattern[str], ...]:
    """The same ways one by one, for whoever wants the first of them that fits anywhere."""
    each: list[str] = _load("phrases")[request][part]["ways"]
    return tuple(re.compile(way) for way in each)


@cache
def senses(field: str) -> Mapping[str, re.Pattern[str]]:
    """The values of a field and the ways of saying each (`lexicon/senses.toml`), the first to try at the front."""
    return MappingProxyType({value: _spoken(row["zh"], row["en"]) for value, row in _load("senses")[field].items()})


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
