"""The JSON of `daren ask --json`: one object, the fields README.md names. Pure."""

from decimal import Decimal

from pydantic import JsonValue

from connectors.terminal.channel import Answered
from memory.domain.cards import Card, MoneyShown, ShortlistCard
from memory.domain.errors import AppError
from memory.domain.money import exponent


def to_json(answered: Answered, *, seconds: float, demo: bool) -> dict[str, JsonValue]:
    """One answer. A known number is a number, a platform's range `[low, high]`, an unknown one null."""
    reply = answered.reply
    decision: JsonValue = None
    if reply.decision is not None:
        decision = {
            "batch": reply.decision.batch,
            "approved": list(reply.decision.approved),
            "rejected": list(reply.decision.rejected),
            "revised": list(reply.decision.revised),
            "stopped": reply.decision.stopped,
        }
    return {
        "reply": {
            "text": reply.text,
            "cards": [card_json(card) for card in reply.cards],
            "files": [file.model_dump(mode="json") for file in reply.files],
        },
        "tool_calls": [call.model_dump(mode="json") for call in reply.tool_calls],
        "decision": decision,
        "planner": reply.planner,
        "conversation": answered.conversation,
        "turn": answered.turn,
        "seconds": round(seconds, 3),
        **({"demo": True} if demo else {}),
    }


def failure_json(failure: AppError, text: str, *, demo: bool) -> dict[str, JsonValue]:
    """A line that could not be answered: the key for scripts, the sentence for people."""
    error: JsonValue = {"key": failure.text_key, "text": text, "facts": {**failure.facts}}
    return {"error": error, "conversation": None, **({"demo": True} if demo else {})}


def card_json(card: Card) -> JsonValue:
    """A card with its numbers in major units."""
    shown: dict[str, JsonValue] = card.model_dump(mode="json")
    if isinstance(card, ShortlistCard):
        items: list[JsonValue] = []
        for row in card.items:
            item: dict[str, JsonValue] = row.model_dump(mode="json")
            item["followers"] = _span(row.followers)
            item["avg_views"] = _span(row.avg_views)
            item["gmv_30d"] = _money(row.gmv_30d)
            item["gmv_currency"] = row.gmv_30d.currency if row.gmv_30d else None
            items.append(item)
        shown["items"] = items
    return shown


def _span(value: tuple[int, int] | None) -> JsonValue:
    if value is None:
        return None
    return value[0] if value[0] == value[1] else list(value)


def _money(value: MoneyShown | None) -> JsonValue:
    if value is None:
        return None
    low, high = (float(Decimal(minor).scaleb(-exponent(value.currency))) for minor in (value.low, value.high))
    return low if low == high else [low, high]
