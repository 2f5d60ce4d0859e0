"""The compliance rules, read from prompts/compliance: what may not be said, where, and a wording that passes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

TextKind = Literal["message", "caption", "brief"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `instead` is by language of the text, `authority` by market with "" for everywhere else."""

    name: str
    blocking: bool
    kinds: frozenset[str]
    channels: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    instead: Mapping[str, str]
    authority: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DisclosureWords:
    """How a market expects a paid post to say so; words in lower case."""

    passes: tuple[str, ...]
    weak: tuple[str, ...]
    empty: tuple[str, ...]
    add: str
    authority: str


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """Words by market ("other" for the rest) and how early they must stand."""

    words: Mapping[str, DisclosureWords]
    first_characters: int
    last_hashtag: int


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in file order."""
    return tuple(_rule(name, body) for name, body in _read("claims.toml").items())


@cache
def disclosure_rules() -> DisclosureRules:
    """Every market's disclosure words."""
    raw = _read("disclosure.toml")
    words = {
        market: DisclosureWords(
            tuple(body["passes"]), tuple(body["weak"]), tuple(body["empty"]), body["add"], body["authority"]
        )
        for market, body in raw.items()
        if isinstance(body, dict)
    }
    return DisclosureRules(words, raw["first_characters"], raw["last_hashtag"])


def _rule(name: str, body: Mapping[str, Any]) -> Rule:
    return Rule(
        name,
        body["severity"] == "block",
        frozenset(body["kinds"]),
        frozenset(body.get("channels", ())),
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in body["patterns"]),
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in body["unless"]),
        body["instead"],
        body["authority"],
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("prompts").joinpath("compliance", name).read_text("utf-8"))
