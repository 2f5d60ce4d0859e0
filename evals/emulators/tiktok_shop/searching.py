"""What a search of creators may ask, field by field, and who fits it."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.people import CATEGORIES, Creator
from evals.emulators.tiktok_shop.wire import Json, Part

GMV: Final = {
    "GMV_RANGE_0_100": (0, 100),
    "GMV_RANGE_100_1000": (100, 1_000),
    "GMV_RANGE_1000_10000": (1_000, 10_000),
    "GMV_RANGE_10000_AND_ABOVE": (10_000, None),
}
UNITS: Final = {
    "UNITS_SOLD_RANGE_0_10": (0, 10),
    "UNITS_SOLD_RANGE_10_100": (10, 100),
    "UNITS_SOLD_RANGE_100_1000": (100, 1_000),
    "UNITS_SOLD_RANGE_1000_AND_ABOVE": (1_000, None),
}
MOST_VIEWS, MOST_PERCENT = 100_000, 20
COMMISSIONS: Final = {
    "ALL": 10_001, "LESS_THAN_20%": 2_000, "LESS_THAN_15%": 1_500, "LESS_THAN_10%": 1_000, "LESS_THAN_5%": 500,
}  # fmt: skip
# Where the steps lie is said nowhere.
POST_RATES: Final = {"ALL": 0, "All": 0, "OK": 2_000, "GOOD": 5_000, "BETTER": 8_000}
Age = Literal["AGE_RANGE_18_24", "AGE_RANGE_25_34", "AGE_RANGE_35_44", "AGE_RANGE_45_54", "AGE_RANGE_55_AND_ABOVE"]


class Category(Part):
    """A category; a child needs its parent."""

    parent_category_id: str
    child_category_id_list: list[str] = Field(default_factory=list)


class CountRange(Part):
    """Bounds included; a negative upper one is none."""

    count_ge: int = Field(default=0, ge=0)
    count_le: int = -1


class GenderShare(Part):
    """A share in 10,000ths, at least."""

    gender: Literal["MALE", "FEMALE"]
    percentage_ge: int = Field(ge=0, le=10_000)


class Followers(Part):
    """Who follows."""

    age_ranges: list[Age] = Field(default_factory=list)
    count_range: CountRange | None = None
    gender_distribution: GenderShare | None = None


class Performance(Part):
    """Numbers as text: lower bounds."""

    avg_video_views: str | None = None
    avg_shoppable_video_views: str | None = None
    avg_live_avg_viewers_ge: str | None = None
    avg_shoppable_live_avg_viewers_ge: str | None = None
    avg_engagement_rate: str | None = None
    avg_shopable_engagement_rate: str | None = None


class Affiliate(Part):
    """How they work with shops."""

    avg_commission_rate: str = "ALL"
    creator_agency_staus: Literal["AGENCY_MANAGED", "INDEPENDENT"] | None = None
    is_fast_growing: bool = False
    not_invited_l90_days: bool = False
    post_rate: str = "ALL"


class Advanced(Part):
    """Of 202508."""

    category_pro: list[str] = Field(default_factory=list)
    creator_level: list[str] = Field(default_factory=list)
    language: list[str] = Field(default_factory=list)


class SearchBody(Part):
    """A search. `data_groups` came with 202608."""

    keyword: str = ""
    search_key: str = ""
    gmv_ranges: list[str] = Field(default_factory=list)
    units_sold_ranges: list[str] = Field(default_factory=list)
    category: list[Category] = Field(default_factory=list)
    follower_demographics: Followers = Field(default_factory=Followers)
    content_performance: Performance = Field(default_factory=Performance)
    affiliate_data: Affiliate = Field(default_factory=Affiliate)
    advanced_filters: Advanced = Field(default_factory=Advanced)
    data_groups: list[str] = Field(default_factory=list)


def fits(asked: SearchBody, creator: Creator, *, invited: bool) -> bool:
    """Whether a creator is what was asked for. Raises ApiError 36009004 for a value that is none of the listed ones."""
    affiliate = asked.affiliate_data
    return (
        asked.keyword.lower() in f"{creator.username}\n{creator.nickname}".lower()
        and _within(asked.gmv_ranges, GMV, creator.gmv / 100)
        and _within(asked.units_sold_ranges, UNITS, creator.units)
        and _in_category(asked.category, creator)
        and _followed(asked.follower_demographics, creator)
        and _performs(asked.content_performance, creator)
        and creator.commission < _listed(COMMISSIONS, affiliate.avg_commission_rate)
        and creator.post_rate >= _listed(POST_RATES, affiliate.post_rate)
        and affiliate.creator_agency_staus in (None, "AGENCY_MANAGED" if creator.has_agency else "INDEPENDENT")
        and (creator.is_fast_growing or not affiliate.is_fast_growing)
        and not (invited and affiliate.not_invited_l90_days)
        and _advanced(asked.advanced_filters, creator)
    )


def _listed(table: dict[str, int], value: str) -> int:
    if value not in table:
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {value}")
    return table[value]


def _within(names: Sequence[str], table: dict[str, tuple[int, int | None]], value: float) -> bool:
    for name in names:
        if name not in table:
            raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {name}")
    spans = [table[name] for name in names]
    return not spans or any(low <= value and (high is None or value <= high) for low, high in spans)


def _in_category(asked: Sequence[Category], creator: Creator) -> bool:
    wanted = {one for part in asked for one in (part.child_category_id_list or [part.parent_category_id])}
    if strange := wanted - CATEGORIES.keys():
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: category {sorted(strange)[0]}")
    return not wanted or creator.category in wanted


def _followed(asked: Followers, creator: Creator) -> bool:
    count, gender = asked.count_range or CountRange(), asked.gender_distribution
    if gender is not None:
        share = creator.gender_share if gender.gender == creator.gender else 10_000 - creator.gender_share
        if share < gender.percentage_ge:
            return False
    in_range = creator.followers >= count.count_ge and (count.count_le < 0 or creator.followers <= count.count_le)
    return in_range and (not asked.age_ranges or bool(set(asked.age_ranges) & set(creator.ages)))


def _performs(asked: Performance, creator: Creator) -> bool:
    videos = _one_of(asked.avg_video_views, asked.avg_shoppable_video_views, "video views", MOST_VIEWS)
    lives = _one_of(asked.avg_live_avg_viewers_ge, asked.avg_shoppable_live_avg_viewers_ge, "live viewers", MOST_VIEWS)
    rate = max(_number(one, "engagement rate", MOST_PERCENT)
               for one in (asked.avg_engagement_rate, asked.avg_shopable_engagement_rate))  # fmt: skip
    return creator.video_views >= videos and creator.live_viewers >= lives and creator.engagement >= rate * 100


def _one_of(first: str | None, second: str | None, name: str, most: int) -> int:
    if first is not None and second is not None:
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: only one filter of {name} may be used")
    return _number(first if first is not None else second, name, most)


def _number(text: str | None, name: str, most: int) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdecimal() and int(text) <= most):
        raise ApiError(Code.BAD_PARAMETER, f"Invalid parameter: {name}")
    return int(text)


def _advanced(asked: Advanced, creator: Creator) -> bool:
    fields = (
        (asked.category_pro, CATEGORIES[creator.category]),
        (asked.creator_level, f"Lv. {creator.level}"),
        (asked.language, creator.language),
    )
    return all(not wanted or has in wanted for wanted, has in fields)


def options(kinds: Sequence[str]) -> list[Json]:
    """What `search/filter` lists of each kind; an empty list: not supported here."""
    values = {
        "OPTION_LANGUAGE": ["en", "es", "de"],
        "OPTION_CREATOR_LEVEL": [f"Lv. {level}" for level in range(6)],
        "OPTION_VERTICAL_PRO": list(CATEGORIES.values()),
        "OPTION_BRAND": [],
    }
    return [
        {"option_type": kind, "options": [{"id": one, "name": one, "option_children": []} for one in values[kind]]}
        for kind in kinds
        if kind in values
    ]
