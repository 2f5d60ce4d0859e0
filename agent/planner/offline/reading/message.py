"""A message as the grammar reads it: folded to one spelling, with the way back to the person's own words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from opencc import OpenCC
from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.planner.offline.reading.chat_words import chat_words
from agent.planner.offline.reading.courtesies import request_in
from agent.planner.offline.reading.folk import folk
from agent.planner.offline.reading.short_markets import short_markets
from prompts import words

LONGEST_MESSAGE = 8_000
_LONGEST_PIECE = 200
_LATIN = re.compile(r"(?<![\w@./:'-])[a-z][a-z']{4,19}(?![\w@]|[./-]\w)")
_LETTERS = re.compile(r"[a-z][a-z']*")
_LONG = 9
"""Letters from which a word may hold two slips."""
_SPACES = str.maketrans({"\t": " ", "\u00a0": " ", "\u3000": " ", "\r": "\n", "\u200b": " ", "’": "'", "‘": "'"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Folded text (half width, lower case, simplified, common slips mended) beside what was written.

    `origins[i]` is the span of `source` that `text[i]` was read from. `codes` are the batches open in the
    conversation, folded: what looks like one of them is one.
    """

    source: str
    text: str
    origins: tuple[tuple[int, int], ...]
    codes: frozenset[str] = frozenset()

    def quote(self, start: int, end: int) -> str:
        """The person's own words for `text[start:end]`, without surrounding blanks and punctuation."""
        if start >= end:
            return ""
        first, last = self.origins[start][0], self.origins[end - 1][1]
        if first >= last:  # a piece that was put somewhere else by a correction
            first, last = min(self.origins[start:end])[0], max(self.origins[start:end])[1]
        return self.source[first:last].strip(" \n\t,，。.;；:：、!！?？")

    def until(self, end: int) -> "Reading":
        """The message up to a place."""
        return replace(self, text=self.text[:end], origins=self.origins[:end])

    def parted(self, longest: int) -> tuple["Reading", str]:
        """The first letters of a message up to a stop, and the person's own words of what comes after them."""
        if len(self.text) <= longest:
            return self, ""
        stops = [self.text.rfind(stop, 0, longest) for stop in "。.;!?\n, "]
        cut = max(stops) + 1 or longest
        return self.until(cut), self.quote(cut, len(self.text))

    def rearranged(self, spans: Sequence[tuple[int, int]]) -> "Reading":
        """The same message read as these pieces of its text, in this order."""
        return replace(
            self,
            text="".join(self.text[start:end] for start, end in spans),
            origins=tuple(origin for start, end in spans for origin in self.origins[start:end]),
        )


def read(message: str, codes: Sequence[str] = ()) -> Reading:
    """Fold at most the first 8,000 characters of a message; `codes` are those of the open batches. Never fails."""
    source = message[:LONGEST_MESSAGE]
    letters: list[str] = []
    origins: list[tuple[int, int]] = []
    for index, letter in enumerate(source):
        for folded in unicodedata.normalize("NFKC", letter).translate(_SPACES).lower():
            letters.append(folded)
            origins.append((index, index + 1))
    reading = _spell(_mend(source, simplify("".join(letters)), origins))
    reading = _in_full(reading.rearranged([request_in(reading.text)]))
    return replace(reading, codes=frozenset(fold(code) for code in codes))


def fold(word: str) -> str:
    """A lexicon word in the spelling of `Reading.text`, slips not mended."""
    return simplify(unicodedata.normalize("NFKC", word).lower())


def simplify(text: str) -> str:
    """Traditional to simplified characters, one for one so that offsets hold."""
    if text.isascii() or all(_simplify_letter(letter) == letter for letter in set(text)):
        return text
    pieces = (text[at : at + _LONGEST_PIECE] for at in range(0, len(text), _LONGEST_PIECE))
    return "".join(_simplify_piece(piece) for piece in pieces)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=20_000)
def _simplify_letter(letter: str) -> str:
    converted: str = letter if letter.isascii() else _converter().convert(letter)
    return converted


def _simplify_piece(piece: str) -> str:
    converted: str = _converter().convert(piece)
    if len(converted) == len(piece):
        return converted
    single = (_simplify_letter(letter) for letter in piece)
    return "".join(new if len(new) == 1 else old for old, new in zip(piece, single, strict=True))


@cache
def _slips() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {fold(wrong): fold(right) for wrong, right in words.replacements().items()}
    whole = [fold(word) for word in (*words.entries("guards")["whole"].words, *words.subjects())]
    table.update({word: word for word in whole if any(wrong in word for wrong in table)})
    ordered = sorted(table, key=len, reverse=True)
    return re.compile("|".join(_bounded(word) for word in ordered)), table


def _bounded(word: str) -> str:
    """The word as a pattern that starts with a letter, which is quick to look for; `_mend` looks behind it."""
    pattern = re.escape(word)
    return rf"{pattern}(?![a-z])" if word.isascii() else pattern


def _mend(source: str, text: str, origins: list[tuple[int, int]]) -> Reading:
    pattern, table = _slips()
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for slip in pattern.finditer(text):
        right = table[slip.group()]
        if (
            slip.group()[0].isascii()
            and slip.group()[0].isalpha()
            and "a" <= text[slip.start() - 1 : slip.start()] <= "z"
        ):
            continue
        letters.append(text[at : slip.start()] + right)
        spans += origins[at : slip.start()]
        if right == slip.group():
            spans += origins[slip.start() : slip.end()]
        else:
            whole = (origins[slip.start()][0], origins[slip.end() - 1][1])
            spans += [whole] * len(right)
        at = slip.end()
    return Reading(source, "".join([*letters, text[at:]]), tuple(spans + origins[at:]))


def _spell(reading: Reading) -> Reading:
    """Misspelt words put right; each letter of a mended word leads back to the whole of what was written."""
    found = ((word.start(), word.end(), spelled_rightly(word.group())) for word in _LATIN.finditer(reading.text))
    return _replaced(reading, [one for one in found if one[2] != reading.text[one[0] : one[1]]])


def _replaced(reading: Reading, changes: Sequence[tuple[int, int, str]]) -> Reading:
    """The message with pieces written otherwise: (start, end, words), in order."""
    if not changes:
        return reading
    text, at = reading.text, 0
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end, right in changes:
        pieces += [text[at:start], right]
        spans += reading.origins[at:start]
        spans += [(reading.origins[start][0], reading.origins[end - 1][1])] * len(right)
        at = end
    return Reading(reading.source, "".join([*pieces, text[at:]]), (*spans, *reading.origins[at:]))


def _in_full(reading: Reading) -> Reading:
    """Shorthand of chats, markets of a letter each (德法意三国) and creators called skincare girls written out."""
    reading = _replaced(reading, list(chat_words(reading.text)))
    named = _replaced(reading, list(short_markets(reading.text)))
    return _replaced(named, sorted(folk(named.text)))


@lru_cache(maxsize=4_096)
def spelled_rightly(word: str) -> str:
    """The word a slip of the keyboard was meant to be; words we know, and long or short forms of them, stay."""
    if word in _known_words():
        return word
    slips = 1 if len(word) < _LONG else 2
    near = process.extractOne(word, _mendable(), scorer=OSA.distance, score_cutoff=slips)
    if near is None:
        return word
    meant = str(near[0])
    if meant in (word + word[-1], word[:-1]) and meant[-1] == word[-1]:  # fitnes, japann
        return meant
    return word if meant.startswith(word) or word.startswith(meant) or meant[0] != word[0] else meant


@cache
def _mendable() -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.entries("spelling")["mended"].en))


@cache
def _known_words() -> frozenset[str]:
    """Every English word of the lexicon, alone or inside a phrase."""
    phrases = [term for name in words.LEXICONS for entry in words.entries(name).values() for term in entry.en]
    kept = [*words.entries("spelling")["kept"].en, *_mendable(), *words.subjects(), *phrases]
    return frozenset(part for phrase in kept for part in _LETTERS.findall(phrase.lower()))
