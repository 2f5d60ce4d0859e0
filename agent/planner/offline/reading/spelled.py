"""Numbers in English words: twenty-five, fifteen hundred, two and a half million, a dozen. Pure."""

import re
from decimal import Decimal
from functools import cache

from prompts import words

_SIZES = {
    "hundred": 100, "thousand": 1_000, "grand": 1_000, "lakh": 100_000, "lakhs": 100_000, "million": 1_000_000,
    "crore": 10_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_HALF = re.compile(r"half (?:a |an )(hundred|thousand|million|billion|dozen)(?![a-z])")
_AND_A_HALF = re.compile(r" and a half(?![a-z])")
_JOINT = re.compile(r",? and (?!a half)|[ -]")
_ARTICLE = re.compile(r"an? (?=hundred|thousand|lakh|million|crore|billion|dozen|grand)")
_SPAN = re.compile(r"between $")


def spelled_at(text: str, at: int) -> tuple[Decimal, int] | None:
    """The value of the number words that start exactly at `at`, and where they end; the longest reading."""
    if at and (text[at - 1].isalnum() or text[at - 1] in "-'"):
        return None
    half = _HALF.match(text, at)
    if half:
        return Decimal(12 if half[1] == "dozen" else _SIZES[half[1]]) / 2, half.end()
    article = _ARTICLE.match(text, at)
    total, section, end = Decimal(0), Decimal(1 if article else 0), at
    last = 1_000_000_000_000
    place = article.end() if article else at
    between = bool(_SPAN.search(text, max(0, at - 8), at))
    while (word := _word().match(text, place)) is not None:
        value = _values()[word[1]]
        if word[1] == "dozen":
            section, end, last = (section or Decimal(1)) * 12, word.end(), 0
        elif word[1] in _SIZES:
            if not section or (value > 100 and total and value >= last):
                break
            if value == 100:
                section *= 100
            else:
                total, section = total + section * value, Decimal(0)
            end, last = word.end(), value
        elif not _continues(section, value, last, first=end == at and not article):
            break
        else:
            section, end = section + value, word.end()
            last = value if value < 100 else last
        more = _AND_A_HALF.match(text, end)
        if more and value < 100:
            section, end = section + Decimal("0.5"), more.end()
        joint = _JOINT.match(text, end)
        if joint is None or ("and" in joint.group() and (between or value < 100)):
            break
        place = joint.end()
    return (total + section, end) if end > at else None


def _continues(section: Decimal, value: int, last: int, *, first: bool) -> bool:
    """Whether a small number word goes on with the number: five after twenty or a hundred, not after six."""
    if first:
        return True
    if section and section % 100:
        return section % 10 == 0 and section % 100 >= 20 and value < 10
    return last >= 100


@cache
def _values() -> dict[str, int]:
    return dict(words.units().spelled) | _SIZES | {"dozen": 12}


@cache
def _word() -> re.Pattern[str]:
    ordered = sorted(_values(), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, ordered))})(?![a-z'])")
