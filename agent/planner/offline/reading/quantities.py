"""Numbers with what stands around them: 1-10万, 5000美金, 3个点, 20个, 30天; bounds have their own module."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.numerals import Numeral, numeral_at
from prompts import words

ABOUT = Decimal("0.2")
"""How far 左右 and 大概 reach to either side; shown to the person as an assumption."""

_RANGE = re.compile(r"\s?(?:到|至|~|-|–|—|to(?![a-z]))\s?| or (?=[a-z\d]+ ?[kmw]\b)")
_RANGE_AND = re.compile(r"\s?(?:和|与|跟|and(?![a-z]))\s?")
_BETWEEN = re.compile(r"(?:between|介于|在)\s?$")
_BETWEEN_AFTER = re.compile(r".{0,6}之间")
_MORE = re.compile(r"多(?=[个位名条万])|来(?=[个位名条])")
_SPOKEN_PEOPLE = {"俩": 2, "仨": 3}
_NOT_A_COUNT = re.compile(r"[这那他她你您我们咱哥姐前后]$")
"""Before them they name somebody: 他俩, 前俩."""
_PAIR = re.compile(r"、(?=[2-9]\s?(?:万|千|w(?![a-z])|k(?![a-z])))")
"""「3、5万」: one number and the next stand for a span."""
_GAP = re.compile(r"(?:粉丝|粉|以上|起)")
_COMMON = Decimal(1000)
_IN_CURRENCY = re.compile(r"in (?=[a-z$£€])")
_DIGITS_SAID = re.compile(r"(?P<zh>[四五六七])位数|(?<![a-z])(?P<en>four|five|six|seven)[ -]figures?(?![a-z])")
_SPOKEN_DAYS = re.compile(
    r"(?P<half>半)(?:年|个月)|(?<![a-z])(?:a|last|past) (?P<week>week)(?![a-z])|"
    r"(?<![a-z])(?:(?:a|last|past) )?(?P<fortnight>fortnight)(?![a-z])|(?<![a-z])(?:a|last|past) month(?![a-z])"
)


class Unit(StrEnum):
    """What a number counts; PLAIN when nothing says it."""

    PLAIN = "plain"
    PERCENT = "percent"
    MONEY = "money"
    PEOPLE = "people"
    DAYS = "days"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range at `text[start:end]`; percents are fractions, days are days. A missing side is None.

    `about` says that the range is our reading of 左右, `moved` that a bound goes up or down to the number, `flipped`
    that a negation stands in the bound itself (nobody above).
    """

    start: int
    end: int
    low: Decimal | None
    high: Decimal | None
    unit: Unit = Unit.PLAIN
    currency: str | None = None
    scaled: bool = False
    spelled: bool = False
    bounded: bool = False
    about: bool = False
    moved: str | None = None
    flipped: bool = False

    @property
    def value(self) -> Decimal:
        """The number itself, or the upper end of a range."""
        number = self.high if self.high is not None else self.low
        assert number is not None  # one side is always written
        return number

    @property
    def middle(self) -> Decimal:
        """Half way between both ends: the number that 左右 was said of."""
        return ((self.low or self.value) + self.value) / 2

    @property
    def exact(self) -> bool:
        """One number, no range and no bound."""
        return self.low == self.high and not self.bounded


def quantity_at(text: str, at: int) -> Quantity | None:
    """The quantity that starts exactly at `at`, without bounds; None where no number stands."""
    hundredths = re.match(r"百分之", text[at : at + 3])
    if hundredths:
        return _percent_of_hundred(text, at)
    spoken = _SPOKEN_DAYS.match(text, at)
    if spoken:
        half = 180 if spoken.group().endswith("年") else 15
        days = half if spoken["half"] else 7 if spoken["week"] else 14 if spoken["fortnight"] else 30
        return Quantity(at, spoken.end(), Decimal(days), Decimal(days), Unit.DAYS, spelled=True)
    if digits := _DIGITS_SAID.match(text, at):
        count = numeral_at(digits["zh"] or digits["en"], 0)
        if count is not None:
            low = Decimal(10) ** (int(count.high) - 1)
            return Quantity(at, digits.end(), low, low * 10 - 1, scaled=True, spelled=True, bounded=True)
    if (people := _SPOKEN_PEOPLE.get(text[at : at + 1])) and not _NOT_A_COUNT.search(text, max(0, at - 1), at):
        return Quantity(at, at + 1, Decimal(people), Decimal(people), Unit.PEOPLE, spelled=True)
    sign = _sign_at(text, at)
    first = numeral_at(text, at + sign.length) if sign else numeral_at(text, at)
    if first is None:
        return None
    unit = _unit_at(text, first.end, sign)
    second = _second(text, at, first, unit)
    if second is None:
        return _finish(text, at, first, unit)
    other, other_unit = second
    low, high = first.low, other.high
    if other.scaled and not first.scaled and low < high and low < _COMMON:
        factor = _factor_of(other, text)
        if factor and low * factor <= high:
            low *= factor
    kind = other_unit if other_unit.unit is not Unit.PLAIN else unit
    if kind.factor is not None:
        low, high = low * kind.factor, high * kind.factor
    if low > high:
        low, high = high, low
    return Quantity(
        at, kind.end if kind is other_unit else other.end, low, high, kind.unit, kind.currency,
        first.scaled or other.scaled, first.spelled, bounded=True,
    )  # fmt: skip


def as_json(number: Decimal) -> int | float:
    """An int where the number is whole, else a float of at most six places."""
    return int(number) if number == number.to_integral_value() else float(round(number, 6))


@dataclass(frozen=True, slots=True)
class _Measure:
    unit: Unit
    end: int
    currency: str | None = None
    factor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Sign:
    currency: str
    length: int


@cache
def _signs() -> tuple[tuple[str, str], ...]:
    pairs = [(fold(sign), currency.code) for currency in words.units().currencies for sign in currency.before]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _first_of_signs() -> frozenset[str]:
    return frozenset(sign[0] for sign, _ in _signs())


@cache
def _measures() -> dict[str, list[tuple[str, Unit, str | None, Decimal | None]]]:
    """Unit words by first letter, longest first."""
    units = words.units()
    table: list[tuple[str, Unit, str | None, Decimal | None]] = []
    table += [(fold(word), Unit.PERCENT, None, Decimal(str(factor))) for word, factor in units.percent.items()]
    table += [(fold(word), Unit.DAYS, None, Decimal(factor)) for word, factor in units.days.items()]
    table += [(fold(word), Unit.PEOPLE, None, None) for word in units.counters]
    table += [(fold(word), Unit.AGE, None, None) for word in units.years_of_age]
    table += [(fold(word), Unit.MONEY, c.code, None) for c in units.currencies for word in c.after]
    by_letter: dict[str, list[tuple[str, Unit, str | None, Decimal | None]]] = {}
    for row in sorted(table, key=lambda row: -len(row[0])):
        by_letter.setdefault(row[0][0], []).append(row)
    return by_letter


def _sign_at(text: str, at: int) -> _Sign | None:
    if text[at : at + 1] not in _first_of_signs():
        return None
    for sign, code in _signs():
        letters = sign[0].isascii() and sign[0].isalpha()
        if text.startswith(sign, at) and not (letters and text[at - 1 : at].isalpha() and at):
            length = len(sign) + (text[at + len(sign) : at + len(sign) + 1] == " ")
            if text[at + length : at + length + 1].isdigit() or (not sign.isascii() and numeral_at(text, at + length)):
                return _Sign(code, length)
    return None


def _unit_at(text: str, end: int, sign: _Sign | None) -> _Measure:
    if sign:
        return _Measure(Unit.MONEY, end, sign.currency)
    at = end + 1 if text[end : end + 1] == " " else end
    named = _IN_CURRENCY.match(text, at)
    if named:
        code, stop = _measure_of(text, named.end())
        if code:
            return _Measure(Unit.MONEY, stop, code)
    for word, unit, currency, factor in _measures().get(text[at : at + 1], ()):
        if not text.startswith(word, at):
            continue
        stop = at + len(word)
        if (
            word.isascii()
            and word[-1].isalpha()
            and text[stop : stop + 1].isascii()
            and text[stop : stop + 1].isalpha()
        ):
            continue
        if text.startswith(("个月", "封顶", "人民币", "家居", "只要", "款式"), at) and unit is Unit.PEOPLE:
            continue
        if at > end and unit in (Unit.PEOPLE, Unit.DAYS) and not word.isascii() and len(word) == 1:
            continue
        if word == "成" and not _is_tenths(text, stop):
            continue
        half = Decimal("0.05") if word == "成" and text.startswith("半", stop) else None
        return _Measure(unit, stop + (half is not None), currency, factor)
    return _Measure(Unit.PLAIN, end)


def _measure_of(text: str, at: int) -> tuple[str | None, int]:
    """The currency whose name stands at `at`, and where the name ends."""
    for word, unit, currency, _ in _measures().get(text[at : at + 1], ()):
        if unit is Unit.MONEY and text.startswith(word, at) and not text[at + len(word) : at + len(word) + 1].isalpha():
            return currency, at + len(word)
    return None, at


def _is_tenths(text: str, stop: int) -> bool:
    """成 counts tenths, unless it is the end of a verb (存成, 改成)."""
    return not text.startswith(("名单", "表", "excel"), stop)


def _second(text: str, at: int, first: Numeral, unit: _Measure) -> tuple[Numeral, _Measure] | None:
    ends = {first.end, unit.end}
    gap = _GAP.match(text, unit.end)
    if gap:
        ends.add(gap.end())
    joined_by_and = bool(_BETWEEN.search(text, max(0, at - 10), at)) or bool(_BETWEEN_AFTER.match(text, unit.end))
    for end in sorted(ends, reverse=True):
        joint = _RANGE.match(text, end) or (_RANGE_AND.match(text, end) if joined_by_and else None)
        if joint is None and end - at == 1 and text[at] < text[end + 1 : end + 2]:
            joint = _PAIR.match(text, end)
        if not joint:
            continue
        sign = _sign_at(text, joint.end())
        start = joint.end() + (sign.length if sign else 0)
        other = numeral_at(text, start)
        if other is None:
            continue
        measure = _unit_at(text, other.end, sign)
        mixed = {unit.unit, measure.unit} - {Unit.PLAIN}
        if len(mixed) <= 1:
            return other, measure
    return None


def _factor_of(other: Numeral, text: str) -> Decimal | None:
    written = text[other.start : other.end]
    for word, factor in sorted(words.units().multipliers.items(), key=lambda pair: -len(pair[0])):
        if written.endswith(word):
            return Decimal(factor)
    return None


def _finish(text: str, at: int, first: Numeral, unit: _Measure) -> Quantity | None:
    low, high, end, bounded = first.low, first.high, unit.end, first.vague
    if unit.unit is Unit.PLAIN:
        more = _MORE.match(text, first.end)
        if more:
            unit = _unit_at(text, more.end(), None)
            end = max(unit.end, more.end())
    if unit.factor is not None:
        low, high = low * unit.factor, high * unit.factor
        if text[end - 1 : end] == "半":
            low, high = low + Decimal("0.05"), high + Decimal("0.05")
        elif unit.unit is Unit.PERCENT and text[end - 1 : end] == "成" and (odd := _odd_percent(text, end)):
            low, high, end = low + odd.low / 100, high + odd.high / 100, odd.end
    if text.startswith("半", end) and unit.unit is Unit.PEOPLE and text.startswith("月", end + 1):
        return Quantity(at, end + 2, low * 30 + 15, high * 30 + 15, Unit.DAYS)
    return Quantity(at, end, low, high, unit.unit, unit.currency, first.scaled, first.spelled, bounded)


def _odd_percent(text: str, end: int) -> Numeral | None:
    """The 五 of 两成五; not the number of whatever comes next."""
    odd = numeral_at(text, end)
    single = odd is not None and odd.spelled and odd.high < 10 and odd.end == end + 1
    return odd if odd is not None and single and not text.startswith(("个", "天"), odd.end) else None


def _percent_of_hundred(text: str, at: int) -> Quantity | None:
    number = numeral_at(text, at + 3)
    if number is None:
        return None
    return Quantity(at, number.end, number.low / 100, number.high / 100, Unit.PERCENT)
