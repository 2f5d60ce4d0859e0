"""A push as messages that the platform takes, and what is typed to set a webhook up."""

import base64
import hashlib
from typing import Any

import pytest

from connectors.ports.channels import Push
from connectors.wecom.cut import size
from connectors.wecom.webhook import translate
from connectors.wecom.webhook.channel import bodies
from connectors.wecom.webhook.settings import read_address
from connectors.wecom.webhook.translate import MARKDOWN_BYTES, TEXT_BYTES
from memory.domain.errors import BadRequest, Refused

KEY = "693a91f6-0000-4bc4-97a0-0ec2515aaaaa"


def part(body: translate.Body) -> Any:  # noqa: ANN401  # JSON
    return body[str(body["msgtype"])]


def test_a_push_is_markdown_and_one_that_calls_people_is_text_that_names_them_once() -> None:
    push = Push("**Pawly：2 批**\n> K7：5 条", calls=True)
    (quiet,) = bodies(push, ())
    (called,) = bodies(push, ("lina", "@all"))
    assert quiet == {"msgtype": "markdown_v2", "markdown_v2": {"content": push.text}}
    assert called == {
        "msgtype": "text",
        "text": {"content": "Pawly：2 批\nK7：5 条", "mentioned_list": ["lina", "@all"]},
    }
    long = bodies(Push("行\n" * 1500, calls=True), ("lina",))
    assert [len(part(body)["mentioned_list"]) for body in long] == [1] + [0] * (len(long) - 1)
    assert all(size(part(body)["content"]) <= TEXT_BYTES for body in long)
    wide = bodies(Push("行\n" * 3000), ("lina",))
    assert all(size(part(body)["content"]) <= MARKDOWN_BYTES for body in wide)


def test_an_image_carries_the_digest_of_its_bytes_and_has_a_limit() -> None:
    body = translate.image(b"\x89PNG")
    assert body == {
        "msgtype": "image",
        "image": {"base64": base64.b64encode(b"\x89PNG").decode(), "md5": hashlib.md5(b"\x89PNG").hexdigest()},
    }
    with pytest.raises(Refused, match="wecom_media_too_large"):
        translate.image(bytes(translate.IMAGE_BYTES + 1))


@pytest.mark.parametrize("typed", [KEY, f" {KEY}\n", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"])
def test_a_key_is_read_from_its_address_or_alone(typed: str) -> None:
    assert read_address(typed) == KEY


@pytest.mark.parametrize("typed", ["", "hello", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", f"{KEY} {KEY}"])
def test_what_is_no_address_is_told_at_its_field(typed: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_address(typed)
    assert (refused.value.text_key, refused.value.facts["field"]) == ("webhook_address_unreadable", "address")
