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
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
        used = 0
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                break
            if reader.line_num - used > _MOST_LINES:
                break
            used = reader.line_num
            yield record
        # A stray quotation mark: the record's first line stands for itself, and the next begins afresh.
        start += used
        yield next(csv.reader(lines[start : start + 1], delimiter=delimiter), [])
        start += 1
