"""Real time drives a virtual clock: for a person at a keyboard, and for processes that cannot be told to wait."""

import asyncio
import math
import time
from collections.abc import Callable

from evals.emulators.clock import Clock

STEP_SECONDS = 0.05


def always() -> bool:
    """For a clock that nothing stops."""
    return True


async def keep_time(clock: Clock, *, goes: Callable[[], bool] = always, most: float = math.inf) -> None:
    """Move the clock as time passes, until cancelled; it stands while `goes` says so. A step is at most `most` s."""
    before = time.monotonic()
    while True:
        await asyncio.sleep(min(STEP_SECONDS, most))
        now = time.monotonic()
        if goes():
            await clock.advance(min(most, now - before))
        before = now
