"""Requests for figures."""

import re
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.references import one_creator
from agent.planner.offline.requests.report_periods import count_of, period_in
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlanningContext
from prompts import words

_TOP = re.compile(
    r"(?:前|top\s?)(?P<a>\d{1,3}|[一二两三四五六七八九十]+)(?!天|日|周|月|个月|季)|\b(?:best|top|worst|"
    r"bottom) (?P<b>\d{1,3}|three|five|ten)\b|(?:最好|最高|最多|最差|最低)的(?P<c>\d{1,3}|"
    r"[一二两三四五六七八九十]+)(?:个|位|款|条|名)|"
    r"\b(?P<d>\d{1,3}|three|five|ten) (?:creators?|products?|videos?|posts?|campaigns?|markets?) (?:with|by) the "
    r"(?:most|highest|best|lowest|least|fewest|worst)\b"
)
_LOWEST = re.compile(r"最低|最差|最少|最不|垫底|倒数|worst|lowest|least|bottom|fewest")
_HIGHEST = re.compile(
    r"最好|最高|最多|最能|排行|排名|top|best|highest|most|leaderboard|"
    r"前[0-9一二三四五六七八九十]+(?!天|日|周)|从高到低|卖得最|降序|\brank(?:ed|ing)?\b"
)
_BETTER_LOW = frozenset(["refund_rate", "commission"])
_WORST = re.compile(r"最差|最糟|最烂|\bworst\b")
_BEST = re.compile(r"最好|\bbest\b")
_COUNTED_LOW = re.compile(r"最低|最少|lowest|least|fewest|最高|最多|highest|most\b")
_SAID_AS_A_VERB = re.compile(r"带|卖|赚|\b(?:brought|bring|sold|sell|sells|selling|made|earn\w*|generated|grossed)\b")
_GMV_ITSELF = re.compile(r"gmv|额|业绩|流水|营收|钱|sales|revenue|takings|turnover|money")
_COMPARES = re.compile(r"比|对照|\b(?:compare[ds]?|vs|versus|against)\b")
_RANKED_METRIC = "gmv"
_CAMPAIGN_SAID = re.compile(
    r"(?:今年|去年|上次|看看|查看)*(?P<a>(?!这|那|哪|各|每|按|分|营销|推广|有)[^\s,，。的]{2,8}?)活动(?!们)"
    r"|\bcampaign [\"“]?(?P<b>(?!is|was|had|has|did|made|got|brought|gave|doing|with|this|last|by|the\b|for)[\w-]+"
    r"(?: (?!with|compared|for|in|this|last|by|vs)[\w-]+)?)"
    r"|\b(?:the|our) (?P<c>(?!last\b|this\b|same\b|next\b|best\b|top\b|whole\b)[\w']+(?: [\w']+)?) campaign\b"
)
_CLOCK_SAID = re.compile(r"时间|时区|东八区|\b(?:time|timezone|clock)\b")


def performance(segment: Segment, context: PlanningContext) -> Sheet:
    """`performance`: only what was asked for."""
    sheet = Sheet(segment, context)
    text = segment.text
    plain, comparison = _without_comparison(text)
    handle = one_creator(sheet).get("handle") if any(token.kind == "handle" for token in sheet.tokens) else None
    groups = [key for key, _, _ in find_terms("reports", plain, "group_by")]
    metrics = list(dict.fromkeys(key for key, _, _ in find_terms("reports", plain, "metric")))
    if len(metrics) > 1 and "gmv" in metrics and not _GMV_ITSELF.search(plain) and _SAID_AS_A_VERB.search(plain):
        metrics.remove("gmv")
    subjects = [key for key, _, _ in find_terms("reports", _without(_without(plain, "group_by"), "metric"), "subject")]
    ranked = bool(_HIGHEST.search(plain) or _LOWEST.search(plain))
    sheet.arguments |= period_in(plain, context.today)
    if handle:
        sheet.arguments |= {"subject": "creator", "handle": handle}
    elif subjects:
        sheet.arguments["subject"] = _subject(subjects, plain)
    _product(sheet)
    if metrics:
        sheet.arguments["metrics"] = cast(list[JsonValue], metrics)
    if groups:
        sheet.arguments["group_by"] = groups[0]
    if ranked and (subjects or groups):
        sheet.arguments["order_by"] = metrics[0] if metrics else _RANKED_METRIC
        sheet.arguments["descending"] = _from_the_top(plain, metrics)
    top = _TOP.search(plain)
    if top:
        sheet.arguments["top"] = count_of(next(group for group in top.groups() if group))
    comparison = comparison or _two_periods(plain)
    if comparison:
        sheet.arguments["compare"] = comparison
    if named := brand_in(text, context.brands):
        sheet.arguments["brand"] = named[0]
    said = markets_in(sheet)
    if len(said) == 1 and "members" not in words.entries("markets")[said[0]].facts:
        sheet.arguments["market"] = said[0]
    elif len(said) > 1 and not groups:  # 「德国和美国哪个卖得好」
        sheet.arguments["group_by"] = "market"
    clock = _CLOCK_SAID.search(plain) and next(find_terms("reports", plain, "zone"), None)
    if clock:
        sheet.arguments["timezone"] = clock[0]
    for flag in ("explain", "chart"):
        if any(True for _ in find_terms("reports", plain, flag)):
            sheet.arguments[flag] = True
    return sheet


def brand_in(text: str, brands: Sequence[str]) -> tuple[str, int, int] | None:
    """The brand a text names, in full or by one word of its name, and where."""
    for brand in brands:
        for name in (brand, *brand.split()):
            at = text.find(fold(name)) if len(name) > 1 else -1
            if at >= 0:
                return brand, at, at + len(name)
    return None


def markets_in(sheet: Sheet) -> list[str]:
    """Every market that is named; a clock (美东时间) is none."""
    clocks = [(start, end) for _, start, end in find_terms("reports", sheet.segment.reading.text, "zone")]
    said = [
        value
        for token in sheet.tokens
        if (value := token.value("markets")) and not any(start <= token.start < end for start, end in clocks)
    ]
    return list(dict.fromkeys(said))


def _from_the_top(text: str, metrics: list[str]) -> bool:
    """The worst by a figure that should be low are those with the most of it."""
    judged = _WORST.search(text) or _BEST.search(text)
    if metrics and metrics[0] in _BETTER_LOW and judged and not _COUNTED_LOW.search(text):
        return bool(_WORST.search(text))
    return not _LOWEST.search(text)


def _two_periods(text: str) -> str | None:
    """「这周和上周对比」, "compare this month to last month": the later one against the one before."""
    named = {key for key, _, _ in find_terms("reports", text, "period")}
    both = (
        any({f"this_{unit}", f"last_{unit}"} <= named for unit in ("week", "month")) or {"today", "yesterday"} <= named
    )
    return "previous_period" if both and _COMPARES.search(text) else None


def _without_comparison(text: str) -> tuple[str, str | None]:
    named = [(start, end) for _, start, end in find_terms("reports", text, "metric")]
    compared = (
        one
        for one in find_terms("reports", text, "compare")
        if not any(start < one[1] < end for start, end in named)  # 投产比上个月 compares nothing
    )
    found = next(compared, None)
    if found is None:
        return text, None
    key, start, end = found
    return text[:start] + " " * (end - start) + text[end:], key


def _without(text: str, kind: str) -> str:
    """The text without the words of one kind: the letter for a product in 退款 is none."""
    for _, start, end in find_terms("reports", text, kind):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _subject(subjects: list[str], text: str) -> str:
    for specific in ("funnel", "samples", "videos", "campaign", "products", "creators"):
        if specific in subjects and not (specific == "samples" and "样品roi" in text):
            return specific
    return subjects[0]


def _product(sheet: Sheet) -> None:
    text = sheet.segment.text
    name = next((name for name in sheet.context.products if name.lower() in text), None)
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    if name:
        sheet.arguments["product"] = name
        sheet.arguments.setdefault("subject", "products")
    elif (named := _CAMPAIGN_SAID.search(text)) and not quote:
        group = next(one for one in "abc" if named[one])
        at = sheet.segment.reading.text.find(named[group], sheet.segment.start)
        sheet.arguments["campaign"] = sheet.quote(at, at + len(named[group]))
    elif quote:
        said = sheet.quote(quote.start, quote.end).strip(QUOTES)
        sheet.arguments["campaign" if "活动" in text or "campaign" in text else "product"] = said
