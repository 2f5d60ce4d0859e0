"""Pictures of charts without a browser: ECharts in QuickJS draws SVG, resvg makes a PNG of it.

Both block and QuickJS wants one thread, so everything happens on a thread of its own, made with the first picture.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, cast

import quickjs
import resvg_py
import structlog
from pydantic import JsonValue

from agent.charts.option import Option
from agent.charts.poster import CHART_HEIGHT, INSIDE, Poster, embedded, laid_out
from memory.domain.errors import Unavailable

log = structlog.get_logger()

WIDTH, HEIGHT, ZOOM = 800, 480, 2
_MEMORY = 256 * 1024 * 1024
_FONT = "Noto Sans SC"
# No font has them all, and a box says nothing: emoji, and what joins or colours them.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U000e0020-\U000e007f]")
# ECharts asks for timers though it draws at once; QuickJS has none. A string made of pieces does not come out of
# QuickJS whole, JSON does.
_BEFORE = "globalThis.self = globalThis; globalThis.setTimeout = () => 0; globalThis.clearTimeout = () => 0;"
_DRAW = """
function draw(option, theme, width, height) {
  const chart = echarts.init(null, JSON.parse(theme), {renderer: "svg", ssr: true, width, height});
  try {
    chart.setOption(JSON.parse(option));
    return JSON.stringify(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}
"""
_INK, _SOFT, _LINE = "#17201f", "#5a6665", "#e1e5e6"
_AXIS = {
    "axisLine": {"lineStyle": {"color": "#c3cacc"}},
    "axisLabel": {"color": _SOFT, "fontSize": 13},
    "splitLine": {"lineStyle": {"color": _LINE}},
}
_THEME = {
    "color": ["#0b6b5d", "#d98324", "#1c4f93", "#a8231a", "#7a5ea8", "#5a6665"],
    "backgroundColor": "#ffffff",
    "textStyle": {"fontFamily": _FONT},
    "title": {"textStyle": {"color": _INK, "fontSize": 20}, "subtextStyle": {"color": _SOFT, "fontSize": 13}},
    "legend": {"textStyle": {"color": _INK, "fontSize": 13}},
    "valueAxis": _AXIS,
    "categoryAxis": _AXIS | {"splitLine": {"show": False}},
    "bar": {"label": {"fontSize": 13}},
    "line": {"label": {"color": _INK, "fontSize": 12}},
    "funnel": {"label": {"color": _INK, "fontSize": 14}},
}


class _Draw(Protocol):
    def __call__(self, option: str, theme: str, width: int, height: int) -> str: ...


class ChartPainter:
    """Satisfies `agent.charts.painting.Painter`. About 0.1 s of a core a picture, once 0.5 s before the first."""

    def __init__(self, *, script: Path, font: Path) -> None:
        self._script, self._font = script, font
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")
        self._draw: _Draw | None = None

    async def png(self, option: Mapping[str, JsonValue]) -> bytes:
        """See `Painter.png`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._painted, dict(option))

    async def poster(self, poster: Poster) -> bytes:
        """See `Painter.poster`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._composed, poster)

    def _painted(self, option: Option) -> bytes:
        return self._inked(self._drawn(option, WIDTH, HEIGHT))

    def _composed(self, poster: Poster) -> bytes:
        chart = self._drawn(embedded(poster.chart), INSIDE, CHART_HEIGHT) if poster.chart is not None else ""
        return self._inked(laid_out(poster, chart))

    def _drawn(self, option: Option, width: int, height: int) -> str:
        """A chart as SVG."""
        if self._draw is None:
            self._draw = self._set_up()
        lettered = json.dumps(_lettered(option))
        return cast("str", json.loads(self._draw(lettered, json.dumps(_THEME), width, height)))

    def _inked(self, svg: str) -> bytes:
        """SVG as PNG, lettered in the font that came along."""
        fonts = [str(self._existing(self._font))]
        plain = _EMOJI.sub("", svg)
        return bytes(
            resvg_py.svg_to_bytes(svg_string=plain, zoom=float(ZOOM), font_files=fonts, skip_system_fonts=True)
        )

    @staticmethod
    def _existing(needed: Path) -> Path:
        if not needed.is_file():
            raise Unavailable("charts_missing", file=needed.name)
        return needed

    def _set_up(self) -> _Draw:
        script = self._existing(self._script).read_text(encoding="utf-8")
        context = quickjs.Context()
        context.set_memory_limit(_MEMORY)
        context.eval(_BEFORE)
        context.eval(script)
        context.eval(_DRAW)
        log.debug("charts.ready")
        return cast("_Draw", context.get("draw"))


def _lettered(value: JsonValue) -> JsonValue:
    """Without what no font of ours has."""
    match value:
        case str():
            return _EMOJI.sub("", value).strip() if _EMOJI.search(value) else value
        case list():
            return [_lettered(one) for one in value]
        case dict():
            return {name: _lettered(one) for name, one in value.items()}
        case _:
            return value
