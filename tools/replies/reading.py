"""Reads a creator's message by rules: what it asks for, and every figure in it, each quoted. Pure; text is data."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from memory.domain.outreach import Gist, Intent
from tools.translation.figures import Figure, Kind, amounts, figures
from tools.translation.numerals import FULL_WIDTH

LONGEST_READ = 4000  # platforms carry 2,000 characters
_LEXICON = ("intents.toml", "intents_cjk.toml")
_LONGEST_QUOTE = 160
_APOSTROPHES = str.maketrans("’‘\u02bc`\u00b4", "'''''")
_SENTENCE_END = re.compile(r"(?<=[.!?\n\u3002\uff01\uff1f])")
_SLASHED = re.compile(r"(?<![\d/$£€.,])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>(?:20)?\d\d))?(?![\d/%])")
# What a person must hear first, when a message says several things.
_ORDER = (
    Intent.OPT_OUT, Intent.ADDRESS, Intent.PRICE, Intent.DECLINE, Intent.SAMPLE, Intent.QUESTION, Intent.INTERESTED,
)  # fmt: skip
_SURE = {Intent.OPT_OUT: 95, Intent.ADDRESS: 85, Intent.PRICE: 80, Intent.DECLINE: 85, Intent.SAMPLE: 80,
         Intent.QUESTION: 70, Intent.INTERESTED: 85}  # fmt: skip
_UNCLEAR, _PER_RIVAL, _LEAST = 30, 10, 40


@dataclass(frozen=True, slots=True)
class _Words:
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


def read_reply(text: str, *, now: date) -> Gist:
    """The gist of a creator's message. Dates without a year, and weekdays, are the next such day after `now`."""
    plain = text[:LONGEST_READ].translate(_APOSTROPHES).translate(FULL_WIDTH)
    found = {intent: quotes for intent in _ORDER if (quotes := tuple(_found(intent, plain)))}
    read = figures(_without_slashes(text[:LONGEST_READ]))
    if not set(found) - {Intent.QUESTION, Intent.INTERESTED} and (
        named := [one for one in read if one.kind is Kind.MONEY]
    ):
        found[Intent.PRICE] = tuple(_around(plain, one.start, one.start + len(one.quote)) for one in named)
    if set(found) == {Intent.QUESTION} and any(one.kind is Kind.PERCENT for one in read):
        found[Intent.PRICE] = found[Intent.QUESTION]
    intent = _main(found, plain)
    rivals = set(found) - {intent, Intent.QUESTION, Intent.INTERESTED} if found else set()
    confidence = max(_SURE[intent] - _PER_RIVAL * len(rivals), _LEAST) if intent in found else _UNCLEAR
    return Gist(
        intent=intent,
        confidence=confidence,
        amounts=tuple(dict.fromkeys(amounts(read))),
        percentages_bp=tuple(
            dict.fromkeys(
                round(float(one.value)) for one in read if one.kind is Kind.PERCENT and float(one.value) <= 10_000
            )
        ),
        dates=tuple(dict.fromkeys((*_dates(read, now), *_slashed_dates(plain, now)))),
        questions=tuple(dict.fromkeys(_questions(text[:LONGEST_READ]))),
        quotes=tuple(dict.fromkeys(_sentence(quote) for quote in found.get(intent, ())))[:3],
    )


def _main(found: dict[Intent, tuple[str, ...]], text: str) -> Intent:
    """The intent that matters most; a refusal yields to terms when it is about the terms."""
    if not found:
        return Intent.OTHER
    if Intent.OPT_OUT in found:
        return Intent.OPT_OUT
    if Intent.DECLINE in found and Intent.PRICE in found and not re.search(r"\d", text) and "?" not in text:
        return Intent.DECLINE
    return next(intent for intent in _ORDER if intent in found)


def _found(intent: Intent, text: str) -> Iterator[str]:
    """The sentence around each expression of an intent, harmless uses left out."""
    words = _lexicon()[intent]
    excused = [(match.start(), match.end()) for pattern in words.unless for match in pattern.finditer(text)]
    for pattern in words.patterns:
        for match in pattern.finditer(text):
            if any(start <= match.end() and match.start() <= end for start, end in excused):
                continue
            quote = _around(text, match.start(), match.end())
            if intent is Intent.ADDRESS and _asks(text, quote):
                continue
            yield quote


def _asks(text: str, quote: str) -> bool:
    """Whether a sentence asks about an address instead of giving one: a question without a number."""
    return not re.search(r"\d", quote) and text[text.find(quote) + len(quote) :].startswith("?")


def _around(text: str, start: int, end: int) -> str:
    begin = max((text.rfind(mark, 0, start) for mark in ".!?\n。"), default=-1) + 1
    ends = [place for mark in ".!?\n。" if (place := text.find(mark, end)) >= 0]
    return text[begin : min(ends, default=len(text))]


def _questions(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        quoted = _sentence(sentence)
        if quoted.endswith(("?", "\uff1f")) and any(mark.isalnum() for mark in quoted):
            yield quoted


def _sentence(text: str) -> str:
    flat = " ".join(text.split()).strip()
    return flat if len(flat) <= _LONGEST_QUOTE else flat[: _LONGEST_QUOTE - 1] + "…"


def _without_slashes(text: str) -> str:
    """12/05 is a date, not two numbers."""
    return _SLASHED.sub(lambda match: " " * len(match.group()), text)


def _dates(read: tuple[Figure, ...], now: date) -> Iterator[date]:
    for figure in read:
        if figure.kind is Kind.WEEKDAY:
            yield now + timedelta(days=(int(figure.value) - now.weekday() - 1) % 7 + 1)
        elif figure.kind is Kind.DATE:
            *year, month, day = (int(part) for part in figure.value.split("-"))
            found = _day(year[0], month, day) if year else _next(month, day, now)
            if found:
                yield found


def _slashed_dates(text: str, now: date) -> Iterator[date]:
    """12/05 as month/day, unless only day/month is possible."""
    for match in _SLASHED.finditer(text):
        if match.group() == "24/7":
            continue
        first, second = int(match["a"]), int(match["b"])
        month, day = (first, second) if first <= 12 else (second, first)
        year = int(match["y"]) if match["y"] else None
        found = _day(year + 2000 if year < 100 else year, month, day) if year is not None else _next(month, day, now)
        if found:
            yield found


def _next(month: int, day: int, now: date) -> date | None:
    this_year = _day(now.year, month, day)
    return this_year if this_year and this_year >= now else _day(now.year + 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _lexicon() -> dict[Intent, _Words]:
    folder = files("prompts").joinpath("replies")
    raw = [tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in _LEXICON]
    return {intent: _Words(_compiled(raw, intent, "patterns"), _compiled(raw, intent, "unless")) for intent in _ORDER}


def _compiled(raw: list[dict[str, dict[str, list[str]]]], intent: Intent, part: str) -> tuple[re.Pattern[str], ...]:
    patterns = (pattern for lexicon in raw for pattern in lexicon[intent.value][part])
    return tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in patterns)
