"""Who makes a picture of a chart, for chats that show no charts themselves."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import JsonValue

MEDIA_TYPE = "image/png"


class Painter(Protocol):
    """Draws charts."""

    async def png(self, option: Mapping[str, JsonValue]) -> bytes:
        """A picture of an ECharts option, on white, under 2 MB.

        Raises:
            Unavailable: what it draws with is not there (retryable once it was installed).
        """
        ...
