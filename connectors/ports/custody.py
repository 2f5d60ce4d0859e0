"""What an adapter keeps between calls; implemented in memory/, so that no adapter has storage of its own."""

from typing import Protocol


class Cursors(Protocol):
    """Durable positions in outside streams, one per (tenant, source)."""

    async def read(self, source: str) -> str | None:
        """The stored position."""
        ...

    async def write(self, source: str, position: str) -> None:
        """Store a position."""
        ...
