"""Where time comes from. Rules take `now` as an argument; only the edges hold a clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The present moment, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present moment in UTC."""
        return datetime.now(UTC)
