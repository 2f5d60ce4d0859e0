"""A shortlist that a message quotes: the line before the message that names it. Pure.

It is a quoted line as any other (「> #42」), so that a command under it is one all the same.
"""

import re

from memory.domain.ids import ShortlistId

_LINE = re.compile(r"\A\s*>\s*#(?P<shortlist>\d{1,18})[ \t]*\n\s*")


def quoting(shortlist: ShortlistId, text: str) -> str:
    """What was said about a list."""
    return f"> #{shortlist}\n{text}"


def quoted(text: str) -> ShortlistId | None:
    """The list that was quoted."""
    found = _LINE.match(text)
    return ShortlistId(int(found["shortlist"])) if found else None


def unquoted(text: str) -> str:
    """What was said, without the list it was said about."""
    return _LINE.sub("", text)
