"""Killed at every stage, nothing is delivered twice; what nobody can know is unknown, and the rest arrives."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from evals.emulators.messenger import RecordingPlatform, recording_platform
from tests.agent.deliveries.conftest import APP, PushShop
from tests.agent.deliveries.delivering_process import Death, main

_PROCESS = Path(__file__).with_name("delivering_process.py")
_ROOT = Path(__file__).parents[3]
COUNT = 120
STAGES = ("claimed", "called", "settling")


async def killed(shop: PushShop, platform: RecordingPlatform, stage: str, at: int, *, repeats: bool) -> None:
    """A process that dies at a stage; its leases end with it."""
    told = [shop.database.url, str(platform.port), "yes" if repeats else "no", stage, str(at)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_PROCESS), *told,
        cwd=_ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *sys.path])},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == -signal.SIGKILL, stage
    shop.rest_no_longer()


def arrived(platform: RecordingPlatform) -> Counter[str]:
    return Counter(number for message in platform.received for number in message.split())


@pytest.mark.timeout(240)
async def test_killed_at_every_stage_nothing_arrives_twice(shop: PushShop) -> None:
    await shop.channel(APP)
    await shop.answers(COUNT, urgent=True)
    async with recording_platform(seed=7) as platform:
        for place, stage in enumerate(STAGES):
            await killed(shop, platform, stage, place + 1, repeats=False)
        await main(shop.database.url, platform.port, repeats=False, death=Death("none", 0))
        shop.rest_no_longer()
        await main(shop.database.url, platform.port, repeats=False, death=Death("none", 0))
    states = Counter(state for state, _ in shop.rows())
    assert states["delivered"] + states["unknown"] == COUNT
    assert states["unknown"] >= len(STAGES)
    known = {number for number, count in arrived(platform).items() if count == 1}
    assert max(arrived(platform).values()) == 1
    assert states["delivered"] <= len(known) <= COUNT


@pytest.mark.timeout(240)
async def test_where_the_channel_knows_repeats_everything_arrives_and_counts_once(shop: PushShop) -> None:
    await shop.channel(APP)
    await shop.answers(COUNT, urgent=True)
    async with recording_platform(seed=3) as platform:
        for place, stage in enumerate(STAGES):
            await killed(shop, platform, stage, place + 2, repeats=True)
        while any(state != "delivered" for state, _ in shop.rows()):
            await main(shop.database.url, platform.port, repeats=True, death=Death("none", 0))
            shop.rest_no_longer()
    parcels = Counter(platform.received)
    assert {number for message in parcels for number in message.split()} == set(arrived(platform))
    assert len(arrived(platform)) == COUNT
    whole = [number for message in parcels for number in message.split()]
    assert len(whole) == COUNT  # a repeat is the very same message: the channel knows it by its key
