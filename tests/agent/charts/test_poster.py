"""A report as one picture: everything a figure travels with, nothing over anything else, small and quick."""

import re
import time
from datetime import UTC, datetime

import pytest

from agent.cards.sharing import MOST_LETTERS, MOST_ROWS, share_poster, share_text
from agent.charts.option import Heading, Scale, Series, trend
from agent.charts.painter import ChartPainter
from agent.charts.poster import INSIDE, MARGIN, WIDTH, Poster, Tile, embedded, fitted, laid_out, width_of, wrapped
from connectors.webchat.assets import VENDOR
from memory.domain.cards import ChartCard, CreatorCard, ReportCard, TotalShown
from memory.domain.ids import CreatorId
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.fake_office import NOW, shortlist
from tools.sharing.tool import Shared

AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
LONG = {
    "zh": "杭州青柚跨境电子商务有限公司旗下美国宠物智能用品旗舰店Pawly",
    "en": "Hangzhou Qingyou Cross-Border E-Commerce Pet Supplies Flagship Store (Pawly USA)",
}
CONTACT = "write.me@shop.example"


def ranking_of(lang: Lang, rows: int = 12) -> ReportCard:
    """Creators of a brand whose name is long, one of them called by an address."""
    names = [f"creator_with_a_rather_long_handle_{number:02}" for number in range(rows - 1)] + [CONTACT]
    return ReportCard(
        title=f"{LONG[lang]} · GMV",
        period="10-22 ~ 11-20, 09-22 ~ 10-21",
        columns=("达人", "GMV", "订单", "退款率", "变化", "样本"),
        rows=tuple(
            (f"@{name}", f"${12_345 - at}", f"{900 - at}", "3.4%", "+8.1%", "320 单") for at, name in enumerate(names)
        ),
        as_of=AT,
        source="file:orders.csv",
        names=tuple(names),
        totals=tuple(
            TotalShown(label=label, value=value, change=change)
            for label, value, change in (
                ("GMV", "$123,456", "+23.4%"), ("订单", "2,345", "+12%"), ("件数", "3,456", "-3.2%"),
                ("佣金", "$12,345", ""), ("退款率", "3.4%", "+1.5 个百分点"), ("转化率", "未知", ""),
            )
        ),
        notes=("48.6% 的佣金还没结算（预估）。", "转化率：12 个视频没有浏览数据。", "第三条"),
    )  # fmt: skip


def shared(card: ReportCard | CreatorCard, *, demo: bool = True, chart: ChartCard | None = None) -> Shared:
    return Shared(card, (), demo, "Asia/Shanghai", image=True, chart=chart)


@pytest.fixture(scope="module")
def painter() -> ChartPainter:
    return ChartPainter(script=VENDOR / "echarts.min.js", font=VENDOR / "noto-sans-sc.ttf")


def said(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_picture_says_whose_which_days_how_much_what_is_estimated_and_where_from(lang: Lang) -> None:
    drawn = said(laid_out(share_poster(shared(ranking_of(lang)), lang, texts())))
    whole = " ".join(drawn)
    assert texts().say("demo_mark", lang) in drawn
    assert "GMV" in "".join(drawn[1:4])
    assert "10-22 ~ 11-20, 09-22 ~ 10-21" in drawn
    assert {"$123,456", "+23.4%", "未知", "48.6% 的佣金还没结算（预估）。"} <= set(drawn)
    assert "第三条" not in whole
    at = "11-21 周六 11:00" if lang == "zh" else "Sat 11-21 11:00"
    assert texts().say("web_source", lang, name="file:orders.csv", at=at) in drawn
    assert texts().say("share_rows", lang, total=12, shown=MOST_ROWS) in drawn
    assert sum(line.startswith("@creator_with") for line in drawn) == MOST_ROWS


def test_no_contact_and_no_markup_of_a_name_gets_into_it() -> None:
    card = ranking_of("zh", rows=3).model_copy(update={"title": f"</svg><script>x</script> {CONTACT}"})
    svg = laid_out(share_poster(shared(card), "zh", texts()))
    assert CONTACT not in svg
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_the_id_of_a_video_is_no_phone_number_and_a_phone_number_is() -> None:
    video, phone = "7412345678901234567", "+1 202 555 0134"
    card = ranking_of("zh").model_copy(
        update={"rows": ((video, "$90"), (phone, "$80")), "names": (video, phone), "columns": ("内容", "GMV")}
    )
    for said in (share_text(shared(card), "zh", texts()), laid_out(share_poster(shared(card), "zh", texts()))):
        assert video in said
        assert phone not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("rows", [2, 12])
def test_nothing_runs_out_of_the_picture(lang: Lang, rows: int) -> None:
    svg = laid_out(share_poster(shared(ranking_of(lang, rows)), lang, texts()))
    for x, size, anchor, text in re.findall(
        r'<text x="([\d.]+)" y="[\d.]+"[^>]*font-size="(\d+)"[^>]*text-anchor="(\w+)">([^<]*)</text>', svg
    ):
        wide, at = width_of(text, int(size)), float(x)
        left = {"start": at, "middle": at - wide / 2, "end": at - wide}[anchor]
        assert left >= MARGIN - 1, text
        assert left + wide <= WIDTH - MARGIN + 1, text


def test_without_a_table_of_its_own_a_report_is_its_figures_and_a_chart_stands_for_the_table() -> None:
    card = ranking_of("zh").model_copy(update={"names": ()})
    option = trend(Heading("t", "n"), ("11-01", "11-02"), [Series("GMV", (1, 2), ("$1", "$2"))], scale=Scale())
    chart = ChartCard(title="t", alt="a", option=option)
    bare, drawn = (share_poster(shared(card, chart=one), "zh", texts()) for one in (None, chart))
    assert (bare.rows, bare.chart, len(bare.tiles)) == ((), None, 6)
    assert drawn.chart == option
    assert "title" not in embedded(option)
    assert '<svg x="40"' in laid_out(drawn, '<svg width="720"></svg>')


def test_a_list_a_profile_and_a_plan_are_lines() -> None:
    listed = Shared(shortlist(), (), False, "Asia/Shanghai", image=True)
    poster = share_poster(listed, "zh", texts())
    assert poster.rows[0][0].startswith("1. @")
    assert len(poster.rows[0]) == 2
    profile = CreatorCard(
        creator=CreatorId(1), handle="mia", name="Mia", bio=CONTACT, market="US", facts=(("粉丝", "4.2万"),),
        source="file", as_of=NOW,
    )  # fmt: skip
    assert share_poster(shared(profile), "zh", texts()).rows == (("粉丝：4.2万",),)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_says_the_same_within_its_letters(lang: Lang) -> None:
    text = share_text(shared(ranking_of(lang)), lang, texts())
    assert len(text) <= MOST_LETTERS
    assert "10-22 ~ 11-20, 09-22 ~ 10-21" in text
    assert "GMV $123,456" in text
    assert "@creator_with_a_rather_long_handle_00 · $12345\n" in text
    assert "48.6% 的佣金还没结算（预估）。" in text
    assert text.splitlines()[-1].endswith("11:00")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_however_long_everything_is_the_text_keeps_within_its_letters_and_its_source(lang: Lang) -> None:
    card = ranking_of(lang).model_copy(
        update={
            "title": "长" * 300, "period": "久" * 300, "source": "源" * 300, "columns": ("列" * 300,) * 6,
            "notes": ("注" * 300,) * 3, "rows": (("行" * 300,) * 6,) * 12,
            "totals": (TotalShown(label="数" * 300, value="1", change="+1%"),) * 8,
        }
    )  # fmt: skip
    text = share_text(shared(card), lang, texts())
    assert len(text) <= MOST_LETTERS
    assert "源" in text
    assert texts().say("share_rows", lang, total=12, shown=0) in text


def test_words_are_broken_where_they_may_be_and_cut_where_they_must() -> None:
    assert wrapped("one two three", width_of("one two ", 20), 20, most=2) == ["one two", "three"]
    assert wrapped("猫砂盆猫砂盆", width_of("猫砂盆", 20), 20, most=2) == ["猫砂盆", "猫砂盆"]
    assert fitted("猫砂盆猫砂盆", width_of("猫砂盆", 20), 20) == "猫砂…"
    assert wrapped("", 100, 20, most=2) == []
    assert wrapped("x" * 1_000, INSIDE, 20, most=3)[-1].endswith("…")


async def test_it_is_a_small_png_drawn_in_half_a_second_once_warm(painter: ChartPainter) -> None:
    option = trend(Heading("t", "n"), ("11-01", "11-02"), [Series("GMV", (1, 2), ("$1", "$2"))], scale=Scale())
    chart = ChartCard(title="t", alt="a", option=option)
    posters = [share_poster(shared(ranking_of("zh"), chart=one), "zh", texts()) for one in (chart, None)]
    for poster in posters:
        await painter.poster(poster)
        began = time.process_time()
        picture = await painter.poster(poster)
        assert time.process_time() - began < 0.5
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 2_000_000
    lettered = [Poster(title, tiles=(Tile("a", "b"),)) for title in ("猫砂盆", "狗玩具", "🔥猫砂盆")]
    first, second, plain = [await painter.poster(one) for one in lettered]
    assert first != second
    assert first == plain
