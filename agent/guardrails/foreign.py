"""Foreign text is data: cleaned of what hides or commands, and fenced before a model reads it."""

import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\t", "\u200d"}  # the joiner holds emoji together
_FENCE = re.compile(r"</?\s*foreign[^>]*>", re.IGNORECASE)


def clean(text: str, *, limit: int = 4000) -> str:
    """Drop control, bidirectional and zero-width characters; cut at `limit` characters with an ellipsis."""
    kept = "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _INVISIBLE)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def fenced(text: str, *, source: str) -> str:
    """The text inside a fence the planner prompt declares to be data; it cannot close the fence itself."""
    inner = _FENCE.sub("", clean(text))
    return f'<foreign source="{source}">{inner}</foreign>'
