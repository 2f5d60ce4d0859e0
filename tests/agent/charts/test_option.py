"""Figures as an ECharts option: gaps stay gaps, what a person reads is what was written."""

from typing import Any, cast

from agent.charts.option import Heading, Option, Scale, Series, funnel, outcomes, ranking, trend

HEADING = Heading("近7天 GMV", "11-22 至 11-28 · 洛杉矶时间")
DOLLARS = Scale(decimals=2, before="$")


def series(option: Option) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", option["series"])


def test_a_day_nobody_knows_is_a_gap_and_amounts_are_drawn_in_whole_units() -> None:
    sold = Series("GMV", (120_050, None, 0), ("$1,200.50", "未知", "$0"))
    option = trend(HEADING, ("11-22", "11-23", "11-24"), (sold,), scale=DOLLARS)
    (line,) = series(option)
    assert [point["value"] for point in line["data"]] == [1200.5, None, 0.0]
    assert [point["name"] for point in line["data"]] == ["$1,200.50", "未知", "$0"]
    assert [point["label"]["show"] for point in line["data"]] == [True, False, False]
    assert cast("dict[str, Any]", option["yAxis"])["axisLabel"]["formatter"] == "${value}"
    assert "legend" not in option


def test_what_a_trend_is_compared_with_is_dashed_and_named() -> None:
    now, before = Series("近7天", (3, 4), ("3", "4")), Series("之前7天", (1, 2), ("1", "2"))
    option = trend(HEADING, ("11-22", "11-23"), (now, before), scale=Scale())
    assert [line["lineStyle"].get("type", "solid") for line in series(option)] == ["solid", "dashed"]
    assert cast("dict[str, Any]", option["legend"])["data"] == ["近7天", "之前7天"]


def test_a_ranking_puts_the_first_on_top() -> None:
    option = ranking(HEADING, ("@a", "@b"), Series("GMV", (500, 300), ("$5", "$3")), scale=DOLLARS)
    axis = cast("dict[str, Any]", option["yAxis"])
    assert (axis["data"], axis["inverse"]) == (["@a", "@b"], True)


def test_a_step_nobody_knows_is_left_out_of_a_funnel() -> None:
    option = funnel(HEADING, ("已联系", "已回复", "已出单"), Series("达人", (420, 61, None), ("420", "61", "未知")))
    (drawn,) = series(option)
    assert drawn["data"] == [{"name": "已联系 420", "value": 420}, {"name": "已回复 61", "value": 61}]
    assert drawn["sort"] == "none"


def test_parts_of_a_bar_lie_on_each_other_and_nothing_is_not_labelled() -> None:
    parts = (Series("已发", (12, 9), ("12", "9")), Series("逾期", (3, 0), ("3", "0")))
    option = outcomes(HEADING, ("9月", "10月"), parts)
    assert [part["stack"] for part in series(option)] == ["all", "all"]
    assert [point["label"]["show"] for point in series(option)[1]["data"]] == [True, False]
