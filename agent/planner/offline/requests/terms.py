"""What a number of a drafting request offers: a share of each sale, or a fee."""

import re
from dataclasses import dataclass
from decimal import Decimal

from pydantic import JsonValue

from agent.planner.offline.reading.quantities import Quantity, Unit, as_json
from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

# Answers to what a creator asked name both numbers: theirs and ours, which is the last.
STATES_TERMS = frozenset(["reply", "negotiate"])
_DOWN_TO = re.compile(
    r"(?:砍|压|降|谈|还|磨)(?:价)?(?:到|成)?\s*$|(?:我们|只|最多|先)?(?:出|给|还)(?:他|她)?\s*$|"
    r"\b(?:to|at|for|offer(?: (?:him|her|them))?|counter(?: with)?|pay|say)\s*$"
)

_SECOND_THOUGHT = words.phrase("outreach", "second_thought")


@dataclass(frozen=True, slots=True)
class Term:
    """`field` of `draft_messages` and its value; `said`: as it was put; `start`: where in the text."""

    field: str
    value: JsonValue
    said: str
    start: int


def term_at(sheet: Sheet, index: int) -> Term | None:
    """What the number at a token offers, None where it offers nothing."""
    token = sheet.tokens[index]
    quantity = token.quantity
    if quantity is None or index in sheet.places:
        return None
    said = sheet.quote(quantity.start, quantity.end)
    metric = metric_beside(sheet, index)
    if quantity.unit is Unit.PERCENT:
        return Term("commission_rate", as_json(meant(quantity)), said, token.start)
    if metric == "commission_rate" and quantity.unit is Unit.PLAIN:
        return Term("commission_rate", as_json(meant(quantity) / 100), said, token.start)
    if quantity.unit is Unit.MONEY or metric == "flat_fee" or _beaten_down(sheet, token):
        if metric not in (None, "flat_fee", "commission_rate"):
            return None
        fee: dict[str, JsonValue] = {"amount": as_json(meant(quantity))}
        before = sheet.arguments.get("flat_fee")
        currency = quantity.currency or (before.get("currency") if isinstance(before, dict) else None)
        if currency:
            fee["currency"] = currency
        return Term("flat_fee", fee, said, token.start)
    return None


def is_second_thought(sheet: Sheet, before: int, last: int) -> bool:
    """「佣金15% 哎不 12%」: words of correction between two places of the text; what follows them is meant."""
    corrected = any(before < token.start < last and token.has("correction") for token in sheet.tokens)
    return corrected or _SECOND_THOUGHT.search(sheet.segment.reading.text, before, last + 1) is not None


def meant(quantity: Quantity) -> Decimal:
    """The number an offer is made of: what was said, also of 大概 and 左右."""
    return quantity.middle if quantity.about else quantity.value


def metric_beside(sheet: Sheet, index: int) -> str | None:
    """The metric named before a number in its clause, or close behind it."""
    return metric_before(sheet, index) or _metric_after(sheet, index)


def metric_before(sheet: Sheet, index: int) -> str | None:
    """The metric named before a number in its clause, with no other number between."""
    clause = sheet.clause_of(index)
    for at in range(index - 1, -1, -1):
        if sheet.clause_of(at) != clause or sheet.tokens[at].quantity is not None:
            return None
        if metric := sheet.tokens[at].value("metrics"):
            return metric
    return None


def _metric_after(sheet: Sheet, index: int) -> str | None:
    for at in range(index + 1, min(index + 5, len(sheet.tokens))):
        if sheet.tokens[at].quantity is not None or sheet.clause_of(at) != sheet.clause_of(index):
            return None
        if metric := sheet.tokens[at].value("metrics"):
            return metric
    return None


def _beaten_down(sheet: Sheet, token: Token) -> bool:
    """「坑位费200刀，跟她砍到150」: a plain number that a price is to come down to."""
    before = sheet.segment.reading.text[max(0, token.start - 6) : token.start]
    return "flat_fee" in sheet.arguments and bool(_DOWN_TO.search(before))
