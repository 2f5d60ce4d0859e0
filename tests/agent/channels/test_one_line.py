"""Two processes on one bot do not fight: over a minute and a takeover exactly one of them is subscribed."""

from collections.abc import AsyncIterator

import pytest

from evals.emulators.clock import settle
from evals.emulators.wecom.server import running
from tests.agent.deliveries.conftest import PushShop, shop
from tests.connectors.wecom.lines import VirtualTime
from tests.support.bots import BOT_ID, Stand, dying, until

__all__ = ["shop"]
SECONDS = 61
PINGS = 2  # one each thirty seconds


@pytest.fixture
async def stand(shop: PushShop) -> AsyncIterator[Stand]:
    async with running() as emulator:
        yield Stand(shop, emulator, {}, VirtualTime(emulator.platform.clock))


async def minute(stand: Stand) -> set[int]:
    """The numbers of the lines that were subscribed in a minute of the platform's time, looked at each second."""
    seen: set[int] = set()
    for _ in range(SECONDS):
        await stand.emulator.platform.clock.advance(1)
        await settle(200)
        seen.add(stand.emulator.hub.lines[BOT_ID].number)
    return seen


async def test_exactly_one_of_two_is_subscribed_over_a_minute_and_a_takeover(stand: Stand) -> None:
    first, second = await stand.process(), await stand.process()
    await first.save(stand)
    async with dying(first) as one, dying(second) as two:
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        before = await minute(stand)
        death = one if first.lines else two
        death.cancel()
        await until(lambda: BOT_ID not in stand.emulator.hub.lines)
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        after = await minute(stand)
        assert sorted((len(first.lines), len(second.lines))) == [0, 1]
    assert (len(before), len(after), len(before | after)) == (1, 1, 2)
    subscribed = stand.emulator.platform.records.of("aibot/aibot_subscribe")
    assert [call.errcode for call in subscribed] == [0, 0]
    assert len(stand.emulator.platform.records.of("aibot/ping")) == 2 * PINGS
    assert stand.emulator.platform.records.warnings == []
