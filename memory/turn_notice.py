"""A turn event as it travels in a notice. Pure text in, pure text out."""

import json

from pydantic import JsonValue

from memory.domain.chat import TurnEvent, TurnEventKind
from memory.domain.ids import TurnId
from memory.wakeups import pack


def topic_of(turn: TurnId) -> str:
    """Where a turn's events are announced."""
    return f"turn:{turn}"


def to_notice(event: TurnEvent) -> str:
    """An event as it travels; empty when it is too long, and then rows are read."""
    whole = json.dumps([event.seq, event.kind.value, event.data], ensure_ascii=False, separators=(",", ":"))
    return whole if pack(topic_of(event.turn), whole) else ""


def from_notice(turn: TurnId, payload: str) -> TurnEvent:
    """The event a notice carries."""
    seq: int
    kind: str
    data: dict[str, JsonValue]
    seq, kind, data = json.loads(payload)
    return TurnEvent(turn=turn, seq=seq, kind=TurnEventKind(kind), data=data)
