"""A question about how things work asks for nothing to be done; a polite request in its form is one."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Plan, PlanningContext

CONTEXT = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=("ann", "bob", "cat"),
    open_batches=("K7",),
    batch_sizes={"K7": 8},
    last_criteria={"topic": "护肤", "markets": ["US"]},
    last_tool="search_creators",
)


def said(text: str) -> Plan:
    return plan(text, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "拉黑了以后还能放出来吗",
        "我要是给到20个点 他们会不会更愿意接啊",
        "你写完邀约是直接就发出去了吗",
        "为什么要批准才能发",
        "do creators see the notes I leave on them?",
        "how come invites need approving first",
        "can you send messages without my approval",
        "can you refund order 58213 for the customer",
        "给客户发优惠券",
        "嗯我再想想",
        "快点",
        "not these",
        "this is not what I asked for",
    ],
)
def test_it_is_quoted_back_and_nothing_is_called(text: str) -> None:
    read = said(text)
    assert read.calls == ()
    assert read.not_understood
    assert [note.key for note in read.notes] == ["help"]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("能不能帮我找10个英国美妆达人", "search_creators"),
        ("could you block number 3", "crm_update"),
        ("第2个可以发邀约吗，15个点", "draft_messages"),
        ("有没有英国做宠物的达人啊", "search_creators"),
        ("昨天有谁回复吗", "list_replies"),
        ("why did sales drop last week", "performance"),
        ("这样写违规吗：全网最低价", "check_compliance"),
    ],
)
def test_a_request_in_the_form_of_a_question_is_done(text: str, tool: str) -> None:
    assert [call.name for call in said(text).calls] == [tool]


def test_a_question_behind_a_request_leaves_the_request_alone() -> None:
    read = said("给前2个写邀约，他们会不会嫌佣金低")
    assert [(call.name, call.arguments["ranks"]) for call in read.calls] == [("draft_messages", [1, 2])]
    assert read.not_understood == ("他们会不会嫌佣金低",)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("不对，我说的是防晒，不是护肤", {"topic": "防晒", "refine": True}),
        ("no I meant sunscreen, not skincare", {"topic": "sunscreen", "refine": True}),
        ("不是玩具，是母婴，英国的", {"topic": "母婴", "categories": ["baby"], "markets": ["GB"], "refine": True}),
        ("我刚才说的是英国，不是美国", {"markets": ["GB"], "refine": True}),
    ],
)
def test_what_was_meant_replaces_what_was_not(text: str, changed: dict[str, object]) -> None:
    assert [call.arguments for call in said(text).calls] == [changed]
