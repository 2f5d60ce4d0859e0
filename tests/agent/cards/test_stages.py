"""How far creators came: counts, medians between stages, and what is not known of them."""

from datetime import timedelta
from typing import Any, cast

import pytest

from agent.cards.stages import stages_card, stages_chart, stages_reached
from memory.domain.performance import Key
from memory.domain.performance_stores import FunnelRow
from memory.domain.workspace import Lang
from prompts.render import texts

WHOLE = FunnelRow(Key("", ""), 1_420, 61, 30, 18, 9, to_reply=timedelta(hours=60), to_sale=timedelta(days=12))
BLACK_FRIDAY = FunnelRow(Key("3", "黑五"), 400, 40, 12, 6, 2, to_reply=timedelta(hours=12))
REST = FunnelRow(Key("", ""), 1_020, 21, 18, 12, 7)


def test_everybody_comes_first_and_a_time_nobody_knows_is_a_dash() -> None:
    card = stages_card(WHOLE, (BLACK_FRIDAY, REST), "10-01 ~ 10-31", "zh", texts())
    assert card.columns[:2] == ("活动", "已联系")
    assert card.rows == (
        ("全部", "1,420", "61", "30", "18", "9", "2.5 天", "-", "-", "12.0 天"),
        ("黑五", "400", "40", "12", "6", "2", "0.5 天", "-", "-", "-"),
        ("不属于活动", "1,020", "21", "18", "12", "7", "-", "-", "-", "-"),
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "第一条消息在这段时间发出的达人：已联系 1420、已回复 61、给了样品 30、已发内容 18、已出单 9。"),
        (
            "en",
            "First written to in this period: Contacted 1420, Replied 61, Given a sample 30, Posted 18, Sold 9.",
        ),
    ],
)
def test_the_chart_has_every_stage_and_says_them(lang: Lang, said: str) -> None:
    card = stages_chart(WHOLE, "10-01 ~ 10-31", lang, texts())
    (drawn,) = cast("list[dict[str, Any]]", card.option["series"])
    assert [step["value"] for step in drawn["data"]] == [1_420, 61, 30, 18, 9]
    assert card.alt == said


def test_of_one_creator_each_stage_is_said_with_its_time_and_what_never_came_is_not() -> None:
    one = FunnelRow(Key("", ""), 1, 1, 1, 0, 1, to_reply=timedelta(hours=36), to_sample=timedelta(days=4))
    assert stages_reached(one, "zh", texts()) == (
        ("已联系", ""),
        ("已回复", "1.5 天"),
        ("给了样品", "4.0 天"),
        ("已出单", ""),
    )
