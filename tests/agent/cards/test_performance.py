"""Figures in words and cards: whose, which days and clock, from where, drawn from how many, and what is not known."""

from datetime import date, timedelta

import pytest
from pydantic import JsonValue

from agent.cards import figures
from agent.cards.piece import Piece
from agent.cards.shown import SHOWN
from memory.domain.cards import ReportCard, TotalShown
from memory.domain.performance import Freshness, Kind, Metric
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.figures import BOX, MIA, NOBODY, NOW, OIL, TODAY, TOM, FakePerformance, Sold, answer, sales

YESTERDAY = TODAY - timedelta(days=1)
BEFORE = YESTERDAY - timedelta(days=1)
SHOP = [
    Sold(BEFORE, sales(10, 1_000_000, refunded=20_000, commission=90_000), MIA, OIL),
    Sold(YESTERDAY, sales(8, 900_000, commission=50_000, commission_untold=1), MIA, OIL),
    Sold(YESTERDAY, sales(3, 300_000, provisional=40_000, gross_final=-300_000), TOM, BOX),
    Sold(YESTERDAY, sales(1, 34_500), NOBODY, BOX),
]


async def piece(sold: list[Sold], *, lang: Lang = "zh", brands: int = 1, **arguments: JsonValue) -> Piece:
    result = await answer(FakePerformance(sold), arguments, brands=brands, lang=lang)
    return SHOWN[type(result)](result, lang, texts())


async def card(sold: list[Sold], **arguments: JsonValue) -> ReportCard:
    result = await answer(FakePerformance(sold), arguments)
    (only,) = SHOWN[type(result)](result, "zh", texts()).cards
    assert isinstance(only, ReportCard)
    return only


async def test_an_answer_carries_everything_a_figure_travels_with() -> None:
    said = (await piece(SHOP, period="yesterday", metrics=["gmv", "commission"], compare="previous_period")).text
    assert said.splitlines() == [
        "Alder，11-19（店铺时间 America/Los_Angeles），对比 11-18：GMV $12,345（+23.4%）、佣金 $900（持平）。",
        "44.44% 的佣金还没结算（预估）。",
        "佣金：1 单没有佣金数据。",
        "归因：按平台内容 ID 11 单；未归因 1 单 $345。",
    ]


async def test_the_same_in_english() -> None:
    said = (await piece(SHOP, lang="en", period="yesterday", metrics=["gmv", "commission"])).text
    assert said.splitlines() == [
        "Alder, 11-19 (shop time America/Los_Angeles): GMV $12,345, commission $900.",
        "44.44% of commission is not settled yet (an estimate).",
        "commission: orders whose commission is not told: 1.",
        "Attribution: 11 orders by the platform's content id; unattributed 1 orders, $345.",
    ]


async def test_a_ranking_is_a_table_whose_rows_a_later_question_can_name() -> None:
    shown = await card(SHOP, subject="creators", period="yesterday", metrics=["gmv"], compare="previous_period")
    assert shown == ReportCard(
        title="Alder 达人业绩",
        period="11-19（店铺时间 America/Los_Angeles），对比 11-18",
        columns=("达人", "GMV", "变化", "样本"),
        rows=(
            ("@mia.cooks", "$9,000", "-10%", "8 单"),
            ("@tom.diy", "$3,000", "+$3,000", "3 单"),
            ("未归因", "$345", "+$345", "1 单"),
        ),
        as_of=NOW,
        source="file（订单到 11-20）",
        names=("mia.cooks", "tom.diy", ""),
        totals=(TotalShown(label="GMV", value="$12,345", change="+23.4%"),),
        notes=("48.6% 的GMV还没结算（预估）。",),
    )


async def test_without_groups_each_figure_has_its_row_with_its_sample_and_its_estimate() -> None:
    shown = await card(SHOP, period="yesterday", metrics=["gmv", "conversion_rate"])
    assert shown.columns == ("指标", "数值", "未结算", "样本")
    assert shown.rows == (("GMV", "$12,345", "48.6%", "12 单"), ("转化率", "未知", "-", "0 单"))


async def test_what_nobody_told_is_unknown_and_never_zero() -> None:
    said = (await piece(SHOP, period="yesterday", metrics=["conversion_rate", "views"])).text
    assert "转化率 未知" in said
    assert "播放量 0" in said  # posts are told, and gained nothing


async def test_without_any_data_the_answer_says_how_to_get_it() -> None:
    assert (await piece([])).text == "Alder：还没有订单数据：导入文件或接店铺。"
    assert (await piece([], lang="en")).text == "Alder: No order data yet: import a file or connect a shop."
    assert (await piece([], brands=2)).text.startswith("Alder、Birch：")


async def test_of_several_brands_the_answer_names_whose_it_is() -> None:
    both = await piece(SHOP, brands=2, period="yesterday")
    one = await piece(SHOP, brands=2, period="yesterday", brand="Birch")
    assert both.text.startswith("Alder、Birch，11-19")
    assert one.text.startswith("Birch，11-19")


async def test_a_movement_is_told_by_parts_that_sum_to_it() -> None:
    said = (await piece(SHOP, period="yesterday", metrics=["gmv"], explain=True)).text
    assert said.splitlines()[1:5] == [
        "GMV 从 $10,000 到 $12,345，+$2,345：",
        "其中订单数的变化 +$2,000，每单金额的变化 +$345。",
        "按达人：@tom.diy +$3,000、@mia.cooks -$1,000、未归因 +$345。",
        "按产品：猫砂盆 +$3,345、鱼油软糖 -$1,000。",
    ]


async def test_beijing_time_is_named_as_the_clock_that_was_asked_for() -> None:
    shown = await card(SHOP, period="yesterday", timezone="Asia/Shanghai")
    assert shown.period == "11-19（Asia/Shanghai）"


async def test_a_day_that_is_not_over_says_how_far_it_was_counted() -> None:
    said = (await piece(SHOP, period="today", metrics=["orders"])).text.splitlines()
    assert said[1:3] == ["这段时间没有订单。", "今天还没过完，到 11-20 周五 10:00 为止。"]


async def test_data_that_ends_too_early_is_warned_of() -> None:
    store = FakePerformance(SHOP, (Freshness("file", "orders", NOW, date(2026, 9, 1), date(2026, 11, 15), 9),))
    result = await answer(store, {"period": "last_7_days"})
    assert SHOWN[type(result)](result, "zh", texts()).text.splitlines()[-1] == (
        "注意：订单数据只到 11-15（来源 file），后面的日子还没有数。"
    )


async def test_a_definition_stands_beside_seller_centers_own_with_its_source() -> None:
    said = (await piece([], define=True, metrics=["gmv", "net"])).text.splitlines()
    assert said[1].startswith("GMV：顾客实付单价 × 件数，含后来退款的单")
    assert "付款时间" in said[2]
    assert "seller-us.tiktok.com/university/essay?knowledge_id=813364865828654" in said[2]
    assert said[3:] == [
        "净额：GMV − 退款额；没有扣佣金、平台费和货品成本。",
        "Seller Center：公开的说明里没有同名指标。",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("metric", Metric)
def test_every_figure_has_a_name_and_a_definition(metric: Metric, lang: Lang) -> None:
    assert texts().say(f"metric_{metric}", lang)
    assert texts().say(f"definition_{metric}", lang)


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        (Kind.MONEY, -123_400, "-$1,234"),
        (Kind.MONEY, 1_234, "$12.34"),
        (Kind.MONEY, 12_345_678_900, "$1.2亿"),
        (Kind.COUNT, 34_200, "34,200"),
        (Kind.SHARE, -1_850, "-18.5%"),
    ],
)
def test_amounts_are_in_full_as_long_as_they_can_be_read(kind: Kind, number: int, said: str) -> None:
    assert figures.amount(kind, number, "USD", "zh") == said
