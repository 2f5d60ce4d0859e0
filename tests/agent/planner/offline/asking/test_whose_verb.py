"""What is done to whom: words told to somebody ask for nothing, each verb goes to the creator named before it."""

from datetime import date

import pytest
from pydantic import JsonValue

from agent.planner.offline.asking.reported import reported
from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext

EMPTY = PlanningContext(today=date(2026, 11, 20))
LISTED = PlanningContext(today=date(2026, 11, 20), shortlist=("ann", "bob", "cy", "dee"), last_focus="ann")
DRAFTED = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=("ann", "bob", "cy", "dee"),
    open_batches=("K7",),
    batch_sizes={"K7": 4},
    last_criteria={"commission_rate": {"max": 0.2}, "markets": ["US"]},
    last_tool="draft_messages",
)
Calls = list[tuple[str, dict[str, JsonValue]]]


def calls(text: str, context: PlanningContext) -> Calls:
    return [(call.name, dict(call.arguments)) for call in plan(text, context).calls]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("跟她说样品寄了,然后把她拉黑", ["样品寄了"]),
        ("tell her no thanks and block her", ["no thanks"]),
        ("reply to @leo: we cancelled it", ["we cancelled it"]),
        ("她说收到货了", []),
        ("tell me who replied", []),
    ],
)
def test_what_is_told_ends_where_the_next_request_begins(text: str, said: list[str]) -> None:
    assert [text[start:end] for start, end in reported(text)] == said


@pytest.mark.parametrize("text", ["就说样品下周一寄出", "just reply that the parcel was delivered"])
def test_an_answer_goes_to_the_one_shown_last_and_without_one_to_nobody(text: str) -> None:
    assert [(name, arguments["handles"]) for name, arguments in calls(text, LISTED)] == [("draft_messages", ["ann"])]
    nobody = plan(text, PlanningContext(today=date(2026, 11, 20), shortlist=("ann", "bob")))
    assert (nobody.calls, [note.key for note in nobody.notes]) == ((), ["needs_creator"])


def test_creators_named_in_an_answer_are_not_written_to() -> None:
    ((name, arguments),) = calls("跟@mia说第3个链接打不开", LISTED)
    assert (name, arguments["handles"], arguments.get("ranks")) == ("draft_messages", ["mia"], None)


def test_a_second_rank_under_one_verb_keeps_its_own_stage() -> None:
    assert calls("mark 1 as declined and 2 as agreed", LISTED) == [
        ("crm_update", {"ranks": [1], "stage": "declined"}),
        ("crm_update", {"ranks": [2], "stage": "agreed"}),
    ]


def test_one_verb_behind_two_references_is_for_both() -> None:
    assert calls("第一个 第二个 拉黑", LISTED) == [("crm_update", {"ranks": [1, 2], "blocked": True})]


def test_the_rest_are_those_the_request_before_did_not_name() -> None:
    blocked, drafted = calls("第2个拉黑 其余写邀约", LISTED)
    assert blocked == ("crm_update", {"ranks": [2], "blocked": True})
    assert drafted == ("draft_messages", {"ranks": [1, 3, 4], "purpose": "invite"})


@pytest.mark.parametrize("text", ["佣金写低了 改成15吧", "commission's too low, make it 15%"])
def test_a_commission_put_right_after_drafting_is_that_of_the_drafts(text: str) -> None:
    assert calls(text, DRAFTED) == [("revise_drafts", {"commission_rate": 0.15})]
    assert "revise_drafts" not in dict(calls(text, LISTED))


@pytest.mark.parametrize("text", ["佣金降到10%的有吗", "找佣金改到15%以内的美国宠物达人"])
def test_creators_sought_after_drafting_are_searched_for(text: str) -> None:
    assert [name for name, _ in calls(text, DRAFTED)] == ["search_creators"]
