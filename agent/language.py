"""Which language an answer is in: that of the message, or the member's own when the message does not tell. Pure."""

import re

from memory.domain.workspace import Lang

_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(text: str, *, default: Lang) -> Lang:
    """Any Chinese makes it Chinese (sellers mix in English words); three English words alone make it English."""
    if _CJK.search(text):
        return "zh"
    return "en" if len(_WORD.findall(text)) >= 3 else default
