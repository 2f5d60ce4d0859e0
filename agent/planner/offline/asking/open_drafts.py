"""Messages about drafts that lie open: "number 6 – mention shipping", and after drafting 佣金写低了 改成15吧."""

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token
from agent.planner.plan import PlanningContext
from prompts import words

_REWORDS_ONE = words.phrase("afterwards", "rewords_one")
_RATE_PUT_RIGHT = words.phrase("afterwards", "rate_put_right")
_SEEKS = words.phrase("afterwards", "seeks")
_ABOUT_THEM = frozenset(["draft_messages", "revise_drafts"])
_SOMETHING_ELSE = frozenset(["revise_drafts", "list_drafts", "translate", "check_compliance", "preferences.set"])
_SEARCHED = ("markets", "languages", "categories", "known", "sizes", "traits", "creator")
_SHARES = (Unit.PERCENT, Unit.PLAIN)


def about_open_drafts(segment: Segment, context: PlanningContext) -> bool:
    """Whether a request puts drafts right, though it names neither a batch nor a draft."""
    if not context.open_batches or segment.intent in _SOMETHING_ELSE:
        return False
    if _REWORDS_ONE.match(segment.text):
        return True
    return context.last_tool in _ABOUT_THEM and _only_a_rate(segment)


def _only_a_rate(segment: Segment) -> bool:
    """A commission and its right number, with nothing that creators could be searched by."""
    if not _RATE_PUT_RIGHT.search(segment.text) or _SEEKS.search(segment.text):
        return False
    if any(token.has(*_SEARCHED) for token in segment.tokens):
        return False
    numbers = [token for token in segment.tokens if token.quantity is not None]
    return len(numbers) == 1 and _is_share(numbers[0])


def _is_share(token: Token) -> bool:
    quantity = token.quantity
    return quantity is not None and quantity.unit in _SHARES and not quantity.bounded
