"""A bound is kept only if somebody wrote that number."""

import pytest

from agent.guardrails.written_numbers import drop_unwritten
from agent.planner.plan import Arguments


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("粉丝1万到10万", {"followers": {"min": 10000, "max": 100000}}),
        ("粉丝 1-10w", {"followers": {"min": 10000, "max": 100000}}),
        ("GMV over $5k", {"gmv_30d": {"min": 5000, "currency": "USD"}}),
        ("互动率3个点以上", {"engagement_rate": {"min": 0.03}}),
        ("佣金15", {"commission_rate": 0.15}),
        ("佣金两成", {"commission_rate": 0.2}),
        ("坑位费200刀", {"flat_fee": {"amount": 200, "currency": "USD"}}),
        ("腰部达人", {"followers": {"min": 100000, "max": 500000}}),
        ("10万粉左右", {"followers": {"min": 80000, "max": 120000}}),
        ("一个月没联系过", {"not_contacted_within_days": 30}),
        ("来二十个", {"limit": 20}),
        ("来五百个", {"limit": 200}),
        ("粉丝８万以下", {"followers": {"max": 80000}}),
    ],
)
def test_what_was_written_is_kept(said: str, arguments: Arguments) -> None:
    kept = drop_unwritten("search_creators", arguments, said=[said])
    assert (kept.arguments, kept.dropped) == (arguments, ())


def test_a_bound_nobody_wrote_is_dropped_and_named() -> None:
    kept = drop_unwritten(
        "search_creators",
        {"topic": "pets", "followers": {"min": 10000, "max": 100000}, "gmv_30d": {"min": 5000, "currency": "USD"}},
        said=["找宠物达人，1万粉以上"],
    )
    assert kept.arguments == {"topic": "pets", "followers": {"min": 10000}}
    assert kept.dropped == ("followers.max", "gmv_30d.min")


@pytest.mark.parametrize(
    ("field", "value"), [("limit", 50), ("active_within_days", 7), ("not_contacted_within_days", 30)]
)
def test_a_single_number_nobody_wrote_is_dropped(field: str, value: int) -> None:
    kept = drop_unwritten("search_creators", {field: value}, said=["找宠物达人"])
    assert (kept.arguments, kept.dropped) == ({}, (field,))


def test_a_commission_or_fee_nobody_offered_is_dropped_from_a_draft() -> None:
    offered: Arguments = {"purpose": "invite", "commission_rate": 0.2, "flat_fee": {"amount": 100, "currency": "USD"}}
    kept = drop_unwritten("draft_messages", offered, said=["给前5个写邀约"])
    assert kept.dropped == ("commission_rate", "flat_fee")
    assert kept.arguments == {"purpose": "invite"}


def test_numbers_of_earlier_messages_and_preferences_count() -> None:
    said = ["按GMV排", "佣金不超过12%", "只看5万粉以上的"]
    arguments: Arguments = {"followers": {"min": 50000}, "commission_rate": {"max": 0.12}}
    assert drop_unwritten("search_creators", arguments, said=said).dropped == ()


def test_cheaper_moves_a_written_bound_but_invents_none() -> None:
    said = ["客单价30美金以下", "再便宜点"]
    assert drop_unwritten("search_creators", {"avg_price": {"max": 24}}, said=said).dropped == ()
    assert drop_unwritten("search_creators", {"avg_price": {"max": 17}}, said=said).dropped == ("avg_price.max",)
