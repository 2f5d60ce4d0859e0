"""The platform's creators as ours. Pure; what is missing, empty or unreadable is unknown, never zero.

Units, by the schemas of TikTok Shop Partner Center (read 2026-11-29): engagement is text in 10,000ths,
commission a number of hundredths of a percent (both are our basis points), money decimal text; all over 30 days.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from memory.domain.creator import CreatorFacts
from memory.domain.money import BASIS_POINTS, Money, MoneySpan, Span
from memory.domain.shops import Eligibility, LevelQuota, PlatformQuota

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_MARKET, _CURRENCY = re.compile(r"[A-Z]{2}"), re.compile(r"[A-Z]{3}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_LONGEST_NAME, _LONGEST_BIO, LONGEST_HANDLE = 200, 5_000, 64
_LATEST: Final = 253_402_300_799  # the last second of the year 9999
_MOST_ENGAGEMENT: Final = 10 * BASIS_POINTS
_AGES: Final = {
    "AGE_RANGE_18_24": "18-24",
    "AGE_RANGE_25_34": "25-34",
    "AGE_RANGE_35_44": "35-44",
    "AGE_RANGE_45_54": "45-54",
    "AGE_RANGE_55_AND_ABOVE": "55+",
}
_GENDERS: Final = {"FEMALE": "female", "MALE": "male"}
_CONTENTS: Final = {"VIDEO": "video", "LIVE": "live"}

Row = Mapping[str, Any]


def to_facts(row: Row, detail: Row, *, categories: Mapping[str, str]) -> CreatorFacts | None:
    """One creator of a search, and their figures where they were asked for; None without a handle.

    `categories`: our slug for each category id of the platform that has one.
    """
    both = {**row, **{name: value for name, value in detail.items() if value not in (None, "", [])}}
    handle = _line(both.get("username"), limit=LONGEST_HANDLE)
    if not handle:
        return None
    market = both.get("selection_region")
    found = both.get("category_ids")
    ids = [str(one) for one in found] if isinstance(found, list) else []
    followed = _part(row, "top_follower_demographics")
    return CreatorFacts(
        handle=handle,
        name=_line(both.get("nickname"), limit=_LONGEST_NAME),
        bio=clean_text(both.get("bio_description"), limit=_LONGEST_BIO),
        market=market if isinstance(market, str) and _MARKET.fullmatch(market) else None,
        categories=tuple(dict.fromkeys(categories[one] for one in ids if one in categories)),
        followers=count(both.get("follower_count")),
        gmv_30d=money(both.get("gmv")) or money_range(both.get("gmv_range")),
        avg_views=_views(both),
        engagement_bp=_basis_points(both.get("ec_video_engagement_rate"), most=_MOST_ENGAGEMENT),
        commission_bp=_basis_points(both.get("avg_commission_rate"), most=BASIS_POINTS),
        content=_content(detail),
        audience_gender=_GENDERS.get(str(_part(followed, "major_gender").get("gender"))),
        audience_age=_age(followed),
    )


def to_quota(row: Row, *, read_at: datetime) -> PlatformQuota | None:
    """The week's first contacts by the platform's own count; None where it does not read."""
    used, allowed, ends = (_decimal(row.get(name)) for name in ("quota_use", "quota_sum", "end_time"))
    unlimited = row.get("unlimited") is True
    if used is None or (allowed is None and not unlimited):
        return None
    until = datetime.fromtimestamp(int(ends), UTC) if ends else None
    rows = row.get("quota_details")
    levels = [_level(each) for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []
    most = _decimal(row.get("reached_max_follower_cnt"))
    return PlatformQuota(
        int(used),
        None if unlimited or allowed is None else int(allowed),
        until,
        read_at,
        tuple(level for level in levels if level is not None),
        int(most) if most else None,
    )


def to_eligibility(row: Row) -> Eligibility | None:
    """Whether a creator may be written to; None where the platform leaves something open."""
    names = (
        "is_blocked", "is_connected", "is_creator_follower_count_threshold_met", "is_creator_level_quota_available",
    )  # fmt: skip
    said = [row.get(name) for name in names]
    if not all(isinstance(one, bool) for one in said):
        return None
    level = row.get("creator_level")
    blocked, connected, small_enough, has_room = (one is True for one in said)
    return Eligibility(level if isinstance(level, int) else None, blocked, connected, small_enough, has_room)


def _level(row: Row) -> LevelQuota | None:
    """What is allowed for creators of some levels; None where it does not read."""
    levels = row.get("creator_levels")
    names = ("quota_period_sum", "quota_period_use", "quota_bonus_sum", "quota_bonus_use")
    counts = [_decimal(row.get(name)) for name in names]
    if not isinstance(levels, list) or not all(isinstance(level, int) for level in levels) or None in counts:
        return None
    return LevelQuota(tuple(levels), *(int(count) for count in counts if count is not None))


def money(found: object) -> MoneySpan | None:
    """{"amount": "1232.90", "currency": "USD"}; None for anything else, the empty amount among it."""
    if not isinstance(found, Mapping):
        return None
    amount, currency = _decimal(found.get("amount")), found.get("currency")
    if amount is None or not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    return MoneySpan.exactly(Money.of(amount, currency))


def money_range(found: object) -> MoneySpan | None:
    """A range instead of an amount; None where one of its bounds is not said."""
    if not isinstance(found, Mapping):
        return None
    low, high = (money({"amount": found.get(f"{end}_amount"), "currency": found.get("currency")})
                 for end in ("minimum", "maximum"))  # fmt: skip
    if low is None or high is None or low.low > high.high:
        return None
    return MoneySpan(low.low, high.high, low.currency)


def _views(both: Row) -> Span | None:
    """Of videos with products. Who posted none has no average, whatever stands there."""
    if both.get("ec_video_count") == 0:
        return None
    return count(both.get("avg_ec_video_play_count")) or count(both.get("avg_ec_video_view_count"))


def _content(detail: Row) -> str | None:
    """What sells most for them, video or live; unknown where neither or both sell alike."""
    rows = detail.get("content_gmv_distribution")
    shares = {
        _CONTENTS[str(one.get("content_type"))]: _decimal(one.get("value")) or Decimal(0)
        for one in (rows if isinstance(rows, list) else [])
        if isinstance(one, Mapping) and one.get("content_type") in _CONTENTS
    }
    video, live = shares.get("video", Decimal(0)), shares.get("live", Decimal(0))
    if video == live:
        return None
    return "video" if video > live else "live"


def _age(followed: Row) -> str | None:
    """The group named first; which order the platform names them in is not said, so one alone counts."""
    ages = followed.get("age_ranges")
    return _AGES.get(str(ages[0])) if isinstance(ages, list) and len(ages) == 1 else None


def moment(value: object) -> datetime | None:
    """Seconds since the epoch; zero stands for never."""
    seconds = _decimal(value)
    if not seconds or seconds != int(seconds) or seconds > _LATEST:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def count(value: object) -> Span | None:
    """A whole number."""
    number = _decimal(value)
    return Span.exactly(int(number)) if number is not None and number == int(number) else None


def _basis_points(value: object, *, most: int) -> Span | None:
    found = count(value)
    return found if found is not None and found.high <= most else None


def _decimal(value: object) -> Decimal | None:
    """A whole number or a number's text, not below zero."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return Decimal(value) if _NUMBER.fullmatch(str(value)) else None


def _part(row: Row, name: str) -> Row:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def clean_text(value: object, *, limit: int) -> str:
    """Foreign text without what nobody sees and no row takes; empty where it is no text."""
    return _UNSEEN.sub("", value).strip()[:limit].rstrip() if isinstance(value, str) else ""


def _line(value: object, *, limit: int) -> str:
    return " ".join(clean_text(value, limit=limit).split())
