"""Every figure of a text, whatever the language: percentages, amounts, dates, weekdays, links and plain numbers.

Used to compare two languages, to ground a draft and to read a creator's answer. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from memory.domain.money import Money
from tools.chinese_numerals import CHINESE_NUMERAL, read_chinese
from tools.translation.numerals import FULL_WIDTH, LEXICON, MULTIPLIERS, WORDS, read_digits


class Kind(StrEnum):
    """What sort of figure it is."""

    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    WEEKDAY = "weekday"
    LINK = "link"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, comparable across languages by (kind, value), and the words it was read from.

    `value`: percent → basis points; money → "USD 2990" (minor units); date → "[YYYY-]MM-DD"; weekday → 0 (Monday)-6.
    """

    kind: Kind
    value: str
    quote: str
    start: int

    @property
    def key(self) -> tuple[Kind, str]:
        """What makes two figures the same."""
        return self.kind, self.value


_DIGITS = r"\d{1,3}(?:[ ,.'\u00a0]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_TIMES = r"百万|万|萬|千|亿|mil\b|[kKmMwW](?![A-Za-z])"
_AMOUNT = rf"(?P<n>{_DIGITS})(?:\s?(?P<x>{_TIMES}))?"
_WORD = "|".join(sorted((word for word in WORDS if WORDS[word] > 1), key=len, reverse=True))
_PERCENT_SIGN = f"(?:{'|'.join(LEXICON['percent']['words'])})"


def _signs(place: str) -> dict[str, str]:
    return {sign: currency for currency, signs in LEXICON["currency"][place].items() for sign in signs}


def _numbered(names: list[str], *, first: int) -> dict[str, int]:
    return {name: number for number, row in enumerate(names, start=first) for name in row.split()}


def _any(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) + (r"\b" if word.isascii() and word[-1].isalpha() else "") for word in ordered)


_BEFORE, _AFTER = _signs("before"), _signs("after")
_MONTHS = _numbered(LEXICON["dates"]["months"], first=1)
_WEEKDAYS = _numbered(LEXICON["dates"]["weekdays"], first=0)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY_LATIN = "|".join(day for day in _WEEKDAYS if not "\u3400" <= day[0] <= "\u9fff")
_WEEKDAY_HAN = "|".join(day for day in _WEEKDAYS if "\u3400" <= day[0] <= "\u9fff")

_NOT_IN_LINK = r"\s<>\"'“”「」«»()\u3000-\u9fff\uff00-\uffef"
_LINK = re.compile(
    rf"(?:https?://|www\.)[^{_NOT_IN_LINK}]+"
    r"|(?<![\w.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}"
    r"\.(?:com|net|org|shop|store|io|co|me|link|ly|test|example)\b"
    rf"(?:/[^{_NOT_IN_LINK}]*)?",
    re.IGNORECASE,
)
_DATE_ISO = re.compile(r"\b(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b")
_DATE_HAN = re.compile(r"(?:(?P<y>20\d\d)年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号號]?")
_DATE_MONTH_FIRST = re.compile(
    rf"\b(?P<mon>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>20\d\d))?", re.I
)
_DATE_DAY_FIRST = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|º|\.)?\s+(?:of\s+|de\s+)?(?P<mon>{_MONTH})\b(?:,?\s+(?:de\s+|del\s+)?(?P<y>20\d\d))?",
    re.I,
)
_WEEKDAY = re.compile(rf"\b(?:{_WEEKDAY_LATIN})s?\b|{_WEEKDAY_HAN}", re.I)
_PERCENT = re.compile(rf"(?:(?P<n>{_DIGITS})|\b(?P<w>{_WORD})|(?P<c>{CHINESE_NUMERAL}))\s*{_PERCENT_SIGN}", re.I)
_PERCENT_HAN = re.compile(rf"百分之\s*(?:(?P<n>{_DIGITS})|(?P<c>{CHINESE_NUMERAL}(?:点{CHINESE_NUMERAL})?))")
_TENTHS = re.compile(r"(?P<a>[一二两三四五六七八九十]|\d)成(?P<b>[一二三四五六七八九半])?(?![本功为了立员熟交单])")
_SIGNS_BEFORE = "|".join(re.escape(sign) for sign in sorted(_BEFORE, key=len, reverse=True))
_MONEY_BEFORE = re.compile(
    rf"(?<![A-Za-z])(?P<cur>{_SIGNS_BEFORE})\s?{_AMOUNT}(?:\s?(?P<code>[A-Z]{{3}})\b)?", re.IGNORECASE
)
_MONEY_AFTER = re.compile(rf"{_AMOUNT}\s*(?P<cur>{_any(_AFTER)})", re.I)
_MONEY_HAN = re.compile(rf"(?P<c>{CHINESE_NUMERAL})\s*(?P<cur>美元|美金|刀|英镑|欧元|块钱|元)")
_NUMBER = re.compile(rf"(?<![A-Za-z\d_]){_AMOUNT}", re.I)


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text in reading order; a span is read once, the most telling way."""
    left = text.translate(FULL_WIDTH)
    found: list[Figure] = []
    for pattern, read in _READERS:
        spans: list[tuple[int, int]] = []
        for match in pattern.finditer(left):
            figure = read(match)
            if figure is not None:
                kind, value = figure
                found.append(Figure(kind, value, text[match.start() : match.end()].strip(), match.start()))
                spans.append(match.span())
        for start, end in spans:
            left = left[:start] + "\x00" * (end - start) + left[end:]
    return tuple(sorted(found, key=lambda figure: figure.start))


def spoken_numbers(text: str) -> frozenset[str]:
    """Numbers a text says in words (two, dos, 两): good enough to answer a digit in the other language."""
    words = {str(WORDS[word]) for word in re.findall(r"[a-záéíóúñ]+", text.lower()) if word in WORDS}
    chinese = {str(value) for run in re.findall(CHINESE_NUMERAL, text) if (value := read_chinese(run)) is not None}
    return frozenset(words | chinese)


def _scaled(match: re.Match[str], currency: str | None = None) -> Decimal:
    times = (match.groupdict().get("x") or "").lower()
    return read_digits(match["n"], currency=currency) * MULTIPLIERS.get(times, 1)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _link(match: re.Match[str]) -> tuple[Kind, str]:
    return Kind.LINK, match.group().rstrip(".,;:!?").removeprefix("https://").removeprefix("http://").lower().rstrip(
        "/"
    )


def _date(match: re.Match[str]) -> tuple[Kind, str] | None:
    parts = match.groupdict()
    month = _MONTHS[parts["mon"].lower()] if parts.get("mon") else int(parts["m"])
    day = int(parts["d"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    year = f"{parts['y']}-" if parts.get("y") else ""
    return Kind.DATE, f"{year}{month:02d}-{day:02d}"


def _weekday(match: re.Match[str]) -> tuple[Kind, str] | None:
    word = match.group().lower()
    number = _WEEKDAYS.get(word, _WEEKDAYS.get(word.removesuffix("s")))
    return None if number is None or (len(word) == 3 and word.isascii()) else (Kind.WEEKDAY, str(number))


def _percent(match: re.Match[str]) -> tuple[Kind, str] | None:
    parts = match.groupdict()
    if parts.get("n"):
        value: Decimal | None = read_digits(parts["n"])
    elif parts.get("w"):
        value = Decimal(WORDS[parts["w"].lower()])
    else:
        whole, _, fraction = (parts["c"] or "").partition("点")
        number, tail = read_chinese(whole), read_chinese(fraction) if fraction else None
        value = None if number is None else Decimal(f"{number}.{tail}" if tail is not None else number)
    return None if value is None else (Kind.PERCENT, _plain(value * 100))


def _tenths(match: re.Match[str]) -> tuple[Kind, str]:
    whole = int(match["a"]) if match["a"].isdigit() and match["a"].isascii() else read_chinese(match["a"]) or 0
    tail = {"半": 5}.get(match["b"] or "", read_chinese(match["b"]) if match["b"] and match["b"] != "半" else 0)
    return Kind.PERCENT, str(whole * 1000 + (tail or 0) * 100)


def _money(match: re.Match[str]) -> tuple[Kind, str]:
    sign = match["cur"].lower()
    currency = _BEFORE.get(sign) or _AFTER[sign]
    code = match.groupdict().get("code")
    if code and sign == "$" and code.lower() in _AFTER:
        currency = _AFTER[code.lower()]
    amount = Decimal(read_chinese(match["c"]) or 0) if match.groupdict().get("c") else _scaled(match, currency)
    return Kind.MONEY, f"{currency} {Money.of(amount, currency).minor}"


def _number(match: re.Match[str]) -> tuple[Kind, str]:
    return Kind.NUMBER, _plain(_scaled(match))


_Reader = Callable[[re.Match[str]], tuple[Kind, str] | None]
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_LINK, _link),
    (_DATE_ISO, _date),
    (_DATE_HAN, _date),
    (_DATE_MONTH_FIRST, _date),
    (_DATE_DAY_FIRST, _date),
    (_PERCENT_HAN, _percent),
    (_PERCENT, _percent),
    (_TENTHS, _tenths),
    (_MONEY_BEFORE, _money),
    (_MONEY_AFTER, _money),
    (_MONEY_HAN, _money),
    (_WEEKDAY, _weekday),
    (_NUMBER, _number),
)


def amounts(found: tuple[Figure, ...]) -> Iterator[Money]:
    """The amounts among figures."""
    for figure in found:
        if figure.kind is Kind.MONEY:
            currency, minor = figure.value.split()
            yield Money(int(minor), currency)
