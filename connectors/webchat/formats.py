"""Numbers, money and moments as a person reads them, in Chinese and English. Pure.

Local time is made here and nowhere else on this surface: with the team's zone, or with a creator's.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from memory.domain.cards import MoneyShown
from memory.domain.money import Money, MoneySpan, Span, exponent, sign
from memory.domain.workspace import Lang

_STEPS: dict[Lang, tuple[tuple[int, str], ...]] = {
    "zh": ((100_000_000, "亿"), (10_000, "万")),
    "en": ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")),
}
_WEEKDAYS: dict[Lang, str] = {"zh": "一二三四五六日", "en": "MonTueWedThuFriSatSun"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR: dict[Lang, dict[int, str]] = {
    "zh": {-1: "昨天", 0: "今天", 1: "明天"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}


def compact(value: int | Decimal, lang: Lang) -> str:
    """A count in at most four figures: 12.8万, 3,200, 1.2M."""
    exact = Decimal(value)
    for step, mark in _STEPS[lang]:
        if abs(exact) >= step:
            scaled = exact / step
            digits = 1 if abs(scaled) < 100 else 0
            return f"{scaled:,.{digits}f}".removesuffix(".0") + mark
    return f"{exact:,.0f}"


def compact_span(span: tuple[int, int] | Span | None, lang: Lang) -> str | None:
    """A count known exactly or as a range; None stays None."""
    if span is None:
        return None
    low, high = (span.low, span.high) if isinstance(span, Span) else span
    return compact(low, lang) if low == high else f"{compact(low, lang)}–{compact(high, lang)}"


def money(shown: MoneyShown | Money | MoneySpan | None, lang: Lang) -> str | None:
    """An amount or a range of one currency; None stays None."""
    if shown is None:
        return None
    low, high = (shown.minor, shown.minor) if isinstance(shown, Money) else (shown.low, shown.high)
    first = sign(shown.currency) + _amount(low, shown.currency, lang)
    return first if low == high else f"{first}–{_amount(high, shown.currency, lang)}"


def plain_amount(minor: int | None, currency: str) -> str:
    """An amount as it is typed into a field: 5000 → 50.00; None: empty."""
    return "" if minor is None else f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def percent(basis_points: int | None) -> str | None:
    """A share: 1800 → 18%, 345 → 3.45%."""
    if basis_points is None:
        return None
    return f"{Decimal(basis_points) / 100:.2f}".rstrip("0").rstrip(".") + "%"


def percent_span(span: Span | None) -> str | None:
    """A share known exactly or as a range."""
    if span is None or span.is_exact:
        return percent(span.low if span else None)
    return f"{percent(span.low)}–{percent(span.high)}"


def moment(at: datetime, zone: str, lang: Lang, *, now: datetime | None = None) -> str:
    """A local moment to the minute; days next to `now` by name, others with their weekday."""
    local = at.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M}"
    near = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days if now else 99
    if near in _NEAR[lang]:
        return f"{_NEAR[lang][near]} {clock}"
    return f"{day(at, zone, lang)} {clock}"


def short_moment(at: datetime, zone: str, lang: Lang, *, now: datetime) -> str:
    """The hour for a moment of today, the day for any other: for narrow lists."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{local.month}/{local.day}" if lang == "zh" else f"{local.day} {_MONTHS[local.month - 1]}"


def day(at: datetime, zone: str, lang: Lang) -> str:
    """A local day with its weekday."""
    local = at.astimezone(ZoneInfo(zone))
    place = local.weekday()
    if lang == "zh":
        return f"{local.month}月{local.day}日 周{_WEEKDAYS['zh'][place]}"
    return f"{_WEEKDAYS['en'][place * 3 : place * 3 + 3]} {local.day} {_MONTHS[local.month - 1]}"


def _amount(minor: int, currency: str, lang: Lang) -> str:
    major = Decimal(minor).scaleb(-exponent(currency))
    if abs(major) >= 10_000:
        return compact(major, lang)
    whole = major == major.to_integral_value() or abs(major) >= 100
    return f"{major:,.0f}" if whole else f"{major:,.2f}"
