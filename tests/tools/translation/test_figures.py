"""Figures are the same whatever language writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.chinese_numerals import read_chinese
from tools.translation.equality import differences
from tools.translation.figures import Kind, figures


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("18%", Kind.PERCENT, "1800"),
        ("18 %", Kind.PERCENT, "1800"),
        ("１８％", Kind.PERCENT, "1800"),
        ("百分之十八", Kind.PERCENT, "1800"),
        ("百分之十二点五", Kind.PERCENT, "1250"),
        ("一成八", Kind.PERCENT, "1800"),
        ("两成", Kind.PERCENT, "2000"),
        ("一成半", Kind.PERCENT, "1500"),
        ("18个点", Kind.PERCENT, "1800"),
        ("12,5 %", Kind.PERCENT, "1250"),
        ("twenty percent", Kind.PERCENT, "2000"),
        ("veinte por ciento", Kind.PERCENT, "2000"),
        ("$29.90", Kind.MONEY, "USD 2990"),
        ("29.9美金", Kind.MONEY, "USD 2990"),
        ("29.90 美元", Kind.MONEY, "USD 2990"),
        ("29.9刀", Kind.MONEY, "USD 2990"),
        ("29,90 €", Kind.MONEY, "EUR 2990"),
        ("£1,299.50", Kind.MONEY, "GBP 129950"),
        ("$1.5k", Kind.MONEY, "USD 150000"),
        ("1.5万美元", Kind.MONEY, "USD 1500000"),
        ("$499 MXN", Kind.MONEY, "MXN 49900"),
        ("499 墨西哥比索", Kind.MONEY, "MXN 49900"),
        ("¥1980", Kind.MONEY, "JPY 1980"),
        ("一百美元", Kind.MONEY, "USD 10000"),
        ("March 5", Kind.DATE, "03-05"),
        ("5 de marzo", Kind.DATE, "03-05"),
        ("3月5日", Kind.DATE, "03-05"),
        ("2026-03-05", Kind.DATE, "2026-03-05"),
        ("Friday", Kind.WEEKDAY, "4"),
        ("周五", Kind.WEEKDAY, "4"),
        ("10k", Kind.NUMBER, "10000"),
        ("1万", Kind.NUMBER, "10000"),
        ("https://a.example/x?y=1.", Kind.LINK, "a.example/x?y=1"),
        ("https://a.example/x你好", Kind.LINK, "a.example/x"),
        ("bit.ly/abc9", Kind.LINK, "bit.ly/abc9"),
        ("shop.pets.example", Kind.LINK, "shop.pets.example"),
    ],
)
def test_a_figure_is_read(text: str, kind: Kind, value: str) -> None:
    assert [(figure.kind, figure.value) for figure in figures(text)] == [(kind, value)]


@pytest.mark.parametrize("text", ["成本不高", "这次合作成功", "we may talk", "B2B", "一个问题", "pawlife22x"])
def test_what_is_no_figure_is_none(text: str) -> None:
    assert [figure for figure in figures(text) if figure.kind is not Kind.NUMBER] == []


def test_the_quote_stands_in_the_text() -> None:
    text = "佣金１８％，价格 $29.90，3月5日"
    assert [text[one.start : one.start + len(one.quote)] for one in figures(text)] == ["１８％", "$29.90", "3月5日"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("18% and $29.90 by Friday", "周五前，百分之十八，29.9美金"),
        ("two videos", "两条视频"),
        ("3 videos", "三条视频"),
        ("See https://a.example/x now", "看 https://a.example/x。"),
        ("March 5, 2026", "2026年3月5日"),
    ],
)
def test_equal_figures_have_no_difference(text: str, other: str) -> None:
    assert differences(text, other) == ()


@pytest.mark.parametrize(
    ("text", "other", "missing"),
    [
        ("18%", "一成五", [("18%", "other"), ("一成五", "text")]),
        ("$29.90", "29.9 欧元", [("$29.90", "other"), ("29.9 欧元", "text")]),
        ("by March 5", "尽快", [("March 5", "other")]),
        ("soon", "周五前", [("周五", "text")]),
    ],
)
def test_a_difference_is_quoted(text: str, other: str, missing: list[tuple[str, str]]) -> None:
    assert [(one.figure.quote, one.missing_in) for one in differences(text, other)] == missing


@given(st.integers(min_value=1, max_value=99_999))
def test_chinese_numerals_read_back(number: int) -> None:
    assert read_chinese(_written(number)) == number


def _written(number: int) -> str:
    """Formal Chinese: 一万零五, 两 never."""
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千", "万"]
    text = "".join(
        digits[int(figure)] + (units[place] if figure != "0" else "")
        for place, figure in zip(range(len(str(number)) - 1, -1, -1), str(number), strict=True)
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.rstrip("零")
