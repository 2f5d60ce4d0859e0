"""Cells as other people wrote them, made safe to keep: handles, addresses, lists. Pure; never a verdict on a row."""

import json
import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; tab and line feed stay
    "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f"  # soft hyphen, marks and spaces without width; emoji need U+200D
    "\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # separators, direction overrides and isolates
    "\ud800-\udfff"  # halves of characters, which no database keeps
    "\U000e0000-\U000e007f]"  # tag characters: invisible ASCII
)
_HANDLE = re.compile(r"[\w.]{1,64}")
_PROFILE = re.compile(r"tiktok\.com/@([^/?#\s]+)", re.IGNORECASE)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_LINK = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_LONGEST_EMAIL = 254
_LONGEST_LINK = 1_000


def cleaned(text: str, *, limit: int) -> str:
    """The text without characters nobody sees, at most `limit` characters; line breaks stay."""
    unified = text[: limit * 2].replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", unified).strip()[:limit].rstrip()


def one_line(text: str, *, limit: int) -> str:
    """The same on one line."""
    return " ".join(cleaned(text, limit=limit).split())


def folded(text: str) -> str:
    """Text for comparing: compatibility forms unified (full-width digits, ％, ￥), case and outer space gone."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def handle_in(text: str) -> str | None:
    """The handle a cell names, as "x", "@x" or a profile's address; None when there is none."""
    line = unicodedata.normalize("NFKC", one_line(text, limit=500))
    profile = _PROFILE.search(line)
    name = (profile[1] if profile else line).removeprefix("@").strip()
    return name if _HANDLE.fullmatch(name) and name.strip("._") else None


def email_in(text: str) -> str | None:
    """The first address of a cell that is one."""
    for part in re.split(r"[\s,;，；、|<>()（）]+", one_line(text, limit=1_000)):
        address = part.removeprefix("mailto:")
        if len(address) <= _LONGEST_EMAIL and _EMAIL.fullmatch(address) and ".." not in address:
            return address
    return None


def link_in(text: str) -> str | None:
    """A web address, with its scheme; None when the cell is none."""
    line = one_line(text, limit=_LONGEST_LINK + 1)
    if len(line) > _LONGEST_LINK or not _LINK.fullmatch(line):
        return None
    return line if re.match(r"https?://", line, re.IGNORECASE) else f"https://{line}"


def parts_of(text: str, *, separators: str) -> list[str]:
    """The items of a cell: a JSON list, or text divided by any character of `separators`."""
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            pass  # It only looks like JSON: a bio may begin with a bracket.
        else:
            return [item for item in listed if isinstance(item, str)]
    return [part for part in re.split(f"[{re.escape(separators)}]+", text) if part.strip()]


def each_once(items: list[str], *, limit: int, longest: int) -> tuple[str, ...]:
    """At most `limit` different items in their order, cleaned, each at most `longest` characters."""
    seen = (cleaned(item, limit=longest) for item in items[: limit * 4])
    return tuple(dict.fromkeys(item for item in seen if item))[:limit]
