"""Whole texts asked for by number: drafts of a batch, or a creator of the list; nothing else is read so."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext

LISTED = PlanningContext(
    today=date(2026, 11, 29),
    shortlist=tuple(f"h{rank}" for rank in range(1, 21)),
    last_criteria={"topic": "宠物"},
    last_tool="search_creators",
)
DRAFTED = PlanningContext(
    today=date(2026, 11, 29),
    shortlist=LISTED.shortlist,
    last_criteria=LISTED.last_criteria,
    last_tool="draft_messages",
    open_batches=("K2", "K1"),
    batch_sizes={"K2": 5, "K1": 9},
)


@pytest.mark.parametrize(
    ("text", "batch", "numbers"),
    [
        ("看 3 全文", "K2", [3]),
        ("看第三条的全文", "K2", [3]),
        ("看 7 全文", "K1", [7]),
        ("K1 第7条全文", "K1", [7]),
        ("看 K1 3、5 全文", "K1", [3, 5]),
        ("打开第2条和第4条的完整内容", "K2", [2, 4]),
        ("2-4 的原文", "K2", [2, 3, 4]),
        ("show 3 in full", "K2", [3]),
        ("please show me K1 2-4 in full", "K1", [2, 3, 4]),
        ("drafts 1 and 2 in full", "K2", [1, 2]),
    ],
)
def test_drafts_are_shown_whole(text: str, batch: str, numbers: list[int]) -> None:
    (call,) = plan(text, DRAFTED).calls
    assert (call.name, call.arguments) == ("list_drafts", {"batch": batch, "numbers": numbers})


@pytest.mark.parametrize("text", ["看 7 全文", "第七个的完整内容", "show 7 in full"])
def test_after_a_list_one_number_is_a_creator_of_it(text: str) -> None:
    for context in (LISTED, PlanningContext(today=date(2026, 11, 29), shortlist=LISTED.shortlist)):
        (call,) = plan(text, context).calls
        assert (call.name, call.arguments) == ("show_creator", {"rank": 7})


@pytest.mark.parametrize("text", ["看3条达人", "给前3个写邀约", "找20个美国宠物达人", "看 K1"])
def test_whatever_says_more_is_read_as_ever(text: str) -> None:
    assert all("numbers" not in call.arguments for call in plan(text, DRAFTED).calls)


@pytest.mark.parametrize("text", ["更多", "看更多", "还有吗", "more", "show me more", "more please"])
def test_more_are_others_under_the_same_filters(text: str) -> None:
    (call,) = plan(text, LISTED).calls
    assert call.name == "search_creators"
    assert call.arguments == {"refine": True, "exclude_handles": list(LISTED.shortlist)}
