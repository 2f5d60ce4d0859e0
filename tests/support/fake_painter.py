"""Pictures without anything to draw with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from agent.charts.poster import Poster
from memory.domain.errors import Unavailable

PNG = b"\x89PNG\r\n\x1a\n of a chart"


@dataclass
class FakePainter:
    """Satisfies `Painter`: hands out one picture; `is_missing`: the machine has nothing to draw with."""

    is_missing: bool = False
    drawn: list[Mapping[str, JsonValue]] = field(default_factory=list)
    posters: list[Poster] = field(default_factory=list)

    async def png(self, option: Mapping[str, JsonValue]) -> bytes:
        """See `Painter.png`."""
        if self.is_missing:
            raise Unavailable("charts_missing", file="echarts.min.js")
        self.drawn.append(option)
        return PNG

    async def poster(self, poster: Poster) -> bytes:
        """See `Painter.poster`."""
        if self.is_missing:
            raise Unavailable("charts_missing", file="noto-sans-sc.ttf")
        self.posters.append(poster)
        return PNG
