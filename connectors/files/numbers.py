"""Numbers as people write them: 1.2K, 3.4万, 1.234.567, $3.4M, 12 %, 5K-10K, <100, N/A. Pure; never a float."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from connectors.files.foreign import folded
from prompts.words import units

Dots = Literal["thousands", "decimals", "by currency"]

_LONGEST = 80
_TOO_MUCH = Decimal(10) ** 15
_GROUP = 3
_BETWEEN = re.compile(r"\s*(?:-|–|—|−|~|至|到|\bto\b)\s*")  # noqa: RUF001  # every dash people put in a range
_BRACKETED = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")


@dataclass(frozen=True, slots=True)
class Amount:
    """What a cell says: bounds inclusive, in the unit written. `sign` is the currency as written, folded.

    An open end (1K+) is its known end; below a bound (<100) begins at zero. `factor` is what the unit written (K, 万)
    stands for, already counted in.
    """

    low: Decimal
    high: Decimal
    sign: str | None = None
    percent: bool = False
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Unit:
    """What a header says of the numbers below: each counts `factor`, in the currency of `sign`."""

    factor: int = 1
    sign: str | None = None


def is_unknown(text: str) -> bool:
    """Whether the cell says that nothing is known. An empty one does; a zero does not."""
    return len(text) <= _LONGEST and folded(text) in _unknown()


def read_amount(text: str, *, dots: Dots = "by currency", currency: str | None = None) -> Amount | None:
    """The number or range in a cell; None when the cell says that it is unknown.

    `dots` tells what a single dot before exactly three digits stands before; `currency` is that of a bare number.

    Raises:
        ValueError: the cell is no number, negative, or 10^15 and more.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long for a number")
    plain = folded(text)
    if plain in _unknown():
        return None
    plain = plain.removeprefix(_hedge(plain)).lstrip()
    sides = [_side(side, dots=dots, currency=currency) for side in _BETWEEN.split(plain)]
    match sides:
        case [only]:
            return only
        case [first, last]:
            return _joined(first, last)
        case _:
            raise ValueError("more than a range")


def currencies_of(sign: str) -> tuple[str, ...]:
    """ISO codes a folded sign, word or code may stand for, the usual one first; empty for anything else."""
    usual = _currencies().get(sign)
    also: list[str] = _table()["signs"].get(sign, [])
    return tuple(dict.fromkeys((*((usual,) if usual else ()), *also)))


def currency_in(header: str) -> str | None:
    """The currency a header names, folded as written: "GMV($)" is "$", "price_usd" is "usd"."""
    plain = folded(header)
    for inside in _brackets(plain):
        sign = unit_of(inside)
        if sign and sign.sign:
            return sign.sign
    words = re.split(r"[^a-z$€£¥₫฿₱₩]+", plain)
    # Outside brackets only signs and three-letter codes: "real" and 「元」 are ordinary words too.
    return next((word for word in words if re.fullmatch(r"[a-z]{3}|[^a-z]+", word) and currencies_of(word)), None)


def multiplier_in(header: str) -> int:
    """What bare numbers under a header count: 10,000 under 「粉丝数（万）」, else 1."""
    found = (unit_of(inside) for inside in _brackets(folded(header)))
    return next((unit.factor for unit in found if unit and unit.factor > 1), 1)


def unit_of(bracketed: str) -> Unit | None:
    """What folded text in a header's brackets says of the numbers below: "$", "%", "k", 「万元」; None for all else."""
    if bracketed == "%":
        return Unit()
    for cut in range(len(bracketed) + 1):
        for number, sign in ((bracketed[:cut], bracketed[cut:]), (bracketed[cut:], bracketed[:cut])):
            factor = _multipliers().get(number.strip(), 1 if not number else None)
            if factor and (not sign or currencies_of(sign.strip())) and bracketed:
                return Unit(factor, sign.strip() or None)
    return None


def is_percent(header: str) -> bool:
    """Whether bare numbers under a header are percent: 「互动率(%)」."""
    return "%" in folded(header)


def _brackets(plain: str) -> list[str]:
    return [part.strip() for inside in _BRACKETED.findall(plain) for part in (inside, *inside.split("/"))]


def _side(text: str, *, dots: Dots, currency: str | None) -> Amount:
    found = _grammar().fullmatch(text)
    if found is None:
        raise ValueError("not a number")
    sign = found["before"] or found["after"]
    code = currencies_of(sign)[0] if sign else currency
    thousands = dots == "thousands" or (dots == "by currency" and code in _table()["dots_between_thousands"])
    unit = found["unit"]
    number = _decimal(found["digits"], dot_groups=thousands and not unit, comma_groups=dots != "decimals" and not unit)
    factor = _multipliers().get(unit or "", 1)
    number *= factor
    if number >= _TOO_MUCH:
        raise ValueError("too large")
    at_most = bool(found["most"] or found["most_after"])
    return Amount(Decimal(0) if at_most else number, number, sign, bool(found["percent"]), factor)


def _joined(first: Amount, last: Amount) -> Amount:
    low, high = first.high, last.high
    if first.factor == 1 and low * last.factor <= high:
        # "5-10K" begins at five thousand; "500-1K" at five hundred.
        low *= last.factor
    low, high = sorted((low, high))
    return Amount(low, high, first.sign or last.sign, first.percent or last.percent, max(first.factor, last.factor))


def _decimal(digits: str, *, dot_groups: bool, comma_groups: bool) -> Decimal:
    plain = re.sub(r"[\s'’_]", "", digits)
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        point = max(plain.rfind(","), plain.rfind("."))
        whole, part = plain[:point], plain[point + 1 :]
        if plain[point] in whole or not _is_grouped(whole):
            raise ValueError("separators in disorder")
        return Decimal(f"{re.sub('[.,]', '', whole)}.{part or 0}")
    if max(commas, points) > 1:
        if not _is_grouped(plain):
            raise ValueError("separators in disorder")
        return Decimal(re.sub("[.,]", "", plain))
    if not commas and not points:
        return Decimal(plain)
    whole, part = re.split("[.,]", plain)
    may_group = comma_groups if commas else dot_groups
    if may_group and len(part) == _GROUP and whole not in ("", "0") and len(whole) <= _GROUP:
        return Decimal(whole + part)
    return Decimal(f"{whole or 0}.{part or 0}")


def _is_grouped(whole: str) -> bool:
    # 1,234,567 and the Indian 12,34,567.
    return bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}|\d+", whole))


def _hedge(plain: str) -> str:
    hedges: list[str] = _table()["approximately"]
    return next((word for word in hedges if plain.startswith(word)), "")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "numbers.toml").read_text("utf-8"))


@cache
def _unknown() -> frozenset[str]:
    return frozenset(map(folded, _table()["unknown"]))


@cache
def _multipliers() -> Mapping[str, int]:
    return dict(_table()["multipliers"])


@cache
def _currencies() -> Mapping[str, str]:
    signs = {folded(word): one.code for one in units().currencies for word in (*one.before, *one.after)}
    return signs | {folded(word): code for code, words in _table()["also"].items() for word in words}


@cache
def _grammar() -> re.Pattern[str]:
    def any_of(words: Iterable[str]) -> str:
        return "|".join(re.escape(folded(word)) for word in sorted(words, key=len, reverse=True))

    table = _table()
    currency = any_of(_currencies())
    return re.compile(
        rf"(?:(?P<most>{any_of(table['at_most'])})|{any_of(table['at_least'])})?\s*"
        rf"(?P<before>{currency})?\s*"
        r"(?P<digits>[0-9](?:[0-9.,'’_]|\s(?=[0-9]{3}(?:[^0-9]|$)))*|\.[0-9]+)\s*"
        rf"(?P<unit>{any_of(_multipliers())})?\s*"
        rf"(?P<percent>{any_of(table['percent'])})?\s*"
        rf"(?P<after>{currency})?\s*"
        rf"(?:{any_of(table['counted'])})?\s*"
        rf"(?:(?P<most_after>{any_of(table['at_most_after'])})|{any_of(table['at_least_after'])})?"
    )
