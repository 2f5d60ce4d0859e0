"""What the world's creators talk about and the words they have for it; the words are data beside this module."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Subject:
    """A category as the world sees it. `price` in US dollars (low, high); `women` and `refunds` in percent."""

    slug: str
    weight: float
    sales: float
    women: int
    price: tuple[int, int]
    refunds: int
    signs: tuple[str, ...]
    niches: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """A market as the world sees it; `cities` are (name in the market's language, IANA zone)."""

    code: str
    weight: float
    sales: float
    per_usd: float
    names: str
    cities: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Given and family names; `latin` spells the given ones (women first) for handles, empty when they are Latin."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]
    latin: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """One language: niches (what about, then things shown) and the lines bios and captions are made of."""

    language: str
    niches: dict[str, tuple[str, ...]]
    bio: dict[str, tuple[str, ...]]
    captions: tuple[str, ...]
    tags: tuple[str, ...]
    weekdays: tuple[str, ...]
    friends: tuple[str, ...]


@cache
def subjects() -> dict[str, Subject]:
    """Every category by slug."""
    return {
        slug: Subject(
            slug=slug,
            weight=table["weight"],
            sales=table["sales"],
            women=table["women"],
            price=(table["price"][0], table["price"][1]),
            refunds=table["refunds"],
            signs=tuple(table["signs"]),
            niches=tuple(table["niches"]),
            near=tuple(table["near"]),
        )
        for slug, table in _load(HERE / "niches.toml").items()
    }


@cache
def homes() -> dict[str, Home]:
    """Every market by code."""
    return {
        code: Home(
            code=code,
            weight=table["weight"],
            sales=table["sales"],
            per_usd=table["per_usd"],
            names=table["names"],
            cities=tuple((city, zone) for city, zone in table["cities"]),
        )
        for code, table in _load(HERE / "markets.toml").items()
    }


@cache
def names(key: str) -> Names:
    """The names of one people."""
    table = _load(HERE / "names.toml")[key]
    return Names(
        tuple(table["women"]), tuple(table["men"]), tuple(table["family"]), tuple(table.get("latin", ()))
    )  # fmt: skip


@cache
def voice(language: str) -> Voice:
    """The words of one language (ISO 639-1); FileNotFoundError for a language nobody here speaks."""
    table = _load(HERE / "voices" / f"{language}.toml")
    return Voice(
        language=language,
        niches={niche: tuple(words) for niche, words in table["niches"].items()},
        bio={part: tuple(lines) for part, lines in table["bio"].items()},
        captions=tuple(table["caption"]["lines"]),
        tags=tuple(table["caption"]["tags"]),
        weekdays=tuple(table["caption"]["weekdays"]),
        friends=tuple(table["caption"]["friends"]),
    )


@cache
def languages() -> tuple[str, ...]:
    """Every language the world speaks."""
    return tuple(sorted(path.stem for path in (HERE / "voices").glob("*.toml")))


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
