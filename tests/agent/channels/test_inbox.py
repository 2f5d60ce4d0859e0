"""Callbacks before they are acknowledged: stored sealed, many in one transaction, gone once they are handled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import psycopg
import pytest

from agent.channels.inbox import LEFT_AFTER, GroupedInbox
from connectors.ports.callbacks import LeftCallback
from connectors.ports.channels import OpenChannel
from memory.domain.callbacks import CallbackWork
from memory.domain.errors import NotFound, Unavailable
from memory.domain.ids import ChannelId
from tests.agent.channels.test_safe import MovedClock
from tests.agent.deliveries.conftest import APP, BOX, PushShop, shop

__all__ = ["shop"]


@dataclass
class Counted:
    """The shop's database, which counts transactions, tells of each that begins, and may be away."""

    shop: PushShop
    opened: int = 0
    away: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def across_tenants(self, reason: str) -> AsyncIterator[CallbackWork]:
        """One more."""
        self.opened += 1
        self.begun.set()
        if self.away:
            raise Unavailable("database_unavailable", reason="away")
        async with self.shop.database.across_tenants(reason) as work:
            yield work


async def open_channel(shop: PushShop) -> OpenChannel:
    channel = await shop.channel(APP)
    async with shop.database.across_tenants("a test's channel") as work:
        setting = await work.channels.active(channel)
    assert setting is not None
    return OpenChannel(setting, {})


async def test_what_is_kept_is_left_for_the_next_process_until_it_is_handled(shop: PushShop) -> None:
    clock, channel = MovedClock(), await open_channel(shop)
    inbox = GroupedInbox(shop.database, BOX, clock.now)
    await inbox.keep(channel, "5:one", "<xml>你好</xml>")
    await inbox.keep(channel, "5:one", "<xml>你好</xml>")
    await inbox.keep(channel, "5:two", "<xml>再见</xml>")
    with psycopg.connect(shop.database.url) as line:
        line.execute("set local role daren_service")
        rows = line.execute("select sealed from callback").fetchall()
    assert len(rows) == 2
    assert all("你好".encode() not in sealed for (sealed,) in rows)
    following = GroupedInbox(shop.database, BOX, clock.now)
    assert await following.left(channel.setting.id) == []
    clock.moment += LEFT_AFTER * 2
    assert await following.left(channel.setting.id) == [
        LeftCallback("5:one", "<xml>你好</xml>"),
        LeftCallback("5:two", "<xml>再见</xml>"),
    ]
    inbox.handled("5:one")
    await inbox.aclose()
    assert [one.name for one in await following.left(channel.setting.id)] == ["5:two"]


async def test_what_comes_while_a_group_is_written_is_written_together(shop: PushShop) -> None:
    clock, channel, counted = MovedClock(), await open_channel(shop), Counted(shop)
    inbox = GroupedInbox(counted, BOX, clock.now)
    await asyncio.gather(*(inbox.keep(channel, f"5:{number}", "<xml/>") for number in range(200)))
    assert counted.opened <= 2
    clock.moment += LEFT_AFTER * 2
    assert len(await inbox.left(channel.setting.id)) == 200


async def test_what_comes_while_handled_ones_are_forgotten_waits_for_nobody_else(shop: PushShop) -> None:
    channel, counted = await open_channel(shop), Counted(shop)
    inbox = GroupedInbox(counted, BOX, MovedClock().now)
    await inbox.keep(channel, "5:1", "<xml/>")
    counted.begun.clear()
    inbox.handled("5:1")
    closing = asyncio.create_task(inbox.aclose())
    await counted.begun.wait()
    async with asyncio.timeout(10):
        await inbox.keep(channel, "5:2", "<xml/>")
    await closing


async def test_what_could_not_be_forgotten_is_with_the_next_group(shop: PushShop) -> None:
    clock, channel, counted = MovedClock(), await open_channel(shop), Counted(shop)
    inbox = GroupedInbox(counted, BOX, clock.now)
    await inbox.keep(channel, "5:1", "<xml/>")
    counted.away = True
    inbox.handled("5:1")
    await inbox.aclose()
    counted.away = False
    await inbox.keep(channel, "5:2", "<xml/>")
    clock.moment += LEFT_AFTER * 2
    assert [one.name for one in await inbox.left(channel.setting.id)] == ["5:2"]


async def test_what_could_not_be_stored_is_said_to_each_and_the_next_is_stored(shop: PushShop) -> None:
    channel, counted = await open_channel(shop), Counted(shop, away=True)
    inbox = GroupedInbox(counted, BOX, MovedClock().now)
    ends = await asyncio.gather(*(inbox.keep(channel, f"5:{n}", "<xml/>") for n in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [Unavailable] * 3
    counted.away = False
    await inbox.keep(channel, "5:0", "<xml/>")


async def test_for_a_channel_that_is_off_nothing_is_stored(shop: PushShop) -> None:
    channel = await open_channel(shop)
    off = OpenChannel(replace(channel.setting, id=ChannelId(99_999)), {})
    inbox = GroupedInbox(shop.database, BOX, MovedClock().now)
    kept, refused = await asyncio.gather(
        inbox.keep(channel, "5:1", "<xml/>"), inbox.keep(off, "99999:1", "<xml/>"), return_exceptions=True
    )
    assert kept is None
    assert isinstance(refused, NotFound)
    with pytest.raises(NotFound):
        await inbox.keep(off, "99999:2", "<xml/>")
