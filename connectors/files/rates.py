"""Rows as agreed commission rates. Pure: a row that cannot be used says why."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.files.cells import Cells, Columns
from connectors.files.choices import choice_in
from connectors.files.foreign import handle_in, one_line
from connectors.files.moments import Moments
from connectors.ports.files import RateFacts, RateRow, Sheet
from memory.domain.money import BASIS_POINTS
from memory.domain.outreach import Flag

_LONGEST_ID = 64
_LONGEST_NAME = 200
_RATES = {"rate": 50}
_EVERY = "every"


def rates(sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[RateRow]:
    """Every row of the sheet in its order; of the same agreement of one day the first row counts.

    Days are of `zone`, the shop's, and begin at its midnight.
    """
    columns = Columns.of(sheet, mapping, rates=_RATES)
    moments = {name: Moments.of(columns.texts(sheet, name), zone=zone) for name in ("since", "until")}
    first: dict[tuple[str, str, str, datetime], int] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, "USD")
        read = _facts(cells, moments)
        if isinstance(read, Flag):
            rows.append(RateRow(row.number, None, (read,)))
            continue
        key = (read.handle.lower(), read.product, read.product_name.casefold(), read.since)
        line = first.setdefault(key, row.number)
        if line != row.number:
            rows.append(RateRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        rows.append(RateRow(row.number, read, tuple(cells.problems)))
    return rows


def _facts(cells: Cells, moments: Mapping[str, Moments]) -> RateFacts | Flag:
    """What was agreed, or why the row says nothing of use. An empty cell never stands for everybody."""
    cells.surplus()
    open_to_all = choice_in(cells.text("handle"), "every") == _EVERY
    handle = "" if open_to_all else handle_in(cells.text("handle"))
    if handle is None:
        return Flag("row_no_rate_handle", {})
    rate = cells.rate("rate", most=BASIS_POINTS)
    if rate is None or rate.low != rate.high or rate.low <= 0:
        return Flag("row_no_rate", {"text": one_line(cells.text("rate"), limit=_LONGEST_ID)})
    since = moments["since"].read(cells.text("since"))
    if since is None:
        return Flag("row_no_since", {"text": one_line(cells.text("since"), limit=_LONGEST_ID)})
    until = cells.read("until", moments["until"].read)
    if until is not None and until <= since:
        return Flag("row_ends_before", {})
    of_all = choice_in(cells.text("product"), "every") == _EVERY
    return RateFacts(
        handle=handle,
        product=one_line(cells.text("product_id"), limit=_LONGEST_ID),
        product_name="" if of_all else one_line(cells.text("product"), limit=_LONGEST_NAME),
        rate_bp=rate.low,
        since=since,
        until=until,
    )
