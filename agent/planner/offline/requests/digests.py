"""Requests about the daily digest: read it, all of it, when it comes; have it sent, at other times, or no more."""

import re
from typing import Final, cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.dates import time_in
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.report_periods import period_in
from agent.planner.offline.requests.senses import sense
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.plan import Arguments, PlannedCall, PlanningContext
from prompts import words

_IT: Final = words.phrase("digests", "it")
_WHEN: Final = words.phrase("digests", "when")
_FULL: Final = words.phrase("digests", "full")
_SIGNS_UP: Final = words.phrase("digests", "signs_up")
_LOOKED_AT: Final = words.phrase("digests", "looked_at")
_LEFT_OUT: Final = words.phrase("digests", "left_out")
_MOVES: Final = words.phrase("digests", "moves")
_BESIDE: Final = words.phrase("digests", "beside")
_LONGEST: Final = 90  # letters of a message that speaks of nothing else
_WORD: Final = re.compile(r"[^\W\d_]")
_PART: Final = re.compile(r"[,，;；。.!！?？]\s|[,，;；。！？]|\b(?:and|but)\b|但是?")
_WEEKLY: Final = re.compile(r"周报|weekly")
_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAY_SETS: Final = (
    (re.compile(r"工作日|weekdays?|working days"), range(5)),
    (re.compile(r"周末|双休日?|weekends?"), range(5, 7)),
)
_WEEK: Final = r"(?:周|星期|礼拜)"
_ZH_SPAN: Final = re.compile(rf"{_WEEK}([一二三四五六日天])\s?[到至~-]\s?{_WEEK}?([一二三四五六日天])")
_ZH_DAYS: Final = re.compile(rf"{_WEEK}([一二三四五六日天](?:[、和,及跟]?{_WEEK}?[一二三四五六日天])*)")
_EN_DAY: Final = rf"({'|'.join(_NAMES)})(?:[a-z]*days?|s)?"
_EN_SPAN: Final = re.compile(rf"\b{_EN_DAY} ?(?:to|through|thru|till|until|-|–) ?{_EN_DAY}\b")
_EN_DAYS: Final = re.compile(rf"\b{_EN_DAY}\b")


def asked(reading: Reading, context: PlanningContext) -> PlannedCall | None:
    """The call, when the whole message speaks of the digest and nothing else."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _IT.search(text):
        return None
    period = period_in(text, context.today)
    if _left(text):
        return None
    if _WHEN.search(text) and time_in(text) is None:
        return PlannedCall("digest", {"when": True})
    settings = _settings(text)
    if not settings and _FULL.search(text):
        return PlannedCall("digest", {"full": True, **_named(period)})
    once = bool(_LOOKED_AT.search(text)) or "period" in period
    if set(settings) - {"language"} or (settings and not once) or (_SIGNS_UP.search(text) and not once):
        return PlannedCall("subscribe_digest", settings)
    return None


def digest(segment: Segment, context: PlanningContext) -> Sheet:
    """`digest`."""
    sheet = Sheet(segment, context)
    sheet.arguments = _named(period_in(segment.text, context.today))
    if not sheet.arguments and _WEEKLY.search(segment.text):
        sheet.arguments["period"] = "last_7_days"
    return sheet


def subscribe_digest(segment: Segment, context: PlanningContext) -> Sheet:
    """`subscribe_digest`: when, on which days, in which language, or off."""
    sheet = Sheet(segment, context)
    sheet.arguments = _settings(segment.text)
    return sheet


def _settings(text: str) -> Arguments:
    """What is said of when and how it comes; to have it no more is all there is to say."""
    found: Arguments = {}
    wanted, unwanted, rest = _days(text)
    switch = sense("digest_switch", rest)
    if switch == "off" and not wanted and not _MOVES.search(rest):
        return {"enabled": False}
    meant = " ".join(part for part in _PART.split(text) if not _LEFT_OUT.search(part))
    if clock := time_in(meant) or time_in(text):
        found["at"] = clock
    if zone := next(find_terms("reports", text, "zone"), None):
        found["timezone"] = zone[0]
    if days := (wanted or set(range(7))) - unwanted if wanted or unwanted else None:
        found["days"] = cast(list[JsonValue], [_NAMES[day] for day in sorted(days)])
    languages = {key for key, _, _ in find_terms("languages", text)}
    if len(languages) == 1:
        found["language"] = languages.pop()
    if switch == "on":
        found["enabled"] = True
    return found


def _days(text: str) -> tuple[set[int], set[int], str]:
    """Weekdays it comes on, those it does not, and the text without what leaves days out."""
    wanted: set[int] = set()
    unwanted: set[int] = set()
    rest: list[str] = []
    for part in _PART.split(text):
        days = _weekdays(part)
        if days and _LEFT_OUT.search(part):
            unwanted |= days
            continue
        wanted |= days
        rest.append(part)
    return wanted, unwanted, " ".join(rest)


def _weekdays(text: str) -> set[int]:
    found: set[int] = set()
    for pattern, days in _DAY_SETS:
        if pattern.search(text):
            found |= set(days)
    for first, last in _ZH_SPAN.findall(text):
        found |= _from_to(_ZH[first], _ZH[last])
    for first, last in _EN_SPAN.findall(text):
        found |= _from_to(_NAMES.index(first), _NAMES.index(last))
    found |= {_ZH[day] for group in _ZH_DAYS.findall(text) for day in group if day in _ZH}
    return found | {_NAMES.index(day) for day in _EN_DAYS.findall(text)}


def _from_to(first: int, last: int) -> set[int]:
    return {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}


def _named(period: Arguments) -> Arguments:
    """A period by its name; a digest is of no other."""
    return {"period": period["period"]} if period.get("period") not in (None, "custom") else {}


def _left(text: str) -> bool:
    """Whether a word is left that speaks of something else."""
    for lexicon, kind in (("reports", "zone"), ("reports", "period"), ("languages", "")):
        for _, start, end in find_terms(lexicon, text, kind):
            text = text[:start] + " " * (end - start) + text[end:]
    for said in (_IT, _WHEN, _FULL, _ZH_SPAN, _ZH_DAYS, _EN_SPAN, _EN_DAYS, *(pattern for pattern, _ in _DAY_SETS)):
        text = said.sub(" ", text)
    text = re.sub(r"\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)?|[零一二两三四五六七八九十](?=点|刻|十|分)|noon|中午", " ", text)
    return bool(_WORD.search(_BESIDE.sub(" ", text)))
