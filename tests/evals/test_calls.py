"""The scorer of calls follows the rules written beside the cases."""

import pytest
from pydantic import JsonValue

from evals.scorers.calls import ExpectedCall, MadeCall, right_tools, same, wrong_fields


def search(**arguments: JsonValue) -> MadeCall:
    return MadeCall("search_creators", arguments)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("US beauty ", "us BEAUTY"),
        ("@mia", "mia"),
        (0.18, 0.1800000001),
        (20, 20.0),
        ([1, 2, 3], [3, 2, 1]),
        ({"min": 1, "currency": "USD"}, {"currency": "usd", "min": 1.0}),
        (None, None),
    ],
)
def test_values_that_mean_the_same_are_the_same(one: JsonValue, other: JsonValue) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(True, 1), (False, 0), ("20", 20), ([1, 2], [1]), ([1], [1, 2]), ({"min": 1}, {"min": 1, "max": 2}), (None, 0)],
)
def test_values_that_differ_are_not(one: JsonValue, other: JsonValue) -> None:
    assert not same(one, other)


def test_a_field_must_be_as_expected_or_as_accepted() -> None:
    expected = [
        ExpectedCall("search_creators", {"limit": 20, "topic": "宠物"}, {"topic": ["pets"], "sort": [None, "gmv"]})
    ]
    assert wrong_fields([search(limit=20, topic="宠物")], expected) == []
    assert wrong_fields([search(limit=20, topic="Pets", sort="gmv")], expected) == []
    assert wrong_fields([search(limit=20, topic="cats", sort="views")], expected) == [
        "search_creators.sort",
        "search_creators.topic",
    ]


def test_a_missing_and_an_unexpected_field_are_wrong() -> None:
    expected = [ExpectedCall("search_creators", {"limit": 20})]
    assert wrong_fields([search(markets=["US"])], expected) == ["search_creators.limit", "search_creators.markets"]


def test_a_field_that_only_may_be_absent_is_demanded_without_that_word() -> None:
    assert wrong_fields([search()], [ExpectedCall("search_creators", {}, {"sort": ["gmv"]})]) == [
        "search_creators.sort"
    ]
    assert wrong_fields([search()], [ExpectedCall("search_creators", {}, {"sort": ["gmv", None]})]) == []


def test_the_star_stands_for_any_value_that_is_present() -> None:
    expected = [ExpectedCall("preferences", {"action": "set", "text": "*"})]
    assert wrong_fields([MadeCall("preferences", {"action": "set", "text": "whatever"})], expected) == []
    assert wrong_fields([MadeCall("preferences", {"action": "set"})], expected) == ["preferences.text"]


def test_tools_count_in_their_order() -> None:
    expected = [ExpectedCall("quota_status", {}), ExpectedCall("list_replies", {})]
    assert right_tools([MadeCall("quota_status", {}), MadeCall("list_replies", {})], expected)
    assert not right_tools([MadeCall("list_replies", {}), MadeCall("quota_status", {})], expected)
    assert not right_tools([MadeCall("quota_status", {})], expected)
