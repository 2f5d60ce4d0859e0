"""What the bot says unprompted: only where somebody wrote, at most once, refusals and doubts told apart."""

import asyncio

import pytest

from connectors.ports.channels import Picture
from connectors.ports.door import Admitted
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import Reply
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import MemberId
from memory.domain.places import Place
from memory.domain.workspace import Role, Scope
from tests.connectors.wecom.lines import BOT, after, live, plan, until
from tests.connectors.wecom.offices import CHANNEL, LINA, building, process, said
from tests.support import fake_office as invented
from tests.support.fake_painter import PNG

GUEST = Admitted(Scope(invented.TENANT, None, MemberId(1), Role.LEAD), "Asia/Shanghai", "演示数据")
NEWS = "有 1 位达人回复。"
PUSHES = "aibot/aibot_send_msg"


def pushes(emulator: Emulator) -> int:
    return len(emulator.platform.records.of(PUSHES))


async def test_a_push_goes_to_a_chat_where_somebody_wrote_and_nowhere_else(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        with pytest.raises(Refused, match="86001"):
            await one.channel.push("lina", NEWS, is_group=False)
        emulator.phone.says_in_group("lina", "批准 1", chatid="CH1", mention=BOT)
        await until(lambda: bool(said(emulator, "CH1")))
        await one.channel.settle()
        await one.channel.push("CH1", NEWS, is_group=True)
    assert said(emulator, LINA) == []
    assert said(emulator, "CH1")[-1].content == NEWS


async def test_a_push_without_an_ack_is_unclear_and_not_sent_again(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, LINA)
        plan(emulator, FaultKind.ACK_LOST, PUSHES)
        posting = asyncio.create_task(one.channel.push("lina", NEWS, is_group=False))
        await after(emulator, 15, posting.done)
        with pytest.raises(Unclear):
            posting.result()
        await live(emulator, 30)
    assert (len(said(emulator, LINA)), pushes(emulator)) == (1, 1)


async def test_a_push_without_a_connection_may_be_tried_again_but_not_from_its_middle(emulator: Emulator) -> None:
    house = building()
    plan(emulator, FaultKind.ACK_ERROR, PUSHES, errcode=-1, calls=(2, 3, 4, 5))
    long = "字" * 12_000
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, LINA)
        posting = asyncio.create_task(one.channel.push("lina", long, is_group=False))
        await after(emulator, 40, posting.done)
        with pytest.raises(Unclear):
            posting.result()
        await one.socket.close()
        with pytest.raises(Unavailable):
            await one.channel.push("lina", NEWS, is_group=False)
    assert len(said(emulator, LINA)) == 1


async def test_a_picture_without_an_ack_is_unclear_and_not_sent_again(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, LINA)
        plan(emulator, FaultKind.ACK_LOST, PUSHES)
        posting = asyncio.create_task(one.channel.show("lina", Picture("GMV.png", PNG), is_group=False))
        await after(emulator, 15, posting.done)
        with pytest.raises(Unclear):
            posting.result()
    assert [message.data for message in said(emulator, LINA)] == [PNG]


async def test_a_card_that_is_said_twice_under_one_name_is_shown_once(emulator: Emulator) -> None:
    house = building()
    reply = Reply(text="", cards=(invented.choices(),))
    place = Place(channel=CHANNEL, chat="lina", is_group=False, user="lina")
    async with process(emulator, house) as one:
        emulator.hub.heard(BOT, LINA)
        voice = one.channel._voice("lina", is_group=False, req_id=None)
        talk = one.channel._talk(GUEST, place, voice, "asked-1")
        await one.channel.answering.reply(talk, reply)
        with pytest.raises(Refused, match="42014"):
            await one.channel.answering.reply(talk, reply)
    assert len([message for message in said(emulator, LINA) if message.card]) == 1


async def test_secrets_and_words_stay_out_of_the_log(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    house = building()
    plan(emulator, FaultKind.MEDIA_EXPIRED, "media/download")
    async with process(emulator, house) as one:
        emulator.phone.sends_file_to_bot("lina", "a.csv", b"secret,words\n1,2\n", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
        emulator.phone.says_to_bot("lina", "悄悄话", bot_id=BOT)
        plan(emulator, FaultKind.ACK_ERROR, "aibot/*", errcode=40058)
        house.desk.answer(Reply(text="悄悄答"))
        await until(lambda: len(said(emulator, LINA)) == 2)
        (bot,) = emulator.platform.corp.bots.values()
        (name,) = emulator.platform.media._downloads
        assert bot.secret not in repr(one.socket)
    written = capsys.readouterr()
    for hidden in (bot.secret, name, "悄悄话", "悄悄答"):
        assert hidden not in written.out + written.err
    assert "wecom_bot.failed" in written.out + written.err
