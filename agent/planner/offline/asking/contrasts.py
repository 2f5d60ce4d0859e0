"""A message that only says what was meant and what not: 「不对，我说的是防晒，不是护肤」, "sunscreen, not skincare"."""

from agent.planner.offline.asking.clauses import Segment, whole
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.tokens import Token, tokenise
from prompts import words

_CONTRAST = words.ways("search", "contrast")
_NAMES = ("markets", "languages", "categories", "known", "sizes", "traits")


def insisted(reading: Reading) -> Segment | None:
    """The change of the last search such a message is, without the part that is denied; None for every other one."""
    for way in _CONTRAST:
        found = way.match(reading.text)
        if found is None:
            continue
        tokens = tokenise(reading)
        meant, denied = found.span("meant"), found.span("denied")
        if _named(tokens, denied) and (_named(tokens, meant) or _unread(tokens, meant)):
            also = found.span("also") if found.groupdict().get("also") else meant
            segment = whole(reading.rearranged([*dict.fromkeys([meant, also])]), "refine_search")
            segment.insisted = True
            return segment
    return None


def _inside(tokens: tuple[Token, ...], span: tuple[int, int]) -> list[Token]:
    return [token for token in tokens if span[0] <= token.start and token.end <= span[1]]


def _named(tokens: tuple[Token, ...], span: tuple[int, int]) -> bool:
    return any(token.has(*_NAMES) for token in _inside(tokens, span))


def _unread(tokens: tuple[Token, ...], span: tuple[int, int]) -> bool:
    """Whether a word stands there that could name a subject."""
    return any(token.kind in ("unread", "quote") and len(token.text) > 1 for token in _inside(tokens, span))
