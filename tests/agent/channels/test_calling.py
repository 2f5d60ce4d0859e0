"""What asks for a deed goes to each who may do it alone: a bot calls nobody by name in a group."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest

from connectors.ports.channels import Chat, OpenChannel, Push
from connectors.wecom.bot.keeping import BotLine
from connectors.wecom.bot.pushing import BotPusher
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import running
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, ChannelId
from tests.agent.deliveries.conftest import PushShop, shop
from tests.connectors.wecom.lines import VirtualTime, plan
from tests.connectors.wecom.offices import CHANNEL
from tests.support import fake_office as invented
from tests.support.bots import BOT_ID, HoldingProcess, Stand, until

__all__ = ["shop"]
PUSHES = "aibot/aibot_send_msg"
LINA, WANGWEI = private(BOT_ID, "lina"), private(BOT_ID, "wangwei")


@pytest.fixture
async def stand(shop: PushShop) -> AsyncIterator[Stand]:
    async with running() as emulator:
        yield Stand(shop, emulator)


async def set_up(stand: Stand, process: HoldingProcess, *heard: str) -> ChannelId:
    """Anna, who may approve, and an operator, who may not, are bound in the group and alone."""
    office = stand.shop.office
    channel = await process.save(stand)
    for user, who in (("lina", office.anna), ("wangwei", office.operator)):
        await stand.bind(channel, user, who, group="CH1")
        await stand.bind(channel, user, who)
    for chat in heard:
        stand.emulator.hub.heard(BOT_ID, chat)
    return channel


async def remind(stand: Stand, process: HoldingProcess, *, calls: bool = True) -> None:
    """Push that somebody must do something."""
    async with stand.shop.database.across_tenants("test") as work:
        (setting,) = await work.channels.every()
    push = Push("K7 还有 3 条等批准", calls=calls, brand=stand.shop.office.brand)
    await process.pusher.push(OpenChannel(setting, {}), push, key="nudge:1")


def told(stand: Stand) -> dict[str, int]:
    return {chat: len(stand.said(chat)) for chat in ("CH1", LINA, WANGWEI)}


async def test_who_may_approve_is_told_alone_and_nobody_else(stand: Stand) -> None:
    process = await stand.process()
    await set_up(stand, process, "CH1", LINA, WANGWEI)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        await remind(stand, process)
        assert told(stand) == {"CH1": 0, LINA: 1, WANGWEI: 0}
        await remind(stand, process, calls=False)
    assert told(stand) == {"CH1": 1, LINA: 1, WANGWEI: 0}


async def test_where_nobody_who_may_can_be_told_alone_the_group_is(stand: Stand) -> None:
    process = await stand.process()
    await set_up(stand, process, "CH1", WANGWEI)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        await remind(stand, process)
    assert told(stand) == {"CH1": 1, LINA: 0, WANGWEI: 0}


async def test_one_without_an_ack_and_one_not_reached_are_named_and_nobody_is_told_twice(stand: Stand) -> None:
    stand.time = VirtualTime(stand.emulator.platform.clock)
    process, boss = await stand.process(), private(BOT_ID, "boss")
    channel = await set_up(stand, process, LINA, boss)
    await stand.bind(channel, "boss", stand.shop.office.lead)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        plan(stand.emulator, FaultKind.ACK_LOST, PUSHES, calls=(1,))
        plan(stand.emulator, FaultKind.ACK_ERROR, PUSHES, errcode=-1, calls=(2, 3, 4, 5))
        reminding = asyncio.create_task(remind(stand, process))
        await stand.after(60, reminding.done)
        with pytest.raises(Unclear) as lost:
            reminding.result()
    assert (lost.value.text_key, lost.value.facts) == ("bot_call_unclear", {"users": "lina、boss"})
    assert [len(stand.said(chat)) for chat in ("CH1", LINA, boss)] == [0, 1, 0]


class Halting:
    """A bot that breaks off for some people."""

    def __init__(self, failures: dict[str, AppError]) -> None:
        self.failures, self.told = failures, list[str]()

    async def push(self, chat: str, text: str, *, is_group: bool) -> None:
        self.told.append(chat)
        if chat in self.failures:
            raise self.failures[chat]


async def called(*people: str, **failures: AppError) -> tuple[list[str], str]:
    """(whom it spoke to, how it ended)."""
    bot = Halting(failures)
    line = cast(BotLine, SimpleNamespace(channel=bot, socket=SimpleNamespace(state=SimpleNamespace(ended=None))))

    async def deciders(channel: OpenChannel, brand: BrandId | None) -> Sequence[str]:
        return people

    async def group(channel: OpenChannel, brand: BrandId | None) -> Chat:
        return Chat("CH1", is_group=True)

    setting = ChannelSetting(CHANNEL, invented.TENANT, ChannelKind.WECOM_BOT, "", None, {}, active=True,
                             changed_at=datetime.now(UTC), sealed=b"")  # fmt: skip
    pusher = BotPusher({CHANNEL: line}, group, deciders, "", lambda: datetime.now(UTC))
    try:
        await pusher.push(OpenChannel(setting, {}), Push("K7", calls=True), key="nudge:1")
    except AppError as failure:
        return bot.told, f"{type(failure).__name__} {failure.text_key} {failure.facts.get('users', '')}".rstrip()
    return bot.told, ""


BOTH, ALL = ["lina", "chenjie"], ["lina", "chenjie", "CH1"]
REFUSED, LOST, DOWN = Refused("wecom_refused"), Unclear("wecom_no_ack"), Unavailable("wecom_not_connected")


@pytest.mark.parametrize(
    ("failures", "told", "end"),
    [
        ({}, BOTH, ""),
        ({"lina": REFUSED}, BOTH, ""),
        ({"lina": REFUSED, "chenjie": REFUSED}, ALL, ""),
        ({"lina": DOWN, "chenjie": DOWN}, BOTH, "Unavailable wecom_not_connected"),
        ({"lina": REFUSED, "chenjie": DOWN}, BOTH, "Unavailable wecom_not_connected"),
        ({"lina": LOST}, BOTH, "Unclear bot_call_unclear lina"),
        ({"lina": REFUSED, "chenjie": LOST}, BOTH, "Unclear bot_call_unclear chenjie"),
        ({"lina": LOST, "chenjie": DOWN}, BOTH, "Unclear bot_call_unclear lina、chenjie"),
        ({"lina": DOWN, "chenjie": LOST}, BOTH, "Unclear bot_call_unclear lina、chenjie"),
        ({"chenjie": DOWN}, BOTH, "Unclear bot_call_unclear chenjie"),
    ],
)
async def test_nobody_is_called_twice_and_who_may_not_have_been_told_is_named(
    failures: dict[str, AppError], told: list[str], end: str
) -> None:
    assert await called(*BOTH, **failures) == (told, end)
