"""Put a member's preferences, the last criteria and the present message together. Pure, over JSON criteria."""

from collections.abc import Mapping, Sequence

from memory.domain.creator import Shortlist

Criteria = dict[str, object]
RATES_DAY = "rates_day"  # kept beside the criteria for the card; not an argument
LIKE = "like"  # the handle a list of similar creators was made from; not an argument
_BOUNDS = frozenset(
    {"followers", "gmv_30d", "avg_views", "engagement_rate", "commission_rate", "avg_price", "fulfilment_rate"}
)


def starting_point(preferences: Sequence[Mapping[str, object]], last: Shortlist | None, *, refine: bool) -> Criteria:
    """What the message is laid over: the last criteria to change, else the preferences, the newest winning."""
    if refine and last is not None:
        return {name: value for name, value in last.criteria.items() if name not in (RATES_DAY, LIKE)}
    return {name: value for kept in preferences for name, value in kept.items()}


def lay_over(base: Mapping[str, object], said: Mapping[str, object], *, refine: bool) -> Criteria:
    """The message wins field by field; `said` holds what it named, None or empty to drop a condition.

    Of a range only the named end changes. A new subject drops the last one's category; excluded handles add up.
    """
    merged: Criteria = dict(base)
    if refine and said.get("topic") and "categories" not in said:
        merged.pop("categories", None)
    for name, value in said.items():
        if value is None or value in ([], {}):
            merged.pop(name, None)
        elif name in _BOUNDS and refine:
            merged[name] = _bounds(merged.get(name), value)
        elif name == "exclude_handles":
            merged[name] = list(dict.fromkeys([*_list(merged.get(name)), *_list(value)]))
        else:
            merged[name] = value
    return merged


def _bounds(before: object, now: object) -> object:
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return now
    if now.get("currency", "USD") != before.get("currency", "USD"):
        return now
    merged = {**before, **{end: value for end, value in now.items() if value is not None}}
    low, high = merged.get("min"), merged.get("max")
    crossed = isinstance(low, int | float) and isinstance(high, int | float) and low > high
    return now if crossed else merged


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
