"""Whatever the bot answers is owed before it is said: what comes again to the next process is told no second time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.suites.talking import open_talk
from memory.domain.ids import ChannelId, ImportRunId
from prompts.render import texts
from tests.agent.deliveries.conftest import shop
from tests.journeys.test_late_and_repeated import everything_heard, quiet, stand
from tests.support.bots import BOT_ID, Stand, dying, until

__all__ = ["shop", "stand"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

GROUP, ALONE = "CH1", private(BOT_ID, "lina")
TABLE = "账号,国家\nmia,US\nben,US\n".encode()
SAY = texts().say


@asynccontextmanager
async def heard_by(stand: Stand, channel: ChannelId | None = None) -> AsyncIterator["asyncio.Task[None]"]:
    """A process that holds the bot; the first saves it, with Lina in the group and alone."""
    process = await stand.process()
    if channel is None:
        channel = await process.save(stand)
        for group in (GROUP, ""):
            await stand.bind(channel, "lina", stand.shop.office.anna, group=group)
    async with dying(process) as task:
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        yield task
        if not task.cancelling():
            await process.lines[channel].channel.settle()
            await quiet(stand)
    await until(lambda: BOT_ID not in stand.emulator.hub.lines)


def everything_said(stand: Stand) -> list[str]:
    return [one.content for chat in (GROUP, ALONE) for one in stand.said(chat)]


async def count(stand: Stand, chat: str, messages: int) -> None:
    await until(lambda: len(stand.said(chat)) == messages)
    await quiet(stand)


async def test_pictures_bare_mentions_files_and_clicks_are_answered_once_across_a_restart(stand: Stand) -> None:
    phone, office = stand.emulator.phone, stand.shop.office
    async with heard_by(stand):
        phone.says_in_group("lina", "", chatid=GROUP, mention=BOT_ID)
        await count(stand, GROUP, 1)
        phone.sends_file_to_bot("lina", "a.png", b"\x89PNG\r\n\x1a\n....", bot_id=BOT_ID)
        await count(stand, ALONE, 1)
        phone.sends_file_to_bot("lina", "坏的.xlsx", b"no table at all", bot_id=BOT_ID)
        await count(stand, ALONE, 2)
        phone.sends_file_to_bot("lina", "达人.csv", TABLE, bot_id=BOT_ID)
        await count(stand, ALONE, 4)
        card = stand.said(ALONE)[-1]
        phone.presses("lina", card.message_id, (card.card or {})["button_list"][0]["key"])
        await count(stand, ALONE, 5)
    ((run, _),) = await runs(stand)
    imports = (await open_talk(office, office.anna)).desk.forms.imports
    await imports.carry_out(office.anna, ImportRunId(run))
    before, channel = everything_said(stand), await the_channel(stand)
    async with heard_by(stand, channel):
        for asked in everything_heard(stand) * 2:
            assert stand.emulator.hub.again(asked)
        phone.says_to_bot("lina", "停", bot_id=BOT_ID)
        await until(lambda: any("已停" in one.content for one in stand.said(ALONE)))
    assert everything_said(stand)[:-1] == before
    assert await runs(stand) == [(run, "done")]
    assert {state for state, _ in stand.shop.rows()} == {"delivered"}


async def test_a_file_whose_process_died_before_it_was_read_is_asked_for_again_once(stand: Stand) -> None:
    stand.emulator.platform.faults.add(Fault(kind=FaultKind.DELAY, endpoint="media/download", seconds=3_600))
    async with heard_by(stand) as process:
        stand.emulator.phone.sends_file_to_bot("lina", "达人.csv", TABLE, bot_id=BOT_ID)
        await until(lambda: stand.shop.rows() == [("waiting", None)])
        process.cancel()
    async with heard_by(stand, await the_channel(stand)):
        await count(stand, ALONE, 1)
    assert [one.content for one in stand.said(ALONE)] == [f"【演示数据】\n{SAY('wecom_file_lost', 'zh')}"]


async def the_channel(stand: Stand) -> ChannelId:
    async with stand.shop.database.unit(stand.shop.office.lead) as unit:
        return next(one.id for one in await unit.channels.all() if one.active)


async def runs(stand: Stand) -> list[tuple[int, str]]:
    """Imports: which, and where each is."""
    with psycopg.connect(stand.shop.database.url) as line:
        line.execute("set local role daren_service")
        found = line.execute("select id, state from import_run order by id").fetchall()
    return [(int(run), str(state)) for run, state in found]
