"""Filters as a person types them on the creators page, read into the search tool's own arguments. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import ValidationError

from agent.planner.offline.reading.quantities import Unit, quantity_at
from memory.domain.errors import BadRequest
from tools.creator_search.arguments import Filters

_BOUNDS = {
    "followers_min": ("followers", "min"),
    "followers_max": ("followers", "max"),
    "gmv_min": ("gmv_30d", "min"),
    "gmv_max": ("gmv_30d", "max"),
    "engagement_min": ("engagement_rate", "min"),
}
_LISTS = {"market": "markets", "category": "categories", "stage": "stages", "tag": "tags"}


def typed_filters(typed: Mapping[str, str]) -> Filters:
    """Read 「1万」, 10k, $5,000, 3%.

    Raises BadRequest ("filter_unreadable", "filter_upside_down": the least is more than the most) with its field.
    """
    wanted: dict[str, object] = {}
    for name, text in typed.items():
        if name in _BOUNDS:
            field, end = _BOUNDS[name]
            side = wanted.setdefault(field, {})
            assert isinstance(side, dict)
            side |= _read(name, text, end)
        elif name in _LISTS:
            wanted[_LISTS[name]] = [text]
        elif name == "topic":
            wanted["topic"] = text
    try:
        return Filters.model_validate(wanted)
    except ValidationError as failure:
        place = str(failure.errors()[0]["loc"][0])
        targets = _LISTS | {name: target for name, (target, _) in _BOUNDS.items()}
        wrong = next((name for name in typed if targets.get(name) == place), "form")
        if {f"{wrong.rpartition('_')[0]}_min", f"{wrong.rpartition('_')[0]}_max"} <= typed.keys():
            raise BadRequest("filter_upside_down", field=wrong) from failure
        raise BadRequest("filter_unreadable", field=wrong, text=typed.get(wrong, "")) from failure


def _read(name: str, text: str, end: str) -> dict[str, object]:
    quantity = quantity_at(text, 0)
    if quantity is None or quantity.low != quantity.high or text[quantity.end :].strip():
        raise BadRequest("filter_unreadable", field=name, text=text)
    value = quantity.value
    if name == "engagement_min" and quantity.unit is not Unit.PERCENT and value > 1:
        value /= 100
    read: dict[str, object] = {end: int(value) if value == value.to_integral_value() else float(Decimal(value))}
    if name.startswith("gmv") and quantity.currency:
        read["currency"] = quantity.currency
    return read
