"""Text as it goes out: cut within bytes, reduced to what the client shows, foreign text made harmless."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.cut import head_of, numbered, pieces_of, size
from connectors.wecom.foreign import fenced, line, seen
from connectors.wecom.markdown import is_public_link, reduced
from connectors.wecom.plain import without_marks
from connectors.wecom.render import Renderer, Words
from memory.domain.chat import Reply
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support import fake_office as invented


@given(st.text(max_size=900), st.integers(100, 400))
def test_pieces_fit_and_hold_every_character_that_is_not_white(text: str, limit: int) -> None:
    pieces = pieces_of(text.replace("`", "'"), limit)
    assert all(size(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.replace("`", "'").split())


@given(st.text(alphabet="`a\n字", max_size=600))
def test_pieces_fit_whatever_blocks_of_code_there_are(text: str) -> None:
    assert all(size(piece) <= 100 for piece in pieces_of(text, 100))


@given(st.text(alphabet="字a。\n ", max_size=2000), st.integers(100, 300))
def test_numbered_pieces_fit_with_their_number(text: str, limit: int) -> None:
    assert all(size(piece) <= limit for piece in numbered(text, limit))


def test_a_cut_falls_on_an_empty_line_then_a_line_then_a_sentence() -> None:
    assert pieces_of("甲" * 20 + "\n\n" + "乙" * 10 + "\n" + "丙" * 10, 110) == [
        "甲" * 20,
        "乙" * 10 + "\n" + "丙" * 10,
    ]
    assert pieces_of("甲" * 20 + "\n" + "乙" * 20, 110) == ["甲" * 20, "乙" * 20]
    assert pieces_of("甲" * 19 + "。" + "乙" * 20, 110) == ["甲" * 19 + "。", "乙" * 20]
    assert pieces_of("甲" * 50, 110) == ["甲" * 36, "甲" * 14]


LINES = st.text(alphabet="字a。; ·", min_size=1, max_size=60).map(lambda text: f"·{text}·")
ROWS = st.lists(st.tuples(LINES, st.lists(LINES, min_size=1, max_size=3)), min_size=1, max_size=12)


@given(ROWS, st.integers(100, 400), st.sampled_from(["", "找到这些。\n\n", "找到这些。\n"]))
def test_a_row_stays_with_its_lines_wherever_both_fit(rows: list[tuple[str, list[str]]], limit: int, lead: str) -> None:
    blocks = ["\n".join((row, *(f"   {line}" for line in lines))) for row, lines in rows]
    pieces = pieces_of(lead + "\n".join(blocks), limit)
    assert all(size(piece) <= limit and piece.strip() for piece in pieces)
    parted = [block for block in blocks if not any(block in piece for piece in pieces)]
    assert [size(block) for block in parted if size(block) <= limit] == []


@given(st.integers(250, 2_048), st.sampled_from(["zh", "en"]))
def test_a_creator_of_a_shortlist_stays_with_the_reasons(limit: int, lang: Lang) -> None:
    shown = invented.shortlist()
    reply = Reply(text="找到 6 位。", cards=(shown,))
    whole, cut = (
        [item.text for item in Renderer(lang, texts().say, "Asia/Shanghai", content_bytes=most).items(reply, task="t")
         if isinstance(item, Words)] for most in (100_000, limit)
    )  # fmt: skip
    lines = whole[0].splitlines()
    told = [f"{row}\n{why}" for row, why in pairwise(lines) if row[:1].isdigit() and why.startswith("   ")]
    assert len(told) == sum(bool(row.reasons) for row in shown.items) > 1
    assert [row for row in told if not any(row in text for text in cut)] == []


def test_what_is_one_to_the_eye_is_not_parted() -> None:
    family = "👩\u200d👩\u200d👧"
    assert pieces_of("a" * 95 + family, 100) == ["a" * 95, family]


def test_a_block_of_code_is_closed_and_opened_again() -> None:
    first, second = pieces_of("```\n" + "甲" * 20 + "\n" + "乙" * 20 + "\n```", 100)
    assert (first, second) == ("```\n" + "甲" * 20 + "\n```", "```\n" + "乙" * 20 + "\n```")


def test_numbers_stand_only_where_there_are_several_pieces() -> None:
    assert numbered("短", 100) == ["短"]
    assert [piece[:6] for piece in numbered("长" * 60, 100)] == ["(1/3)\n", "(2/3)\n", "(3/3)\n"]
    with pytest.raises(ValueError, match="99"):
        numbered("短", 99)


def test_a_head_says_that_something_follows() -> None:
    assert head_of("甲" * 40, 100) == "甲" * 32 + "…"
    assert head_of("甲", 100) == "甲"


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ('看 [官网](https://shop.example.com/a "店")', "看 官网 (https://shop.example.com/a)"),
        ("[https://a.example.com](https://a.example.com)", "https://a.example.com"),
        ("![图](https://a.example.com/x.png)", "图 (https://a.example.com/x.png)"),
        ("回 `批准 K7`，或 ``a`b``", "回 批准 K7，或 a`b"),
        ("`**原样** [x](y)`", "**原样** [x](y)"),
        ("这是*重点*，这是**粗*斜*粗**，~~不要~~", "这是重点，这是粗斜粗，不要"),
        ("3*4*5 = 60，* 不是 *", "3*4*5 = 60，* 不是 *"),
        ("* 一\n  + 二\n- 三\n1. 四", "- 一\n  - 二\n- 三\n1. 四"),
        ("> > 引\n> ## 题\n### 题", "引\n题\n题"),
        ("上\n---\n* * *\n下", "上\n下"),
        (r"5\* 和 \[x\]", "5* 和 [x]"),
        ("@mia_home_x 和 @__ben__", "@mia_home_x 和 @__ben__"),
        ("```\n**Hi** [x](y) `z`\n---\n```", "**Hi** [x](y) `z`\n---"),
        ("粉丝 > 1 万 # 号", "粉丝 > 1 万 # 号"),
    ],
)
def test_a_client_that_shows_no_markdown_gets_the_words_alone(markdown: str, plain: str) -> None:
    assert without_marks(markdown) == plain


@given(st.text(alphabet="a字*`_[](){}<>#-+~!| \n\\ue000", max_size=200))
def test_plain_text_of_anything_is_made_in_time_and_is_hardly_longer(text: str) -> None:
    assert size(without_marks(text)) <= size(text) + 2 * text.count("<")


def test_markdown_is_reduced_to_what_the_client_shows() -> None:
    source = (
        "## 结果\n| 达人 | 粉丝 |\n|---|---:|\n| @mia | 4.8万 |\n![图](https://x.example.com/a.png)<b>粗</b>"
        " ~~删~~ **好**\n"
        "[页面](http://127.0.0.1:8000/x) [官网](https://shop.example.com/a) http://localhost:8000/y 完\n"
        "```\n| 原样 | <b> |\n```"
    )
    assert reduced(source) == (
        "## 结果\n达人 · 粉丝\n@mia · 4.8万\n图粗 删 **好**\n页面 [官网](https://shop.example.com/a)  完\n"
        "```\n| 原样 | <b> |\n```"
    )


@pytest.mark.parametrize(
    ("url", "public"),
    [("https://shop.example.com/a", True), ("http://127.0.0.1:8000", False), ("http://[::1]/", False),
     ("http://localhost/", False), ("https://10.0.0.7/", False), ("javascript:alert(1)", False), ("https://[", False),
     ("https://daren.local/", False), ("http://93.184.216.34/", True)],
)  # fmt: skip
def test_links_lead_to_public_pages_only(url: str, *, public: bool) -> None:
    assert is_public_link(url) is public


def test_foreign_text_neither_hides_nor_marks_up() -> None:
    assert seen("a\u202eb\u200bc\r\n\n\n\nd") == "abc\n\nd"
    assert line("[点我](https://evil.test) <@all> *x*\n# y") == "［点我］(https://evil.test) ＜@all＞ ＊x＊ ＃ y"
    assert fenced("```\n#ad") == "````\n```\n#ad\n````"
