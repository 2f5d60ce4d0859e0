"""Questions of how outreach went, alone and after other figures; and a brand's own templates named in passing."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

TODAY = date(2026, 11, 20)
BY_ROUND: Arguments = {"subject": "funnel", "group_by": "round", "metrics": ["reply_rate"]}


def calls(text: str, context: PlanningContext) -> list[tuple[str, Arguments]]:
    return [(call.name, call.arguments) for call in plan(text, context).calls]


@pytest.mark.parametrize(
    "last", [None, {"period": "last_week", "metrics": ["gmv"]}, {"subject": "creators", "group_by": "creator"}]
)
def test_rates_by_round_are_the_funnels_whatever_was_asked_before(last: Arguments | None) -> None:
    context = PlanningContext(TODAY, last_tool="performance" if last else None, last_report=last)
    assert calls("各轮回复率", context) == [("performance", BY_ROUND)]


def test_after_the_funnel_its_days_stay() -> None:
    before: Arguments = {"subject": "funnel", "period": "last_month"}
    context = PlanningContext(TODAY, last_tool="performance", last_report=before)
    ((name, arguments),) = calls("按时段呢", context)
    assert (name, arguments) == ("performance", before | {"group_by": "hour"})


@pytest.mark.parametrize(
    "text", ["几点出单最多", "which hour sells the most", "给前5个写邀约，提高回复率", "每天推送回复率"]
)
def test_sales_messages_and_digests_are_not_the_funnels(text: str) -> None:
    context = PlanningContext(TODAY, shortlist=tuple(f"@c{place}" for place in range(9)))
    assert all(arguments.get("subject") != "funnel" for _, arguments in calls(text, context))


def test_a_templates_name_names_no_product() -> None:
    context = PlanningContext(TODAY, shortlist=("@a", "@b", "@c"), products=("猫砂盆", "鱼油"))
    assert calls("用模板 猫砂盆首轮 给前2个写鱼油的邀约", context) == [
        ("draft_messages", {"ranks": [1, 2], "purpose": "invite", "product": "鱼油", "template": "猫砂盆首轮"})
    ]
    ((_, arguments),) = calls("用模板 猫砂盆首轮 给前2个写", context)
    assert "product" not in arguments
