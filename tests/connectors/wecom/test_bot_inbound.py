"""What people send the bot: mentions, quotations, threads, files, visits, judgements."""

import base64

import httpx
import pytest

from connectors.ports.answers import Judgement
from connectors.wecom.bot.frames import Media, MsgBody, MsgCallback
from connectors.wecom.bot.inbound import heard, without_mention
from connectors.wecom.bot.media import MediaDoor, is_public, opened
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.bindings import ChatKind
from memory.domain.chat import ReadImportAs, Reply, RunImport
from memory.domain.errors import BadRequest, Refused, Unavailable
from memory.domain.ids import ImportRunId, MemberId
from tests.connectors.wecom.lines import BOT, plan, until
from tests.connectors.wecom.offices import CHANNEL, LINA, building, loopback, process, said
from tests.support import fake_import as invented_import
from tests.support import fake_office as invented

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEALED = base64.b64decode("JdwOM2rIQlcp0DPsNAd0wjaZ0vax6rqvLd1tzbBXSUU=")


@pytest.mark.parametrize(
    ("typed", "text"),
    [("@达人助手 找达人", "找达人"), ("@达人助手\u2005批准 K7", "批准 K7"), ("@达人助手批准", "批准"),
     ("  @达人助手 ", ""), ("批准 K7 @达人助手", "批准 K7"),
     ("看看 @mia", "看看 @mia"), ("@达人助手 @mia 的数据", "@mia 的数据")],
)  # fmt: skip
def test_one_mention_of_the_bot_is_taken_off(typed: str, text: str) -> None:
    assert without_mention(typed, "达人助手") == text


def body(**more: object) -> MsgBody:
    """A group message of lina's."""
    usual = {"msgid": "M1", "aibotid": "B", "chatid": "CH9", "chattype": "group", "from": {"userid": "lina"}}
    return MsgBody.model_validate({**usual, "msgtype": "text", "text": {"content": "@达人助手 批准 1"}, **more})


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@达人助手 批准 1", "批准 1"),
        ("@机器人改了名\u2005批准 1", "批准 1"),
        ("@mia.home 怎么样 @达人助手", "@mia.home 怎么样"),
        ("@达人助手 @mia.home 怎么样", "@mia.home 怎么样"),
        ("@别的名字", ""),
    ],
)
def test_what_calls_the_bot_in_a_group_is_taken_off_whatever_the_settings_call_it(typed: str, text: str) -> None:
    assert heard(body(text={"content": typed}), bot_name="达人助手").text == text
    alone = heard(body(text={"content": "@mia.home 怎么样"}, chattype="single", chatid=""), bot_name="达人助手")
    assert alone.text == "@mia.home 怎么样"


def test_each_member_of_a_group_has_a_thread_and_a_message_has_one_name() -> None:
    said_by_lina = heard(body(), bot_name="达人助手")
    assert (said_by_lina.outside_id, said_by_lina.chat, said_by_lina.user) == ("B:M1", "CH9", "lina")
    alone = heard(body(chattype="single", chatid=""), bot_name="达人助手")
    assert (alone.chat, alone.inbound(CHANNEL).text, alone.inbound(CHANNEL).conversation) == ("lina", "批准 1", None)


def test_a_quotation_of_drafts_is_an_answer_to_their_presentation() -> None:
    quote = {"msgtype": "text", "text": {"content": "【演示数据】\n「K7#41」\n**K7 第 1 条 …"}}
    assert heard(body(quote=quote), bot_name="").inbound(CHANNEL).quoted == 41
    assert heard(body(quote={"msgtype": "image", "image": {"url": "x"}}), bot_name="").quoted is None


def test_text_beside_pictures_and_spoken_words_are_read() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "@达人助手 像这样的"}},
        {"msgtype": "image", "image": {"url": "x"}},
    ]
    mixed = heard(body(msgtype="mixed", text=None, mixed={"msg_item": items}), bot_name="达人助手")
    assert (mixed.text, mixed.has_pictures) == ("像这样的", True)
    assert heard(body(msgtype="voice", text=None, voice={"content": "找达人"}), bot_name="").text == "找达人"


def test_media_opens_with_its_key_alone() -> None:
    assert opened(SEALED, KEY) == b"PNGDATA-0123456789"
    wrong = ((SEALED, "b" + KEY[1:]), (SEALED[:-1], KEY), (b"", KEY), (SEALED, "short"), (SEALED, "!" * 43))
    for sealed, key in wrong:
        with pytest.raises(Refused, match="wecom_media_broken"):
            opened(sealed, key)


@pytest.mark.parametrize(
    "url",
    ["http://shop.example.com/x", "https://127.0.0.1/x", "https://10.1.2.3/x", "https://[::1]/x", "file:///x", ""],
)
async def test_media_is_fetched_from_public_hosts_over_tls_only(url: str) -> None:
    assert not await is_public(url)


async def test_media_of_any_size_or_state_ends_in_a_clear_failure() -> None:
    def answered(request: httpx.Request) -> httpx.Response:
        states = {"/big": httpx.Response(200, content=b"x" * 5_000), "/gone": httpx.Response(403)}
        return states.get(request.url.path, httpx.Response(502))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as http:
        door = MediaDoor(http, loopback, most_bytes=1_000)
        for path, failure in (("big", BadRequest), ("gone", Refused), ("down", Unavailable)):
            with pytest.raises(failure):
                await door.fetch(Media(url=f"http://127.0.0.1:1/{path}", aeskey=KEY))
        with pytest.raises(Refused):
            await door.fetch(Media(url="https://elsewhere.example.com/x", aeskey=KEY))


async def test_a_table_sent_in_a_direct_chat_is_previewed_and_imported_by_a_click(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.sends_file_to_bot("lina", "达人.csv", "账号,粉丝\nmia,1000\n".encode(), bot_id=BOT)
        await until(lambda: any(message.card for message in said(emulator, LINA)))
        preview, card = said(emulator, LINA)
        assert preview.content.startswith(
            "【演示数据】\n收到「达人名单.csv」，按「达人」读：58 行，56 行可以导入。\n第 7 行："
        )
        assert (title_of(card), buttons_of(card)) == (
            "导入为「达人」：56 行",
            {"导入": "import:3:creators", "样品": "read:3:samples"},
        )
        emulator.phone.presses("lina", card.message_id, "import:3:creators")
        await until(lambda: said(emulator, LINA)[-1].content == "【演示数据】\n开始导入 56 行。")
    (upload,) = house.desk.office.uploads
    assert upload == ("wecom.csv", "", len("账号,粉丝\nmia,1000\n".encode()))
    (command,) = house.desk.office.commands
    assert isinstance(command, RunImport)
    assert (command.of, command.mapping["达人账号"]) == ("creators", "handle")


async def test_a_table_that_holds_something_else_is_read_anew_by_a_click(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.sends_file_to_bot("lina", "表.csv", "账号,状态\nmia,已签收\n".encode(), bot_id=BOT)
        await until(lambda: any(message.card for message in said(emulator, LINA)))
        _, card = said(emulator, LINA)
        emulator.phone.presses("lina", card.message_id, "read:3:samples")
        await until(lambda: len(said(emulator, LINA)) == 4)
        _, _, again, other = said(emulator, LINA)
        assert "按「样品」读：58 行" in again.content
        assert (title_of(other), buttons_of(other)) == (
            "导入为「样品」：56 行",
            {"导入": "import:3:samples", "达人": "read:3:creators"},
        )
        emulator.phone.presses("lina", other.message_id, "import:3:samples")
        await until(lambda: said(emulator, LINA)[-1].content == "【演示数据】\n开始导入 56 行。")
    assert house.desk.office.commands == [
        ReadImportAs(run=ImportRunId(3), of="samples"),
        RunImport(run=ImportRunId(3), mapping=invented_import.import_view(ImportRunId(3), "").mapping, of="samples"),
    ]


def title_of(message: Message) -> str:
    assert message.card is not None
    return str(message.card["main_title"]["title"])


def buttons_of(message: Message) -> dict[str, str]:
    assert message.card is not None
    return {button["text"]: button["key"] for button in message.card["button_list"]}


@pytest.mark.parametrize(
    ("fault", "words"),
    [(FaultKind.MEDIA_EXPIRED, "文件没取到"), (FaultKind.MEDIA_BAD_PADDING, "文件解不开")],
)
async def test_a_file_that_cannot_be_had_is_said_so(emulator: Emulator, fault: FaultKind, words: str) -> None:
    house = building()
    plan(emulator, fault, "media/download")
    async with process(emulator, house):
        emulator.phone.sends_file_to_bot("lina", "达人.csv", b"a,b\n1,2\n", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
    assert said(emulator, LINA)[0].content.startswith(f"【演示数据】\n{words}")
    assert house.desk.office.uploads == []


async def test_a_file_in_a_group_is_to_be_sent_in_the_direct_chat(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house) as one:
        emulator.phone.says_in_group("lina", "在吗", chatid="CH1", mention=BOT)
        house.desk.answer(Reply(text="在。"))
        await until(lambda: bool(said(emulator, "CH1")))
        (asked,) = emulator.hub.asked
        one.channel.hear(MsgCallback(asked, body(chatid="CH1", msgtype="file", text=None, file={"url": "https://x"})))
        await until(lambda: len(said(emulator, "CH1")) == 2)
    assert said(emulator, "CH1")[1].content == "【演示数据】\n文件请在与我的单聊里发，群里不收。"


async def test_pictures_alone_are_told_that_they_are_not_read(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.sends_file_to_bot("lina", "a.png", b"\x89PNG\r\n\x1a\n....", bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)))
    assert "请用文字说" in said(emulator, LINA)[0].content


async def test_two_members_of_a_group_are_answered_side_by_side(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_in_group("lina", "找达人", chatid="CH1", mention=BOT)
        emulator.phone.says_in_group("wangwei", "批准 1", chatid="CH1", mention=BOT)
        await until(lambda: any("已批准" in message.content for message in said(emulator, "CH1")))
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: any("找到了" in message.content for message in said(emulator, "CH1")))
    assert [(visitor.user, visitor.chat, visitor.chat_kind) for visitor in house.visitors] == [
        ("lina", "CH1", ChatKind.GROUP),
        ("wangwei", "CH1", ChatKind.GROUP),
    ]


async def test_a_visit_is_welcomed_and_a_stranger_is_told_how_to_be_let_in(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        for user in ("lina", "chenjie"):
            assert emulator.phone.enters_chat(user, bot_id=BOT)
        await until(lambda: bool(said(emulator, LINA)) and bool(said(emulator, f"{BOT}:chenjie")))
    assert said(emulator, LINA)[0].content.startswith("【演示数据】\n你好，我是达人助手。")
    assert said(emulator, f"{BOT}:chenjie")[0].content == "请先绑定：K3P9"


async def test_a_judgement_is_kept_under_its_answer(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        emulator.phone.says_to_bot("lina", "找达人", bot_id=BOT)
        house.desk.answer(Reply(text="", cards=(invented.shortlist(),)))
        await until(lambda: bool(said(emulator, LINA)) and said(emulator, LINA)[0].state == "finished")
        emulator.phone.judges("lina", said(emulator, LINA)[0].message_id, kind=2, content="不准", reasons=(1, 3))
        await until(lambda: bool(house.judged))
    assert house.judged == [(MemberId(1), Judgement("turn-5", "bad", ("off_topic", "wrong"), "不准"))]
