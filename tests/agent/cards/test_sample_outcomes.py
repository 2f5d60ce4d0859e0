"""What became of samples: the chart that is asked for in the chat, its table, and what is said of it."""

from typing import Any, cast

import pytest
from pydantic import JsonValue

from agent.cards.piece import Piece
from agent.cards.shown import SHOWN
from memory.domain.cards import ChartCard, ReportCard
from memory.domain.performance import Key
from memory.domain.performance_stores import OutcomeRow
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.figures import BOX, TODAY, FakePerformance, Sold, answer, sales
from tools.performance.outcomes import OutcomesShown

LONG = OutcomeRow(Key("9", "Self-cleaning litter box with a camera, extra large"), posted=12, overdue=3, not_due=4)
SHORT = OutcomeRow(BOX, posted=2, lost=1)
NOBODYS = OutcomeRow(Key("", ""), excused=1)


async def shown(rows: tuple[OutcomeRow, ...], *, lang: Lang = "zh", **arguments: JsonValue) -> Piece:
    asks: dict[str, JsonValue] = {"subject": "samples", "chart": True, "period": "this_month", **arguments}
    result = await answer(FakePerformance(samples=rows), asks, lang=lang)
    return SHOWN[type(result)](result, lang, texts())


async def test_a_bar_a_product_is_made_of_what_became_of_its_samples() -> None:
    piece = await shown((LONG, SHORT, NOBODYS))
    chart, table = piece.cards
    assert isinstance(chart, ChartCard)
    assert isinstance(table, ReportCard)
    drawn = cast("list[dict[str, Any]]", chart.option["series"])
    assert [(part["name"], [point["value"] for point in part["data"]]) for part in drawn] == [
        ("已发内容", [12, 2, 0]), ("逾期未发", [3, 0, 0]), ("还没到期", [4, 0, 0]), ("已丢件", [0, 1, 0]),
        ("已免发", [0, 0, 1]),
    ]  # fmt: skip
    assert cast("dict[str, Any]", chart.option["yAxis"])["data"] == [f"{LONG.key.label[:29]}…", "猫砂盆", "没写产品"]
    counts = "已发内容 14、逾期未发 3、还没到期 4、已丢件 1、已免发 1"
    assert chart.alt == f"共 23 个样品：{counts}。逾期最多的是{LONG.key.label}（3 个）。"
    assert piece.text == f"11-01 ~ 11-20（店铺时间 America/Los_Angeles）寄出的样品：{counts}。"
    assert table.rows[1] == ("猫砂盆", "2", "0", "0", "1", "0", "3")


async def test_of_what_there_is_none_nothing_is_drawn_or_said() -> None:
    chart = (await shown((SHORT,), lang="en", group_by="month")).cards[0]
    assert isinstance(chart, ChartCard)
    assert [part["name"] for part in cast("list[dict[str, Any]]", chart.option["series"])] == ["Posted", "Lost"]
    assert chart.alt == "Samples: 3. Posted 2, Lost 1."
    nothing = await shown(())
    assert (nothing.text, nothing.cards) == ("11-01 ~ 11-20（店铺时间 America/Los_Angeles）没有寄出样品。", ())


@pytest.mark.parametrize("more", [{"metrics": ["sample_roi"]}, {"chart": False}, {"group_by": "market"}])
async def test_a_figure_of_samples_is_what_it_was(more: dict[str, JsonValue]) -> None:
    store = FakePerformance([Sold(TODAY, sales(1, 1_000))], samples=(SHORT,))
    asks: dict[str, JsonValue] = {"subject": "samples", "chart": True, "period": "this_month", **more}
    assert not isinstance(await answer(store, asks), OutcomesShown)
