"""Codes are drawn here: short ones for addresses, and ones people say aloud. Not guessable, never twice the same."""

import re
import secrets
from collections.abc import Collection
from typing import Final

from memory.domain.links import ALPHABET, CODE_LENGTH, code_key

LONGEST_CODE, SHORTEST_CODE = 20, 3
_OWN: Final = re.compile(rf"[A-Z0-9]{{{SHORTEST_CODE},{LONGEST_CODE}}}")
_NAME_LETTERS, _DRAWN_LETTERS = 10, 3


def link_code() -> str:
    """A code for an address."""
    return _drawn(CODE_LENGTH)


def promo_code(handle: str, taken: Collection[str]) -> str:
    """A code that begins as the creator is called, and that is not among those taken (as they are compared)."""
    name = re.sub(r"[^A-Z0-9]", "", handle.upper())[:_NAME_LETTERS]
    drawn = _DRAWN_LETTERS if name else CODE_LENGTH
    while (code := name + _drawn(drawn).upper()) in taken:
        pass
    return code


def own_code(said: str) -> str | None:
    """A code as somebody wrote it, in the form it is kept; None where shops would not take it."""
    code = code_key(said)
    return code if _OWN.fullmatch(code) else None


def _drawn(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
