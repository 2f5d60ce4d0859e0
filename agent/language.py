"""Which language an answer is in: that of the message or its conversation, else the member's own. Pure."""

import re
from collections.abc import Iterable

from memory.domain.workspace import Lang

_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(text: str, *, default: Lang) -> Lang:
    """Any Chinese makes it Chinese (sellers mix in English words); three English words alone make it English."""
    return told_by(text) or default


def told_by(text: str) -> Lang | None:
    """The language a message is in; None where it does not tell."""
    if _CJK.search(text):
        return "zh"
    return "en" if len(_WORD.findall(text)) >= 3 else None


def language_after(text: str, before: Iterable[str], *, default: Lang) -> Lang:
    """Of a message in a conversation: its own, else that of the newest one `before` it (newest first) that tells."""
    return next((told for one in (text, *before) if (told := told_by(one)) is not None), default)
