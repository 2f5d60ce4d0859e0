"""Messages about drafts that lie open: "number 6 – mention shipping", and after drafting 佣金写低了 改成15吧."""

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token
from agent.planner.plan import PlanningContext
from prompts import words

_REWORDS_ONE = words.phrase("afterwards", "rewords_one")
_REWORDS_ALL = words.phrase("afterwards", "rewords_all")
_SAYS = words.phrase("afterwards", "all_should_say")
_RATE_PUT_RIGHT = words.phrase("afterwards", "rate_put_right")
_SOME_PUT_RIGHT = words.phrase("afterwards", "some_put_right")
_SEEKS = words.phrase("afterwards", "seeks")
_ABOUT_THEM = frozenset(["draft_messages", "revise_drafts"])
_SOMETHING_ELSE = frozenset(["revise_drafts", "list_drafts", "translate", "check_compliance", "preferences.set"])
_MAY_REWORD = frozenset(["", "refine_search", "revise_drafts", "translate", "list_replies", "draft_messages"])
_SEARCHED_FOR = ("markets", "categories", "sizes", "creator", "sorts", "orders")
_SEARCHED = ("markets", "languages", "categories", "known", "sizes", "traits", "creator")
_SHARES = (Unit.PERCENT, Unit.PLAIN)


def about_open_drafts(segment: Segment, context: PlanningContext) -> bool:
    """Whether a request puts drafts right, though it names neither a batch nor a draft."""
    if not context.open_batches:
        return False
    if context.last_tool in _ABOUT_THEM and _rewords_all(segment):
        return True
    if segment.intent in _SOMETHING_ELSE:
        return False
    if _SAYS.match(segment.text):
        return True
    if _REWORDS_ONE.match(segment.text):
        return True
    return context.last_tool in _ABOUT_THEM and _only_a_rate(segment)


def _rewords_all(segment: Segment) -> bool:
    """「都改成20%」, "make every one of them warmer", with nothing else that it could be about."""
    if segment.intent not in _MAY_REWORD or not _REWORDS_ALL.match(segment.text):
        return False
    return not any(token.has(*_SEARCHED_FOR) or token.kind == "quote" or token.text == ":" for token in segment.tokens)


def _only_a_rate(segment: Segment) -> bool:
    """A commission and its right number, with nothing that creators could be searched by."""
    put_right = _RATE_PUT_RIGHT.search(segment.text) or _SOME_PUT_RIGHT.match(segment.text)
    if not put_right or _SEEKS.search(segment.text):
        return False
    if any(token.has(*_SEARCHED) for token in segment.tokens):
        return False
    shares = [token for token in segment.tokens if token.quantity is not None and token.quantity.unit is Unit.PERCENT]
    numbers = shares or [token for token in segment.tokens if token.quantity is not None]
    return len(numbers) == 1 and _is_share(numbers[0])


def _is_share(token: Token) -> bool:
    quantity = token.quantity
    return quantity is not None and quantity.unit in _SHARES and not quantity.bounded
