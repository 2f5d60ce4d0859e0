"""Whom a request is about: bare spans and lists, a reference said after it, and whoever can only be described."""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import JsonValue

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext

LISTED = PlanningContext(today=date(2026, 11, 20), shortlist=tuple(f"c{rank}" for rank in range(1, 21)))
DRAFTED = replace(LISTED, open_batches=("K7",), batch_sizes={"K7": 8}, last_tool="draft_messages")


@pytest.mark.parametrize(
    ("text", "tool", "ranks"),
    [
        ("过两天还没回音就再追一下1到3", "schedule_follow_up", [1, 2, 3]),
        ("3和4拉到黑名单", "crm_update", [3, 4]),
        ("cancel the follow ups for 3 n 4", "cancel_follow_ups", [3, 4]),
        ("offer 1 to 3 a free sample", "draft_messages", [1, 2, 3]),
        ("别催了，第2个和第3个都已经谈好了", "cancel_follow_ups", [2, 3]),
        ("搞个双12活动，前2个，分三轮", "campaigns", [1, 2]),
        ("只要3到5，存成B组", "save_shortlist", [3, 4, 5]),
    ],
)
def test_numbers_and_references_name_their_creators(text: str, tool: str, ranks: list[JsonValue]) -> None:
    (call,) = plan(text, LISTED).calls
    assert (call.name, call.arguments["ranks"]) == (tool, ranks)


@pytest.mark.parametrize("text", ["给他们写邀约，3到5句话就行", "给他们都写邀约，2-3 minutes video"])
def test_what_is_counted_names_nobody(text: str) -> None:
    assert plan(text, LISTED).calls == ()


@pytest.mark.parametrize(
    "text", ["把德国的都拉黑", "给英国那几个写邀约", "invite the ones with email", "tag the UK ones as vip"]
)
def test_whoever_is_only_described_is_asked_for(text: str) -> None:
    planned = plan(text, LISTED)
    assert planned.calls == ()
    assert [note.key for note in planned.notes] == ["needs_creator"]


def test_a_market_that_was_searched_for_is_everybody() -> None:
    found = replace(LISTED, last_criteria={"markets": ["GB"]})
    (call,) = plan("给英国那几个写邀约", found).calls
    assert call.arguments == {"purpose": "invite"}


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("都改成20%", {"commission_rate": 0.2}),
        ("all of these should be 15%", {"commission_rate": 0.15}),
        ("3和5改成18%", {"numbers": [3, 5], "commission_rate": 0.18}),
        ("2-5 shorter pls", {"numbers": [2, 3, 4, 5], "tone": "brief"}),
    ],
)
def test_drafts_that_lie_open_are_put_right(text: str, arguments: dict[str, JsonValue]) -> None:
    (call,) = plan(text, DRAFTED).calls
    assert (call.name, call.arguments) == ("revise_drafts", arguments)


def test_a_condition_on_a_sample_records_nothing() -> None:
    (call,) = plan("收到样品一周后问问她们进度", LISTED).calls
    assert (call.name, call.arguments["condition"]) == ("schedule_follow_up", "delivered")


def test_an_answer_offers_what_it_names_and_never_what_was_asked_for() -> None:
    (call,) = plan("第7个说要坑位费200刀，跟她说最多120", LISTED).calls
    assert call.arguments["flat_fee"] == {"amount": 120, "currency": "USD"}
