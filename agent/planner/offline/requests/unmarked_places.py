"""Lists and spans of small numbers that nothing else reads: 「再追一下1到5」, "2-5 shorter pls". They name places.

One number alone names none, and neither does a number with a unit, of a figure, or beyond the end of the list.
"""

import re

from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.terms import metric_beside

_JOINT = re.compile(r"[\s、,/&+]|和|跟|与|及|以及|还有|加|and|n|plus")
_OF_A_DATE = re.compile(r"月\s?$")
_COUNTED = re.compile(
    r"\s?(?:月|号(?!达人|草稿|消息|邀约)|[日点轮次遍岁折句行字段分秒单件套盒瓶块样种类倍]|小时|%|:|/|[kwx]\b|"
    r"(?:rounds?|times?|am|pm|words?|lines?|sentences?|minutes?|mins|hours?|units?|orders?|pieces?|posts?|videos?)\b)"
)
"""What is counted behind a number: it names no place then."""


def unmarked_places(sheet: Sheet, size: int) -> list[int]:
    """The places named, in order; none where the list is not known to be that long."""
    found: list[int] = []
    run: dict[int, list[int]] = {}
    for index in range(len(sheet.tokens) + 1):
        places = _places(sheet, index, size)
        last = max((place for each in run.values() for place in each), default=0)
        if places and (not run or places[0] > last):
            run[index] = places
            continue
        if run and not places and index < len(sheet.tokens) and _joins(sheet.tokens[index]):
            continue
        if sum(map(len, run.values())) > 1:
            sheet.places |= run
            found += [place for each in run.values() for place in each if place not in found]
        run = {index: places} if places else {}
    sheet.use(*sheet.places)
    return found


def _joins(token: Token) -> bool:
    return _JOINT.fullmatch(token.text) is not None


def _places(sheet: Sheet, index: int, size: int) -> list[int]:
    """What a token names, when it is a plain number or a span of such."""
    if index >= len(sheet.tokens):
        return []
    token = sheet.tokens[index]
    quantity = token.quantity
    if quantity is None or index in sheet.used or not _is_plain(token):
        return []
    text = sheet.segment.reading.text
    if _OF_A_DATE.search(text, 0, quantity.start) or _COUNTED.match(text, quantity.end):
        return []
    if quantity.low is None or quantity.high is None or metric_beside(sheet, index) is not None:
        return []
    low, high = int(quantity.low), int(quantity.high)
    return list(range(low, high + 1)) if 0 < low <= high <= size else []


def _is_plain(token: Token) -> bool:
    """Digits alone, or two of them as the ends of a span."""
    return re.fullmatch(r"\d{1,3}(?:\s?(?:到|至|~|-|–|—|to)\s?\d{1,3})?", token.text) is not None
