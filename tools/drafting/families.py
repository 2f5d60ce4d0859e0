"""Template families read from prompts/drafting: sentence units with every language together, and their layouts."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from memory.domain.outreach import Purpose, Tone

LANGUAGES = ("en", "es", "zh")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SHARED_SLOTS = ("greeting", "close", "terms", "fee", "points", "link", "extra")


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence (or two) in every language. It fits when `needs` are known and `without` are not."""

    id: str
    text: Mapping[str, str]
    tones: frozenset[Tone]
    needs: frozenset[str]
    without: frozenset[str]

    def fits(self, facts: frozenset[str], tone: Tone) -> bool:
        """Whether it may be said in this tone with these facts known."""
        return tone in self.tones and self.needs <= facts and not (self.without & facts)


@dataclass(frozen=True, slots=True)
class Family:
    """Everything one purpose can say. A layout is paragraphs of slots; `silent_after` mutes the offer."""

    purpose: Purpose
    layout: Mapping[Tone, tuple[tuple[str, ...], ...]]
    slots: Mapping[str, tuple[Unit, ...]]
    silent_after: frozenset[str] = field(default=frozenset())

    def unit(self, slot: str, id_: str) -> Unit | None:
        """One unit of a slot."""
        return next((unit for unit in self.slots.get(slot, ()) if unit.id == id_), None)


@cache
def family(purpose: Purpose) -> Family:
    """The family of a purpose; own slots stand before the shared ones of the same name."""
    raw = read_toml(f"{purpose.value}.toml")
    shared = read_toml("shared.toml")
    slots = {name: _units(shared[name]) for name in _SHARED_SLOTS}
    for inherited in raw.get("inherits", ()):
        source, _, slot = inherited.partition(".")
        slots[slot] = _units(read_toml(f"{source}.toml")[slot])
    layout = raw["layout"]
    own = {name: _units(table) for name, table in raw.items() if name not in ("layout", "inherits")}
    return Family(
        purpose,
        {tone: tuple(tuple(paragraph) for paragraph in layout[tone.value]) for tone in Tone},
        {**slots, **own},
        frozenset(layout.get("without_offer", ())),
    )


@cache
def read_toml(name: str) -> dict[str, Any]:
    """One data file of prompts/drafting."""
    return tomllib.loads(files("prompts").joinpath("drafting", name).read_text("utf-8"))


def extras(purpose: Purpose) -> tuple[str, ...]:
    """Names of the listed sentences a person may ask for."""
    return tuple(dict.fromkeys(unit.id.removesuffix("_formal") for unit in family(purpose).slots["extra"]))


def _units(table: Mapping[str, Mapping[str, Any]]) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            id_,
            {language: body[language] for language in LANGUAGES},
            frozenset(Tone(tone) for tone in body.get("tones", [tone.value for tone in Tone])),
            frozenset(body.get("needs", ())),
            frozenset(body.get("without", ())),
        )
        for id_, body in table.items()
    )
