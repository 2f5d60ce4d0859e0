"""Time as the WeCom channels use it: handed in, so that nothing has to wait in a test."""

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Time(Protocol):
    """A clock that also wakes."""

    def seconds(self) -> float:
        """Seconds from some beginning; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many of them."""
        ...


class LoopTime:
    """The event loop's own."""

    def seconds(self) -> float:
        """See `Time.seconds`."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """See `Time.sleep`."""
        await asyncio.sleep(seconds)


async def within(time: Time, seconds: float, waited: Awaitable[T]) -> asyncio.Future[T] | None:
    """What was waited for, done, or None when it was not done in so many seconds; then it goes on undisturbed."""
    future = asyncio.ensure_future(waited)
    alarm = asyncio.ensure_future(time.sleep(max(0.0, seconds)))
    try:
        await asyncio.wait({future, alarm}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        alarm.cancel()
    return future if future.done() else None
