"""Which side of a number is open: comparisons (超过, under), their negation (nobody above, 唔好少过), floors and caps.

A comparison and a negation before it multiply: not under is at least. What is taken out of a search as a whole
(低于2%的都剔掉) is not decided here.
"""

import re
from bisect import bisect_left
from dataclasses import replace
from functools import cache, lru_cache

from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.quantities import ABOUT, Quantity, Unit
from prompts import words

_REACH = 48
_WITHIN = {"上": frozenset("以之往朝向加"), "约": frozenset("邀预履签合节建违")}
"""A letter that begins a bound, unless it ends another word (以上, 邀约)."""
"""Before 上 they make a word that bounds the number in front of it."""
_ALONG = re.compile(r"(?:up|down) to")
_OPPOSITE = {"min": "max", "max": "min"}
_FILLING = (
    r"(?:\s|的|地|在|是|为|有|要|得|个|:|=|\b(?:a|an|the|is|are|be|of|to|at|with|set to|something like|more like)\b)*"
)
_STOP = r"\s*(?:[,，.。;；!！?？…\n]|$|吧|呗|哈|啊|呀|就行|就好|please|pls|thanks|ok\b)"


def bound(text: str, quantity: Quantity, *, skip: re.Pattern[str] | None = None) -> Quantity:
    """The quantity widened by the bound words around it; `skip` may stand between the number and 以上."""
    start, end, kind, moved = _before(text, quantity)
    flipped = False
    if kind is not None and kind.startswith("not "):
        kind, flipped = _OPPOSITE[kind.removeprefix("not ")], True
    follow = _after(text, quantity, skip)
    if follow and kind in (None, "about"):
        kind, end = _kind_of(follow), follow.end()
    if kind is None and moved is None:
        return quantity
    quantity = replace(quantity, start=start, end=end, moved=moved, flipped=flipped)
    if kind is None or quantity.bounded:
        return quantity
    value = quantity.value
    if kind == "about":
        spread = value * ABOUT
        low, high = value - spread, value + spread
        if quantity.low is not None and quantity.low != value:
            low, high = quantity.low, value
        return replace(quantity, low=low, high=high, bounded=True, about=True)
    low_side = quantity.low if kind == "min" else None
    return replace(quantity, low=low_side, high=None if kind == "min" else value, bounded=True)


def _before(text: str, quantity: Quantity) -> tuple[int, int, str | None, str | None]:
    """Start and end of the quantity with the words before it, what they bound, and which way they move a bound."""
    pattern, negation = _prefixes()
    starts = _roots(text)
    moved: tuple[int, int, str | None, str | None] | None = None
    for start in starts[bisect_left(starts, quantity.start - _REACH) : bisect_left(starts, quantity.start)]:
        prefix = pattern.match(text, start, quantity.start)
        if prefix is None:
            continue
        kind = _kind_of(prefix)
        if kind in ("up", "down"):
            moved = moved or (start, quantity.end, None, kind)
            continue
        if moved and _ALONG.match(prefix.group()):
            break
        turned = negation.search(text, max(0, start - _REACH // 2), start) if kind in _OPPOSITE else None
        opening = moved[0] if moved else turned.start() if turned else start
        return opening, quantity.end, f"not {kind}" if turned else kind, None
    return moved or (quantity.start, quantity.end, None, None)


@lru_cache(maxsize=4)
def _roots(text: str) -> tuple[int, ...]:
    """Where a word of a bound starts, in order."""
    table = words.bounds()
    kinds = ("min", "max", "about", "up", "down")
    every = _alternatives(tuple({word for kind in kinds for word in table[kind].before}))
    found = (match.start() for match in _compiled(f"(?={every})").finditer(text))
    return tuple(start for start in found if text[start - 1 : start] not in _WITHIN.get(text[start], ()))


def _after(text: str, quantity: Quantity, skip: re.Pattern[str] | None) -> re.Match[str] | None:
    close, loose = _suffixes()
    follow = close.match(text, quantity.end)
    if not follow and skip:
        between = skip.match(text, quantity.end)
        follow = close.match(text, between.end()) if between else None
    if follow and quantity.unit is Unit.PEOPLE and follow.group().strip() == "内":
        return None  # 20个内胆包: the letter begins the next word
    if follow is None and not quantity.bounded:
        between = skip.match(text, quantity.end) if skip else None
        follow = loose.match(text, between.end() if between else quantity.end)
    return follow


@cache
def _prefixes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A bound and whatever may stand between it and its number; a negation right before a bound."""
    table = words.bounds()
    said = "|".join(f"(?P<{kind}>{_alternatives(table[kind].before)})" for kind in ("min", "max", "about"))
    moving = "|".join(
        rf"(?P<{kind}>{_alternatives(table[kind].before)})(?:(?: [^\d,.;!?]{{0,30}})? (?:to|at)\b|[到至成为])"
        for kind in ("up", "down")
    )
    named = _alternatives(tuple(word for entry in words.entries("metrics").values() for word in entry.words))
    between = rf"{_FILLING}(?:(?:{named}){_FILLING})?(?:{_alternatives(table['moving'].before)})?{_FILLING}"
    return (
        re.compile(rf"(?:(?:{said}){between}|(?:{moving})\s?)$"),
        re.compile(rf"(?:{_alternatives(table['not'].before)})\s?$"),
    )


@cache
def _suffixes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words right behind a number, and those that also bound it from behind at the end of a clause."""
    table = words.bounds()
    close = "|".join(f"(?P<{kind}>{_alternatives(table[kind].after)})" for kind in ("min", "max", "about"))
    loose = "|".join(f"(?P<{kind}>{_alternatives(table[kind].trailing)})" for kind in ("min", "max"))
    return re.compile(rf"\s?(?:的)?(?:{close})"), re.compile(rf"[\s,]*(?:{loose})(?={_STOP})")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _alternatives(terms: tuple[str, ...]) -> str:
    ordered = sorted((fold(term) for term in terms), key=len, reverse=True)
    return "|".join(_edge(term) + re.escape(term) + _edge(term, after=True) for term in ordered)


def _edge(term: str, *, after: bool = False) -> str:
    if after:
        return r"(?![a-z])" if term[-1].isascii() and term[-1].isalpha() else ""
    return r"(?<![a-z])" if term[0].isascii() and term[0].isalpha() else ""


def _kind_of(match: re.Match[str]) -> str:
    return next(kind for kind, text in match.groupdict().items() if text is not None and kind != "not")
