"""Files as sheets: encodings, separators, workbooks, where the header is, and files that are none."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors.files import workbook
from connectors.files.grid import LONGEST_CELL, MOST_ROWS, SURPLUS
from connectors.files.reader import MOST_BYTES, FileReader
from connectors.ports.files import Sheet, SheetReader
from memory.domain.errors import BadRequest
from memory.domain.import_stores import ImportedRow

READER: SheetReader = FileReader()
TABLE = "达人账号,粉丝数\nanna.cooks,1.2万\nbo_fit,3万\n"
ROWS = (ImportedRow(2, ("anna.cooks", "1.2万")), ImportedRow(3, ("bo_fit", "3万")))


def read(content: bytes | str, name: str = "list.csv") -> Sheet:
    return READER.read(name=name, content=content.encode() if isinstance(content, str) else content)


def refused(content: bytes | str) -> tuple[str, object]:
    with pytest.raises(BadRequest) as caught:
        read(content)
    return caught.value.text_key, caught.value.facts.get("reason")


def xlsx(*pages: list[list[object]], shapes: dict[tuple[int, int], str] | None = None) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(pages):
        page = book.create_sheet(f"page {number}")
        for row in rows:
            page.append(row)
    for (line, column), shape in (shapes or {}).items():
        book.worksheets[0].cell(line, column).number_format = shape
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_in_any_encoding_sellers_use(encoding: str) -> None:
    # UTF-16 without a mark is told by its Latin letters.
    extra = "\n".join(f"creator_{n},{n}" for n in range(20)) if encoding.startswith("utf-16-") else ""
    sheet = read((TABLE + extra).encode(encoding))
    assert (sheet.headers, sheet.rows[:2]) == (("达人账号", "粉丝数"), ROWS)


def test_western_text_is_read() -> None:
    sheet = read("handle,name\njose,José Ñandú\n".encode("cp1252"))
    assert sheet.rows == (ImportedRow(2, ("jose", "José Ñandú")),)


def test_one_broken_byte_loses_one_character() -> None:
    sheet = read(TABLE.encode() * 20 + b"caf\xc3,5\n")
    assert sheet.headers == ("达人账号", "粉丝数")
    assert sheet.rows[-1].cells == ("caf\ufffd", "5")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter: str) -> None:
    assert read(TABLE.replace(",", delimiter)).rows == ROWS


def test_a_declared_separator_is_obeyed_and_not_counted_as_a_row() -> None:
    assert read("sep=;\n" + TABLE.replace(",", ";")).rows == ROWS


def test_semicolons_divide_even_where_amounts_have_commas() -> None:
    sheet = read("handle;followers;engagement\nanna;1,5K;2,3%\nbo;2,5K;3,1%\n")
    assert sheet.rows[0] == ImportedRow(2, ("anna", "1,5K", "2,3%"))


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    sheet = read('handle,bio\n\nanna,"two\nlines"\n,,\nbo,\n')
    assert sheet.rows == (ImportedRow(3, ("anna", "two\nlines")), ImportedRow(5, ("bo", "")))


def test_a_title_above_the_header_is_passed_over() -> None:
    sheet = read("演示数据：本文件中的达人和数字都是虚构的\n账号,粉丝\nanna,10\n")
    assert (sheet.headers, sheet.rows) == (("账号", "粉丝"), (ImportedRow(3, ("anna", "10")),))


def test_short_rows_are_filled_and_surplus_cells_are_kept_apart() -> None:
    sheet = read("handle,name\nanna\nbo,Bo,extra,,more\n")
    assert sheet.headers == ("handle", "name", SURPLUS)
    assert [row.cells for row in sheet.rows] == [("anna", "", ""), ("bo", "Bo", "extra | more")]


def test_empty_cells_behind_the_last_header_are_no_surplus() -> None:
    assert read("handle,name,,\nanna,Anna,,\n").headers == ("handle", "name")


def test_headers_are_different_from_each_other() -> None:
    sheet = read("handle,,name,name,name (2)\na,b,c,d,e\n")
    assert sheet.headers == ("handle", "column 2", "name", "name (2)", "name (2) (2)")


def test_unseen_characters_are_dropped_and_formulas_stay_text() -> None:
    sheet = read('handle,bio\nan\u200bna,"=HYPERLINK(""x"")\u202e +1 \x07"\n')
    assert sheet.rows[0].cells == ("anna", '=HYPERLINK("x") +1')


def test_a_quotation_mark_nobody_closed_costs_no_other_row() -> None:
    sheet = read('handle,name\nanna,"Anna\nbo,Bo\ncy,"Cy"\ndi,Di\n')
    assert [row.cells[0] for row in sheet.rows] == ["anna", "bo", "cy", "di"]


def test_stray_quotation_marks_inside_a_cell_keep_the_row() -> None:
    sheet = read('handle,bio,name\nanna,"says "hi"",Anna\nbo,plain,Bo\n')
    assert [(row.cells[0], row.cells[2]) for row in sheet.rows] == [("anna", "Anna"), ("bo", "Bo")]


def test_a_cell_of_a_megabyte_loses_nobody() -> None:
    sheet = read(f"handle,bio\nanna,{'x' * 1_000_000}\nbo,hello\n")
    assert [(row.cells[0], len(row.cells[1])) for row in sheet.rows] == [("anna", LONGEST_CELL), ("bo", 5)]


def test_nul_bytes_are_dropped() -> None:
    assert read(b"handle,name\nan\x00na,Anna\nbo,Bo\n").rows[0].cells == ("anna", "Anna")


def test_a_workbook_is_read_as_it_is_shown() -> None:
    page: list[list[object]] = [
        ["达人账号", "粉丝数", "近30天GMV", "互动率", "最近活跃"],
        ["anna", 12000, 3400.5, 0.034, datetime(2026, 6, 28, 8, 30, tzinfo=UTC).replace(tzinfo=None)],
        [12345.0, True, 12.375, None, None],
    ]
    sheet = read(xlsx(page, shapes={(2, 3): "[$€-407] #,##0.00", (2, 4): "0.00%"}), "list.xlsx")
    assert [row.cells for row in sheet.rows] == [
        ("anna", "12000", "€3400.5", "3.4%", "2026-06-28T08:30:00"),
        ("12345", "TRUE", "12.3750", "", ""),
    ]


def test_the_sheet_with_most_known_headers_is_read() -> None:
    notes: list[list[object]] = [["how to use this file"], ["read the second page"]]
    people: list[list[object]] = [["handle", "followers", "email"], ["anna", 5, "anna@example.com"]]
    assert read(xlsx(notes, people)).rows == (ImportedRow(2, ("anna", "5", "anna@example.com")),)


def test_a_workbook_in_a_file_called_csv_is_still_a_workbook() -> None:
    assert read(xlsx([["handle"], ["anna"]]), "list.csv").rows == (ImportedRow(2, ("anna",)),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "XLS"),
        (b"<html><table><tr><td>handle</td></tr></table>", "HTML"),
    ],
)
def test_what_is_no_table_says_what_it_is(content: bytes, reason: str) -> None:
    assert refused(content) == ("file_unreadable", reason)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"PK\x03\x04 no archive at all", "file_no_workbook"),
        (bytes(range(256)) * 40, "file_not_text"),
        (b"\x00\x01\x02\x03" * 200, "file_not_text"),
    ],
)
def test_what_looks_like_a_table_and_cannot_be_read_says_why(content: bytes, key: str) -> None:
    assert refused(content) == (key, None)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_a_zip_that_is_no_workbook_is_unreadable() -> None:
    assert refused(archive(**{"list.csv": TABLE.encode()})) == ("file_no_workbook", None)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(**{"[Content_Types].xml": b"<Types/>", "xl/sharedStrings.xml": bytes(workbook.MOST_UNPACKED_BYTES)})
    assert len(bomb) < 1024**2
    assert refused(bomb) == ("file_too_large", None)


def test_a_workbook_with_entities_is_unreadable() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    assert refused(archive(**{"[Content_Types].xml": laughs})) == ("file_no_workbook", None)


@pytest.mark.parametrize(
    "content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"handle,followers\n", b",,,\n,,\n"]
)
def test_a_file_without_rows_is_empty(content: bytes) -> None:
    assert refused(content)[0] == "file_empty"


def test_a_workbook_without_rows_is_empty() -> None:
    assert refused(xlsx([["handle", "followers"]]))[0] == "file_empty"
    assert refused(xlsx([]))[0] == "file_empty"


def test_rows_without_a_header_are_told() -> None:
    assert refused("anna,12000,anna@example.com\nbo,3000,bo@example.com\n")[0] == "file_no_header"


def test_limits_are_told() -> None:
    assert refused(b"h" * (MOST_BYTES + 1))[0] == "file_too_large"
    assert refused("handle\n" + "a\n" * (MOST_ROWS + 1))[0] == "file_too_many_rows"
    assert len(read("handle\n" + "a\n" * MOST_ROWS).rows) == MOST_ROWS


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_a_bad_request(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"handle,name\n", b"\xff\xfe"):
        try:
            sheet = read(start + content)
        except BadRequest:
            continue
        assert len(set(sheet.headers)) == len(sheet.headers)
        assert all(len(row.cells) == len(sheet.headers) for row in sheet.rows)
        assert "\x00" not in "".join(cell for row in sheet.rows for cell in row.cells)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_workbook_is_a_sheet_or_a_bad_request(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=30)):
        whole[place] = data.draw(st.integers(0, 255))
    try:
        sheet = read(bytes(whole))
    except BadRequest:
        return
    assert sheet.headers


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(st.sampled_from("a\"b,;\t é'|"), min_size=1, max_size=12), min_size=1, max_size=8))
def test_no_line_with_a_mark_of_its_own_is_lost(lines: list[str]) -> None:
    text = "handle,name\n" + "".join(f"row{place},{line}\n" for place, line in enumerate(lines))
    shown = "\n".join("\n".join(row.cells) for row in read(text).rows)
    assert all(f"row{place}" in shown for place in range(len(lines)))


WHOLE = xlsx([["handle", "followers"], ["anna", 5], ["bo", 7.5]])
