"""An Excel workbook as records: values, not formulas, of the sheet that looks most like ours."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from memory.domain.errors import BadRequest

MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_COLUMNS = 500
_FIRST_RECORDS = 10
_MOST_SHEETS = 30
_PERCENT = re.compile(r"[0#?]%")
_SIGN = re.compile(r"\[\$([^\]\-]+)[^\]]*\]|\"?(US\$|R\$|[$€£¥₫฿₱₩])\"?")
_XML_WITH_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
# What openpyxl and zipfile let through when a file is damaged; both promise less.
_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def is_packed(content: bytes) -> bool:
    """Whether a file is a zip archive, as every .xlsx is."""
    return content.startswith(b"PK\x03\x04")


def records_of(content: bytes, *, name: str, known: Callable[[list[str]], int], most: int) -> list[list[str]]:
    """Records of the sheet with the most known headers (the first, when none has any), at most `most` + 1.

    Raises:
        BadRequest: it is no workbook ("file_no_workbook"), or unpacks to more than 200 MB ("file_too_large").
    """
    try:
        _check_packing(content)
        with warnings.catch_warnings():
            # Missing styles and unsupported extensions do not touch values.
            warnings.simplefilter("ignore")
            return _records(content, known=known, most=most)
    except _BROKEN as failure:
        raise BadRequest("file_no_workbook", name=name) from failure


def _check_packing(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        # zipfile never unpacks more than an entry declares, so the declared sizes can be trusted as a limit.
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
            raise BadRequest("file_too_large", limit=f"{MOST_UNPACKED_BYTES // 1024**2} MB")
        if "[Content_Types].xml" not in archive.namelist():
            raise ValueError("an archive, not a workbook")
        for entry in entries:
            with archive.open(entry) as part:
                head = part.read(4096)
            if any(mark in head for mark in _XML_WITH_ENTITIES):
                raise ValueError("a workbook declares no entities")


def _records(content: bytes, *, known: Callable[[list[str]], int], most: int) -> list[list[str]]:
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        pages = book.worksheets[:_MOST_SHEETS]
        for page in pages:
            # A sheet's own word on its size is often wrong, and may claim a million columns.
            page.reset_dimensions()
        best = max(pages, key=lambda page: max(map(known, islice(_rows(page), _FIRST_RECORDS)), default=0))
        return list(islice(_rows(best), most + 1))
    finally:
        book.close()


def _rows(page: Worksheet) -> Iterator[list[str]]:
    for row in page.iter_rows(max_col=MOST_COLUMNS):
        yield [_shown(cell) for cell in row]


def _shown(cell: Cell | MergedCell) -> str:
    # As the sheet shows it: what a format adds (a sign, percent) says what the bare number is.
    match cell.value:
        case None:
            return ""
        case str() as text:
            return text
        case bool() as flag:
            return "TRUE" if flag else "FALSE"
        case int() | float() as number:
            return _number(number, cell.number_format or "")
        case datetime() | date() | time() as moment:
            return moment.isoformat()
        case other:
            return str(other)


def _number(number: float, shape: str) -> str:
    if _PERCENT.search(shape):
        return f"{_plain(number * 100)}%"
    sign = _SIGN.search(shape)
    return f"{(sign[1] or sign[2]).strip() if sign else ''}{_plain(number)}"


def _plain(number: float) -> str:
    if isinstance(number, int) or (number.is_integer() and abs(number) < 1e15):
        return str(int(number))
    written = f"{number:.10f}".rstrip("0")
    # 12.375 is no twelve thousand: three decimals alone would read as a group of digits.
    return f"{written}0" if len(written) - written.find(".") == len(".375") else written
