"""Our Markdown as plain text, for clients that show none. Pure."""

import re
from collections.abc import Iterator

FENCE = re.compile(r"^(`{3,})$", re.MULTILINE)
_MARKS = re.compile(r"\*\*|^(?:> ?|#{1,6} )", re.MULTILINE)
_LINK = re.compile(r"<(?=/?a[\s>])", re.IGNORECASE)


def without_marks(words: str) -> str:
    """Signs of bold, quotes and headings go, and what stood in a block stays to the letter. No link is made of text."""
    return _LINK.sub("\uff1c", "\n".join(_plain_lines(words)))


def _plain_lines(words: str) -> Iterator[str]:
    fence = ""
    for line in words.split("\n"):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        else:
            yield line if fence else _MARKS.sub("", line)
