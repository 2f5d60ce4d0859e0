"""Values chosen from a list, by the words people use for them: markets, languages, categories, dates. Pure."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from connectors.files.foreign import folded
from memory.domain.markets import CATEGORIES
from prompts.words import entries

_SEPARATORS = re.compile(r"[,，/、;；|\n]|\s>\s")
_MOST = 20
_AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2})?)?")
_YEARS = range(2005, 2101)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


def market_in(text: str) -> str | None:
    """The code of the market a cell names: "US", 「美国」, "United States (US)"."""
    words = _markets()
    plain = folded(text)
    parts = (plain, *(part.strip() for part in re.split(r"[()\[\]/,，、|\-]", plain)))
    return next((words[part] for part in parts if part in words), None)


def zone_in(text: str) -> str | None:
    """The IANA name of a time zone, whatever its letter case."""
    return _zones().get(folded(text).replace(" ", "_"))


def language_in(part: str) -> str | None:
    """The ISO 639-1 code of a language named, or of a tag like "en-US"."""
    plain = folded(part)
    words = _languages()
    return words.get(plain) or words.get(re.split(r"[-_]", plain)[0])


def categories_in(text: str) -> tuple[str, ...] | None:
    """Our slugs for a category named; None when the name means nothing to us."""
    plain = folded(text).replace(" and ", " & ")
    return _categories().get(plain)


def parts_in(text: str) -> list[str]:
    """The items of a cell that lists several, at most twenty."""
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()][:_MOST]


def choice_in(text: str, choice: str) -> str | None:
    """The one value of a choice ("content", "sample") a cell names."""
    plain = folded(text)
    return next((value for value, words in _choice(choice).items() if plain in words), None)


def gender_in(text: str) -> str | None:
    """The gender most of an audience has: "Female", 「女 68%」, "Male 40% / Female 60%"."""
    plain = folded(text)
    one = choice_in(_SHARE.sub("", plain).strip(" :："), "audience_gender")
    if one:
        share = _SHARE.search(plain)
        return one if share is None or float(share[1]) > 50 else None
    shares: dict[str, float] = {}
    for part in re.split(r"[,，/、;；|]", plain):
        named = choice_in(_SHARE.sub("", part).strip(" :："), "audience_gender")
        share = _SHARE.search(part)
        if named and share:
            shares[named] = float(share[1])
    return max(shares, key=lambda value: shares[value]) if len(set(shares.values())) == len(shares) > 1 else None


def age_in(text: str) -> str | None:
    """The age group of an audience, when the cell names exactly one."""
    plain = re.sub(r"\s*(?:–|—|~|至|到|to)\s*", "-", folded(text))
    plain = re.sub(r"55\s*(?:岁?以上|岁?及以上|-\+)", "55+", plain)
    named = [age for age in _AGES if age in plain]
    return named[0] if len(named) == 1 else None


def moment_in(text: str) -> datetime | None:
    """A day or moment, year first, or a Unix time; without a zone it counts as UTC."""
    plain = folded(text)
    try:
        return _sane(_moment(plain))
    except (ValueError, OverflowError, OSError):
        return None


def _moment(plain: str) -> datetime | None:
    if re.fullmatch(r"\d{10}|\d{13}", plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC)
    if re.fullmatch(r"\d{8}", plain) or re.match(r"\d{4}-\d\d-\d\d", plain):
        read = datetime.fromisoformat(plain.upper())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    day = _DAY.fullmatch(plain)
    if day is None:
        return None
    found = date(int(day[1]), int(day[2]), int(day[3]))
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _sane(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.year in _YEARS else None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "choices.toml").read_text("utf-8"))


@cache
def _markets() -> Mapping[str, str]:
    countries = {code: entry for code, entry in entries("markets").items() if "members" not in entry.facts}
    words = {folded(word): code for code, entry in countries.items() for word in entry.words}
    return words | {code.casefold(): code for code in countries}


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@cache
def _languages() -> Mapping[str, str]:
    listed = {code: entry.words for code, entry in entries("languages").items()}
    words = {folded(word): code for code, known in listed.items() for word in known}
    words |= {folded(word): code for code, known in _table()["languages"].items() for word in known}
    return words | {code: code for code in (*listed, *_table()["languages"])}


@cache
def _categories() -> Mapping[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for slug, entry in entries("categories").items():
        words |= {folded(word).replace(" and ", " & "): (slug,) for word in entry.words}
    words |= {folded(name): tuple(slugs) for name, slugs in _table()["categories"].items()}
    for slug in CATEGORIES:
        words |= {slug: (slug,), slug.replace("_", " "): (slug,), slug.replace("_", " & "): (slug,)}
    return words


@cache
def _choice(name: str) -> Mapping[str, frozenset[str]]:
    return {value: frozenset(map(folded, words)) for value, words in _table()[name].items()}
