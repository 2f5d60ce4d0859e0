"""What draws charts, and what a picture of one says besides."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import JsonValue

from agent.charts.poster import Poster


class Painter(Protocol):
    """Draws charts."""

    async def png(self, option: Mapping[str, JsonValue]) -> bytes:
        """A picture of an ECharts option, on white, under 2 MB.

        Raises:
            Unavailable: what it draws with is not there (retryable once it was installed).
        """
        ...

    async def poster(self, poster: Poster) -> bytes:
        """A report as a picture, under 2 MB. Raises as `png`."""
        ...


def marked(option: Mapping[str, JsonValue], mark: str) -> dict[str, JsonValue]:
    """An option whose note begins with a mark."""
    title = option.get("title")
    if not mark or not isinstance(title, dict):
        return dict(option)
    return {**option, "title": {**title, "subtext": f"{mark} · {title.get('subtext') or ''}".strip(" ·")}}
