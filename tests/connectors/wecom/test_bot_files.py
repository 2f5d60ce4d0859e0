"""Exports as files: uploaded in pieces, sent after the words; from a group its member gets them 1:1."""

import pytest

from connectors.wecom.bot.frames import Ack, Cmd, Json
from connectors.wecom.bot.uploading import CHUNK_BYTES, uploaded
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import FileOut, Reply
from memory.domain.errors import Refused, Unavailable, Unclear
from prompts.render import texts
from tests.connectors.wecom.lines import BOT, after, plan, running_socket
from tests.connectors.wecom.offices import LINA, building, faults_seen, process, said
from tests.support.fake_painter import PNG

EXPORT = FileOut(key="abc", name="达人名单.csv", media_type="text/csv", size=24)
GROUP = "CH1"
UPLOADS = "aibot/aibot_upload_media_*"


async def exported(emulator: Emulator, *, in_group: bool = False, file: FileOut = EXPORT) -> None:
    """Ask for a list and wait until the answer is said."""
    house = building()
    async with process(emulator, house):
        if in_group:
            emulator.phone.says_in_group("lina", "导出名单", chatid=GROUP, mention=BOT)
        else:
            emulator.phone.says_to_bot("lina", "导出名单", bot_id=BOT)
        house.desk.answer(Reply(text="导出好了。", files=(file,)))
        await after(emulator, 30, lambda: bool(house.ends))
    assert house.ends == ["said"]


def kinds(messages: list[Message]) -> list[str]:
    return [message.msgtype for message in messages]


async def test_an_export_comes_as_a_file_after_the_words(emulator: Emulator) -> None:
    await exported(emulator)
    words, file = said(emulator, LINA)
    assert (words.msgtype, words.content) == ("stream", "【演示数据】\n导出好了。")
    assert (file.msgtype, file.filename, file.data.decode()) == ("file", "达人名单.csv", "账号\npawsome.mia\n")
    assert faults_seen(emulator) == []


async def test_from_a_group_the_file_goes_to_its_member_alone(emulator: Emulator) -> None:
    emulator.phone.says_to_bot("lina", "在吗", bot_id=BOT)
    await exported(emulator, in_group=True)
    assert kinds(said(emulator, GROUP)) == ["stream", "markdown"]
    assert said(emulator, GROUP)[1].content.endswith(texts().say("wecom_file_sent_1to1", "zh", name="达人名单.csv"))
    assert kinds(said(emulator, LINA)) == ["file"]


async def test_a_picture_without_contacts_is_shown_in_the_group_where_it_was_asked_for(emulator: Emulator) -> None:
    chart = FileOut(key="png", name="GMV.png", media_type="image/png", size=24, personal=False)
    await exported(emulator, in_group=True, file=chart)
    words, picture = said(emulator, GROUP)
    assert (words.content, picture.msgtype, picture.data) == ("【演示数据】\n导出好了。", "image", PNG)
    assert said(emulator, LINA) == []


async def test_whoever_never_wrote_to_the_bot_is_asked_to(emulator: Emulator) -> None:
    await exported(emulator, in_group=True)
    assert said(emulator, GROUP)[1].content.endswith(texts().say("wecom_file_first_1to1", "zh", name="达人名单.csv"))
    assert said(emulator, LINA) == []


@pytest.mark.parametrize("kind", [FaultKind.ACK_LOST, FaultKind.ACK_ERROR])
async def test_a_step_without_an_ack_is_made_again(emulator: Emulator, kind: FaultKind) -> None:
    plan(emulator, kind, "aibot/aibot_upload_media_chunk", errcode=-1)
    await exported(emulator)
    assert kinds(said(emulator, LINA)) == ["stream", "file"]


async def test_a_file_the_platform_does_not_take_is_to_be_had_on_the_page(emulator: Emulator) -> None:
    plan(emulator, FaultKind.ACK_ERROR, "aibot/aibot_upload_media_init", errcode=45001)
    await exported(emulator)
    assert kinds(said(emulator, LINA)) == ["stream", "markdown"]
    assert said(emulator, LINA)[1].content.endswith(texts().say("wecom_file_out", "zh", name="达人名单.csv"))


async def test_a_file_that_is_gone_is_said(emulator: Emulator) -> None:
    await exported(emulator, file=EXPORT.model_copy(update={"key": "gone"}))
    assert kinds(said(emulator, LINA)) == ["stream", "markdown"]


async def test_a_large_file_goes_in_pieces_and_arrives_to_the_byte(emulator: Emulator) -> None:
    content = b"\x00" + bytes(range(256)) * (CHUNK_BYTES * 5 // 512)
    async with running_socket(emulator) as line:
        media = await uploaded(line.socket, "大名单.xlsx", content)
    assert emulator.platform.media.use(media, owner=BOT).content == content
    assert len(emulator.platform.records.of("aibot/aibot_upload_media_chunk")) == 3
    assert emulator.platform.records.warnings == []


class Dead:
    """A line that never acknowledges, and counts."""

    asked = 0

    async def call(self, cmd: Cmd, body: Json | None = None, *, req_id: str | None = None) -> Ack:
        self.asked += 1
        raise Unclear("wecom_no_ack")


async def test_what_may_not_be_uploaded_is_refused_before_a_frame_and_a_dead_line_is_not_asked_for_ever() -> None:
    line = Dead()
    for content in (b"tiny", bytes(20_971_521)):
        with pytest.raises(Refused):
            await uploaded(line, "x.csv", content)
    assert line.asked == 0
    with pytest.raises(Unavailable):
        await uploaded(line, "x.csv", b"enough bytes")
    assert line.asked == 2
