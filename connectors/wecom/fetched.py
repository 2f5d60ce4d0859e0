"""A file somebody sent, as it came from the platform. Pure."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from connectors.wecom.foreign import seen

MOST_BYTES: Final = 20_971_520
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in the clear. `name` is foreign text."""

    name: str
    content: bytes


def fetched(content: bytes, *, name: str = "", disposition: str = "") -> Fetched:
    """Under the name it was sent with, that of its Content-Disposition header, or a usual one."""
    return Fetched(seen(name or _named(disposition)) or _usual_name(content), content)


def _named(disposition: str) -> str:
    """The file name of a Content-Disposition header."""
    for part in disposition.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename*":
            return unquote(value.rpartition("''")[2])
        if key.lower() == "filename":
            return unquote(value.strip('"'))
    return ""


def _usual_name(content: bytes) -> str:
    return "wecom.xlsx" if content.startswith(_ZIP) else "wecom.csv"
