"""Foreign text is data: cleaned of what hides or commands, and fenced before a model reads it."""

import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\t", "\u200d"}  # the joiner holds emoji together
_LINK = re.compile(r"!?\[(?P<words>[^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+[^)]*)?\)")
_FENCE = re.compile(r"</?\s*foreign[^>]*>", re.IGNORECASE)


def clean(text: str, *, limit: int = 4000) -> str:
    """Drop control, bidirectional and zero-width characters; cut at `limit` characters with an ellipsis."""
    kept = "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _INVISIBLE)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def fenced(text: str, *, source: str, limit: int = 4000) -> str:
    """The text inside a fence the planner prompt declares to be data; it cannot close the fence itself."""
    inner = _FENCE.sub("", clean(text, limit=limit))
    return f'<foreign source="{source}">{inner}</foreign>'


def without_links(text: str) -> str:
    """Markdown links and pictures as plain words: a model's own text must not carry data out by an address."""
    return _LINK.sub(lambda found: found["words"], text)
