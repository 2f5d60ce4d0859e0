"""Our Markdown reduced to what WeCom's client shows: headings, bold, lists, quotations, links, code. Pure.

Tables become lines, pictures their description, raw HTML nothing; a link to an address of this machine or of no web
page becomes its text. Inside code nothing is touched.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from connectors.wecom.foreign import seen

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)(?:\s+\"[^\"]*\")?\)")
_BARE_LINK = re.compile(r"https?://[^\s)\]>，。；、]+", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z@!][^<>\n]*>")
_STRUCK = re.compile(r"~~([^~\n]+)~~")


def reduced(text: str) -> str:
    """The text as the client can show it."""
    return "\n".join(_lines(seen(text)))


def _lines(text: str) -> Iterator[str]:
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            fence = "" if found and found[1].startswith(fence) else fence
            yield line
        elif found:
            fence = found[1]
            yield line
        elif "|" in line and _TABLE_RULE.match(line):
            continue
        else:
            yield _inline(_row(line))


def _row(line: str) -> str:
    """A table's row as a line."""
    bare = line.strip()
    if not (bare.startswith("|") and bare.endswith("|") and len(bare) > 1):
        return line
    return " · ".join(cell.strip() for cell in bare[1:-1].split("|"))


def _inline(line: str) -> str:
    line = _TAG.sub("", _PICTURE.sub(r"\1", line))
    line = _STRUCK.sub(r"\1", line)
    line = _LINK.sub(lambda found: found[0] if is_public_link(found[2]) else found[1], line)
    return _BARE_LINK.sub(lambda found: found[0] if is_public_link(found[0]) else "", line)


def is_public_link(url: str) -> bool:
    """Whether anybody's phone could open it: a web address, neither of this machine nor of a private network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "." not in host.strip("."):
        return False
    if host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True
