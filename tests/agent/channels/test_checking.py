"""What `daren doctor` finds about a bot, and what it says to do, without disturbing the process that holds it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.channels.checking import ChannelDoctor
from connectors.ports.channels import OpenChannel
from connectors.ports.lines import OpenLine
from connectors.wecom.bot.pushing import BotPusher
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import running
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError, NotAllowed, NotFound
from memory.domain.ids import BrandId, ChannelId, TenantId
from memory.domain.lines import LineEnd, LineState
from memory.domain.workspace import Role
from tests.agent.deliveries.conftest import APP, BOX, PushShop, shop
from tests.connectors.wecom.lines import plan
from tests.support.bots import BOT_ID, HoldingProcess, Stand, until, until_true
from tests.support.database import at_brand
from tests.support.doctors import says

__all__ = ["shop"]


@pytest.fixture
async def stand(shop: PushShop) -> AsyncIterator[Stand]:
    async with running() as emulator:
        yield Stand(shop, emulator)


async def found(doctor: ChannelDoctor) -> AppError | None:
    (one,) = await doctor.look()
    return one.failure


async def noted(stand: Stand, channel: ChannelId, end: LineEnd | None) -> None:
    async def is_noted() -> bool:
        line = await stand.line(channel)
        return line is not None and line.state.ended is end and bool(end or line.state.connected_since)

    await until_true(is_noted)


@pytest.fixture
async def process(stand: Stand) -> HoldingProcess:
    return await stand.process()


async def test_a_bot_that_nobody_runs_is_tried_and_the_command_is_named(stand: Stand, process: HoldingProcess) -> None:
    await process.save(stand)
    says(await found(process.doctor), "bot_not_held", "daren serve", "daren serve")
    assert BOT_ID not in stand.emulator.hub.lines


async def test_a_wrong_secret_is_found_before_anything_runs(stand: Stand, process: HoldingProcess) -> None:
    await process.save(stand, secret="not-the-secret")
    says(await found(process.doctor), "bot_wrong_secret", "重新复制 Secret", "Copy the Secret again")


async def test_a_bot_that_works_is_not_disturbed_by_being_looked_at(stand: Stand, process: HoldingProcess) -> None:
    channel = await process.save(stand)
    async with process.holder.holding():
        await noted(stand, channel, None)
        other = await stand.process()
        assert await found(other.doctor) is None
        assert stand.subscriptions() == 1


async def test_a_second_connection_of_the_bot_is_found(stand: Stand, process: HoldingProcess) -> None:
    channel = await process.save(stand)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        stand.emulator.hub.kick(BOT_ID)
        await noted(stand, channel, LineEnd.TAKEN_OVER)
        says(await found(process.doctor), "bot_taken_over", "先停掉那一个", "Stop the other one")


async def test_a_connection_that_is_being_made_again_names_the_last_error(
    stand: Stand, process: HoldingProcess
) -> None:
    plan(stand.emulator, FaultKind.ACK_ERROR, "aibot/aibot_subscribe", errcode=45009)
    channel = await process.save(stand)

    async def is_down() -> bool:
        line = await stand.line(channel)
        return line is not None and line.state.error == "45009"

    async with process.holder.holding():
        await until_true(is_down)
        says(await found(process.doctor), "bot_down", "45009", "45009")


async def test_a_machine_whose_clock_is_off_is_found(stand: Stand, process: HoldingProcess) -> None:
    await process.save(stand)
    wrong = replace(process.pusher, now=lambda: stand.platform_now() + timedelta(minutes=17))
    doctor = replace(process.doctor, pushers={ChannelKind.WECOM_BOT: wrong})
    says(await found(doctor), "clock_skew", "自动校时", "automatic time")


async def test_a_host_that_cannot_be_reached_is_named(stand: Stand, process: HoldingProcess) -> None:
    await process.save(stand)
    gone: BotPusher = replace(process.pusher, url="ws://127.0.0.1:9/")
    doctor = replace(process.doctor, pushers={ChannelKind.WECOM_BOT: gone})
    says(await found(doctor), "channel_unreachable", "127.0.0.1", "127.0.0.1")


async def test_an_app_that_nobody_looks_after_is_tried_and_the_command_is_named(shop: PushShop) -> None:
    channel = await shop.channel(APP)
    tried: list[ChannelId] = []

    class Keeper:
        kind = APP

        def name(self, opened: OpenChannel) -> str:
            return f"wecom_app:{opened.setting.id}"

        def opened(self, opened: OpenChannel) -> AbstractAsyncContextManager[OpenLine]:
            raise NotImplementedError

        async def try_out(self, opened: OpenChannel) -> None:
            tried.append(opened.setting.id)

    doctor = ChannelDoctor(shop.database, BOX, shop.pushers, {APP: Keeper()}, shop.database.leadership)
    says(await found(doctor), "app_not_held", "daren serve", "daren serve")
    assert tried == [channel]
    async with shop.database.across_tenants("test") as work:
        await work.lines.note(channel, LineState(await shop.office.now()))
    assert await found(doctor) is None


async def test_a_lead_looks_at_a_channel_of_theirs_and_nobody_else_does(stand: Stand, process: HoldingProcess) -> None:
    channel = await process.save(stand, secret="not-the-secret")
    lead, brand = stand.shop.office.lead, stand.shop.office.brand
    says(await process.doctor.look_at(lead, channel), "bot_wrong_secret", "重新复制 Secret", "Copy the Secret again")
    with pytest.raises(NotAllowed):
        await process.doctor.look_at(replace(lead, role=Role.APPROVER), channel)
    for stranger in (replace(lead, tenant=TenantId(lead.tenant + 1)), at_brand(lead, BrandId(brand + 1_000))):
        with pytest.raises(NotFound):
            await process.doctor.look_at(stranger, channel)
