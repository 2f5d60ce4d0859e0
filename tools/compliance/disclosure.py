"""Whether a post says that it is paid for, early and in words its market understands; whether a brief asks for it."""

import re
from dataclasses import dataclass

from tools.compliance.rules import DisclosureWords, TextKind, disclosure_rules

_ASKS = re.compile(
    r"#ad\b|#publi\w*|#adv\b|disclos\w+|paid partnership|commercial content|广告标签|标注广告|商业内容|披露|"
    r"contenido comercial|werbung|anzeige|publicité|広告|#pr\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Miss:
    """What is wrong with a disclosure."""

    rule: str
    quote: str
    instead: str
    authority: str
    blocking: bool


def check_disclosure(text: str, *, kind: TextKind, market: str | None) -> tuple[Miss, ...]:
    """At most one miss: missing (blocks), weak, empty (blocks) or late words; a brief must ask for one."""
    shared = disclosure_rules()
    words = shared.words.get(market or "US") or shared.words["other"]
    if kind == "brief":
        return () if _ASKS.search(text) else (_miss("disclosure_missing", "", words, blocking=True),)
    places = [place for word in words.passes if (place := _place(text, word)) is not None]
    if places:
        early = min(places)
        tags_before = text[:early].count("#")
        if early <= shared.first_characters and tags_before < shared.last_hashtag:
            return ()
        return (_miss("disclosure_late", text[early : early + 20], words, blocking=False),)
    weak = next((word for word in words.weak if _place(text, word) is not None), None)
    if weak:
        return (_miss("disclosure_weak", weak, words, blocking=False),)
    empty = next((word for word in words.empty if _place(text, word) is not None), None)
    return (_miss("disclosure_missing", empty or "", words, blocking=True),)


def _place(text: str, word: str) -> int | None:
    """Where a disclosure stands as whole words; a plain word counts at the beginning of a line only."""
    shown = re.escape(word)
    if word.startswith("#") or " " in word or not word.isascii():
        pattern = rf"(?<![\w#]){shown}(?!\w)" if word.isascii() else shown
    else:
        pattern = rf"(?m)^\W{{0,3}}{shown}(?=\s*(?:[:|.,\-–—·\])】]|$))"
    match = re.search(pattern, text, re.IGNORECASE)
    return match.start() if match else None


def _miss(rule: str, quote: str, words: DisclosureWords, *, blocking: bool) -> Miss:
    return Miss(rule, quote, words.add, words.authority, blocking)
