"""A person taken out of whatever was written down: which words are theirs, and values without them. Pure, no I/O."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from memory.domain.ids import CreatorId

MARK = "[erased]"
GONE = "erased"  # the platform of the empty row that keeps the ledger's references whole
REASON = "erased"  # of the suppression entry that stays
_DISTINCT = 8  # a shorter handle or name of letters alone may be anybody's word: taken out only where it names them
_SHORTEST_TEXT = 12
_LONGEST_NEEDLE = 60  # characters of a text by which a row that holds it is found
_NAMING = frozenset({"handle", "handles", "exclude_handles", "creator", "who"})
_THEIRS = frozenset(
    {"text", "text_zh", "translation", "summary", "quote", "quotes", "questions", "name", "bio", "reasons", "last",
     "note", "notes", "said", "tags"}
)  # fmt: skip


class ErasingStore(Protocol):
    """Takes creators out of every table of a tenant. Only in a scope of all its brands."""

    async def erase(self, creator: CreatorId) -> bool:
        """Everything but the ledger's ids and a suppression entry; False: unknown, or erased already.

        Cannot be undone. Costs a walk through every table of the tenant. Repeating it changes nothing.

        Raises:
            Unavailable: a message to them is being sent at this moment (retryable).
        """
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """What there is to find of a creator. `texts`: what they wrote, say of themselves and were written."""

    handle: str
    name: str = ""
    contacts: tuple[str, ...] = ()  # e-mail and the address of the profile
    texts: tuple[str, ...] = ()
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _flat: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the words once; they are looked for in every row."""
        flat = tuple(" ".join(text.split()) for text in self.texts)
        object.__setattr__(self, "_flat", tuple(text for text in flat if len(text) >= _SHORTEST_TEXT))
        object.__setattr__(self, "_pattern", re.compile("|".join(self._parts()), re.IGNORECASE))

    def needles(self) -> Iterator[str]:
        """Strings of which a row that speaks of them holds one, any case; JSON writes some of them otherwise."""
        yield self.handle
        yield from filter(None, self.contacts)
        if _is_distinct(self.name):
            yield self.name
        for text in self.texts:
            if len(text) >= _SHORTEST_TEXT:
                yield from {text[:_LONGEST_NEEDLE], json.dumps(text[:_LONGEST_NEEDLE], ensure_ascii=False)[1:-1]}

    def names(self, value: object) -> bool:
        """Whether a string is their handle."""
        return isinstance(value, str) and value.strip().removeprefix("@").casefold() == self.handle.casefold()

    def without(self, value: JsonValue, *, key: str = "", theirs: bool = False) -> JsonValue:
        """The value without them; its shape stays. `theirs`: it belongs to an object that names them."""
        match value:
            case str():
                return self._text(value, key=key, theirs=theirs)
            case dict():
                own = theirs or any(self.names(each) for name, each in value.items() if name in _NAMING)
                return {name: self.without(each, key=name, theirs=own) for name, each in value.items()}
            case list():
                return [self.without(each, key=key, theirs=theirs) for each in value]
            case _:
                return value

    def _text(self, text: str, *, key: str, theirs: bool) -> str:
        if not text.strip():
            return text
        if (key in _NAMING and self.names(text)) or (theirs and key in _THEIRS):
            return MARK
        core = " ".join(text.split()).rstrip("…").strip()
        if len(core) >= _SHORTEST_TEXT and any(core in whole for whole in self._flat):
            return MARK
        return self._pattern.sub(MARK, text)

    def _parts(self) -> Iterator[str]:
        for text in sorted({*self.texts, *self._flat}, key=len, reverse=True):
            if len(text) >= _SHORTEST_TEXT:
                yield re.escape(text)
        yield from (re.escape(contact) for contact in self.contacts if contact)
        handle = rf"{re.escape(self.handle)}(?![\w])"
        yield rf"@{handle}"
        if _is_distinct(self.handle):
            yield rf"(?<![\w.]){handle}"
        if _is_distinct(self.name):
            yield rf"(?<!\w){re.escape(self.name)}(?!\w)"


def _is_distinct(word: str) -> bool:
    return len(word) >= _DISTINCT or any(mark in "._-0123456789 " for mark in word.strip())
