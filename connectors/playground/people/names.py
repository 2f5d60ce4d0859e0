"""Names and handles: what a creator calls themselves, typical of their market."""

import random
import re
import unicodedata
from dataclasses import dataclass

from connectors.playground.people.voices import Names

_NOT_IN_HANDLES = re.compile(r"[^a-z0-9._]+")
_LETTERS = str.maketrans({"đ": "d", "ß": "ss", "ø": "o", "ł": "l"})
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Called:
    """How a creator is called: display name, and a handle that still has to be made unique."""

    display: str
    handle: str
    woman: bool


def name_somebody(draw: random.Random, *, names: Names, niche_word: str, sign: str, women: int) -> Called:
    """Name a creator; `niche_word` is Latin (handles are), `women` the chance of a woman in percent."""
    woman = draw.random() * 100 < women
    given_names = names.women if woman else names.men
    place = draw.randrange(len(given_names))
    given, family = given_names[place], draw.choice(names.family)
    latin_place = place if woman else len(names.women) + place
    latin = names.latin[latin_place] if names.latin else to_latin(given)
    surname = "" if names.latin else to_latin(family)
    return Called(_display(draw, given, family, niche_word, sign), _handle(draw, latin, surname, niche_word), woman)


def to_latin(text: str) -> str:
    """Lower-case ASCII letters and digits of a name, the way people spell it in a handle."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return _NOT_IN_HANDLES.sub("", "".join(letter for letter in folded if not unicodedata.combining(letter)))


def _display(draw: random.Random, given: str, family: str, niche_word: str, sign: str) -> str:
    family_first = len(family) == 2 and not to_latin(family)  # 田中さくら: no space either
    joined = f"{family}{given}" if family_first else f"{given} {family}"
    if draw.random() < 0.28:
        return given
    return draw.choice(
        (joined, joined, joined, f"{given} {sign}", given.lower(), f"{given} | {niche_word}", f"{joined} {sign}", given)
    )


def _handle(draw: random.Random, latin: str, surname: str, niche_word: str) -> str:
    year = draw.randrange(85, 108) % 100
    shapes = [
        f"{latin}.{niche_word}",
        f"{niche_word}with{latin}",
        f"{latin}{niche_word}",
        f"{niche_word}_{latin}",
        f"its{latin}{surname}",
        f"{latin}_{surname}",
        f"{latin}{surname}{year:02}",
        f"the{niche_word}{latin}",
        f"{latin}.{surname}",
        f"{niche_word}by{latin}",
        f"{latin}.and.{niche_word}",
        f"{niche_word}.{surname or latin}",
        f"{latin}{surname}_",
        f"hey{latin}{year:02}",
        f"{latin}loves{niche_word}",
    ]
    return re.sub(r"([._])[._]+", r"\1", draw.choice(shapes))[:_LONGEST].rstrip(".")
