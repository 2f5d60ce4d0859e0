"""How facts read in Chinese and English: counts, money, shares, times. Pure; unknown is said, never zero."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from memory.domain.cards import MoneyShown
from memory.domain.money import Money, MoneySpan, Span, exponent, sign
from memory.domain.workspace import Lang

_UNITS: dict[str, tuple[tuple[int, str], ...]] = {
    "zh": ((100_000_000, "亿"), (10_000, "万")),
    "en": ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")),
}
_DAYS: dict[Lang, dict[int, str]] = {
    "zh": {0: "今天", 1: "昨天", 2: "前天"},
    "en": {0: "today", 1: "yesterday"},
}
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def number(value: int, lang: Lang) -> str:
    """34,200 → 3.4万 / 34.2K. Below the first unit the exact number."""
    units = (
        ((100_000_000, "亿"), (10_000, "万"))
        if lang == "zh"
        else ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
    )
    for size, name in units:
        if value >= size:
            return f"{_short(Decimal(value) / size)}{name}"
    return f"{value:,}"


def _short(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.1")) if value < 100 else value.quantize(Decimal(1))
    return f"{rounded.normalize():f}"


def span(value: Span | tuple[int, int], lang: Lang) -> str:
    """A count, or a platform's range as it gave it."""
    low, high = (value.low, value.high) if isinstance(value, Span) else value
    return number(low, lang) if low == high else f"{number(low, lang)}–{number(high, lang)}"


def money(value: MoneySpan | MoneyShown, lang: Lang) -> str:
    """$5,230 or a range. Minor units are shown below 100."""
    low, high = _amount(value.low, value.currency, lang), _amount(value.high, value.currency, lang)
    shown = low if low == high else f"{low}–{high}"
    return f"{sign(value.currency)}{shown}"


def _amount(minor: int, currency: str, lang: Lang) -> str:
    amount = Decimal(minor).scaleb(-exponent(currency))
    whole = int(amount.to_integral_value())
    if abs(amount) >= 10_000:
        return number(whole, lang)
    return f"{whole:,}" if amount == whole or abs(amount) >= 100 else f"{amount:,.2f}"


def money_in_full(value: Money) -> str:
    """$12,345: what is compared or added up is not rounded to thousands. Minor units are shown below 100."""
    amount = value.amount
    shown = f"{int(amount.to_integral_value()):,}" if amount == int(amount) or abs(amount) >= 100 else f"{amount:,.2f}"
    return f"{sign(value.currency)}{shown}"


def share(basis_points: int) -> str:
    """1,850 → 18.5%."""
    return f"{(Decimal(basis_points) / 100).normalize():f}%"


def clock(moment: datetime, zone: str, lang: Lang, *, seconds: bool = False) -> str:
    """11-21 周六 09:30 / Sat 11-21 09:30 in a zone; with seconds where a minute is too coarse."""
    local = moment.astimezone(ZoneInfo(zone))
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{date_of(local.date(), lang)} {time}"


def date_of(day: date, lang: Lang) -> str:
    """11-21 周六 / Sat 11-21."""
    return f"{day:%m-%d} {_weekday(day, lang)}" if lang == "zh" else f"{_weekday(day, lang)} {day:%m-%d}"


def _weekday(day: date, lang: Lang) -> str:
    return f"周{_WEEKDAYS['zh'][day.weekday()]}" if lang == "zh" else _WEEKDAYS["en"][day.weekday()]


def clocks(moment: datetime, zone: str, team_zone: str, lang: Lang, *, estimated: bool) -> str:
    """11-21 周六 09:30（估） / 11-21 周六 22:30: a creator's clock, then the team's."""
    return f"{there(moment, zone, lang, estimated=estimated)} / {clock(moment, team_zone, lang)}"


def there(moment: datetime, zone: str, lang: Lang, *, estimated: bool) -> str:
    """A creator's clock; estimated where only their market is known."""
    mark = ("（估）" if lang == "zh" else " (est.)") if estimated else ""
    return f"{clock(moment, zone, lang)}{mark}"


def day(moment: datetime, zone: str, lang: Lang, *, now: datetime | None) -> str:
    """昨天 / 3 天前 / yesterday / 3 days ago in a zone; more than a month away, or without `now`, the date."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    away = (now.astimezone(ZoneInfo(zone)).date() - local).days if now else -1
    if away in _DAYS[lang]:
        return _DAYS[lang][away]
    if 0 < away <= 31:
        return f"{away} 天前" if lang == "zh" else f"{away} days ago"
    return f"{local:%m-%d} " if lang == "zh" else f"on {local:%m-%d}"


def listed(words: list[str], lang: Lang) -> str:
    """Joined as the language does."""
    return ("、" if lang == "zh" else ", ").join(words)


def ranges(numbers: Sequence[int], lang: Lang) -> str:
    """[1, 2, 4, 6, 7, 8] → 1、2、4、6-8 with short runs kept single."""
    parts: list[str] = []
    place = 0
    ordered = sorted(numbers)
    while place < len(ordered):
        end = place
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1:
            end += 1
        if end - place >= 2:
            parts.append(f"{ordered[place]}-{ordered[end]}")
        else:
            parts += [str(value) for value in ordered[place : end + 1]]
        place = end + 1
    return listed(parts, lang)
