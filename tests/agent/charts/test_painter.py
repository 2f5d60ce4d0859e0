"""Pictures of charts: lettered without any font of the machine, small, and drawn side by side."""

import asyncio
from pathlib import Path

import pytest

from agent.charts.option import Heading, Option, Scale, Series, ranking
from agent.charts.painter import HEIGHT, WIDTH, ZOOM, ChartPainter
from connectors.webchat.assets import VENDOR
from memory.domain.errors import Unavailable

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 2_000_000  # what the strictest channel takes


@pytest.fixture(scope="module")
def painter() -> ChartPainter:
    """One for all tests: its first picture takes half a second of a core."""
    return ChartPainter(script=VENDOR / "echarts.min.js", font=VENDOR / "noto-sans-sc.ttf")


def titled(title: str) -> Option:
    """A small chart."""
    bars = Series("GMV", (900, 400), ("$9", "$4"))
    return ranking(Heading(title, "11-22 至 11-28"), ("@a", "@b"), bars, scale=Scale(decimals=2, before="$"))


async def test_a_picture_is_a_small_png_of_the_size_said(painter: ChartPainter) -> None:
    picture = await painter.png(titled("上月卖得最好的达人"))
    assert picture.startswith(PNG)
    size = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    assert size == (WIDTH * ZOOM, HEIGHT * ZOOM)
    assert len(picture) < LARGEST


async def test_two_chinese_titles_look_different_though_no_font_of_the_machine_is_asked(painter: ChartPainter) -> None:
    """Without a font both would be the same boxes."""
    first, second = await asyncio.gather(painter.png(titled("猫砂盆")), painter.png(titled("狗玩具")))
    assert first != second


async def test_the_same_chart_is_the_same_picture(painter: ChartPainter) -> None:
    assert await painter.png(titled("猫砂盆")) == await painter.png(titled("猫砂盆"))


async def test_emoji_of_a_name_are_left_out_where_they_would_be_boxes(painter: ChartPainter) -> None:
    assert await painter.png(titled("🔥猫砂盆👩\u200d👧")) == await painter.png(titled("猫砂盆"))


async def test_nothing_that_a_name_holds_is_run(painter: ChartPainter) -> None:
    wicked = 'x"); globalThis.echarts = null; //</text><script>'
    assert (await painter.png(titled(wicked))).startswith(PNG)
    assert (await painter.png(titled("after"))).startswith(PNG)


async def test_a_machine_without_the_files_is_told_which(tmp_path: Path) -> None:
    painter = ChartPainter(script=tmp_path / "echarts.min.js", font=VENDOR / "noto-sans-sc.ttf")
    with pytest.raises(Unavailable) as missing:
        await painter.png(titled("x"))
    assert missing.value.facts == {"file": "echarts.min.js"}
