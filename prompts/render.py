"""Every text people or models read, by key and language. Rendering fails on a missing or an unused variable."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

Lang = Literal["zh", "en"]
Fact = str | int | float

HERE = Path(__file__).parent
_HEADER = re.compile(r"\A<!-- variables:(?P<names>[^>]*)-->\n")


class Texts:
    """Sentences for people. Files: messages.{zh,en}.toml and messages.d/*.{zh,en}.toml, flat keys, {name} slots."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._tables = tables

    def __contains__(self, key: str) -> bool:
        return key in self._tables["zh"]

    def keys(self, lang: Lang) -> set[str]:
        """Every key of one language."""
        return set(self._tables[lang])

    def template(self, key: str, lang: Lang) -> str:
        """The sentence with its slots unfilled. Raises KeyError for an unknown key."""
        return self._tables[lang][key]

    def say(self, key: str, lang: Lang, **facts: Fact) -> str:
        """The sentence of a key, filled; a member's role is called what people call it.

        Raises KeyError for an unknown key or a slot nobody filled.
        """
        table = self._tables[lang]
        if "role" in facts:
            facts["role"] = table.get(f"web_role_{facts['role']}", facts["role"])
        return table[key].format_map(facts)


def _read(lang: Lang) -> dict[str, str]:
    table: dict[str, str] = {}
    for path in (HERE / f"messages.{lang}.toml", *sorted((HERE / "messages.d").glob(f"*.{lang}.toml"))):
        for key, text in tomllib.loads(path.read_text("utf-8")).items():
            if key in table:
                message = f"{path.name} repeats the key {key}"
                raise ValueError(message)
            table[key] = text
    return table


@cache
def texts() -> Texts:
    """The shipped texts, read once."""
    return Texts({"zh": _read("zh"), "en": _read("en")})


@cache
def _environment() -> Environment:
    # Prompts are plain text for a model, never HTML.
    return Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, autoescape=False)  # noqa: S701


def prompt(name: str, /, **variables: object) -> str:
    """Render prompts/<name>, whose first line names its variables: <!-- variables: a b -->.

    Raises ValueError when the variables given are not exactly those named.
    """
    named, template = _prompt(name)
    if named != set(variables):
        message = f"{name} takes {sorted(named)}, was given {sorted(variables)}"
        raise ValueError(message)
    return template.render(**variables).strip()


@cache
def _prompt(name: str) -> tuple[frozenset[str], Template]:
    """A prompt's variables and its compiled text, read once."""
    source = (HERE / name).read_text("utf-8")
    header = _HEADER.match(source)
    if header is None:
        message = f"{name} has no variables header"
        raise ValueError(message)
    return frozenset(header["names"].split()), _environment().from_string(source[header.end() :])
