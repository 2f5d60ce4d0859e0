"""Files over 微信客服: a table is previewed and imported by a tap, an export comes as a file after its words."""

import pytest

from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.chat import FileOut, Reply, RunImport
from memory.domain.errors import BadRequest, NotAllowed, Unavailable
from prompts.render import texts
from tests.connectors.wecom.apps import now_of
from tests.connectors.wecom.customers import (
    SENDS,
    KfProcess,
    kf_building,
    kf_process,
    kf_row,
    kf_said,
    kf_words,
    kfid_of,
)
from tests.connectors.wecom.lines import live, plan, until
from tests.support.fake_safe import FakeSafe

UPLOADS, DOWNLOADS = "media/upload", "media/get"
TABLE = "账号,粉丝\nmia,1000\n".encode()
EXPORT = FileOut(key="abc", name="达人名单.csv", media_type="text/csv", size=24)
LIST = "账号\npawsome.mia\n".encode()


def sends(emulator: Emulator, name: str = "达人.csv", content: bytes = TABLE, user: str = "xiaolin") -> None:
    """Somebody sends a table."""
    emulator.kf.people.sends_file(user, name, content, kind="file", open_kfid=kfid_of(emulator))


async def exported(process: KfProcess, *files: FileOut) -> None:
    """Ask for a list."""
    process.says("xiaolin", "导出名单")
    process.kf.hearing.desk.answer(Reply(text="导出好了。", files=files))  # type: ignore[attr-defined]  # the office's
    await process.quiet()


def kinds(messages: list[Message]) -> list[str]:
    return [message.msgtype for message in messages]


async def test_a_table_is_previewed_and_imported_once_by_a_tap(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        sends(emulator)
        await process.quiet()
        words, menu = kf_said(emulator)
        assert words.content.startswith("收到「")
        assert words.content.count("\n") == 2, "both rows that could not be read are named"
        assert menu.card is not None
        assert [item["content"] for item in menu.card["items"]] == ["导入", "样品"]
        assert house.desk.office.uploads == [("达人.csv", "", len(TABLE))]
        assert house.desk.office.commands == []
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/app", copies=3)
        process.taps("xiaolin", menu)
        await process.quiet()
    (command,) = house.desk.office.commands
    assert isinstance(command, RunImport)
    assert kf_words(emulator)[-1] == "开始导入 56 行。"
    assert emulator.platform.records.warnings == []


async def test_a_table_that_holds_something_else_is_read_anew_by_a_tap(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        sends(emulator)
        await process.quiet()
        process.taps("xiaolin", kf_said(emulator)[-1], place=1)
        await process.quiet()
        assert "按「样品」读：58 行" in kf_words(emulator)[-2]
        process.taps("xiaolin", kf_said(emulator)[-1])
        await process.quiet()
    assert [(command.kind, command.of) for command in house.desk.office.commands] == [  # type: ignore[union-attr]  # both have it
        ("read_import_as", "samples"),
        ("run_import", "samples"),
    ]


async def test_a_stranger_s_file_is_not_even_fetched(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        sends(emulator, user="laozhou")
        await process.quiet()
    assert (kf_words(emulator, "laozhou"), emulator.platform.records.of(DOWNLOADS)) == (["请先绑定：K3P9"], [])
    assert house.desk.office.uploads == []


@pytest.mark.parametrize(
    ("kind", "errcode"),
    [(FaultKind.ERRCODE, 40007), (FaultKind.ERRCODE, -1), (FaultKind.HTTP_500, 0), (FaultKind.DROP_AFTER, 0)],
)
async def test_a_file_that_cannot_be_had_is_said_and_holds_nobody_up(
    emulator: Emulator, kind: FaultKind, errcode: int
) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, kind, DOWNLOADS, errcode=errcode)
        sends(emulator)
        process.says("ahua", "批准 2")
        await process.quiet()
    assert kf_words(emulator) == [texts().say("ration_file_gone", "zh")]
    assert [inbound.text for inbound in house.desk.office.received] == ["批准 2"]


async def test_a_token_that_is_over_is_renewed_for_a_file(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        process.says("xiaolin", "批准 1")
        await process.quiet()
        await live(emulator, 11)
        plan(emulator, FaultKind.ERRCODE, DOWNLOADS, errcode=42001)
        sends(emulator)
        await process.quiet()
    assert house.desk.office.uploads == [("达人.csv", "", len(TABLE))]


async def test_a_file_that_is_too_large_is_not_taken_in_whole(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        sends(emulator, content=bytes(20_971_521))
        await process.quiet()
    assert kf_words(emulator) == [texts().say("wecom_media_too_large", "zh", megabytes=20)]


@pytest.mark.parametrize("failure", [BadRequest("unreadable_file"), NotAllowed("needs_role", role="operator")])
async def test_why_a_table_is_not_taken_is_said(emulator: Emulator, failure: BadRequest | NotAllowed) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        house.desk.office.next_error = failure
        sends(emulator)
        await process.quiet()
    assert len(kf_words(emulator)) == 1
    assert not kf_words(emulator)[0].startswith("收到")


async def test_a_table_outlives_a_process_that_dies_with_it(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), kf_row(emulator)
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        plan(emulator, FaultKind.DELAY, DOWNLOADS, seconds=50)
        sends(emulator)
        await until(lambda: len(emulator.platform.records.of(DOWNLOADS)) == 1)
        await process.kill()
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        plan(emulator, FaultKind.DELAY, SENDS, seconds=50)
        await process.line.catch_up()
        await until(lambda: len(emulator.platform.records.of(SENDS)) == 1)
        await process.kill()
    async with kf_process(emulator, house, safe=safe, channel=row) as process:
        await process.catch_up()
    assert kinds(kf_said(emulator)) == ["text", "msgmenu"]
    assert len(house.desk.office.uploads) == 1


async def test_rows_that_cannot_be_reached_let_the_file_come_again(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        house.desk.office.next_error = Unavailable()
        sends(emulator)
        await process.quiet()
        assert kf_said(emulator) == []
        await live(emulator, 61, step=10)
        await process.catch_up()
    assert kinds(kf_said(emulator)) == ["text", "msgmenu"]


async def test_an_export_comes_as_a_file_after_the_words(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await exported(process, EXPORT)
    words, file = kf_said(emulator)
    assert (words.msgtype, words.content) == ("text", "导出好了。")
    assert (file.msgtype, file.filename, file.data) == ("file", "达人名单.csv", LIST)
    assert emulator.platform.records.warnings == []


@pytest.mark.parametrize("endpoint", [UPLOADS, SENDS])
@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.HTTP_500])
async def test_a_file_whose_acceptance_was_lost_comes_once(emulator: Emulator, endpoint: str, kind: FaultKind) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, kind, endpoint, calls=(1,) if endpoint == UPLOADS else (2,))
        await exported(process, EXPORT)
    assert kinds(kf_said(emulator)) == ["text", "file"]


@pytest.mark.parametrize("gone", [True, False])
async def test_a_file_that_is_gone_or_not_taken_is_to_be_had_on_the_page(emulator: Emulator, gone: bool) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        if not gone:
            plan(emulator, FaultKind.ERRCODE, UPLOADS, errcode=45001)
        await exported(process, EXPORT.model_copy(update={"key": "gone"}) if gone else EXPORT)
    assert kf_words(emulator) == ["导出好了。", texts().say("wecom_file_out", "zh", name="达人名单.csv")]


async def test_a_file_without_room_waits_and_that_is_said(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        await exported(process, EXPORT, EXPORT, EXPORT)
        assert kinds(kf_said(emulator)) == ["text", "file", "file", "text"]
        assert kf_words(emulator)[-1] == texts().say("ration_ready", "zh")
        process.says("xiaolin", "更多")
        await process.quiet()
    assert kinds(kf_said(emulator))[4:] == ["file"]
    (one,) = house.claimed
    assert (house.ends, house.given) == (["kept"], [(one, "")])


async def test_a_file_that_did_not_arrive_is_given_again(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        plan(emulator, FaultKind.KF_SEND_FAIL_EVENT, SENDS, calls=(2,))
        await exported(process, EXPORT)
        assert kinds(kf_said(emulator)) == ["text"]
        process.says("xiaolin", "批准 1")
        await process.quiet()
    assert kinds(kf_said(emulator))[1:3] == ["text", "file"]
    assert kf_words(emulator)[1] == texts().say("ration_again", "zh")
