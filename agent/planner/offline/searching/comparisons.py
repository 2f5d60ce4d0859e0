"""A bound moved without a number: 再便宜点, fewer followers, 播放量再高些, "engagement is too low"."""

from pydantic import JsonValue

from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

_COMPARED = words.phrase("search", "compared")
_UPWARDS = frozenset(["高", "多", "大", "强", "higher", "bigger", "larger", "better"])


def fill_comparatives(sheet: Sheet) -> None:
    """再便宜点, fewer followers: the last bound moved by a stated factor, or an order where nothing was bounded."""
    for index, token in enumerate(sheet.tokens):
        key = token.value("comparatives") or _compared(sheet, index)
        if key is None or index in sheet.used:
            continue
        facts = words.entries("comparatives")[key].facts
        metric, side, factor = str(facts["metric"]), str(facts["bound"]), float(str(facts["factor"]))
        if _followed_by_number(sheet, index):
            continue
        sheet.use(index)
        if metric in sheet.arguments:  # 太贵了，30欧以内: the number says it
            continue
        base = _last_bound(sheet, metric, side)
        if base is not None:
            moved = round(base * factor, 4)
            bounds: dict[str, JsonValue] = {side: int(moved) if moved == int(moved) else moved}
            last = (sheet.context.last_criteria or {}).get(metric)
            if isinstance(last, dict):
                bounds = {**last, **bounds}
            low, high = bounds.get("min"), bounds.get("max")
            if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
                bounds.pop("min" if side == "max" else "max")
            sheet.arguments[metric] = bounds
            sheet.note(
                "assumed_step", words=sheet.quote(token.start, token.end), metric=metric, bound=side, value=moved
            )
        elif "sort" in facts:
            sheet.arguments["sort"] = str(facts["sort"])
            if facts.get("ascending"):
                sheet.arguments["ascending"] = True
        else:
            sheet.note("needs_number", metric=metric, words=sheet.quote(token.start, token.end))


def _compared(sheet: Sheet, index: int) -> str | None:
    """The comparison that the name of a figure and 再高些 behind it make together."""
    token = sheet.tokens[index]
    metric = token.value("metrics")
    match = _COMPARED.match(sheet.segment.reading.text, token.end) if metric else None
    if match is None:
        return None
    side = "min" if (match["a"] or match["b"] or match["c"]) in _UPWARDS else "max"
    entries = words.entries("comparatives").items()
    return next((k for k, one in entries if one.facts["metric"] == metric and one.facts["bound"] == side), None)


def _followed_by_number(sheet: Sheet, index: int) -> bool:
    follow = sheet.tokens[index + 1] if index + 1 < len(sheet.tokens) else None
    return follow is not None and follow.quantity is not None and follow.quantity.unit is not Unit.PEOPLE


def _last_bound(sheet: Sheet, metric: str, side: str) -> float | None:
    last = (sheet.context.last_criteria or {}).get(metric)
    if not isinstance(last, dict):
        return None
    value = last.get(side)
    return float(value) if isinstance(value, int | float) else None
