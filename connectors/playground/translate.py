"""A creator's facts as JSON and back. Pure."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from memory.domain.creator import CreatorFacts
from memory.domain.money import MoneySpan, Span

_SPANS = ("followers", "avg_views", "engagement_bp", "commission_bp", "fulfilment_bp")
_MONEY = ("gmv_30d", "avg_price")
_LISTS = ("languages", "categories", "captions", "hashtags")


def to_json(facts: CreatorFacts) -> str:
    """Facts as JSON text; what is unknown is left out."""
    row = {key: value for key, value in asdict(facts).items() if value not in (None, (), "")}
    if facts.last_active_at is not None:
        row["last_active_at"] = facts.last_active_at.isoformat()
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def from_json(row: dict[str, Any]) -> CreatorFacts:
    """Facts from parsed JSON."""
    values = dict(row)
    for key in _SPANS:
        if key in values:
            values[key] = Span(**values[key])
    for key in _MONEY:
        if key in values:
            values[key] = MoneySpan(**values[key])
    for key in _LISTS:
        if key in values:
            values[key] = tuple(values[key])
    if "last_active_at" in values:
        values["last_active_at"] = datetime.fromisoformat(values["last_active_at"])
    return CreatorFacts(**values)
