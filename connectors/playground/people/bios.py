"""Bios, captions and hashtags: lines of the creator's language put together the way people do."""

import random
import unicodedata
from dataclasses import dataclass

from connectors.playground.people.voices import Subject, Voice

_FEW = ("2", "3", "4")
_LONGEST, _LONGEST_TAG = 160, 22


@dataclass(frozen=True, slots=True)
class Self:
    """Whom the lines are about. `niches` has the main one first; `age` in years."""

    subject: Subject
    niches: tuple[str, ...]
    city: str
    woman: bool
    age: int
    year: int
    email: str | None


def write_bio(draw: random.Random, *, voice: Voice, about: Self) -> str:
    """Two to four lines about oneself, at most 160 characters; a few creators leave it empty."""
    if draw.random() < 0.015:
        return ""
    personal = voice.bio["life"] + voice.bio["life_f" if about.woman else "life_m"]
    contact = voice.bio["contact"] if about.email else voice.bio["contact_plain"]
    parts = [draw.choice(voice.bio["intro"]), draw.choice(personal)]
    if draw.random() < 0.45:
        parts.append(draw.choice(voice.bio["promise"]))
    if draw.random() < 0.3:
        placed = "{city}" in parts[1]
        parts.append(draw.choice([p for p in personal if p not in parts and not (placed and "{city}" in p)]))
    lines = [_fill(draw, part, voice, about) for part in parts]
    if draw.random() < 0.25:
        lines[0], lines[1] = lines[1], lines[0]
    if draw.random() < (0.75 if about.email else 0.3):
        lines.append(_fill(draw, draw.choice(contact), voice, about))
    joint = draw.choice(("\n", "\n", "\n", " | ", " · ", " ✨ ", " // ", " "))
    if joint == " ":
        lines = [line if not line[-1].isalnum() or "@" in line else f"{line}." for line in lines]
    bio = joint.join(_cased(draw, line) for line in lines)
    while len(bio) > _LONGEST and len(lines) > 1:
        lines.pop(1 if len(lines) > 2 else -1)
        bio = joint.join(lines)
    return bio


def write_captions(draw: random.Random, *, voice: Voice, about: Self) -> tuple[str, ...]:
    """Three to eight captions with hashtags at their end, no line used twice."""
    lines = draw.sample(voice.captions, min(draw.randint(3, 8), len(voice.captions)))
    captions = []
    for line in lines:
        niche = draw.choice(about.niches)
        text = _fill(draw, line, voice, about, niche=niche)
        tags = [f"#{tag}" for tag in _tags(draw, voice, niche)]
        captions.append(" ".join([_cased(draw, text), *tags]))
    return tuple(captions)


def hashtags_of(captions: tuple[str, ...]) -> tuple[str, ...]:
    """The hashtags of captions, most used first, ties in order of appearance, without #."""
    seen: dict[str, int] = {}
    for caption in captions:
        for word in caption.split():
            if word.startswith("#"):
                seen[word[1:]] = seen.get(word[1:], 0) + 1
    return tuple(sorted(seen, key=lambda tag: -seen[tag]))


def _tags(draw: random.Random, voice: Voice, niche: str) -> list[str]:
    words = voice.niches[niche]
    own = [_tag(phrase) for phrase in words if len(phrase) <= _LONGEST_TAG] or [_tag(niche)]
    picked = draw.sample(own, min(len(own), draw.randint(1, 2))) + draw.sample(voice.tags, draw.randint(0, 2))
    return list(dict.fromkeys(picked))


def _tag(phrase: str) -> str:
    """A phrase as one word; marks stay, Thai vowels are marks."""
    return "".join(sign for sign in phrase.lower() if sign.isalnum() or unicodedata.category(sign).startswith("M"))


def _fill(draw: random.Random, line: str, voice: Voice, about: Self, *, niche: str | None = None) -> str:
    main = voice.niches[niche or about.niches[0]]
    second = voice.niches[about.niches[-1]] if len(about.niches) > 1 else main
    return line.format(
        topic=main[0],
        topic2=second[0] if second is not main else draw.choice(main[1:]),
        thing=draw.choice(main[1:]),
        sign=draw.choice(about.subject.signs),
        city=about.city,
        age=about.age,
        year=about.year,
        email=about.email or "",
        few=draw.choice(_FEW),
        years=draw.choice((2, 3, 4, 5, 6, 8)),
        n=draw.choice((3, 4, 5, 6, 7, 10, 12, 14, 21, 30)),
        price=draw.choice((5, 10, 15, 20, 25, 30)),
        weekday=draw.choice(voice.weekdays),
        friend=draw.choice(voice.friends),
    )


def _cased(draw: random.Random, text: str) -> str:
    """Half of the people who write Latin letters begin with a capital one; German nouns stay as they are."""
    if draw.random() < 0.55:
        return text[:1].upper() + text[1:]
    return text
