"""What the app says to people it does not know is lost in no crash and no outage: the inbox keeps what they wrote."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.binding.forms import BindingForms
from agent.binding.rules import Refusal
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import MakeBindCode
from prompts.render import texts
from tests.agent.binding.test_door import code_in
from tests.agent.deliveries.conftest import BOX, shop
from tests.connectors.wecom.apps import AGENT, FakeInbox, app_of, app_process, words_in
from tests.connectors.wecom.lines import live, plan, until
from tests.connectors.wecom.offices import building
from tests.support.bots import PATIENCE_SECONDS
from tests.support.channel_kinds import AppStruck
from tests.support.struck_channels import app

__all__ = ["app", "shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

TRIES = 4  # of one answer, before it waits for another look


async def typed(app: AppStruck, user: str, text: str) -> list[str]:
    """What somebody is told by and by, the platform having been too busy for all tries of the first answer."""
    app.strike(FaultKind.ERRCODE, app.sends, times=TRIES)
    app_of(app.emulator).visible.add(user)
    app.emulator.phone.says_to_app(user, text, agentid=AGENT)
    chat = private(str(AGENT), user)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not words_in(app.emulator, chat):
            await live(app.emulator, 1, beside=app.shop.office.now)
    await live(app.emulator, 30, step=5, beside=app.shop.office.now)  # time enough for a second one
    return words_in(app.emulator, chat)


async def test_a_stranger_is_told_how_to_be_bound_once_the_platform_takes_it(app: AppStruck) -> None:
    (words,) = await typed(app, "chenjie", "给我看名单")
    assert words == texts().say(Refusal.STRANGER, "zh", code=code_in(words), hours=24)


async def test_who_binds_by_a_code_is_told_so_once_the_platform_takes_it(app: AppStruck) -> None:
    office = app.shop.office
    async with app.shop.database.unit(office.lead) as unit:
        form = MakeBindCode(member=office.ben.member, brand=office.brand)
        code = code_in((await BindingForms(BOX, texts()).carry_out(unit, form)).text)
    assert await typed(app, "wangwei", f"绑定 {code}") == [
        texts().say("bind_done_person", "zh", name="ben", brand="Eval")
    ]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with running() as emulator:
        yield emulator


@pytest.mark.parametrize("greeted", [False, True])
async def test_what_a_process_did_not_live_to_say_to_a_stranger_is_said_by_the_next(
    emulator: Emulator, greeted: bool
) -> None:
    house = building()
    inbox, chat = FakeInbox(house), private(str(AGENT), "chenjie")
    app_of(emulator).visible.add("chenjie")
    plan(emulator, FaultKind.DROP_BEFORE, "gettoken", times=0)
    async with app_process(emulator, house, inbox=inbox) as process:
        if greeted:
            emulator.phone.does_in_app("chenjie", "subscribe", agentid=AGENT)
        else:
            process.says("chenjie", "给我看名单")
        await until(lambda: emulator.callbacks.deliveries[-1].acknowledged)
        await until(lambda: bool(house.visitors))
        safe = process.safe
    emulator.platform.faults.clear()
    async with app_process(emulator, house, inbox=inbox, safe=safe) as following:
        await following.apps.take_up(following.channel)
        await following.apps.settle()
    assert words_in(emulator, chat) == ["请先绑定：K3P9"]
    assert inbox.rows == {}


async def test_who_begins_to_see_the_app_is_greeted_once_though_that_comes_again_after_a_restart(
    emulator: Emulator,
) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        emulator.phone.does_in_app("lina", "subscribe", agentid=AGENT)
        await process.quiet()
        safe = process.safe
    async with app_process(emulator, house, safe=safe) as restarted:
        emulator.callbacks.again(emulator.callbacks.deliveries[-1])
        await restarted.quiet()
    (greeting,) = words_in(emulator)
    assert greeting.startswith("【演示数据】\n你好，我是达人助手。")
    assert [owed.reply.text for owed in house.owed if owed.reply] == [texts().say("wecom_welcome", "zh")] * 2
