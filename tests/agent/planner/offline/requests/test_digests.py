"""What is said of the daily digest: when it comes, on which days, in which language, and what is no such thing."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext

TODAY = PlanningContext(today=date(2026, 11, 20))
WORKING = ["mon", "tue", "wed", "thu", "fri"]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("日报周末别发", "subscribe_digest", {"days": WORKING}),
        ("日报周五到周一发", "subscribe_digest", {"days": ["mon", "fri", "sat", "sun"]}),
        ("digest tuesday through friday", "subscribe_digest", {"days": ["tue", "wed", "thu", "fri"]}),
        ("日报别9点发，改10点半", "subscribe_digest", {"at": "10:30"}),
        ("用日文发日报", "subscribe_digest", {"language": "ja"}),
        ("给我看今天的英文日报", "digest", {"period": "today"}),
        ("昨天的日报全文", "digest", {"full": True, "period": "yesterday"}),
        ("is the digest still on?", "digest", {"when": True}),
        ("9点的日报别发了", "subscribe_digest", {"enabled": False}),
    ],
)
def test_a_message_about_the_digest(text: str, name: str, arguments: dict[str, object]) -> None:
    assert [(call.name, call.arguments) for call in plan(text, TODAY).calls] == [(name, arguments)]


@pytest.mark.parametrize("text", ["把日报里的达人拉黑", "find 10 creators for the daily report", "周末给达人发消息"])
def test_what_speaks_of_something_else_too_is_left_to_the_other_requests(text: str) -> None:
    assert "subscribe_digest" not in [call.name for call in plan(text, TODAY).calls]
