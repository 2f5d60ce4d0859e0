"""Some of a list by what they are: 「把德国的都拉黑」, "invite the ones with email". No argument can say them.

Whoever a request is about is then asked for: everybody on the list is the last thing that was meant.
"""

from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

_WHOM = words.phrase("references", "described_part")
_SAYS_WHICH = ("markets", "sizes", "traits", "metrics")


def describes_a_part(sheet: Sheet) -> bool:
    """Whether the request says by a market, a size or the like whom of the list it means."""
    for clause in sheet.segment.clauses:
        for found in _WHOM.finditer(sheet.segment.reading.text, clause.start, clause.end):
            start, end = found.span(found.lastgroup or 0)
            if any(_tells_apart(sheet, token) for token in sheet.tokens if token.start < end and start < token.end):
                return True
    return False


def _tells_apart(sheet: Sheet, token: Token) -> bool:
    """Whether not everybody on the list is so: all of them are where they were searched for by it."""
    if not token.has(*_SAYS_WHICH):
        return False
    searched = sheet.context.last_criteria or {}
    if (market := token.value("markets")) is not None:
        return searched.get("markets") != [market]
    return "has_email" not in searched if token.value("traits") == "has_email.true" else True
