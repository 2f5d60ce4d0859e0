"""Known subjects inside a message (高尔夫, 3d打印, 多肉植物): no other reading may start or end within one of them."""

from dataclasses import dataclass
from functools import cache, lru_cache

from agent.planner.offline.reading.message import fold
from prompts import words


@dataclass(frozen=True, slots=True)
class Subject:
    """A known subject at `text[start:end]`; `compound` when it belongs to a longer phrase of known subjects."""

    start: int
    end: int
    compound: bool = False


@lru_cache(maxsize=8)
def known_subjects(text: str) -> dict[int, Subject]:
    """The known subjects of a folded text by their first letter, longest first, none overlapping another."""
    found = sorted(_matches(text), key=lambda span: (span[0] - span[1], text[span[0]] in _VERBS, span[0]))
    taken: dict[int, int] = {}
    claimed: set[int] = set()
    for start, end in found:
        if claimed.isdisjoint(range(start, end)):
            claimed.update(range(start, end))
            taken[start] = end
    ends = set(taken.values())
    subjects: dict[int, Subject] = {}
    for start, end in taken.items():
        compound = start in ends or end in taken
        word = text[start:end]
        if word in _narrowing() and not (start in ends or (end in taken and start > 0)):
            continue
        if word in _acting() and not (start in ends and text[end : end + 1] in _AFTER_A_PHRASE):
            continue
        subjects[start] = Subject(start, end, compound)
    return subjects


def masked(text: str) -> str:
    """The text with every known subject as 〇, for patterns that ask what is to be done (收藏, 活动, 整理)."""
    letters = list(text)
    for subject in known_subjects(text).values():
        letters[subject.start : subject.end] = "〇" * (subject.end - subject.start)
    return "".join(letters)


def narrows(word: str) -> bool:
    """Whether a word only says how a subject is treated (测评, 教程)."""
    return word in _narrowing() or word in _acting()


def _matches(text: str) -> list[tuple[int, int]]:
    table = _table()
    found = []
    for at, letter in enumerate(text):
        known = table.get(letter)
        if known is None or (_is_latin(letter) and at and _is_latin(text[at - 1])):
            continue
        lengths, terms = known
        for length in lengths:
            end = at + length
            inside_word = _is_latin(text[end - 1 : end]) and _is_latin(text[end : end + 1])
            if end <= len(text) and text[at:end] in terms and not inside_word:
                found.append((at, end))
    return found


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


_AFTER_A_PHRASE = frozenset("的达博红网主创类")
_VERBS = frozenset("推做卖带拍教养个位款只")
"""推车载支架 is 推 + 车载, not 推车: of two equally long readings the one without a verb or a counter wins."""


@cache
def _narrowing() -> frozenset[str]:
    return frozenset(fold(word) for word in words.entries("subjects")["narrowing"].words)


@cache
def _acting() -> frozenset[str]:
    return frozenset(fold(word) for word in words.entries("subjects")["acting"].words)


@cache
def _table() -> dict[str, tuple[tuple[int, ...], frozenset[str]]]:
    by_letter: dict[str, set[str]] = {}
    for word in words.subjects():
        folded = fold(word)
        if len(folded) > 1:
            by_letter.setdefault(folded[0], set()).add(folded)
    return {
        letter: (tuple(sorted({len(term) for term in terms}, reverse=True)), frozenset(terms))
        for letter, terms in by_letter.items()
    }
