"""How fast one shop is asked: a bucket of calls that fills with time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Bucket:
    """Full at first with `burst` calls, and `per_second` more as time goes by. Who comes first goes first."""

    per_second: float
    burst: int
    seconds: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _held: float = field(init=False)
    _since: float = field(init=False)
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """It begins full."""
        self._held, self._since = float(self.burst), self.seconds()

    async def take(self) -> None:
        """Return once one more call may go."""
        async with self._line:
            self._fill()
            if self._held < 1.0:
                await self.sleep((1.0 - self._held) / self.per_second)
                self._fill()
            self._held = max(0.0, self._held - 1.0)

    def _fill(self) -> None:
        now = self.seconds()
        self._held = min(float(self.burst), self._held + (now - self._since) * self.per_second)
        self._since = now
