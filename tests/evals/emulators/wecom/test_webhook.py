"""The group webhook: kinds, limits, mentions, keys."""

import base64
import hashlib

import pytest

from evals.emulators.wecom.core.errors import Errcode
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.products import BUTTONS, NOTICE, Caller, Json, caller

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
SHORT: Json = {"msgtype": "text", "text": {"content": "日报"}}


def key_of(emulator: Emulator) -> str:
    (key,) = emulator.platform.corp.webhooks
    return key


async def send(client: Caller, body: Json, key: str = "") -> int:
    errcode: int = (await client.post("webhook/send", body, key=key or key_of(client.emulator)))["errcode"]
    return errcode


def picture(content: bytes = PNG, md5: str = "") -> Json:
    digest = md5 or hashlib.md5(content).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": digest}}


def markdown(content: str, kind: str = "markdown") -> Json:
    return {"msgtype": kind, kind: {"content": content}}


@pytest.mark.parametrize(
    "body",
    [
        SHORT,
        markdown("**日报**"),
        markdown("| 达人 | GMV |\n|---|---|", "markdown_v2"),
        picture(),
        {"msgtype": "news", "news": {"articles": [{"title": "趋势", "url": "https://console.example.com"}]}},
        {"msgtype": "template_card", "template_card": NOTICE},
    ],
    ids=lambda body: body["msgtype"],
)
async def test_each_kind_appears_in_the_group(emulator: Emulator, body: Json) -> None:
    async with caller(emulator) as client:
        assert await send(client, body) == 0
    (message,) = emulator.platform.chats.of("CH2")
    assert (message.msgtype, message.sender.startswith("webhook:")) == (body["msgtype"], True)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": "达" * 683}}, Errcode.CONTENT_TOO_LONG),
        (markdown("达" * 1_366), Errcode.CONTENT_TOO_LONG),
        (markdown("x" * 4_097, "markdown_v2"), Errcode.CONTENT_TOO_LONG),
        (markdown("\n"), Errcode.EMPTY_CONTENT),
        (picture(md5="0" * 32), Errcode.BAD_PARAMETER),
        (picture(b"GIF89a" + bytes(60)), Errcode.BAD_MEDIA_TYPE),
        (picture(PNG + bytes(2 * 1_048_576)), Errcode.BAD_IMAGE_SIZE),
        ({"msgtype": "news", "news": {"articles": [{"title": "t"}] * 9}}, Errcode.BAD_PARAMETER),
        ({"msgtype": "news", "news": {"articles": [{"title": "t" * 129}]}}, Errcode.CONTENT_TOO_LONG),
        ({"msgtype": "template_card", "template_card": BUTTONS}, Errcode.BAD_PARAMETER),
        ({"msgtype": "video", "video": {"media_id": "m"}}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "msgtype"}, Errcode.BAD_MSGTYPE),
        ({"msgtype": "file", "file": {"media_id": "m"}}, Errcode.BAD_MEDIA_ID),
    ],
)
async def test_what_a_group_is_spared(emulator: Emulator, body: Json, errcode: Errcode) -> None:
    async with caller(emulator) as client:
        assert await send(client, body) == errcode
    assert emulator.platform.chats.of("CH2") == []


async def test_exactly_the_limit_passes(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        assert await send(client, {"msgtype": "text", "text": {"content": "x" * 2_048}}) == 0
        assert await send(client, markdown("x" * 4_096)) == 0


async def test_twenty_a_minute_and_a_refused_one_does_not_count(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        await send(client, {"msgtype": "text", "text": {"content": ""}})
        assert [await send(client, SHORT) for _ in range(21)] == [0] * 20 + [Errcode.TOO_FREQUENT]
        await emulator.platform.clock.advance(60)
        assert await send(client, SHORT) == 0


async def test_people_are_mentioned_by_userid_by_mobile_and_all_at_once(emulator: Emulator) -> None:
    mobile = emulator.platform.corp.users["wangwei"].mobile
    text = {"content": "看一下", "mentioned_list": ["lina", "stranger"], "mentioned_mobile_list": [mobile, "@all"]}
    async with caller(emulator) as client:
        await send(client, {"msgtype": "text", "text": text})
        await send(client, markdown("<@zhaomin> 看一下 <@stranger>"))
        await send(client, markdown("<@zhaomin> 看一下", "markdown_v2"))
    mentions = [message.mentions for message in emulator.platform.chats.of("CH2")]
    assert mentions == [("lina", "wangwei", "@all"), ("zhaomin",), ()]


async def test_an_unknown_and_a_revoked_key_are_invalid(emulator: Emulator) -> None:
    async with caller(emulator) as client:
        assert await send(client, SHORT, "nobody's") == Errcode.WEBHOOK_KEY
        emulator.platform.corp.webhooks[key_of(emulator)].revoked = True
        assert await send(client, SHORT) == Errcode.WEBHOOK_KEY


async def test_a_file_is_uploaded_for_this_webhook_alone(emulator: Emulator) -> None:
    query = {"key": key_of(emulator), "type": "file"}
    async with caller(emulator) as client:
        files = {"media": ("名单.csv", b"handle,followers")}
        answer = (await client.http.post("/cgi-bin/webhook/upload_media", params=query, files=files)).json()
        body = {"msgtype": "file", "file": {"media_id": answer["media_id"]}}
        assert await send(client, body) == 0
        assert (await client.send(body))["errcode"] == Errcode.BAD_MEDIA_ID
        images = await client.http.post("/cgi-bin/webhook/upload_media", params=query | {"type": "image"}, files=files)
        assert images.json()["errcode"] == Errcode.BAD_TYPE
        nothing = await client.post("webhook/upload_media", {}, **query)
        assert nothing["errcode"] == Errcode.BAD_PARAMETER
    assert emulator.platform.chats.of("CH2")[0].filename == "名单.csv"
