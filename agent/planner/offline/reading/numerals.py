"""Numbers as people write them: 1,200 · 1.5万 · 10w · 两万五 · 三四十. Pure; units live elsewhere."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from agent.planner.offline.reading.spelled import spelled_at
from prompts import words
from tools.chinese_numerals import NUMERAL_CHARACTERS, read_chinese

_ONES = "零\u3007一二两三四五六七八九"
_SCALED = frozenset("百千万亿")
_ALONE = frozenset("万亿")
"""Without a digit before it one of it is meant (上万粉)."""
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+(?:\.\d+)?")
_HAN = re.compile(f"[{NUMERAL_CHARACTERS}几]+")
_ODD = re.compile(r"[来多余](?=[万千百亿])|[来多](?=w(?![a-z]))")
"""What may stand between a number and its multiplier: 20来万."""
_TAIL = re.compile(r"([1-9])(千|百)?(?![\d.,%万wk天日周个位条名成岁号年月点:-])")


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number at `text[start:end]`; a vague one (三四十, 几万) spans `low` to `high`.

    `scaled` says that it carries its own multiplier; `spelled` that it is written in characters or words.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal
    scaled: bool = False
    spelled: bool = False
    vague: bool = False


def numeral_at(text: str, at: int) -> Numeral | None:
    """The number that starts exactly at `at`, as long as it goes."""
    digits = _DIGITS.match(text, at)
    if digits:
        return _with_multiplier(text, at, digits.end(), Decimal(digits.group().replace(",", "")))
    english = spelled_at(text, at) if text[at : at + 1].isascii() else None
    if english:
        value, end = english
        scaled = _with_multiplier(text, at, end, value)
        return Numeral(at, scaled.end, scaled.low, scaled.high, scaled.scaled or value >= 1000, spelled=True)
    han = _HAN.match(text, at)
    return _han_numeral(text, han.group(), at) if han else None


def parse_han(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral (两万五 is 25,000); None when it is not one."""
    value = read_chinese(f"一{numeral}" if numeral[:1] in _ALONE else numeral)
    return None if value is None else Decimal(value)


def _han_numeral(text: str, numeral: str, at: int) -> Numeral | None:
    span = _vague_span(numeral)
    if span:
        return Numeral(at, at + len(numeral), span[0], span[1], scaled=span[1] >= 1000, spelled=True, vague=True)
    value = parse_han(numeral)
    if value is None:
        return None
    if odd := _ODD.match(text, at + len(numeral)):
        whole = _with_multiplier(text, at, odd.end(), value)
        return replace(whole, spelled=True)
    return Numeral(at, at + len(numeral), value, value, scaled=not _SCALED.isdisjoint(numeral), spelled=True)


def _vague_span(numeral: str) -> tuple[Decimal, Decimal] | None:
    """三四十 is 30 to 40, 两三万 20,000 to 30,000, 几万 10,000 to 100,000."""
    if "几" in numeral:
        low, high = parse_han(numeral.replace("几", "一")), parse_han(numeral.replace("几", "九"))
        if numeral == "几" or low is None or high is None:
            return None
        return low, high
    pair = re.search(r"([一二两三四五六七八九])([二两三四五六七八九])(?=[十百千万]|$)", numeral)
    if not pair or not (numeral[pair.end() :] or len(numeral) in (2, 3)):
        return None
    if pair.start() and numeral[pair.start() - 1] in _ONES:
        return None
    low = parse_han(numeral[: pair.start()] + pair.group(1) + numeral[pair.end() :])
    high = parse_han(numeral[: pair.start()] + pair.group(2) + numeral[pair.end() :])
    return (low, high) if low is not None and high is not None and low < high else None


@cache
def _multipliers() -> tuple[tuple[str, int], ...]:
    return tuple(sorted(words.units().multipliers.items(), key=lambda pair: -len(pair[0])))


def _with_multiplier(text: str, start: int, end: int, value: Decimal) -> Numeral:
    odd = _ODD.match(text, end)
    end = odd.end() if odd else end
    at = end + 1 if text[end : end + 1] == " " else end
    for word, factor in _multipliers():
        if not text.startswith(word, at) or (at > end and len(word) == 1 and not text[end - 1].isalpha()):
            continue
        stop = at + len(word)
        if word.isascii() and text[stop : stop + 1].isascii() and text[stop : stop + 1].isalpha():
            continue
        value *= factor
        tail = _TAIL.match(text, stop) if word in ("万", "千", "w") else None
        if tail:
            value += int(tail.group(1)) * ({"千": 1000, "百": 100}[tail.group(2)] if tail.group(2) else factor // 10)
            stop = tail.end()
        return Numeral(start, stop, value, value, scaled=True)
    return Numeral(start, end, value, value)
