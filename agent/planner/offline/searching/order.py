"""In which order a search is listed: 按GMV排, 粉丝从少到多, most reliable first, the 20 smallest."""

import re

from agent.planner.offline.requests.sheet import Sheet
from prompts import words

_ORDERED = words.phrase("search", "ordered")
_BY = words.phrase("search", "ordered_by")

_DEGREE = re.compile(r"[高低多少大小强弱]|high|low|most|least|few|big|small|larg|asc|desc|strong|great")


def fill_order(sheet: Sheet) -> None:
    """`sort`, and `ascending` where it is; a superlative orders by itself."""
    text = sheet.segment.reading.text
    for number, clause in enumerate(sheet.segment.clauses):
        if not _ORDERED.search(clause.text):
            continue
        indexes = [i for i in range(len(sheet.tokens)) if sheet.clause_of(i) == number and i not in sheet.used]
        orders = [i for i in indexes if sheet.tokens[i].has("orders") and not _prefers(sheet, i)]
        candidates = [i for i in indexes if sheet.tokens[i].has("sorts")]
        asked = [i for i in candidates if _BY.search(text, clause.start, sheet.tokens[i].start)]
        chosen = asked or [i for i in candidates if any(_close(sheet, i, order) for order in orders)]
        if orders and not candidates and (named := _named_before(sheet, indexes, orders)) is not None:
            sheet.arguments.setdefault("sort", named)
        if not (orders or asked) or not (chosen or ("sort" in sheet.arguments and not candidates)):
            continue
        if chosen:
            sheet.arguments["sort"] = sheet.tokens[chosen[0]].value("sorts")
        if any(sheet.tokens[i].value("orders") == "ascending" for i in orders):
            sheet.arguments["ascending"] = True
        sheet.use(*chosen[:1], *orders)
    if "sort" not in sheet.arguments:
        _superlative(sheet)


def _named_before(sheet: Sheet, indexes: list[int], orders: list[int]) -> str | None:
    """「GMV一万以上，从高到低排」: nothing but an order, of the figure the clause before names."""
    degrees = all(_DEGREE.search(sheet.tokens[i].text) or sheet.tokens[i].value("orders") == "any" for i in orders)
    if not degrees or not any(_DEGREE.search(sheet.tokens[i].text) for i in orders):
        return None
    if not all(sheet.is_quiet(i) or i in orders for i in indexes):
        return None
    clause = sheet.clause_of(indexes[0]) - 1
    before = [token for i, token in enumerate(sheet.tokens) if sheet.clause_of(i) == clause]
    sorts = [token.value("sorts") or _sort_of(token.value("metrics")) for token in before]
    return next((sort for sort in reversed(sorts) if sort), None)


def _sort_of(metric: str | None) -> str | None:
    """The order by a figure that is bounded (近30天GMV)."""
    facts = (entry.facts for entry in words.entries("comparatives").values())
    return next((str(one["sort"]) for one in facts if one["metric"] == metric and "sort" in one), None)


def _prefers(sheet: Sheet, index: int) -> bool:
    """粉丝最好两万以上: 最好 before a number says preferably."""
    ahead = next((one for one in sheet.tokens[index + 1 : index + 4] if one.kind != "mark"), None)
    return sheet.tokens[index].text == "最好" and ahead is not None and ahead.quantity is not None


def _superlative(sheet: Sheet) -> None:
    for index, token in enumerate(sheet.tokens):
        key = token.value("superlatives")
        if key is None or index in sheet.used or _bounds_a_number(sheet, index):
            continue
        facts = words.entries("superlatives")[key].facts
        if facts.get("beside_creators") and not _creators_follow(sheet, index):
            continue
        sheet.arguments["sort"] = str(facts["sort"])
        if facts.get("ascending"):
            sheet.arguments["ascending"] = True
        sheet.use(index)
        return


def _bounds_a_number(sheet: Sheet, index: int) -> bool:
    """粉丝最少改成三千: the word belongs to a number behind it."""
    end = sheet.tokens[index].end
    ahead = (token.quantity for token in sheet.tokens[index + 1 : index + 4] if token.quantity is not None)
    return any(quantity.start < end <= quantity.end for quantity in ahead)


def _creators_follow(sheet: Sheet, index: int) -> bool:
    clause = sheet.clause_of(index)
    ahead = range(index + 1, min(index + 12, len(sheet.tokens)))
    return any(sheet.tokens[i].has("creator") for i in ahead if sheet.clause_of(i) == clause)


def _close(sheet: Sheet, one: int, other: int) -> bool:
    low, high = sorted((one, other))
    return all(sheet.is_quiet(i) or sheet.tokens[i].has("orders") for i in range(low + 1, high))
