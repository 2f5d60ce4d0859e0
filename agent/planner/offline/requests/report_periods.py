"""Which days a question about figures names: by name, as dates, a month, a quarter, or the week of a sale."""

import re
from datetime import date, timedelta

from agent.planner.offline.reading.dates import dates_in, long_span_in, month_in
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.reading.quantities import Unit, quantity_at
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.plan import Arguments
from tools.campaigns.presets import SaleDay, sale_days

_UNTIL_NOW = re.compile(
    r"至今|到现在|到今天|以来|起(?!来)|之后|以后|\b(?:since|onwards?|until now|to date|till now|so far)\b"
)
_MONTH = re.compile(r"(?<![\d上下个])(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})月份?(?!\d)")
_PAST = re.compile(r"(?:近|最近|过去|last|past|the)\s?$")
_WEEK_BEHIND = re.compile(r"\s?(?:的?(?:那|当|这)?(?:一)?(?:周|个?星期|个?礼拜)|(?:'s)? week\b)")
_WEEK_BEFORE = re.compile(r"\b(?:the )?week of (?:the )?$")
_HALF = re.compile(
    r"(?:(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?的?)?(?:(?P<early>前半个?月|上半个?月)|后半个?月|下半个?月)|"
    r"\b(?:the )?(?:(?P<first>first)|second) half of (?:the month|this month|(?=[a-z]))"
)
_BEFORE_LAST = re.compile(
    r"(?P<day>(?<!大)前天|前日|\bthe day before yesterday\b)|"
    r"(?P<week>上上(?:个)?(?:周|星期|礼拜)|大上周|\bthe week before last\b)|"
    r"(?P<month>上上(?:个)?月|大上个?月|\bthe month before last\b)"
)
_DAY_BEHIND = re.compile(r"\s?(?:的?(?:那|当)(?:一)?天|当日| itself\b)")


def period_in(text: str, today: date) -> Arguments:
    """`period`, with `from` and `to` where it has no name; empty where none is named."""
    if sale := _around_a_sale(text, today):
        return _custom(*sale)
    if ended := before_last(text, today):
        return _custom(*ended)
    if half := _half_a_month(text, today):
        return _custom(*half)
    if days := dates_in(text, today):
        last = today if len(days) == 1 and _UNTIL_NOW.search(text) else days[min(1, len(days) - 1)]
        return _custom(days[0], last)
    named = next(find_terms("reports", text, "period"), None)
    if named:
        return {"period": named[0]}
    month = _MONTH.search(text)
    if wanted := count_of(month["m"]) if month else month_in(text):
        whole = _month(wanted, today)
        return whole | {"to": today.isoformat()} if whole and _UNTIL_NOW.search(text) else whole
    if span := long_span_in(text, today):
        return _custom(*span)
    for at in range(len(text)):
        quantity = quantity_at(text, at)
        if quantity and quantity.unit is Unit.DAYS and _PAST.search(text[:at]):
            return _custom(today - timedelta(days=int(quantity.value) - 1), today)
    return {}


def count_of(written: str) -> int:
    """A number as digits or in Chinese."""
    numeral = numeral_at(written, 0)
    return int(numeral.high) if numeral else 1


def sale_spans(text: str) -> list[tuple[int, int, SaleDay, bool]]:
    """Days of sale whose day or week is named: (start, end, which, whether its week)."""
    found = []
    for day in sale_days():
        for word in day.words:
            at = text.find(word)
            if at < 0:
                continue
            end = at + len(word)
            behind, before = _WEEK_BEHIND.match(text, end), _WEEK_BEFORE.search(text[:at])
            if behind or before:
                found.append((before.start() if before else at, behind.end() if behind else end, day, True))
            elif of_day := _DAY_BEHIND.match(text, end):
                found.append((at, of_day.end(), day, False))
    return sorted(found, key=lambda one: one[0] - one[1])


def _around_a_sale(text: str, today: date) -> tuple[date, date] | None:
    """「黑五那周」: Monday to Sunday around the last one that has begun; 「双11当天」 the day itself."""
    found = sale_spans(text)
    if not found:
        return None
    _, _, sale, week = found[0]
    day = sale.in_year(today.year)
    first, last = (day - timedelta(days=day.weekday()), day + timedelta(days=6 - day.weekday())) if week else (day, day)
    if first > today:
        day = sale.in_year(today.year - 1)
        first = day - timedelta(days=day.weekday()) if week else day
        last = first + timedelta(days=6) if week else day
    return first, min(last, today)


def before_last(text: str, today: date) -> tuple[date, date] | None:
    """前天, 上上周, 上上个月: the one before the last, which has no name of its own among periods."""
    found = _BEFORE_LAST.search(text)
    if found is None:
        return None
    if found["day"]:
        return today - timedelta(days=2), today - timedelta(days=2)
    if found["week"]:
        monday = today - timedelta(days=today.weekday() + 14)
        return monday, monday + timedelta(days=6)
    ended = (today.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return ended.replace(day=1), ended


def _half_a_month(text: str, today: date) -> tuple[date, date] | None:
    """「11月上半月」, the first half of October: its days up to the 15th, or those after it."""
    found = _HALF.search(text)
    if found is None:
        return None
    month = count_of(found["m"]) if found["m"] else month_in(text) or today.month
    whole = _month(month, today)
    if not whole:
        return None
    first, last = date.fromisoformat(str(whole["from"])), date.fromisoformat(str(whole["to"]))
    middle = first.replace(day=15)
    early = bool(found["early"] or found["first"])
    return (first, min(middle, last)) if early else (min(middle + timedelta(days=1), last), last)


def _month(month: int, today: date) -> Arguments:
    if not 1 <= month <= 12:
        return {}
    year = today.year if month <= today.month else today.year - 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return _custom(date(year, month, 1), min(following - timedelta(days=1), today))


def _custom(first: date, last: date) -> Arguments:
    return {"period": "custom", "from": first.isoformat(), "to": last.isoformat()}
