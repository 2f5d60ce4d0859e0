"""A loop that is told to stop stops, whatever became of the word on its way."""

import asyncio
from contextlib import suppress

import pytest

from agent.jobs.worker import stop_if_told


async def test_a_cancellation_that_a_wait_swallowed_ends_the_loop_all_the_same() -> None:
    waits = asyncio.Event()

    async def looks_after() -> None:
        while True:
            waits.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            stop_if_told()

    task = asyncio.create_task(looks_after())
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


async def test_whoever_was_not_told_goes_on() -> None:
    stop_if_told()
