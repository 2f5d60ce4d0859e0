"""Rows as products, by the attribute names of Product. What a row does not say is absent, so nothing known is lost."""

from collections.abc import Mapping

from connectors.files.cells import Cells, Columns
from connectors.files.choices import choice_in
from connectors.files.foreign import each_once, link_in, one_line, parts_of
from connectors.ports.files import ProductRow, Sheet
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.outreach import Flag

_LONGEST_NAME = 200
_LONGEST_POINT = 300
_MOST_POINTS = 20
_RATES: Mapping[str, int] = {"commission_ceiling": 50}


def products(sheet: Sheet, mapping: Mapping[str, str], *, currency: str) -> list[ProductRow]:
    """Every row of the sheet in its order; of a name written twice the first row counts."""
    columns = Columns.of(sheet, mapping, rates=_RATES)
    first: dict[str, int] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, currency)
        name = one_line(cells.text("name"), limit=_LONGEST_NAME)
        if not name:
            rows.append(ProductRow(row.number, None, (Flag("row_no_name", {}),)))
            continue
        line = first.setdefault(name.casefold(), row.number)
        if line != row.number:
            rows.append(ProductRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        fields = _fields(cells, name)
        rows.append(ProductRow(row.number, fields, tuple(cells.problems)))
    return rows


def _fields(cells: Cells, name: str) -> dict[str, object]:
    cells.surplus()
    ceiling = cells.rate("commission_ceiling", most=BASIS_POINTS)
    sample = cells.read("sample", lambda text: choice_in(text, "sample"))
    said: dict[str, object | None] = {
        "name": name,
        "link": cells.read("link", link_in),
        "price": _price(cells),
        "selling_points": _points(cells.text("selling_points")) or None,
        # Of a range the lower end: a ceiling holds wherever in the range it was meant.
        "commission_ceiling_bp": ceiling.low if ceiling else None,
        "sample": None if sample is None else sample == "yes",
    }
    return {field: value for field, value in said.items() if value is not None}


def _price(cells: Cells) -> Money | None:
    # A product has one price; a range of variants is no price.
    span = cells.money("price")
    if span is None:
        return None
    if span.low != span.high:
        cells.unreadable(cells.columns.by_field["price"][0].header, cells.text("price"))
        return None
    return Money(span.low, span.currency)


def _points(text: str) -> tuple[str, ...]:
    points = [one_line(point, limit=_LONGEST_POINT) for point in parts_of(text, separators="\n;；|、")]
    return each_once(points, limit=_MOST_POINTS, longest=_LONGEST_POINT)
