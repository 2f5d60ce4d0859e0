"""Figures as charts: what is drawn, what is said of it in words, and what makes none."""

from datetime import timedelta
from typing import Any, cast

import pytest
from pydantic import JsonValue

from agent.cards.shown import SHOWN
from memory.domain.cards import Card, ChartCard, ReportCard
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.figures import MIA, NOBODY, OIL, TODAY, TOM, FakePerformance, Sold, answer, sales

DAYS = [TODAY - timedelta(days=back) for back in range(1, 8)]
WEEK = [Sold(day, sales(2, 10_000 * place), MIA, OIL) for place, day in enumerate(DAYS, 1)]
PEOPLE = [
    Sold(DAYS[0], sales(3, 90_000), MIA),
    Sold(DAYS[0], sales(1, 20_000), TOM),
    Sold(DAYS[0], sales(1, 500), NOBODY),
]


async def cards(sold: list[Sold], *, lang: Lang = "zh", **arguments: JsonValue) -> tuple[Card, ...]:
    result = await answer(FakePerformance(sold), {"chart": True, **arguments}, lang=lang)
    return SHOWN[type(result)](result, lang, texts()).cards


async def chart(sold: list[Sold], *, lang: Lang = "zh", **arguments: JsonValue) -> ChartCard:
    drawn, table = await cards(sold, lang=lang, **arguments)
    assert isinstance(drawn, ChartCard)
    assert isinstance(table, ReportCard)
    return drawn


def series(card: ChartCard) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", card.option["series"])


async def test_a_shop_over_days_is_a_line_with_its_table_below() -> None:
    card = await chart(WEEK, period="last_7_days", metrics=["gmv"])
    (line,) = series(card)
    assert [point["value"] for point in line["data"]] == [700.0, 600.0, 500.0, 400.0, 300.0, 200.0, 100.0]
    assert [point["name"] for point in line["data"]][:2] == ["$700", "$600"]
    assert card.title == "Alder 店铺业绩 · GMV"
    assert card.alt == "GMV共 7 项：最高 11-13 $700，最低 11-19 $100。"


async def test_what_it_is_compared_with_is_a_second_line() -> None:
    before = [Sold(day - timedelta(days=7), sales(1, 5_000), MIA, OIL) for day in DAYS]
    card = await chart([*WEEK, *before], period="last_7_days", metrics=["gmv"], compare="previous_period")
    now, then = series(card)
    assert (now["name"], then["name"]) == ("GMV", "之前 11-06 ~ 11-12")
    assert [point["value"] for point in then["data"]] == [50.0] * 7


async def test_creators_are_bars_the_best_on_top() -> None:
    card = await chart(PEOPLE, subject="creators", period="yesterday", metrics=["gmv"], lang="en")
    (bars,) = series(card)
    assert [point["value"] for point in bars["data"]] == [900.0, 200.0, 5.0]
    assert cast("dict[str, Any]", card.option["yAxis"])["data"] == ["@mia.cooks", "@tom.diy", "unattributed"]
    assert card.alt == "GMV, 3 in all: highest @mia.cooks $900, lowest unattributed $5."


async def test_a_share_is_drawn_in_percent() -> None:
    card = await chart(PEOPLE, subject="creators", period="yesterday", metrics=["refund_rate"])
    axis = cast("dict[str, Any]", card.option["xAxis"])
    assert axis["axisLabel"]["formatter"] == "{value}%"


@pytest.mark.parametrize(
    ("sold", "arguments"),
    [
        pytest.param(WEEK, {"period": "yesterday", "metrics": ["gmv"]}, id="one number"),
        pytest.param(
            PEOPLE, {"subject": "creators", "period": "yesterday", "metrics": ["conversion_rate"]}, id="unknown"
        ),
    ],
)
async def test_one_number_and_what_nobody_knows_make_no_chart_and_it_is_said(
    sold: list[Sold], arguments: dict[str, JsonValue]
) -> None:
    result = await answer(FakePerformance(sold), {"chart": True, **arguments})
    piece = SHOWN[type(result)](result, "zh", texts())
    assert [type(card) for card in piece.cards] == [ReportCard]
    assert "画不出图" in piece.text
