"""Files of bots: uploads in pieces, downloads encrypted with a key of their own."""

import base64
import hashlib

import httpx
import pytest

from evals.emulators.wecom.core.crypto import decrypt, unpad
from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.products import BotClient, Json, bot_client

BOT = "AIBOT1"
CONTENT = b"handle,followers\n" + b"mia_home,182000\n" * 40_000


def opening(**other: object) -> Json:
    """The body of an init for 512 KB pieces."""
    return {
        "type": "file",
        "filename": "名单.csv",
        "total_size": len(CONTENT),
        "total_chunks": -(-len(CONTENT) // 524_288),
        "md5": hashlib.md5(CONTENT).hexdigest(),
        **other,
    }


def pieces() -> list[str]:
    """The content in pieces of 512 KB, as base64."""
    return [base64.b64encode(CONTENT[at : at + 524_288]).decode() for at in range(0, len(CONTENT), 524_288)]


async def opened(client: BotClient, **other: object) -> str:
    """An upload session; its id."""
    answer = await client.call("aibot_upload_media_init", opening(**other))
    assert answer["errcode"] == 0, answer
    upload_id: str = answer["body"]["upload_id"]
    return upload_id


async def chunk(client: BotClient, upload_id: str, index: int, data: str) -> int:
    """Send one piece; its errcode."""
    body = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
    errcode: int = (await client.call("aibot_upload_media_chunk", body))["errcode"]
    return errcode


@pytest.mark.parametrize("first", [0, 1])
async def test_pieces_come_in_any_order_and_more_than_once(emulator: Emulator, first: int) -> None:
    async with bot_client(emulator) as client:
        upload_id = await opened(client)
        for index, data in reversed(list(enumerate(pieces(), first))):
            assert await chunk(client, upload_id, index, data) == 0
            assert await chunk(client, upload_id, index, data) == 0
        done = await client.call("aibot_upload_media_finish", {"upload_id": upload_id})
        emulator.phone.says_in_group("lina", "导出", chatid="CH1", mention=BOT)
        req_id = (await client.receive())["headers"]["req_id"]
        body = {"msgtype": "file", "file": {"media_id": done["body"]["media_id"]}}
        assert (await client.call("aibot_respond_msg", body, req_id=req_id))["errcode"] == 0
        await emulator.platform.clock.advance(3 * 86_400 + 1)
        late = await client.call("aibot_send_msg", body | {"chatid": "CH1"})
    sent = emulator.platform.chats.of("CH1")[-1]
    assert (sent.filename, sent.data) == ("名单.csv", CONTENT)
    assert done["body"]["type"] == "file"
    assert late["errcode"] == Errcode.BAD_MEDIA_ID
    counted = "aibot_upload_media_chunk: chunk_index counted from 1"
    assert (counted in emulator.platform.records.warnings) is bool(first)


async def test_an_upload_goes_on_over_another_connection_but_not_after_half_an_hour(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        upload_id = await opened(client)
        assert await chunk(client, upload_id, 0, pieces()[0]) == 0
    async with bot_client(emulator) as client:
        assert await chunk(client, upload_id, 1, pieces()[1]) == 0
        await emulator.platform.clock.advance(1_801)
        late = await client.call("aibot_upload_media_finish", {"upload_id": upload_id})
    assert late["errcode"] == Errcode.BAD_PARAMETER


@pytest.mark.parametrize(
    ("other", "errcode"),
    [
        ({"total_chunks": 101}, Errcode.BAD_PARAMETER),
        ({"md5": "short"}, Errcode.BAD_PARAMETER),
        ({"type": "sculpture"}, Errcode.BAD_TYPE),
        ({"total_size": 20 * 1_048_576 + 1}, Errcode.FILE_TOO_LARGE),
        ({"type": "image", "total_size": 2 * 1_048_576 + 1}, Errcode.FILE_TOO_LARGE),
    ],
)
async def test_what_could_never_be_kept_is_refused_at_once(
    emulator: Emulator, other: dict[str, object], errcode: Errcode
) -> None:
    async with bot_client(emulator) as client:
        assert (await client.call("aibot_upload_media_init", opening(**other)))["errcode"] == errcode


async def test_the_whole_is_checked_at_the_end(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        missing = await opened(client)
        await chunk(client, missing, 0, pieces()[0])
        changed = await opened(client, md5="0" * 32)
        for index, data in enumerate(pieces()):
            await chunk(client, changed, index, data)
        for upload_id in (missing, changed, "made-up"):
            answer = await client.call("aibot_upload_media_finish", {"upload_id": upload_id})
            assert answer["errcode"] == Errcode.BAD_PARAMETER
        large = base64.b64encode(bytes(524_289)).decode()
        assert await chunk(client, missing, 1, large) == Errcode.FILE_TOO_LARGE
        assert await chunk(client, missing, 1, "####") == Errcode.BAD_PARAMETER


async def test_more_than_four_pieces_at_once_are_too_many(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        upload_id = await opened(client)
        bodies = [{"upload_id": upload_id, "chunk_index": n % 2, "base64_data": "eHh4"} for n in range(6)]
        for body in bodies:
            await client.send("aibot_upload_media_chunk", body)
        codes = [(await client.receive())["errcode"] for _ in bodies]
    assert codes == [0] * 4 + [Errcode.BUSY] * 2


async def test_thirty_uploads_a_minute(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        codes = [(await client.call("aibot_upload_media_init", opening()))["errcode"] for _ in range(31)]
    assert codes == [0] * 30 + [Errcode.TOO_FREQUENT]


async def test_a_file_from_a_person_is_encrypted_and_gone_after_five_minutes(emulator: Emulator) -> None:
    async with bot_client(emulator) as client:
        emulator.phone.sends_file_to_bot("lina", "名单.csv", CONTENT, bot_id=BOT)
        body = (await client.receive())["body"]
    assert body["msgtype"] == "file"
    key = base64.b64decode(body["file"]["aeskey"] + "=")
    async with httpx.AsyncClient(trust_env=False) as http:
        got = await http.get(body["file"]["url"])
        assert unpad(decrypt(key, got.content)) == CONTENT
        await emulator.platform.clock.advance(301)
        assert (await http.get(body["file"]["url"])).status_code == 403


async def test_pictures_with_text_and_spoken_words_arrive_as_such(emulator: Emulator) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    async with bot_client(emulator) as client:
        emulator.phone.sends_pictures_to_bot("lina", "像这样的", [picture], bot_id=BOT, chatid="CH1")
        mixed = (await client.receive())["body"]
        emulator.phone.speaks_to_bot("lina", "再找十个", bot_id=BOT)
        spoken = (await client.receive())["body"]
        emulator.phone.sends_file_to_bot("lina", "图.png", picture, bot_id=BOT)
        image = (await client.receive())["body"]
    assert [item["msgtype"] for item in mixed["mixed"]["msg_item"]] == ["text", "image"]
    assert mixed["mixed"]["msg_item"][0]["text"]["content"] == "@达人助手 像这样的"
    assert spoken["voice"] == {"content": "再找十个"}
    assert (image["msgtype"], sorted(image["image"])) == ("image", ["aeskey", "url"])
