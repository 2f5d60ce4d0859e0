"""Text other people wrote (bios, captions, answers, file names), made safe to stand in a message. Pure.

Characters nobody sees but that reorder, hide or smuggle text go; on a line of our own Markdown, so do the characters
that would make a link, a mention or markup of it.
"""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; tab and line feed stay
    "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f"  # soft hyphen, marks and spaces without width
    "\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # separators, direction overrides and isolates
    "\U000e0000-\U000e007f]"  # tag characters: invisible ASCII
)
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKUP = str.maketrans(
    {
        "<": "\uff1c",
        ">": "\uff1e",
        "[": "\uff3b",
        "]": "\uff3d",
        "*": "\uff0a",
        "`": "\uff40",
        "|": "\uff5c",
        "#": "\uff03",
    }
)
_FENCES = re.compile(r"`{3,}")


def seen(text: str) -> str:
    """The text without characters that cannot be seen; more than one empty line in a row becomes one."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n\n", _UNSEEN.sub("", unified)).strip()


def line(text: str) -> str:
    """On one line of Markdown: markup becomes its full-width likeness."""
    return " ".join(seen(text).split()).translate(_MARKUP)


def fenced(text: str) -> str:
    """To the letter, in a block that nothing inside can end."""
    shown = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCES.findall(shown)), default=0))
    return f"{fence}\n{shown}\n{fence}"
