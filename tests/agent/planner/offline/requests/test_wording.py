"""What a request says beside its tool, put in words nobody tuned on: references, notes, periods, corrections."""

from datetime import date
from typing import Any

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext

CONTEXT = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=tuple(f"creator_{rank}" for rank in range(1, 13)),
    open_batches=("K7", "B6"),
    batch_sizes={"K7": 8, "B6": 10},
    products=("空气炸锅", "Air Fryer"),
)
SAID: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    ("shorten message 1", [("revise_drafts", {"numbers": [1], "tone": "brief"})]),
    ("remove the emoji from draft 2", [("revise_drafts", {"numbers": [2], "instruction": "remove the emoji"})]),
    ("B6 #2 sounds too stiff, make it warmer", [("revise_drafts", {"batch": "B6", "numbers": [2], "tone": "warm"})]),
    ("这批草稿语气太冷了，帮我写热情点", [("revise_drafts", {"tone": "warm"})]),
    ("pull up B6 again", [("list_drafts", {"batch": "B6"})]),
    (
        "除了2号和7号，其余的都写邀约",
        [("draft_messages", {"ranks": [1, 3, 4, 5, 6, 8, 9, 10, 11, 12], "purpose": "invite"})],
    ),
    (
        "draft a reply to @bea saying we'll chase the courier on Monday",
        [
            (
                "draft_messages",
                {"handles": ["bea"], "purpose": "reply", "note": "we'll chase the courier on Monday"},
            )
        ],
    ),
    (
        "write invites to 1 and 4 at 18% commission, and tag those two “sale”",
        [
            ("draft_messages", {"ranks": [1, 4], "purpose": "invite", "commission_rate": 0.18}),
            ("crm_update", {"ranks": [1, 4], "add_tags": ["sale"]}),
        ],
    ),
    (
        "今天三件事：看下上周GMV，列一下未读回复",
        [("performance", {"period": "last_week", "metrics": ["gmv"]}), ("list_replies", {"status": "unread"})],
    ),
    ("tag 2 and 3 as “maybe”, scratch that, tag them “yes”", [("crm_update", {"ranks": [2, 3], "add_tags": ["yes"]})]),
    ("把他标成已签收", []),
    ("导出来，Excel的，不要csv", [("export_shortlist", {"format": "xlsx"})]),
    (
        "worst 3 products by refund rate in October",
        [
            (
                "performance",
                {
                    "period": "custom",
                    "from": "2026-10-01",
                    "to": "2026-10-31",
                    "subject": "products",
                    "metrics": ["refund_rate"],
                    "order_by": "refund_rate",
                    "descending": True,
                    "top": 3,
                },
            )
        ],
    ),
    (
        "上季度GMV多少",
        [("performance", {"period": "custom", "from": "2026-07-01", "to": "2026-09-30", "metrics": ["gmv"]})],
    ),
    (
        "隔两天跟一次，一共三轮，给第1到4个",
        [("schedule_follow_up", {"ranks": [1, 2, 3, 4], "every_days": 2, "rounds": 3})],
    ),
    ("每天早上八点一刻推日报给我", [("subscribe_digest", {"at": "08:15"})]),
    (
        "cap commission for the Air Fryer at 15%, no, 14%",
        [("products", {"action": "change", "name": "Air Fryer", "commission_ceiling": 0.14})],
    ),
    ("what does 佣金可以再高一点吗 mean", [("translate", {"text": "佣金可以再高一点吗"})]),
    ("which samples have been approved but not shipped yet?", [("samples", {"action": "list", "status": "approved"})]),
    ("Lovely, thank you so much, I'm off to a meeting", []),
    ("what's the best way to negotiate my rent?", []),
]


@pytest.mark.parametrize(("text", "calls"), SAID, ids=[text for text, _ in SAID])
def test_what_is_said_beside_the_tool_is_kept(text: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    assert [(call.name, call.arguments) for call in plan(text, CONTEXT).calls] == calls
