"""A table as a file: CSV that Excel opens rightly, or a workbook. Foreign text never becomes a formula. Pure."""

import csv
import io
import re
from datetime import date

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tools.shortlists.sheet import Cell, Sheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEMO = "演示数据"  # the mark every demo file carries, in any language
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_BOM = "\ufeff"  # without it Excel reads Chinese as the machine's old code page
_WIDEST = 60


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would calculate; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    plain = ILLEGAL_CHARACTERS_RE.sub("", cell)
    return (
        f"'{plain}" if plain.lstrip(" \u00a0").startswith(_FORMULA_SIGNS) or plain.startswith(_FORMULA_SIGNS) else plain
    )


def to_csv(sheet: Sheet, *, demo: bool) -> bytes:
    """UTF-8 with a byte order mark; a demo's first line says that its data is made up."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if demo:
        writer.writerow([sheet.mark])
    writer.writerow(sheet.titles)
    writer.writerows([harmless(cell) for cell in row] for row in sheet.rows)
    return (_BOM + out.getvalue()).encode()


def to_xlsx(sheet: Sheet, *, demo: bool) -> bytes:
    """One worksheet; a demo's title and first line say that its data is made up."""
    book = Workbook()
    page = book.active or book.create_sheet()
    page.title = DEMO if demo else "Daren"
    if demo:
        page.append([sheet.mark])
    page.append(list(sheet.titles))
    heading = page.max_row
    for cell in page[heading]:
        cell.font = Font(bold=True)
    page.freeze_panes = f"A{heading + 1}"
    for row in sheet.rows:
        page.append([harmless(cell) for cell in row])
    for place, title in enumerate(sheet.titles):
        longest = max((len(str(row[place])) for row in sheet.rows if row[place] is not None), default=0)
        column = get_column_letter(place + 1)
        page.column_dimensions[column].width = min(_WIDEST, max(longest, 2 * len(title)) + 2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def file_name(name: str | None, *, day: date, extension: str, demo: bool) -> str:
    """A name any file system takes."""
    plain = _NOT_IN_NAMES.sub("_", name or "shortlist").strip("._") or "shortlist"
    return "-".join(filter(None, (DEMO if demo else "", plain[:60], day.isoformat()))) + f".{extension}"
