"""Days and times as people type them: 明天, 下周三, 11月20日, tomorrow at 9. Pure; today is given."""

import re
from calendar import monthrange
from datetime import date, timedelta

from agent.planner.offline.reading.numerals import numeral_at

_WEEKDAYS_ZH = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEKDAYS_EN = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_NEAR = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "后天": 2,
    "大后天": 3,
    "昨天": -1,
    "昨日": -1,
    "yesterday": -1,
    "前天": -2,
    "今晚": 0,
    "明早": 1,
    "tonight": 0,
}
_NEAR_WORD = re.compile("|".join(sorted(_NEAR, key=len, reverse=True)))
_ISO = re.compile(r"(?<!\d)(?P<y>20\d\d)[-/年.](?P<m>\d{1,2})[-/月.](?P<d>\d{1,2})日?")
_MONTH_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})(?:月|/)(?P<d>\d{1,2})(?:日|号)?(?!\d)")
_NEXT_MONTH_DAY = re.compile(r"下个?月(?P<d>\d{1,2})(?:号|日)")
_DAY = re.compile(r"(?<![\d、,和月])(?P<d>\d{1,2})(?:号|日)(?!前)")
_WEEKDAY = re.compile(
    r"(?P<next>下(?:个)?)?(?:这|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])|"
    r"(?P<en_next>next )?(?:on )?\b(?P<en>mon|tue|wed|thu|fri|sat|sun)(?:s|rs?|(?:s|nes|rs|ur)?days?)?\b"
)
_END_OF = re.compile(
    r"(?P<next>下个?)?(?:(?<!\d)(?P<m>\d{1,2})|这个|本|当)?月(?:底|末)|(?P<year>年(?:底|末))|"
    r"\bend of (?:the |this )?(?P<en_next>next )?month\b|\b(?P<en_year>end of (?:the |this )?year|year[- ]end)\b"
)
_CLOCK = re.compile(
    r"(?<![\d.])(?P<h>\d{1,2})[:.](?P<m>[0-5]\d)(?![\d%.]|\s?(?:k|m|w|万|usd|刀|元|percent)\b)(?:\s?(?P<p>am|pm))?|(?<![\d个.])(?P<h2>\d{1,2}|"
    r"[一二两三四五六七八九十]{1,3})点(?!以|佣)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<m2>\d{1,2}|"
    r"[二三四五]?十[一二三四五六七八九]?)分?)?|"
    r"\b(?P<h3>\d{1,2})\s?(?P<p3>am|pm)\b|\b(?:at|to) (?P<h4>\d{1,2})\b(?![:.]\d|\s?(?:%|k|usd|days|rounds))|"
    r"(?P<noon>\bnoon\b|中午(?!\d|[一二两三])|正午)"
)
_HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_SPOKEN_HOUR = re.compile(
    rf"\b(?:(?P<part>half|quarter) past |(?:at|to|by|for) (?=[a-z]))(?P<hour>{'|'.join(_HOURS)}|\d{{1,2}})\b"
    r"(?: o'clock)?(?: (?P<minutes>thirty|fifteen))?(?! (?:days?|weeks?|rounds?|of|percent))"
)
_QUARTERS = {"一": 15, "三": 45}
_AFTERNOON = re.compile(r"下午|晚上|傍晚|今晚|晚(?!点|些|一点)|pm|evening|afternoon")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_MONTH_DAY = re.compile(
    r"\b(?P<month>"
    + "|".join(_MONTHS)
    + r")[a-z]*\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?\b|\b(?P<d2>\d{1,2})(?:st|nd|rd|th)? (?P<month2>"
    + "|".join(_MONTHS)
    + r")[a-z]*\b"
)

_EN_MONTH = re.compile(
    r"\b(?:(?P<month>jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)|(?:in|for|of|during|since|from|over|through|last) (?P<may>may|mar(?:ch)?))\b(?! \d)"
)
_QUARTER = re.compile(
    r"(?P<last>上(?:一)?个?|last |previous |prior )?(?:(?:这|本)?个?季度?(?!节)|(?:this |the )?(?:quarter|qtr)\b)|"
    r"(?<![a-z0-9])q(?P<n>[1-4])(?![a-z0-9])"
)
_YEAR = re.compile(r"(?P<last>去年|last year)|今年|本年|this year|year to date|\bytd\b|so far this year")

_SAME_MONTH = re.compile(
    r"\s?(?:到|至|~|-|–|—|to|through|thru|until|till)\s?(?:the )?(?P<d>\d{1,2})(?:号|日|st|nd|rd|th)?"
    r"(?![\d.:/万千百%个条天月点k]|\s?(?:am|pm|creators|percent|days|weeks)\b)"
)
"""The last day of a span whose month is said once: 11月1号到15号, Nov 1 to 15."""
_DAY_BEFORE = re.compile(
    r"(?<![\d.])(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:\s?(?:-|–|to|through|until)|(?<=between \d) and|(?<=between \d\d) and)\s?(?:the )?$"
)
"""The first day of 1-15 November, between 3 and 10 November."""
_DAY_OF_SPAN = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|to|and|through|until)\s?(?:the )?"
_MONTH_NAME = (
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b"
)
DAYS_OF_A_MONTH = re.compile(
    rf"(?:between |from )?(?:\b{_DAY_OF_SPAN}{_TO}{_DAY_OF_SPAN}(?: of)? {_MONTH_NAME}|"
    rf"{_MONTH_NAME}\.? {_DAY_OF_SPAN}{_TO}{_DAY_OF_SPAN}(?![\d.,]*[\dkmw%]))"
)
"""A span of days in English, which is no bound of a figure."""


def dates_in(text: str, today: date) -> list[date]:
    """Every calendar day written out in a text, in order; days without a year are the nearest that fit."""
    found: list[tuple[int, date]] = []
    spans: list[tuple[int, int]] = []
    for pattern in (_ISO, _MONTH_DAY, _EN_MONTH_DAY):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in spans):
                continue
            day = _calendar(match, today)
            if day:
                found.append((match.start(), day))
                spans.append(match.span())
                found += [one for one in _of_the_same_month(text, match, day) if not _inside(one[0], spans[:-1])]
    return [day for _, day in sorted(found)]


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _of_the_same_month(text: str, written: re.Match[str], day: date) -> list[tuple[int, date]]:
    """The other end of a span of days that names its month once."""
    ahead, behind = _SAME_MONTH.match(text, written.end()), _DAY_BEFORE.search(text, 0, written.start())
    found = []
    for other, later in ((ahead, True), (behind, False)):
        if other is None or not 1 <= int(other["d"]) <= monthrange(day.year, day.month)[1]:
            continue
        end = day.replace(day=int(other["d"]))
        if end > day if later else end < day:
            found.append((other.start("d"), end))
    return found


def date_in(text: str, today: date) -> date | None:
    """The first day a text names, relative ones included; weekdays are the coming ones."""
    near = _NEAR_WORD.search(text)
    if near:
        return today + timedelta(days=_NEAR[near.group()])
    written = dates_in(text, today)
    if written:
        return written[0]
    last = _END_OF.search(text)
    if last:
        return _last_day(last, today)
    weekday = _WEEKDAY.search(text)
    if weekday:
        return _coming(weekday, today)
    if re.search(r"下(?:个)?(?:周|星期|礼拜)|next week", text):
        return today + timedelta(days=7 - today.weekday())
    following = _NEXT_MONTH_DAY.search(text)
    if following:
        first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
        return _of_month(int(following["d"]), first)
    day = _DAY.search(text)
    return _of_month(int(day["d"]), today) if day else None


def _last_day(said: re.Match[str], today: date) -> date | None:
    """The last day of the month or year said; a month without its year is the next one of that name."""
    if said["year"] or said["en_year"]:
        return date(today.year, 12, 31)
    month = int(said["m"]) if said["m"] else today.month + bool(said["next"] or said["en_next"])
    if not 1 <= month <= 13:
        return None
    year, month = (today.year + 1, 1) if month == 13 else (today.year + (month < today.month), month)
    return date(year, month, monthrange(year, month)[1])


def month_in(text: str) -> int | None:
    """The month an English text names without a day, 1-12; "may" only where it cannot be a verb."""
    match = _EN_MONTH.search(text)
    return _MONTHS.index((match["month"] or match["may"])[:3]) + 1 if match else None


def long_span_in(text: str, today: date) -> tuple[date, date] | None:
    """First and last day of the quarter or year a text names, none of them after today."""
    quarter = _QUARTER.search(text)
    year = _YEAR.search(text)
    if quarter is None and year is None:
        return None
    past_year = bool(year and year["last"])
    if quarter is None:
        first = date(today.year - past_year, 1, 1)
        return first, min(today, date(first.year, 12, 31))
    now = (today.month - 1) // 3
    if quarter["n"] is None:
        index = today.year * 4 + now - bool(quarter["last"])
    else:
        wanted = "1234一二三四".index(quarter["n"]) % 4
        index = (today.year - (past_year or wanted > now)) * 4 + wanted
    first = date(index // 4, index % 4 * 3 + 1, 1)
    following = date((index + 1) // 4, (index + 1) % 4 * 3 + 1, 1)
    return first, min(today, following - timedelta(days=1))


def time_in(text: str) -> str | None:
    """The first time of day a text names, as HH:MM."""
    text = _SPOKEN_HOUR.sub(_written_hour, text)
    match = _CLOCK.search(text)
    if not match:
        return None
    if match["noon"]:
        return "12:00"
    written = match["h"] or match["h2"] or match["h3"] or match["h4"]
    numeral = numeral_at(written, 0)
    hour = int(numeral.high) if numeral else 0
    minute = 30 if match["half"] else _QUARTERS.get(match["quarter"], 0) or _count(match["m"] or match["m2"])
    half = match["p"] or match["p3"]
    before = text[max(0, match.start() - 6) : match.end() + 8]
    if hour < 12 and (half == "pm" or (half is None and _AFTERNOON.search(before))):
        hour += 12
    if hour == 12 and half == "am":
        hour = 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def _count(written: str | None) -> int:
    numeral = numeral_at(written, 0) if written else None
    return int(numeral.high) if numeral else 0


def _written_hour(spoken: re.Match[str]) -> str:
    """half past seven → at 7:30."""
    hour = spoken["hour"] if spoken["hour"].isdigit() else str(_HOURS.index(spoken["hour"]) + 1)
    minute = {"half": 30, "thirty": 30, "quarter": 15, "fifteen": 15}.get(spoken["part"] or spoken["minutes"] or "", 0)
    return f" {hour}:{minute:02d} "


def _calendar(match: re.Match[str], today: date) -> date | None:
    parts = match.groupdict()
    try:
        if parts.get("y"):
            return date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        if "month" in parts:
            name = parts["month"] or parts["month2"]
            month, day = _MONTHS.index(name) + 1, int(parts["d"] or parts["d2"])
        else:
            month, day = int(parts["m"]), int(parts["d"])
        found = date(today.year, month, day)
    except ValueError:
        return None
    if found - today > timedelta(days=180):
        return found.replace(year=found.year - 1) if (month, day) != (2, 29) else found
    if today - found > timedelta(days=180) and (month, day) != (2, 29):
        return found.replace(year=found.year + 1)
    return found


def _coming(match: re.Match[str], today: date) -> date:
    if match["day"]:
        wanted = _WEEKDAYS_ZH[match["day"]]
        monday = today - timedelta(days=today.weekday())
        if match["next"]:
            return monday + timedelta(days=7 + wanted)
    else:
        wanted = _WEEKDAYS_EN[match["en"]]
    return today + timedelta(days=(wanted - today.weekday()) % 7 or 7)


def _of_month(day: int, today: date) -> date | None:
    for step in range(3):
        month = today.month + step
        year = today.year + (month - 1) // 12
        try:
            found = date(year, (month - 1) % 12 + 1, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None
