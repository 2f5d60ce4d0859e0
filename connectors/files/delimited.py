"""Comma, semicolon, tab or bar separated text as records. Pure.

A quotation mark nobody closed costs its own record only, never those below.
"""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import islice

DELIMITERS = (",", ";", "\t", "|")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_DECLARED = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_MOST_LINES = 300
_FIRST_RECORDS = 10
_LONGEST_FIELD = 64 * 1024 * 1024


def records_of(text: str, *, known: Callable[[list[str]], int]) -> Iterator[list[str]]:
    """Records in file order, blank ones included. `known` counts the headers of a record that mean something to us."""
    # The module's limit of 128 KB is process-wide and would lose a file over one long cell.
    csv.field_size_limit(_LONGEST_FIELD)
    lines = _LINE.findall(text)
    declared = _DECLARED.fullmatch(lines[0]) if lines else None
    if declared:
        return _records(lines[1:], declared[1])
    return _records(lines, _delimiter(lines, known))


def _delimiter(lines: list[str], known: Callable[[list[str]], int]) -> str:
    def score(delimiter: str) -> tuple[int, int]:
        first = list(islice(_records(lines[:_MOST_LINES], delimiter), _FIRST_RECORDS))
        return max(map(known, first), default=0), max(map(len, first), default=0)

    return max(DELIMITERS, key=score)


def _records(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    start = 0
    while start < len(lines):
        # A reader for each record: only so is it known where the next begins when a quotation mark goes astray.
        ahead = (lines[place] for place in range(start, min(start + _MOST_LINES, len(lines))))
        reader = csv.reader(ahead, delimiter=delimiter, strict=True)
        try:
            record = next(reader)
            taken = reader.line_num
        except csv.Error:
            record = next(csv.reader(lines[start : start + 1], delimiter=delimiter), [])
            taken = 1
        yield record
        start += taken
