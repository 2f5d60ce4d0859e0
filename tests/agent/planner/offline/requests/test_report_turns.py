"""What goes on from a question about figures stands by itself; what is a request of its own is left alone."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

LAST: Arguments = {"subject": "creators", "period": "last_30_days", "metrics": ["gmv"], "order_by": "gmv", "top": 10}
ASKED = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=("ann", "bob", "cat"),
    last_tool="performance",
    last_report=LAST,
    report_rows=("mia.cooks", "tom.diy", ""),
)
SHOP = PlanningContext(
    today=date(2026, 11, 20),
    products=("猫砂盆",),
    last_tool="performance",
    last_report={"period": "last_week", "metrics": ["gmv"]},
)


def calls(text: str, context: PlanningContext = ASKED) -> list[tuple[str, Arguments]]:
    return [(call.name, call.arguments) for call in plan(text, context).calls]


@pytest.mark.parametrize("text", ["第二名是哪些视频带的", "which videos of number two", "第2个的视频"])
def test_a_row_of_the_answer_is_asked_about_by_its_place(text: str) -> None:
    ((name, arguments),) = calls(text)
    assert (name, arguments["subject"], arguments["handle"]) == ("performance", "videos", "tom.diy")
    assert arguments["period"] == "last_30_days"
    assert not {"top", "order_by", "group_by"} & arguments.keys()


def test_a_row_that_is_not_there_is_said_so_and_nobodys_row_too() -> None:
    missing, nobodys = plan("第8名的视频", ASKED), plan("第3名的视频", ASKED)
    assert (missing.calls, [(note.key, note.facts) for note in missing.notes]) == (
        (),
        [("report_row_missing", {"rank": 8, "total": 3})],
    )
    assert (nobodys.calls, [note.key for note in nobodys.notes]) == ((), ["report_row_nobody"])


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("换成上个月", {"period": "last_month"}),
        ("make it last month", {"period": "last_month"}),
        ("不是，我说的是净额", {"metrics": ["net"]}),
        ("按产品拆开", {"group_by": "product"}),
        ("只看美国", {"market": "US"}),
        ("按北京时间", {"timezone": "Asia/Shanghai"}),
        ("比上周怎么样", {"compare": "previous_period"}),
        ("为什么跌了", {"explain": True}),
        ("画个图", {"chart": True}),
        ("是本周，不是上周", {"period": "this_week"}),
        ("@mia.cooks 呢", {"subject": "creator", "handle": "mia.cooks"}),
        ("猫砂盆呢", {"product": "猫砂盆", "subject": "products"}),
        ("GMV和订单一起看", {"metrics": ["gmv", "orders"]}),
    ],
)
def test_what_is_said_is_put_into_the_last_question(text: str, changed: Arguments) -> None:
    assert calls(text, SHOP) == [("performance", {"period": "last_week", "metrics": ["gmv"]} | changed)]


def test_another_period_takes_the_days_of_the_last_one_away() -> None:
    days: Arguments = {"period": "custom", "from": "2026-10-01", "to": "2026-10-31"}
    asked = PlanningContext(
        today=date(2026, 11, 20), last_tool="performance", last_report=days | {"metrics": ["orders"]}
    )
    assert calls("换成本月", asked) == [("performance", {"period": "this_month", "metrics": ["orders"]})]


def test_samples_and_the_funnel_neither_take_another_figure_nor_keep_theirs() -> None:
    before: Arguments = {"period": "last_month", "metrics": ["gmv"]}
    of_sales = PlanningContext(today=date(2026, 11, 20), last_tool="performance", last_report=before)
    assert calls("那样品投入呢", of_sales) == [("performance", {"period": "last_month", "subject": "samples"})]
    funnel: Arguments = {"period": "last_month", "subject": "funnel"}
    of_it = PlanningContext(today=date(2026, 11, 20), last_tool="performance", last_report=funnel)
    assert calls("GMV呢", of_it) == [("performance", before)]


def test_a_reason_is_asked_for_once() -> None:
    asked = PlanningContext(
        today=date(2026, 11, 20),
        last_tool="performance",
        last_report={"period": "this_week", "metrics": ["gmv"], "explain": True},
    )
    assert calls("那上周呢", asked) == [("performance", {"period": "last_week", "metrics": ["gmv"]})]


def test_a_whole_question_of_its_own_takes_nothing_over() -> None:
    asked = PlanningContext(
        today=date(2026, 11, 20),
        last_tool="performance",
        last_report={"period": "last_week", "metrics": ["gmv"], "market": "US"},
    )
    assert calls("昨天出了多少单", asked) == [("performance", {"period": "yesterday", "metrics": ["orders"]})]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("找20个美国宠物达人", "search_creators"),
        ("给第2个写邀约", "draft_messages"),
        ("看看未读回复", "list_replies"),
        ("哪些样品逾期了", "samples"),
        ("产品列表", "products"),
        ("这周还能联系谁", "quota_status"),
        ("列一下草稿", "list_drafts"),
        ("有哪些活动", "campaigns"),
        ("把第1个拉黑", "crm_update"),
        ("find 10 cat creators in the US", "search_creators"),
        ("show me the profile of number 2", "show_creator"),
        ("给个转发版", "share_text"),
        ("重新找一批美国的", "search_creators"),
        ("换一批", "search_creators"),
        ("导出", "export_shortlist"),
    ],
)
def test_another_request_right_after_figures_is_that_request(text: str, tool: str) -> None:
    assert [name for name, _ in calls(text)] == [tool]


@pytest.mark.parametrize(
    ("text", "tool", "aimed"),
    [
        ("给第2个写邀约", "draft_messages", {"handles": ["tom.diy"]}),
        ("给前2个写邀约", "draft_messages", {"handles": ["mia.cooks", "tom.diy"]}),
        ("给他们写感谢", "draft_messages", {"handles": ["mia.cooks", "tom.diy"]}),
        ("把第1个标成已寄样", "crm_update", {"handles": ["mia.cooks"]}),
        ("看第2个的资料", "show_creator", {"handle": "tom.diy"}),
        ("找类似第1个的", "similar_creators", {"handle": "mia.cooks"}),
        ("给@ann写邀约", "draft_messages", {"handles": ["ann"]}),
    ],
)
def test_whoever_is_named_by_place_after_figures_by_creator_is_of_those(text: str, tool: str, aimed: Arguments) -> None:
    ((name, arguments),) = calls(text)
    assert name == tool
    assert {key: arguments.get(key) for key in ("handle", "handles", "rank", "ranks") if key in arguments} == aimed


def test_another_figure_of_a_ranking_is_of_the_same_people_in_the_same_order() -> None:
    assert calls("退款率呢") == [("performance", LAST | {"metrics": ["refund_rate"]})]


def test_two_rows_at_once_are_not_guessed_at() -> None:
    assert calls("第一名和第二名比") == []


def test_nobodys_sales_are_written_to_nobody() -> None:
    planned = plan("给第3个写邀约", ASKED)
    assert (planned.calls, [note.key for note in planned.notes]) == ((), ["report_row_nobody"])


def test_after_figures_of_products_a_place_is_of_the_shortlist() -> None:
    asked = PlanningContext(
        today=date(2026, 11, 20),
        shortlist=("ann", "bob"),
        last_tool="performance",
        last_report={"subject": "products"},
        report_rows=("鱼油软糖", "猫砂盆"),
    )
    ((_, arguments),) = calls("给第2个写邀约", asked)
    assert arguments["ranks"] == [2]


@pytest.mark.parametrize("text", ["只看美国", "第2个", "换成德国"])
def test_after_another_tool_the_same_words_are_about_that_one(text: str) -> None:
    searched = PlanningContext(
        today=date(2026, 11, 20),
        shortlist=("ann", "bob"),
        last_criteria={"topic": "cats"},
        last_tool="search_creators",
        last_report=LAST,
        report_rows=("mia.cooks", "tom.diy"),
    )
    assert "performance" not in [name for name, _ in calls(text, searched)]


@pytest.mark.parametrize("text", ["", "嗯", "?", "那", "第", "呢" * 400, "the " * 30])
def test_words_that_say_nothing_ask_for_no_figures(text: str) -> None:
    assert calls(text) == []


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("GMV怎么算的", ["gmv"]),
        ("样品ROI的公式是什么", ["sample_roi"]),
        ("how do you work out net sales?", ["net"]),
        ("what does conversion rate mean", ["conversion_rate"]),
    ],
)
def test_how_a_figure_is_worked_out_is_answered_with_its_definition(text: str, metrics: list[str]) -> None:
    fresh = PlanningContext(today=date(2026, 11, 20))
    assert calls(text, fresh) == [("performance", {"metrics": metrics, "define": True})]
    assert calls("这个怎么算的", SHOP) == [("performance", {"metrics": ["gmv"], "define": True})]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("黑五那周GMV", "2025-11-24", "2025-11-30"),
        ("双11那周GMV", "2026-11-09", "2026-11-15"),
        ("双11当天GMV", "2026-11-11", "2026-11-11"),
        ("GMV of the week of Singles Day", "2026-11-09", "2026-11-15"),
        ("圣诞那周的GMV", "2025-12-22", "2025-12-28"),
        ("11月上半月GMV", "2026-11-01", "2026-11-15"),
        ("GMV in the first half of October", "2026-10-01", "2026-10-15"),
        ("下半月GMV", "2026-11-16", "2026-11-20"),
        ("上上周GMV", "2026-11-02", "2026-11-08"),
        ("GMV the day before yesterday", "2026-11-18", "2026-11-18"),
    ],
)
def test_days_without_a_name_of_their_own_are_the_last_ones_that_have_begun(text: str, first: str, last: str) -> None:
    ((_, arguments),) = calls(text, PlanningContext(today=date(2026, 11, 20)))
    assert (arguments["from"], arguments["to"]) == (first, last)
