"""Self-correction: 「十个，不对，二十个」. What was taken back is blanked before anything is read."""

import re

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token, tokenise

_HESITANT = frozenset(
    ["还是", "等等", "等一下", "make it", "make that", "actually", "wait", "rather", "sorry", "应该是"]
)
_REPLACEABLE = ("markets", "languages", "categories", "sizes", "purposes")
_REACH = 6
_MOST = 20


def amend(reading: Reading) -> Reading:
    """The message without what its writer corrected; every offset unchanged."""
    tokens = [token for token in tokenise(reading) if token.kind != "mark" or token.text in ",.;!?。\n"]
    markers = [position for position, token in enumerate(tokens) if token.has("correction")]
    for position in markers[:_MOST]:
        if not _is_correction(reading.text, tokens[position]):
            continue
        reading = _replace(reading, tokens, position)
    return reading


def _is_correction(text: str, token: Token) -> bool:
    before = text[: token.start].rstrip()
    if token.text in _HESITANT:
        return before.endswith((",", ".", "。", "…", "不对", "算了", "错了", ";", "、", "-", "—"))
    return True


def _replace(reading: Reading, tokens: list[Token], position: int) -> Reading:
    marker = tokens[position]
    following = [token for token in tokens[position + 1 : position + 1 + _REACH] if not token.has("correction")]
    for new in following:
        if new.kind == "mark" and new is not following[0]:
            break
        kind = _class_of(new)
        if kind is None:
            continue
        old = _latest(tokens[:position], kind)
        if old is None:
            continue
        start, end = _span(old)
        blanked = reading.without(start, end)
        return blanked.without(*_marker_span(reading.text, marker))
    return reading


def _latest(tokens: list[Token], kind: str) -> Token | None:
    return next((token for token in reversed(tokens) if _same(_class_of(token), kind)), None)


def _same(old: str | None, new: str) -> bool:
    numbers = {Unit.PLAIN.value, Unit.PEOPLE.value}
    return old == new or (old in numbers and new in numbers) or {old, new} == {Unit.PLAIN.value, Unit.MONEY.value}


def _class_of(token: Token) -> str | None:
    if token.quantity is not None:
        return token.quantity.unit.value
    if token.kind in ("rank", "handle", "batch"):
        return token.kind
    for lexicon in _REPLACEABLE:
        if token.has(lexicon):
            return lexicon
    field = token.value("offers") or token.value("traits")
    return field.split(".")[0] if field else None


def _span(token: Token) -> tuple[int, int]:
    quantity = token.quantity
    return (quantity.start, quantity.end) if quantity else (token.start, token.end)


def _marker_span(text: str, marker: Token) -> tuple[int, int]:
    before = re.search(r"[\s,.。…、—-]*$", text[: marker.start])
    after = re.match(r"[\s,.。…、—-]*", text[marker.end :])
    start = before.start() if before else marker.start
    return start, marker.end + (after.end() if after else 0)
