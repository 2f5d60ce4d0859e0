"""Sums of several currencies in one: each day's amounts at the newest table of that day or before. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from memory.domain.money import RateTable, exponent


@dataclass(frozen=True, slots=True)
class Exchange:
    """Dated tables, oldest first, and the currency to tell everything in. Days before all tables go by the oldest."""

    tables: Sequence[RateTable]
    currency: str

    def place(self, day: date) -> int:
        """Which table counts on a day."""
        return max(0, bisect_right([table.day for table in self.tables], day) - 1)

    def factor(self, currency: str, place: int) -> Fraction | None:
        """What one minor unit of a currency is worth by a table; None where it does not know the currency."""
        if currency == self.currency:
            return Fraction(1)
        rates: Mapping[str, object] = self.tables[place].per_usd if self.tables else {}
        if currency not in rates or self.currency not in rates:
            return None
        per_usd = self.tables[place].per_usd
        scale = Fraction(10) ** (exponent(self.currency) - exponent(currency))
        return Fraction(per_usd[self.currency]) / Fraction(per_usd[currency]) * scale
