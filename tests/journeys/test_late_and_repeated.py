"""Callbacks that come several times, at once, in the wrong order, late, and once more after the process has changed."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from evals.emulators.wecom.bot.hub import Asked
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import running
from memory.domain.ids import ChannelId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, DraftStatus
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.agent.deliveries.conftest import PushShop, shop
from tests.connectors.wecom.lines import VirtualTime
from tests.support.bots import BOT_ID, HoldingProcess, Stand, dying, until
from tests.support.faults import BOT, raises

__all__ = ["shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

GROUP = "CH1"
WINDOW = 25 * 3600  # seconds; an answer may come for 24 hours
SAY = texts().say


@pytest.fixture
async def stand(shop: PushShop) -> AsyncIterator[Stand]:
    async with running() as emulator:
        yield Stand(shop, emulator, {}, VirtualTime(emulator.platform.clock))


async def seated(stand: Stand, process: HoldingProcess) -> ChannelId:
    """Lina is Anna, who approves; Wangwei is Ben, who does so too. The group is theirs."""
    channel = await process.save(stand)
    for user, who in (("lina", stand.shop.office.anna), ("wangwei", stand.shop.office.ben)):
        await stand.bind(channel, user, who, group=GROUP)
    return channel


def strike(stand: Stand, kind: FaultKind, *, times: int = 1) -> None:
    stand.emulator.platform.faults.add(Fault(kind=kind, endpoint="callback/bot", copies=3, times=times))


def types(stand: Stand, user: str, text: str) -> None:
    stand.emulator.phone.says_in_group(user, text, chatid=GROUP, mention=BOT_ID)


def card(stand: Stand) -> Message:
    """The newest card in the group."""
    return [one for one in stand.said(GROUP) if one.card][-1]


def told(stand: Stand, words: str) -> int:
    return sum(words in one.content for one in stand.said(GROUP))


def key(message: Message, verb: str) -> str:
    buttons = (message.card or {})["button_list"]
    return str(next(button["key"] for button in buttons if button["key"].startswith(f"{verb}:")))


def decisions(stand: Stand) -> list[tuple[str, int]]:
    """Verdicts that stand, and how many."""
    with psycopg.connect(stand.shop.database.url) as line:
        line.execute("set local role daren_service")
        rows = line.execute("select verdict, count(*) from decision group by verdict order by verdict").fetchall()
    return [(str(verdict), int(count)) for verdict, count in rows]


def everything_heard(stand: Stand) -> list[Asked]:
    return list({one.body["msgid"]: one for one in stand.emulator.hub.asked.values()}.values())


async def quiet(stand: Stand) -> None:
    """Nothing is owed any more."""
    await until(lambda: {state for state, _ in stand.shop.rows()} <= {"delivered"})


async def drafted(stand: Stand, count: int, *, by: Scope | None = None, offer: Offer | None = None) -> Batch:
    """A batch whose card Lina has asked for in the group."""
    batch = await stand.shop.office.draft(await stand.shop.office.creators(count), by=by, offer=offer)
    types(stand, "lina", f"批准 {batch.code} 1")
    await until(lambda: any(one.card for one in stand.said(GROUP)))
    await quiet(stand)
    return batch


@raises(BOT, FaultKind.DUPLICATE_CALLBACK)
async def test_a_click_and_a_text_three_times_each_decide_once_also_after_a_restart(stand: Stand) -> None:
    first, second = await stand.process(), await stand.process()
    await seated(stand, first)
    strike(stand, FaultKind.DUPLICATE_CALLBACK, times=0)
    async with dying(first) as one:
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        batch = await drafted(stand, 3)
        stand.emulator.phone.presses("lina", card(stand).message_id, key(card(stand), "approve"))
        await until(lambda: told(stand, "已批准 1-3") == 1)
        types(stand, "wangwei", f"拒 {batch.code} 2")
        await until(lambda: told(stand, "已拒 2") == 1)
        await quiet(stand)
        one.cancel()
        await until(lambda: BOT_ID not in stand.emulator.hub.lines)
    before = [message.content for message in stand.said(GROUP)]
    async with dying(second):
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        for asked in everything_heard(stand) * 3:
            assert stand.emulator.hub.again(asked)
        # What is new comes after all that was old, and is answered.
        types(stand, "wangwei", f"批准 {batch.code} 9")
        await until(lambda: len(stand.said(GROUP)) > len(before))
        await quiet(stand)
        await second.lines[next(iter(second.lines))].channel.settle()
    assert [message.content for message in stand.said(GROUP)][:-1] == before
    assert decisions(stand) == [("approve", 3), ("reject", 1)]


@raises(BOT, FaultKind.REORDER_CALLBACKS)
async def test_what_comes_before_what_it_follows_is_answered_and_decides_nothing_twice(stand: Stand) -> None:
    process = await stand.process()
    await seated(stand, process)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        batch = await drafted(stand, 3)
        strike(stand, FaultKind.REORDER_CALLBACKS)
        stand.emulator.phone.presses("lina", card(stand).message_id, key(card(stand), "approve"))
        types(stand, "lina", f"拒 {batch.code} 1-3")  # typed after, heard before
        await until(lambda: told(stand, "已拒 1-3") == 1)
        await process.lines[next(iter(process.lines))].channel.settle()
        await quiet(stand)
    assert ("reject", 3) in decisions(stand)
    states = [draft.status for draft in await stand.shop.office.read(batch)]
    assert states == [DraftStatus.REJECTED] * 3  # a rejection by anyone ends it, in whichever order they came


@raises(BOT, FaultKind.REORDER_CALLBACKS)
async def test_a_click_on_what_was_decided_meanwhile_is_harmless_and_brings_the_card_as_it_is(stand: Stand) -> None:
    process = await stand.process()
    await seated(stand, process)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        batch = await drafted(stand, 2)
        stale = card(stand)
        strike(stand, FaultKind.REORDER_CALLBACKS)
        stand.emulator.phone.presses("lina", stale.message_id, key(stale, "approve"))  # held back
        types(stand, "lina", f"批准 {batch.code} 1-2")
        await until(lambda: told(stand, "已批准 1、2") >= 1)
        await process.lines[next(iter(process.lines))].channel.settle()
        await quiet(stand)
        assert decisions(stand) == [("approve", 2)]
        assert "replace_text" in (stale.card_of("lina") or {})


@raises(BOT, FaultKind.REORDER_CALLBACKS)
async def test_a_message_that_comes_after_a_day_is_answered_once_by_a_push(stand: Stand) -> None:
    process = await stand.process()
    await seated(stand, process)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        strike(stand, FaultKind.REORDER_CALLBACKS)
        types(stand, "lina", "停")
        stand.emulator.platform.clock.now += WINDOW
        stand.emulator.hub.release(BOT_ID)
        await until(lambda: told(stand, "已停") == 1)
        await quiet(stand)
    late = stand.emulator.platform.records.of("aibot/aibot_respond_msg")
    assert [call.errcode for call in late] == [846605]
    assert told(stand, "已停") == 1


async def test_a_decision_waits_for_no_turn_of_the_same_member(stand: Stand) -> None:
    process = await stand.process()
    await seated(stand, process)
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        batch = await drafted(stand, 3)
        types(stand, "lina", "找20个美国做宠物用品的达人")  # nobody works here: its turn waits for ever
        await until(lambda: turns(stand) == [("done", 1), ("queued", 1)])
        types(stand, "lina", f"批准 {batch.code} 1")
        await until(lambda: told(stand, "已批准 1") == 1)
        stand.emulator.phone.presses("lina", card(stand).message_id, key(card(stand), "approve"))
        await until(lambda: told(stand, "已批准 2、3") == 1)
    assert turns(stand) == [("done", 2), ("queued", 1)]
    assert decisions(stand) == [("approve", 3)]


def turns(stand: Stand) -> list[tuple[str, int]]:
    """States of turns, and how many."""
    with psycopg.connect(stand.shop.database.url) as line:
        line.execute("set local role daren_service")
        rows = line.execute("select state, count(*) from turn group by state order by state").fetchall()
    return [(str(state), int(count)) for state, count in rows]
