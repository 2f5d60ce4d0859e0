"""Sums of groups while they are gathered: exact until the end, when money is rounded once, halves to even."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from fractions import Fraction

from memory.domain.performance import GroupBy, Sums
from memory.domain.periods import Period

_NAMES = tuple(one.name for one in fields(Sums))


class Gathered:
    """Sums by key."""

    def __init__(self) -> None:
        self._sums: dict[object, dict[str, Fraction | int]] = defaultdict(lambda: defaultdict(int))
        self._distinct: dict[str, int] = {}
        self.converted = False

    def distinct(self, **numbers: int) -> None:
        """What there is of things that may be in several groups: added up, they would count twice in all."""
        for name, number in numbers.items():
            self._distinct[name] = self._distinct.get(name, 0) + number

    def count(self, key: object, **numbers: int) -> None:
        """Add numbers."""
        sums = self._sums[key]
        for name, number in numbers.items():
            sums[name] += number

    def add(
        self,
        key: object,
        names: Sequence[str],
        amounts: Collection[str],
        numbers: Sequence[int],
        factor: Fraction | None,
    ) -> None:
        """Add a row of numbers, the amounts among them times a factor; without one they count as unconverted."""
        sums = self._sums[key]
        plain = factor == 1
        self.converted = self.converted or not plain
        for name, number in zip(names, numbers, strict=True):
            if not number:
                continue
            if plain or name not in amounts:
                sums[name] += number
            elif factor is not None:
                sums[name] += number * factor
        if factor is None:
            sums["unconverted"] += numbers[0]

    def money(self, key: object, factor: Fraction, **amounts: int) -> None:
        """Add amounts, each times a factor of exchange."""
        sums = self._sums[key]
        self.converted = self.converted or factor != 1
        for name, amount in amounts.items():
            sums[name] += amount if factor == 1 else amount * factor

    def rekeyed(self, keys: Mapping[int, str]) -> None:
        """Put the sums of keys that are one together."""
        before, self._sums = self._sums, defaultdict(lambda: defaultdict(int))
        for key, sums in before.items():
            for name, number in sums.items():
                self._sums[keys.get(key, key) if isinstance(key, int) else key][name] += number

    def by_key(self) -> dict[object, Sums]:
        """Every group."""
        return {key: _rounded(sums) for key, sums in self._sums.items()}

    def total(self) -> Sums:
        """All groups together."""
        whole: dict[str, Fraction | int] = defaultdict(int)
        for sums in self._sums.values():
            for name, number in sums.items():
                whole[name] += number
        return _rounded({**whole, **self._distinct})


def _rounded(sums: dict[str, Fraction | int]) -> Sums:
    return Sums(**{name: round(sums[name]) for name in _NAMES if name in sums})


def day_key(group: GroupBy, day: date) -> date:
    """The day, the Monday of its week, or the first of its month."""
    match group:
        case GroupBy.WEEK:
            return day - timedelta(days=day.weekday())
        case GroupBy.MONTH:
            return day.replace(day=1)
        case _:
            return day


def days_of(period: Period, group: GroupBy) -> list[date]:
    """The days, weeks or months of a period, in order."""
    days = (period.first + timedelta(days=place) for place in range(period.days))
    return list(dict.fromkeys(day_key(group, day) for day in days))
