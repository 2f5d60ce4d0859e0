"""The platform's creators as ours, in exactly its units; what is missing or unreadable is unknown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tiktok_shop.translate import money, money_range, to_facts, to_quota
from memory.domain.creator import CreatorFacts
from memory.domain.money import MoneySpan, Span
from memory.domain.shops import LevelQuota, PlatformQuota

ROW: dict[str, Any] = {
    "creator_open_id": "uDemoOpenId0001",
    "username": "core.with.cleo",
    "nickname": "Cleo",
    "selection_region": "US",
    "category_ids": ["605248", "1"],
    "follower_count": 48_210,
    "avg_ec_video_view_count": 3_120,
    "avg_ec_live_uv": 0,
    "gmv_range": {
        "minimum_amount": "1000.00",
        "maximum_amount": "10000.00",
        "formatted_range": "$1K-$10K",
        "currency": "USD",
    },
    "top_follower_demographics": {
        "age_ranges": ["AGE_RANGE_25_34"],
        "major_gender": {"gender": "FEMALE", "percentage": 8_120},
    },
}
DETAIL: dict[str, Any] = {
    "username": "core.with.cleo",
    "bio_description": "pilates daily\u200b\x00",
    "follower_count": 48_300,
    "gmv": {"amount": "1232.90", "currency": "USD"},
    "avg_commission_rate": 1_550,
    "ec_video_engagement_rate": "3000",
    "ec_live_engagement_rate": "9000",
    "post_rate": "5000",
    "ec_video_count": 4,
    "avg_ec_video_play_count": 3_333,
    "content_gmv_distribution": [
        {"content_type": "VIDEO", "value": "0.3000"},
        {"content_type": "LIVE", "value": "0.6000"},
        {"content_type": "SHOWCASE", "value": "0.9000"},
    ],
}


def facts(row: dict[str, Any], detail: dict[str, Any] | None = None) -> CreatorFacts:
    found = to_facts(row, detail or {}, categories={"605248": "sports"})
    assert found is not None
    return found


def test_a_creator_of_a_search() -> None:
    assert facts(ROW) == CreatorFacts(
        handle="core.with.cleo",
        name="Cleo",
        market="US",
        categories=("sports",),
        followers=Span.exactly(48_210),
        gmv_30d=MoneySpan(100_000, 1_000_000, "USD"),
        avg_views=Span.exactly(3_120),
        audience_gender="female",
        audience_age="25-34",
    )


def test_a_creator_with_figures() -> None:
    assert facts(ROW, DETAIL) == CreatorFacts(
        handle="core.with.cleo",
        name="Cleo",
        bio="pilates daily",
        market="US",
        categories=("sports",),
        followers=Span.exactly(48_300),
        gmv_30d=MoneySpan(123_290, 123_290, "USD"),
        avg_views=Span.exactly(3_333),
        engagement_bp=Span.exactly(3_000),
        commission_bp=Span.exactly(1_550),
        content="live",
        audience_gender="female",
        audience_age="25-34",
    )


@pytest.mark.parametrize(
    ("field", "said", "name"),
    [
        ("follower_count", "", "followers"),
        ("follower_count", -1, "followers"),
        ("follower_count", True, "followers"),
        ("follower_count", "1.5", "followers"),
        ("follower_count", "1_000", "followers"),
        ("follower_count", "１０", "followers"),
        ("gmv_range", {"minimum_amount": "10000.00", "currency": "USD"}, "gmv_30d"),
        ("gmv_range", {"minimum_amount": "9", "maximum_amount": "1", "currency": "USD"}, "gmv_30d"),
        ("gmv_range", None, "gmv_30d"),
        ("selection_region", "America", "market"),
        ("ec_video_engagement_rate", "30%", "engagement_bp"),
        ("ec_video_engagement_rate", "100001", "engagement_bp"),
        ("avg_commission_rate", 10_001, "commission_bp"),
        ("avg_ec_video_view_count", "", "avg_views"),
        ("ec_video_count", 0, "avg_views"),
        ("top_follower_demographics", [], "audience_gender"),
        ("top_follower_demographics", {"age_ranges": ["AGE_RANGE_18_24", "AGE_RANGE_25_34"]}, "audience_age"),
    ],
)
def test_what_is_missing_or_unreadable_is_unknown(field: str, said: object, name: str) -> None:
    assert getattr(facts(ROW | {field: said}), name) is None


def test_nothing_is_zero_because_nothing_was_said() -> None:
    assert facts({"username": "x"}) == CreatorFacts(handle="x")
    assert to_facts({"username": " \u200b"}, {}, categories={}) is None
    assert facts(ROW | {"follower_count": 0}).followers == Span.exactly(0)


def test_an_empty_figure_does_not_cover_what_the_search_said() -> None:
    assert facts(ROW, {"follower_count": "", "selection_region": None}).followers == Span.exactly(48_210)


def test_money_is_decimal_text_of_a_currency_with_or_without_minor_units() -> None:
    assert money({"amount": "1232.90", "currency": "GBP"}) == MoneySpan(123_290, 123_290, "GBP")
    assert money({"amount": "120000", "currency": "VND"}) == MoneySpan(120_000, 120_000, "VND")
    for wrong in ({"amount": "$1,2", "currency": "USD"}, {"amount": "", "currency": "USD"}, {"amount": "1"}, "1", None):
        assert money(wrong) is None
    assert money_range({"minimum_amount": "1", "maximum_amount": "2"}) is None


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["NaN", "Infinity", "1e999"])
SAID = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.sampled_from(["amount", "value", "gender"]), LEAVES)


@given(st.sampled_from(sorted(ROW | DETAIL)), SAID)
def test_whatever_is_said_is_read_or_unknown(field: str, said: object) -> None:
    both = ROW | DETAIL | {field: said}
    to_facts(both, both, categories={"605248": "sports"})


READ_AT = datetime(2026, 11, 29, 9, tzinfo=UTC)
QUOTA: dict[str, Any] = {
    "quota_sum": "60", "quota_use": "12", "unlimited": False, "end_time": "1796540400",
    "reached_max_follower_cnt": "20000",
    "quota_details": [
        {"creator_levels": [0, 1], "quota_period_sum": 40, "quota_period_use": 2, "quota_bonus_sum": 10,
         "quota_bonus_use": 10},
        {"creator_levels": [2], "quota_period_sum": 10, "quota_period_use": 0, "quota_bonus_sum": 0,
         "quota_bonus_use": 0},
    ],
}  # fmt: skip


def test_a_quota_is_read_with_its_levels_bonus_and_follower_cap() -> None:
    low, high = LevelQuota((0, 1), 40, 2, 10, 10), LevelQuota((2,), 10, 0, 0, 0)
    ends = datetime.fromtimestamp(1_796_540_400, UTC)
    read = to_quota(QUOTA, read_at=READ_AT)
    assert read == PlatformQuota(12, 60, ends, READ_AT, (low, high), 20_000)
    assert (low.bonus_left, low.period_left, high.period_left) == (0, 38, 10)


@pytest.mark.parametrize(
    ("said", "levels", "most"),
    [
        ({"quota_details": None, "reached_max_follower_cnt": ""}, (), None),
        ({"quota_details": [{"creator_levels": "all"}, 5], "reached_max_follower_cnt": "0"}, (), None),
    ],
)
def test_what_a_quota_does_not_say_by_level_is_not_guessed(said: dict[str, Any], levels: object, most: object) -> None:
    read = to_quota(QUOTA | said, read_at=READ_AT)
    assert read is not None
    assert (read.levels, read.most_followers, read.left) == (levels, most, 48)
