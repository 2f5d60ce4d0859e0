"""Records as a sheet: where the header is, names for columns without one, cells as long as the headers. Pure."""

from collections.abc import Callable, Iterable

from connectors.files.foreign import cleaned, email_in, one_line
from connectors.files.numbers import read_amount
from connectors.ports.files import Sheet
from memory.domain.errors import BadRequest
from memory.domain.import_stores import ImportedRow

MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 32_767
SURPLUS = "…"
_LONGEST_HEADER = 200
_HEADER_WITHIN = 10
_FEWEST_KNOWN = 2

Numbered = tuple[int, list[str]]


def sheet_of(records: Iterable[list[str]], *, name: str, known: Callable[[list[str]], int]) -> Sheet:
    """Records under the header row. Rows are numbered as a spreadsheet shows them; blank ones are left out.

    Cells beyond the last header are kept together in one more column, "…".

    Raises:
        BadRequest: "file_empty", "file_no_header", "file_too_many_rows".
    """
    rows: list[Numbered] = []
    for number, record in enumerate(records, start=1):
        cells = [cleaned(cell, limit=LONGEST_CELL) for cell in record]
        if any(cells):
            rows.append((number, cells))
        if len(rows) > MOST_ROWS + _HEADER_WITHIN:
            break
    if not rows:
        raise BadRequest("file_empty", name=name)
    place = _header(rows, known)
    if place is None:
        raise BadRequest("file_no_header", name=name)
    body = rows[place + 1 :]
    if not body:
        raise BadRequest("file_empty", name=name)
    if len(body) > MOST_ROWS:
        raise BadRequest("file_too_many_rows", limit=MOST_ROWS)
    return _sheet(rows[place][1], body)


def _header(rows: list[Numbered], known: Callable[[list[str]], int]) -> int | None:
    # A title or a notice may stand above the header; without a known header the first row has to look like one.
    counts = [known(cells) for _, cells in rows[:_HEADER_WITHIN]]
    best = max(counts)
    if best >= _FEWEST_KNOWN:
        return counts.index(best)
    return 0 if counts[0] or not any(map(_is_data, rows[0][1])) else None


def _is_data(cell: str) -> bool:
    if not cell:
        return False
    if cell.startswith("@") or "://" in cell or email_in(cell):
        return True
    try:
        return read_amount(cell) is not None
    except ValueError:
        return False


def _sheet(header: list[str], body: list[Numbered]) -> Sheet:
    used = max(place + 1 for place, cell in enumerate(header) if cell)
    width = min(MOST_COLUMNS, used)
    headers = _names(header[:width])
    has_surplus = any(any(cells[width:]) for _, cells in body)
    rows = []
    for number, cells in body:
        kept = (*cells[:width], *("" for _ in range(width - len(cells))))
        beyond = " | ".join(filter(None, cells[width:]))[:LONGEST_CELL]
        rows.append(ImportedRow(number, (*kept, beyond) if has_surplus else kept))
    return Sheet((*headers, SURPLUS) if has_surplus else headers, tuple(rows))


def _names(header: list[str]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for place, cell in enumerate(header, start=1):
        name = one_line(cell, limit=_LONGEST_HEADER)
        if name in ("", SURPLUS):
            name = f"column {place}"
        times, numbered = 1, name
        while numbered in names:
            times += 1
            numbered = f"{name} ({times})"
        names[numbered] = None
    return tuple(names)
