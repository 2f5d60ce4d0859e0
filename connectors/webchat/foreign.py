"""Text other people wrote (bios, captions, answers, file names), made safe to show. Pure; HTML escaping is Jinja's.

What stays: letters of every script, line breaks, the joiner that emoji need. What goes: characters nobody sees
but that reorder, hide or smuggle text.
"""

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; tab and line feed stay
    "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f"  # soft hyphen, marks and spaces without width
    "\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # separators, direction overrides and isolates
    "\U000e0000-\U000e007f]"  # tag characters: invisible ASCII
)
_BLANK_LINES = re.compile(r"\n{3,}")


def seen(text: str) -> str:
    """The text without characters that cannot be seen; more than one empty line in a row becomes one."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("\n\n", _UNSEEN.sub("", unified)).strip()


def seen_line(text: str) -> str:
    """The same on one line, for names and handles."""
    return " ".join(seen(text).split())


def safe_link(url: str | None) -> str | None:
    """The address if it is a plain web one, else None."""
    if url is None:
        return None
    cleaned = seen_line(url)
    return cleaned if re.match(r"https?://[^\s/]+", cleaned, re.IGNORECASE) else None
