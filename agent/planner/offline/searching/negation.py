"""What a negation covers: 「不要美妆的」 forward, 「美妆的不要」 backward, up to 「要…」 or the end of the clause."""

from itertools import groupby

from agent.planner.offline.requests.sheet import Sheet

_REACH = 30
"""How many tokens to either side a negation may cover; longer clauses are no speech."""


def negated(sheet: Sheet) -> set[int]:
    """Indexes of the tokens that are not wanted; negation words themselves are marked as read."""
    unwanted: set[int] = set()
    everything = range(len(sheet.tokens))
    for _, group in groupby(everything, key=sheet.clause_of):
        indexes = list(group)
        markers = [i for i in indexes if sheet.tokens[i].has("negation") and i not in sheet.used]
        for marker in markers:
            place = marker - indexes[0]
            covered = _covered(sheet, indexes[max(0, place - _REACH) : place + _REACH], marker)
            if covered:
                unwanted |= covered
                sheet.use(marker)
    return unwanted


def _covered(sheet: Sheet, indexes: list[int], marker: int) -> set[int]:
    after: set[int] = set()
    for i in indexes:
        if i <= marker:
            continue
        token = sheet.tokens[i]
        if token.has("affirmation") and not token.has("negation") and after:
            break
        if _says_something(sheet, i):
            after.add(i)
    if after:
        return after
    return {i for i in indexes if i < marker and _says_something(sheet, i)}


def _says_something(sheet: Sheet, index: int) -> bool:
    token = sheet.tokens[index]
    if token.kind in ("quantity", "rank", "handle"):
        return True
    if token.kind == "unread":
        return True
    facts = ("categories", "markets", "languages", "sizes", "traits", "metrics", "comparatives", "offers")
    return token.has(*facts) and (not token.has("noise") or token.has("metrics", "markets"))
