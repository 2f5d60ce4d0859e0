"""Which header holds which of our fields: named mappings first, then what people call columns. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from connectors.files.foreign import folded
from connectors.files.numbers import currencies_of, unit_of
from connectors.ports.files import GuessedMapping
from memory.domain.errors import BadRequest
from memory.domain.import_stores import KINDS

LEARNT = "learnt"
_FEWEST = 3
_BRACKETED = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_NUMBERED = re.compile(r" \(\d+\)$")


def fields(kind: str) -> tuple[str, ...]:
    """Our fields of a kind. Raises BadRequest("kind_unknown")."""
    return tuple(_synonyms(kind))


def known(record: Sequence[str]) -> int:
    """How many different fields, of one kind of rows, a record's cells name."""
    return max(len({field for cell in record if (field := _field_of(cell, kind))}) for kind in KINDS)


def guess(headers: Sequence[str], *, kind: str, name: str | None = None) -> GuessedMapping:
    """The named mapping asked for, else the one that knows most headers, else "learnt".

    What it does not know is filled in by what people call columns; a field has at most one header, and headers that
    mean nothing to us are absent.

    Raises:
        BadRequest: "kind_unknown", "mapping_unknown".
    """
    own_words = _synonyms(kind)
    best, chosen = _best(headers, kind) if name is None else _asked_for(headers, kind, name)
    taken = set(chosen.values())
    rest = [header for header in headers if header not in chosen]
    added = _mapped(rest, {field: words for field, words in own_words.items() if field not in taken})
    both = chosen | added
    return GuessedMapping(best, {header: both[header] for header in headers if header in both})


def _best(headers: Sequence[str], kind: str) -> tuple[str, dict[str, str]]:
    best: tuple[str, dict[str, str]] = LEARNT, {}
    for name, table in _named(kind).items():
        marks = {_squeezed(mark) for mark in table["marks"]}
        if not any(form in marks for header in headers for form in _forms(header)):
            continue
        mapped = _mapped(headers, _words(table))
        if len(mapped) >= _FEWEST and len(mapped) > len(best[1]):
            best = name, mapped
    return best


def _asked_for(headers: Sequence[str], kind: str, name: str) -> tuple[str, dict[str, str]]:
    named = _named(kind)
    if name == LEARNT:
        return name, {}
    if name not in named:
        raise BadRequest("mapping_unknown", name=name, names=", ".join((*named, LEARNT)))
    return name, _mapped(headers, _words(named[name]))


def _words(table: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {field: words for field, words in table.items() if field != "marks"}


def _mapped(headers: Sequence[str], table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    # A header goes to the field it names best; a field to the header that names it best, the first among equals.
    ranks: dict[str, tuple[int, str]] = {}
    mapped: dict[str, str] = {}
    words = {
        field: {_squeezed(word): rank for rank, word in reversed(list(enumerate(table[field])))} for field in table
    }
    for header in headers:
        for form_rank, form in enumerate(_forms(header)):
            found = [(form_rank * 1000 + ranked[form], field) for field, ranked in words.items() if form in ranked]
            for rank, field in sorted(found):
                if field not in ranks or rank < ranks[field][0]:
                    ranks[field] = (rank, header)
    for field, (_, header) in sorted(ranks.items(), key=lambda item: item[1][0]):
        mapped.setdefault(header, field)
    return mapped


def _field_of(header: str, kind: str) -> str | None:
    by_word = _by_word(kind)
    return next((by_word[form] for form in _forms(header) if form in by_word), None)


def _forms(header: str) -> Iterator[str]:
    # As written; without the number that tells equal headers apart; without brackets; without a currency at the end.
    plain = _NUMBERED.sub("", header[:200])
    yield _squeezed(header[:200])
    bare = _BRACKETED.sub(" ", plain)
    only_units = all(_is_unit(inside) for inside in _BRACKETED.findall(unicodedata.normalize("NFKC", plain)))
    if only_units:
        yield _squeezed(bare)
    words = re.split(r"[\s_/-]+", bare.casefold())
    if len(words) > 1 and words[-1] and currencies_of(words[-1]):
        yield _squeezed(" ".join(words[:-1]))


def _is_unit(bracketed: str) -> bool:
    return all(unit_of(part.strip()) for part in folded(bracketed[1:-1]).split("/"))


def _squeezed(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def _synonyms(kind: str) -> Mapping[str, Sequence[str]]:
    if kind not in KINDS:
        raise BadRequest("kind_unknown", kind=kind)
    table: Mapping[str, Sequence[str]] = _table()[kind]
    return table


def _named(kind: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {name: kinds[kind] for name, kinds in _table()["mappings"].items() if kind in kinds}


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    words = {_squeezed(word): field for field, listed in _synonyms(kind).items() for word in listed}
    for table in _named(kind).values():
        for field, listed in table.items():
            if field != "marks":
                words |= {_squeezed(word): field for word in listed}
    return words


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "columns.toml").read_text("utf-8"))
