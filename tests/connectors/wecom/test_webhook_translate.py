"""A push as messages that the platform takes, and what is typed to set a webhook up."""

import base64
import hashlib
from typing import Any

import pytest

from connectors.ports.channels import Page, Push
from connectors.wecom.cut import size
from connectors.wecom.webhook import translate
from connectors.wecom.webhook.pushing import MOST_MESSAGES, Message, Whole, messages
from connectors.wecom.webhook.settings import read_address
from connectors.wecom.webhook.translate import MARKDOWN_BYTES, TEXT_BYTES
from memory.domain.errors import BadRequest, Refused

KEY = "693a91f6-0000-4bc4-97a0-0ec2515aaaaa"


def part(body: Message) -> Any:  # noqa: ANN401  # JSON
    assert isinstance(body, dict)
    return body[str(body["msgtype"])]


def test_a_push_is_markdown_and_one_that_calls_people_is_text_that_names_them_once() -> None:
    push = Push("**Pawly：2 批**\n> K7：5 条", calls=True)
    (quiet,) = messages(push, ())
    (called,) = messages(push, ("lina", "@all"))
    assert quiet == {"msgtype": "markdown_v2", "markdown_v2": {"content": push.text}}
    assert called == {
        "msgtype": "text",
        "text": {"content": "Pawly：2 批\nK7：5 条", "mentioned_list": ["lina", "@all"]},
    }
    long = messages(Push("行\n" * 1500, calls=True), ("lina",))
    assert [len(part(body)["mentioned_list"]) for body in long] == [1] + [0] * (len(long) - 1)
    assert all(size(part(body)["content"]) <= TEXT_BYTES for body in long)
    wide = messages(Push("行\n" * 3000), ("lina",))
    assert all(size(part(body)["content"]) <= MARKDOWN_BYTES for body in wide)


def test_what_would_be_too_many_messages_is_its_beginning_and_a_file_of_all() -> None:
    text = "**Pawly 日报 · 11/30**\n" + "行\n" * 10_000
    beginning, whole = messages(Push(text), ())
    assert (size(part(beginning)["content"]) <= MARKDOWN_BYTES, part(beginning)["content"][-2:]) == (True, "……")
    assert isinstance(whole, Whole)
    assert (whole.name, whole.content.decode("utf-8-sig")) == ("Pawly 日报 · 11 30.txt", text.replace("**", ""))
    called, _ = messages(Push(text, calls=True), ("lina",))
    assert part(called)["mentioned_list"] == ["lina"]
    fits = Push("x" * (MARKDOWN_BYTES - 10) * (MOST_MESSAGES - 1))
    assert [type(one) for one in messages(fits, ())] == [dict] * MOST_MESSAGES


def test_a_page_is_led_to_by_a_card_behind_the_words() -> None:
    page = Page("Pawly 的数字", "明细和导出", "https://daren.example/performance")
    said, card = messages(Push("日报", page=page), ())
    assert (part(said)["content"], part(card)) == (
        "日报",
        {
            "card_type": "text_notice",
            "main_title": {"title": "Pawly 的数字", "desc": "明细和导出"},
            "card_action": {"type": 1, "url": "https://daren.example/performance"},
        },
    )


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
