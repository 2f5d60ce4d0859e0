"""「看 7 全文」, "show 3 in full": drafts of a batch with their whole texts, or one creator of the list."""

import re
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.plan import PlannedCall, PlanningContext

_N = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_SPAN = rf"{_N}(?:\s?[-~到至]\s?{_N})?(?:\s?[条号封个位])?"
_NUMBERS = rf"(?:{_SPAN}(?:\s?(?:[、,和]|and|&)\s?(?:第\s?)?{_SPAN}){{0,20}})"
_SEE = r"(?:请|帮我|给我|我要|我想)*\s?(?:看看|看一下|看下|查看|打开|显示|展开|看|发)?"
_ZH = re.compile(
    rf"{_SEE}\s?(?:(?:批次)?(?P<batch>k\d{{1,6}})(?:的|里|#)?)?\s?(?:第|#|no\.?)?\s?(?P<numbers>{_NUMBERS})\s?"
    r"(?:草稿|邀约|消息|私信)?的?\s?(?:全文|完整内容|完整文字|原文)[吧呢啊!。.]*"
)
_EN = re.compile(
    rf"(?:please )?(?:show|see|read|open|view|display)?(?: me)? ?(?:(?:batch )?(?P<batch>k\d{{1,6}}) ?)?"
    rf"(?:#|no\.? ?|numbers? |drafts? |messages? )?(?P<numbers>{_NUMBERS})(?: of (?P<of>k\d{{1,6}}))?,? "
    r"(?:in full|full text)[.! ]*(?:please)?[.!]*"
)
_ONE = re.compile(rf"({_N})(?:\s?[-~到至]\s?({_N}))?")
_MOST = 20
_LISTS = frozenset(["search_creators", "similar_creators", "open_shortlist", "show_creator"])


def in_full(reading: Reading, context: PlanningContext) -> PlannedCall | None:
    """The call, when the whole message asks for this and nothing else.

    Without a code: of what came last, the drafts of the newest batch that has the numbers or one creator of the list.
    """
    text = reading.text.strip()
    match = _ZH.fullmatch(text) or _EN.fullmatch(text)
    if match is None:
        return None
    numbers = _numbers(match["numbers"])
    code = match["batch"] or match.groupdict().get("of")
    listed = len(numbers) == 1 and numbers[0] <= len(context.shortlist)
    fitting = [one for one in context.open_batches if max(numbers) <= context.batch_sizes.get(one, 0)]
    if code is None and listed and (context.last_tool in _LISTS or not fitting):
        return PlannedCall("show_creator", {"rank": numbers[0]})
    code = code or next(iter(fitting), None)
    if code is None:
        return None
    return PlannedCall("list_drafts", {"batch": code.upper(), "numbers": cast(list[JsonValue], numbers)})


def _numbers(written: str) -> list[int]:
    found: list[int] = []
    for one in _ONE.finditer(written):
        first, last = _value(one[1]), _value(one[2] or one[1])
        found += range(first, min(last, first + _MOST) + 1)
    return list(dict.fromkeys(found))[:_MOST]


def _value(written: str) -> int:
    numeral = None if written.isdecimal() else numeral_at(written, 0)
    return int(numeral.high) if numeral else int(written)
