"""Rows as samples. Pure: a row that cannot be used says why, a cell that cannot be read is unknown."""

from collections.abc import Mapping
from datetime import date

from connectors.files.cells import Cells, Columns
from connectors.files.choices import choice_in, moment_in
from connectors.files.foreign import handle_in, link_in, one_line
from connectors.ports.files import SampleFacts, SampleRow, Sheet
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.sample import SampleStatus

_LONGEST_NAME = 200
_LONGEST_NUMBER = 60


def samples(sheet: Sheet, mapping: Mapping[str, str], *, currency: str) -> list[SampleRow]:
    """Every row of the sheet in its order; of one creator's parcel of one product the first row counts."""
    columns = Columns.of(sheet, mapping, rates={})
    first: dict[tuple[str, str, str], int] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, currency)
        handle, status = handle_in(cells.text("handle")), choice_in(cells.text("status"), "sample_status")
        if handle is None:
            rows.append(SampleRow(row.number, None, (Flag("row_no_handle", {}),)))
            continue
        if status is None:
            shown = one_line(cells.text("status"), limit=_LONGEST_NUMBER)
            rows.append(SampleRow(row.number, None, (Flag("row_no_sample_status", {"text": shown}),)))
            continue
        facts = _facts(cells, handle, SampleStatus(status))
        key = (handle.lower(), (facts.product or "").casefold(), facts.tracking_number or "")
        line = first.setdefault(key, row.number)
        if line != row.number:
            rows.append(SampleRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        rows.append(SampleRow(row.number, facts, tuple(cells.problems)))
    return rows


def _facts(cells: Cells, handle: str, status: SampleStatus) -> SampleFacts:
    cells.surplus()
    return SampleFacts(
        handle=handle,
        status=status,
        product=one_line(cells.text("product"), limit=_LONGEST_NAME) or None,
        tracking_number=one_line(cells.text("tracking_number"), limit=_LONGEST_NUMBER) or None,
        cost=_cost(cells),
        content_link=cells.read("content_link", link_in),
        shipped_on=cells.read("shipped", _day),
        delivered_on=cells.read("delivered", _day),
        posted_on=cells.read("posted", _day),
    )


def _cost(cells: Cells) -> Money | None:
    span = cells.money("cost")
    if span is None:
        return None
    if span.low != span.high:
        cells.unreadable(cells.columns.by_field["cost"][0].header, cells.text("cost"))
        return None
    return Money(span.low, span.currency)


def _day(text: str) -> date | None:
    moment = moment_in(text)
    return moment.date() if moment else None
