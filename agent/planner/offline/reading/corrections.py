"""Self-correction as one operation: 「十五个…不是，二十五个英国的」 puts the new thing where the old one stood.

What was said around the old thing (不超过, the top … of the list) then holds for the new one. Done before anything is
read; the person's own words stay reachable through the reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token, tokenise

_CLASSES = ("markets", "languages", "categories", "sizes", "purposes")
_COUNTS = frozenset([Unit.PLAIN, Unit.PEOPLE])
_STUMBLES = frozenset(["er", "erm", "uh", "um", "umm", "uhm", "eh", "呃", "额", "诶", "哎", "噢", "啊"])
_NAMED = frozenset(["rank", "handle", "batch", "markets", "languages", "categories", Unit.PEOPLE, Unit.PERCENT])
_REACH = 6
_MOST = 20
_PAUSE = re.compile(r"[,.;!?。…、—\n-]")

Span = tuple[int, int]
Swap = tuple[Span, list[Span]]
"""What stood there, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words of correction, `tokens[first:last + 1]`, with the pauses around them."""

    first: int
    last: int
    hard: bool
    contrast: bool
    paused_before: bool
    paused_after: bool


def amend(reading: Reading) -> Reading:
    """The message as its writer corrected it."""
    tokens = tokenise(reading)
    replaced: dict[int, Swap] = {}
    gone: list[Span] = []
    for _, run in zip(range(_MOST), _runs(tokens), strict=False):
        new = _new(tokens, run)
        old = _old(tokens, run, new, gone) if new is not None else None
        if new is None or old is None or not _is_correction(tokens, run, old, new):
            continue
        right = _denied(tokens, old, new) if run.contrast and not run.paused_after else None
        denied = right is not None or not run.hard or _is_one_end(tokens[old], tokens[new])
        if run.contrast and not run.paused_after and denied:
            if right is not None:
                replaced[old] = _instead(tokens[old], tokens[right])
            gone.append((tokens[run.first].start, _whole(tokens[right or new])[1]))
            continue
        replaced[old] = _instead(tokens[old], tokens[new])
        gone += _taken_out(tokens, run, new)
    return _rewritten(reading, [*replaced.values()], gone) if gone else reading


def _runs(tokens: tuple[Token, ...]) -> Iterator[Run]:
    index = 0
    while index < len(tokens):
        if not tokens[index].has("correction", "retraction") and not _stumbles(tokens, index):
            index += 1
            continue
        first = last = index
        while first > 0 and (tokens[first - 1].kind == "mark" or tokens[first - 1].has("interjection")):
            first -= 1
        follow = index + 1
        while follow < len(tokens) and (
            tokens[follow].kind == "mark" or tokens[follow].has("correction", "retraction", "interjection")
        ):
            last = follow if tokens[follow].kind != "mark" else last
            follow += 1
        words = [token for token in tokens[index : last + 1] if token.kind != "mark"]
        yield Run(
            first,
            follow - 1,
            hard=any(
                token.text in _STUMBLES or (token.has("correction") and not token.has("hesitation")) for token in words
            ),
            contrast=len(words) == 1 and (words[0].has("contrast") or words[0].text.endswith("不是")),
            paused_before=any(_PAUSE.match(token.text) for token in tokens[first:index]),
            paused_after=any(_PAUSE.match(token.text) for token in tokens[last + 1 : follow]),
        )
        index = follow


def _stumbles(tokens: tuple[Token, ...], index: int) -> bool:
    """ "Number 5, er, number 6": a sound between two of a kind, and nothing else there."""
    if tokens[index].text not in _STUMBLES:
        return False
    ahead = next((one for one in tokens[index + 1 :][:3] if one.kind != "mark"), None)
    before = next((one for one in reversed(tokens[:index][-3:]) if one.kind != "mark"), None)
    kind = None if before is None else _class_of(before)
    return ahead is not None and kind is not None and kind in _NAMED and _class_of(ahead) == kind


def _new(tokens: tuple[Token, ...], run: Run) -> int | None:
    """The first thing after the words of correction that could stand for another."""
    for index in range(run.last + 1, min(len(tokens), run.last + 1 + _REACH)):
        if tokens[index].kind == "mark" and _PAUSE.match(tokens[index].text):
            return None
        if _class_of(tokens[index]) is not None:
            return index
    return None


def _old(tokens: tuple[Token, ...], run: Run, new: int, gone: list[Span]) -> int | None:
    """The latest thing of the same class before the words of correction that still stands."""
    kind = _class_of(tokens[new])
    for index in range(run.first - 1, -1, -1):
        token = tokens[index]
        renumbered = token.kind == "rank" and _is_bare_number(tokens[new]) and any(map(str.isdigit, token.text))
        if (renumbered or _same(_class_of(token), kind)) and not any(start <= token.start < end for start, end in gone):
            return index
    return None


def _is_bare_number(token: Token) -> bool:
    quantity = token.quantity
    return quantity is not None and quantity.unit is Unit.PLAIN and quantity.exact and token.text.isdigit()


def _denied(tokens: tuple[Token, ...], old: int, new: int) -> int | None:
    """「不是美国，是加拿大」 after 美国: what is right comes after what is denied."""
    kind = _class_of(tokens[new])
    if tokens[old].meanings != tokens[new].meanings or tokens[new].quantity is not None:
        return None
    ahead = range(new + 1, min(len(tokens), new + 1 + _REACH))
    return next((index for index in ahead if _class_of(tokens[index]) == kind), None)


def _is_one_end(old: Token, new: Token) -> bool:
    """「是三万到八万 不是三千」: a whole range is what is right, the single number behind it what is denied."""
    span, number = old.quantity, new.quantity
    if span is None or number is None or span.low is None or span.high is None:
        return False
    return span.low != span.high and not span.about and number.exact


def _is_correction(tokens: tuple[Token, ...], run: Run, old: int, new: int) -> bool:
    """A word that may mean something else (no, 还是, actually) corrects only after a pause or between two numbers."""
    if run.hard or (run.contrast and _is_one_end(tokens[old], tokens[new])):
        return True
    counted = tokens[new].quantity is not None or tokens[new].ranks is not None
    beside = new == run.last + 1
    named = tokens[new].has("markets", "languages", "categories")
    if run.contrast and named and tokens[old].meanings == tokens[new].meanings:
        return beside
    if any(token.has("hesitation") for token in tokens[run.first : run.last + 1]):
        return run.paused_before or (counted and beside and old == run.first - 1)
    return run.paused_before and beside and (counted or run.paused_after)


def _class_of(token: Token) -> str | Unit | None:
    if token.quantity is not None:
        return token.quantity.unit
    if token.kind in ("rank", "handle", "batch", "quote"):
        return token.kind
    for lexicon in _CLASSES:
        if token.has(lexicon):
            return lexicon
    field = token.value("offers") or token.value("traits")
    return field.split(".")[0] if field else None


def _same(old: str | Unit | None, new: str | Unit | None) -> bool:
    if old is None or old == new:
        return old is not None
    if Unit.PLAIN in (old, new):
        return isinstance(old, Unit) and isinstance(new, Unit)
    return old in _COUNTS and new in _COUNTS


def _instead(old: Token, new: Token) -> Swap:
    """The new words, with the unit of the old number where the new one has none; own bounds replace old ones."""
    taken = _whole(new)
    if old.ranks is not None and new.quantity is not None:  # number 3, sorry, 4
        number = re.search(r"\d+(?!.*\d)", old.text)
        return ((old.start + number.start(), old.start + number.end()) if number else _whole(old)), [taken]
    if new.quantity is None or old.quantity is None:
        return _whole(old), [taken]
    if taken != (new.start, new.end):
        return _whole(old), [taken]
    if new.quantity.unit is Unit.PLAIN and old.quantity.unit is not Unit.PLAIN and not new.quantity.scaled:
        written = numeral_at(old.text, 0)
        if written is not None:
            return (old.start, old.end), [taken, (old.start + written.end, old.end)]
    return (old.start, old.end), [taken]


def _taken_out(tokens: tuple[Token, ...], run: Run, new: int) -> list[Span]:
    between = tokens[run.last + 1 : new]
    idle = all(token.kind == "mark" or token.has("noise", "request", "affirmation", "creator") for token in between)
    start, end = tokens[run.first].start, _whole(tokens[new])[1]
    return [(start, end)] if idle else [(start, tokens[run.last].end), _whole(tokens[new])]


def _whole(token: Token) -> Span:
    quantity = token.quantity
    return (quantity.start, quantity.end) if quantity else (token.start, token.end)


def _rewritten(reading: Reading, swaps: list[Swap], gone: list[Span]) -> Reading:
    edits: list[Swap] = [*swaps, *((span, []) for span in gone)]
    kept: list[Span] = []
    at = 0
    for (start, end), instead in sorted(edits):
        if start < at:
            continue
        kept += [(at, start), *instead]
        at = end
    kept.append((at, len(reading.text)))
    return reading.rearranged(kept)
