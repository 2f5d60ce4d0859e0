"""Virtual time: it stands still until somebody moves it, and nothing here ever waits by the machine's clock."""

import asyncio
import heapq
from itertools import count

START = 1_795_190_400.0
LOOP_TURNS = 20


async def settle(turns: int = LOOP_TURNS) -> None:
    """Let tasks that are ready run: so many turns of the event loop."""
    for _ in range(turns):
        await asyncio.sleep(0)


class Clock:
    """Seconds since the epoch. Sleepers wake in the order of their times, and see that time when they do."""

    def __init__(self, start: float = START) -> None:
        self.now = start
        self._order = count()
        self._moving = asyncio.Lock()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    async def wait(self, seconds: float) -> None:
        """Return once the clock has been moved so far; at the next turns of the loop when that is no time at all."""
        if seconds <= 0:
            await settle()
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move time forward, waking who is due on the way; who moves it at the same time waits for his turn."""
        if seconds < 0:
            raise ValueError(seconds)
        async with self._moving:
            await settle()
            target = self.now + seconds
            while self._sleepers and self._sleepers[0][0] <= target:
                when, _, woken = heapq.heappop(self._sleepers)
                if woken.done():
                    continue
                self.now = when
                woken.set_result(None)
                await settle()
            self.now = target
            await settle()
