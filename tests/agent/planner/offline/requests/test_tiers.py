"""Different terms for different creators in one sentence: a request each, or a question; never one for all."""

from dataclasses import replace
from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

CONTEXT = PlanningContext(
    today=date(2026, 11, 20), shortlist=("ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets")
)
HUNDRED, FIFTY = {"amount": 100, "currency": "USD"}, {"amount": 50, "currency": "USD"}


def drafts(text: str) -> list[Arguments]:
    """What is drafted, without the purpose."""
    calls = [call for stage in plan(text, CONTEXT).stages for call in stage]
    assert {call.name for call in calls} <= {"draft_messages"}
    return [{name: value for name, value in call.arguments.items() if name != "purpose"} for call in calls]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "邀请前3个 佣金15% 第4个20%",
            [{"ranks": [1, 2, 3], "commission_rate": 0.15}, {"ranks": [4], "commission_rate": 0.2}],
        ),
        (
            "15%给前3个，20%给第4个，写邀约",
            [{"ranks": [1, 2, 3], "commission_rate": 0.15}, {"ranks": [4], "commission_rate": 0.2}],
        ),
        (
            "给第1个写邀约佣金20%，其余15%",
            [{"ranks": [1], "commission_rate": 0.2}, {"ranks": [2, 3, 4, 5], "commission_rate": 0.15}],
        ),
        (
            "第1个和第3个佣金10%，第2个12%，写邀约，可以寄样",
            [
                {"ranks": [1, 3], "commission_rate": 0.1, "free_sample": True},
                {"ranks": [2], "commission_rate": 0.12, "free_sample": True},
            ],
        ),
        (
            "给第2个写邀约佣金15%坑位费100刀，@dan_diy 佣金20%坑位费50刀",
            [
                {"ranks": [2], "commission_rate": 0.15, "flat_fee": HUNDRED},
                {"handles": ["dan_diy"], "commission_rate": 0.2, "flat_fee": FIFTY},
            ],
        ),
        (
            "invite the first 3 at 15% and the fourth at 20%",
            [{"ranks": [1, 2, 3], "commission_rate": 0.15}, {"ranks": [4], "commission_rate": 0.2}],
        ),
        (
            "给前三个写邀约佣金15%，后两个20%",
            [{"ranks": [1, 2, 3], "commission_rate": 0.15}, {"ranks": [4, 5], "commission_rate": 0.2}],
        ),
        (
            "给前3个写邀约佣金15%，第4个20%，还是都可以寄样",
            [
                {"ranks": [1, 2, 3], "commission_rate": 0.15, "free_sample": True},
                {"ranks": [4], "commission_rate": 0.2, "free_sample": True},
            ],
        ),
        ("给前3个和第5个写邀约，佣金15%", [{"ranks": [1, 2, 3, 5], "commission_rate": 0.15}]),
        ("给前3个写邀约，佣金15%，不对，20%", [{"ranks": [1, 2, 3], "commission_rate": 0.2}]),
        ("前3个发邀约佣金15% 哎不 12%", [{"ranks": [1, 2, 3], "commission_rate": 0.12}]),
    ],
)
def test_each_group_gets_its_own_terms(text: str, wanted: list[Arguments]) -> None:
    assert drafts(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "给前5个写邀约，佣金15%，佣金20%",
        "给前5个写邀约，佣金15%，佣金20%，还是用西语",
        "15%给前3个，第4个20%，写邀约",
        "给第1个和第2个写邀约佣金15%，第2个20%",
        "给前5个写邀约，佣金20%，ROI高的再加5%",
        "invite the first 5 at 20% instead of 15%",
        "invite 1-3 for $100 and 4 for $200",
    ],
)
def test_terms_without_an_owner_are_asked_about(text: str) -> None:
    made = plan(text, CONTEXT)
    assert [call.name for stage in made.stages for call in stage] == []
    assert "terms_differ" in {note.key for note in made.notes}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("把K7 1-3的佣金从15%改成20%", {"batch": "K7", "numbers": [1, 2, 3], "commission_rate": 0.2}),
        ("K7 的 1-3 佣金改成15%，不对，20%", {"batch": "K7", "numbers": [1, 2, 3], "commission_rate": 0.2}),
        ("K7 的 1-3 佣金改成15%，4 改成20%", None),
    ],
)
def test_a_change_to_two_shares_is_asked_about(text: str, wanted: Arguments | None) -> None:
    made = plan(text, replace(CONTEXT, open_batches=("K7",), batch_sizes={"K7": 5}))
    assert [call.arguments for stage in made.stages for call in stage] == ([wanted] if wanted else [])
    assert [note.key for note in made.notes] == ([] if wanted else ["terms_differ"])
