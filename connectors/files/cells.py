"""One row's cells by our fields, with what could not be read; and what a column's header says of its numbers. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeVar

from connectors.files.foreign import folded, one_line
from connectors.files.grid import SURPLUS
from connectors.files.numbers import (
    Amount,
    Dots,
    currencies_of,
    currency_in,
    is_percent,
    is_unknown,
    multiplier_in,
    read_amount,
)
from connectors.ports.files import Sheet
from memory.domain.money import BASIS_POINTS, Money, MoneySpan, Span
from memory.domain.outreach import Flag

_SHOWN = 60
_YEN = "¥"
_PERCENT = BASIS_POINTS // 100

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Column:
    """One header of the sheet. `percent`: bare numbers below it are percent, not fractions."""

    place: int
    header: str
    sign: str | None
    multiplier: int
    percent: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a sheet that hold our fields, in the order of the sheet."""

    by_field: Mapping[str, tuple[Column, ...]]
    surplus: int | None

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping[str, str], *, rates: Mapping[str, int]) -> "Columns":
        """Columns of a mapping; headers the sheet lacks are passed over.

        `rates` names rate fields and how many in a hundred bare numbers above one make a column one of percent.
        """
        by_field: dict[str, list[Column]] = {}
        for place, header in enumerate(sheet.headers):
            name = mapping.get(header)
            if not name:
                continue
            percent = name in rates and (is_percent(header) or _are_percent(sheet, place, rates[name]))
            column = Column(place, header, currency_in(header), multiplier_in(header), percent)
            by_field.setdefault(name, []).append(column)
        last = len(sheet.headers) - 1
        surplus = last if sheet.headers[-1:] == (SURPLUS,) and SURPLUS not in mapping else None
        return cls({name: tuple(columns) for name, columns in by_field.items()}, surplus)

    def texts(self, sheet: Sheet, name: str) -> list[str]:
        """What a field's columns say, all rows."""
        places = [column.place for column in self.by_field.get(name, ())]
        return [row.cells[place] for row in sheet.rows for place in places if place < len(row.cells)]


def _are_percent(sheet: Sheet, place: int, per_hundred: int) -> bool:
    # 0.8, 3.5, 12 are percent though 0.8 alone would be a fraction: the column decides, not the cell.
    bare = above = 0
    for row in sheet.rows:
        try:
            amount = read_amount(row.cells[place], dots="decimals") if place < len(row.cells) else None
        except ValueError:
            continue
        if amount is not None and not amount.percent:
            bare += 1
            above += amount.high > 1
    return above * 100 > bare * per_hundred


@dataclass(slots=True)
class Cells:
    """One row by our fields. What cannot be read is unknown and leaves a problem behind."""

    columns: Columns
    cells: tuple[str, ...]
    currency: str
    problems: list[Flag] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The first cell of a field that says something, else nothing."""
        found = self._cell(name)
        return found[1] if found else ""

    def read(self, name: str, reader: Callable[[str], Value | None]) -> Value | None:
        """What `reader` makes of a field; None of a cell that says something is a problem."""
        found = self._cell(name)
        if found is None:
            return None
        column, text = found
        value = reader(text)
        if value is None:
            self.unreadable(column.header, text)
        return value

    def span(self, name: str) -> Span | None:
        """A count; fractions are rounded, halves to even."""
        found = self._amount(name, dots="thousands")
        if found is None:
            return None
        column, amount = found
        factor = column.multiplier if amount.factor == 1 else 1
        return Span(_whole(amount.low * factor), _whole(amount.high * factor))

    def rate(self, name: str, *, most: int) -> Span | None:
        """A share in basis points; more than `most` is unreadable."""
        found = self._amount(name, dots="decimals")
        if found is None:
            return None
        column, amount = found
        percent = amount.percent or column.percent or amount.high > 1
        factor = _PERCENT if percent else BASIS_POINTS
        span = Span(_whole(amount.low * factor), _whole(amount.high * factor))
        if span.high > most or amount.sign or amount.factor > 1:
            self.unreadable(column.header, self.text(name))
            return None
        return span

    def money(self, name: str) -> MoneySpan | None:
        """An amount: in the currency of the cell, else the header, the currency column, else the given one."""
        found = self._amount(name)
        if found is None:
            return None
        column, amount = found
        currency = self._currency(amount.sign or column.sign)
        if currency is None:
            return None
        factor = column.multiplier if amount.factor == 1 else 1
        low, high = (Money.of(bound * factor, currency).minor for bound in (amount.low, amount.high))
        return MoneySpan(low, high, currency)

    def surplus(self) -> None:
        """Note cells beyond the last header."""
        place = self.columns.surplus
        if place is not None and place < len(self.cells) and self.cells[place].strip():
            self._note("row_surplus", text=one_line(self.cells[place], limit=_SHOWN))

    def undated(self) -> None:
        """Note counts whose day the row does not tell."""
        self._note("row_counts_undated")

    def unreadable(self, header: str, text: str) -> None:
        """Note a cell nobody can read; its field is unknown."""
        self._note("cell_unreadable", field=one_line(header, limit=_SHOWN), text=one_line(text, limit=_SHOWN))

    def unknown_categories(self, text: str) -> None:
        """Note category names we do not know."""
        self._note("category_unknown", text=one_line(text, limit=_SHOWN))

    def _note(self, key: str, **facts: str) -> None:
        self.problems.append(Flag(key, {**facts}, blocking=False))

    def _cell(self, name: str) -> tuple[Column, str] | None:
        for column in self.columns.by_field.get(name, ()):
            text = self.cells[column.place] if column.place < len(self.cells) else ""
            if not is_unknown(text):
                return column, text
        return None

    def _amount(self, name: str, *, dots: Dots = "by currency") -> tuple[Column, Amount] | None:
        found = self._cell(name)
        if found is None:
            return None
        column, text = found
        try:
            amount = read_amount(text, dots=dots, currency=self._stated(column.sign))
        except ValueError:
            self.unreadable(column.header, text)
            return None
        return (column, amount) if amount else None

    def _stated(self, sign: str | None = None) -> str:
        # What a bare number is in, as far as the file or whoever handed it in says.
        codes = currencies_of(sign) if sign else currencies_of(folded(self.text("currency")))
        return codes[0] if codes else self.currency

    def _currency(self, sign: str | None) -> str | None:
        written = folded(self.text("currency"))
        stated = currencies_of(written)
        if sign is not None:
            # A bare $ is the currency the file itself states, if that is written so; ¥ also the one it came with.
            likely = (*stated, self.currency) if sign == _YEN else stated
            possible = currencies_of(sign)
            return next((code for code in likely if code in possible), possible[0])
        if written and not stated:
            self._unknown_currency(written)
            return None
        return stated[0] if stated else self.currency

    def _unknown_currency(self, written: str) -> None:
        header = one_line(self.columns.by_field["currency"][0].header, limit=_SHOWN)
        if all(problem.facts.get("field") != header for problem in self.problems):
            self.unreadable(header, written)


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_HALF_EVEN))
