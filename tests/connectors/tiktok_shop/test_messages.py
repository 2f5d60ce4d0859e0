"""What the platform shows of messages, read as far as it reads; nothing it could say does harm."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tiktok_shop.messages import (
    Notification,
    ShopMessage,
    moment,
    of_conversation,
    of_webhook,
    to_notification,
)

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SECONDS = str(int(AT.timestamp()))
DATA = {
    "index": "3", "message_id": "7001", "conversation_id": "7002", "msg_type": "TEXT", "create_time": SECONDS,
    "content": json.dumps({"content": " Hello! "}), "sender": {"sender_im_user_id": "7003"},
}  # fmt: skip
WHOLE = {"type": 33, "tts_notification_id": "7004", "shop_id": "7005", "timestamp": 1, "data": DATA}
ROW = {
    "id": "7001", "type": "TEXT", "content": DATA["content"], "sender_id": "7003", "create_time": SECONDS,
    "conversation_id": "7002", "index": "3",
}  # fmt: skip
HELLO = ShopMessage("7001", "7002", "7003", "Hello!", AT, 3)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DATA, *WHOLE, *ROW]), inner),
    max_leaves=12,
)


def raw(**changed: object) -> bytes:
    return json.dumps(WHOLE | changed).encode()


def test_the_same_message_is_the_same_told_or_read() -> None:
    told = to_notification(raw())
    assert told == Notification("7004", 33, "7005", DATA, datetime.fromtimestamp(1, UTC))
    assert of_webhook(told.data) == HELLO == of_conversation(ROW, "7002")


def test_data_may_be_an_object_or_the_text_of_one() -> None:
    told = to_notification(raw(data=json.dumps(DATA)))
    assert told is not None
    assert of_webhook(told.data) == HELLO


def test_a_notification_without_an_id_of_its_own_is_named_by_what_it_says() -> None:
    names = [found.name for one in (raw(tts_notification_id=""), raw(tts_notification_id="", timestamp=2))
             if (found := to_notification(one))]  # fmt: skip
    assert [len(name) for name in names] == [64, 64]
    assert names[0] != names[1]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"msg_type": "IMAGE", "content": json.dumps({"url": "u"})}, "[IMAGE]"),
        ({"msg_type": "TARGET_INVITATION_CARD", "content": "{}"}, "[TARGET_INVITATION_CARD]"),
        ({"content": "no json"}, "[TEXT]"),
        ({"content": json.dumps({"content": "\x00 a\ud800b\u200b "})}, "ab"),
        ({"create_time": int(SECONDS) * 1_000}, "Hello!"),
    ],
)
def test_what_is_no_plain_text_is_shown_by_its_kind(changed: dict[str, object], text: str) -> None:
    found = of_webhook(DATA | changed)
    assert found is not None
    assert (found.text, found.written_at) == (text, AT)


@pytest.mark.parametrize(
    "changed",
    [
        {"msg_type": "SYSTEM"},
        {"msg_type": "NOTIFICATION"},
        {"message_id": ""},
        {"message_id": "7001\x00"},
        {"conversation_id": None},
        {"sender": "7003"},
        {"sender": {}},
        {"create_time": "yesterday"},
        {"create_time": None},
    ],
)
def test_what_nobody_wrote_and_what_lacks_its_own_id_or_time_is_no_message(changed: dict[str, object]) -> None:
    assert of_webhook(DATA | changed) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type":"33"}', b'{"type":true}', b"\xff", b"[" * 100_000])
def test_what_is_no_notification_is_none(body: bytes) -> None:
    assert to_notification(body) is None


def test_a_moment_is_in_seconds_or_milliseconds() -> None:
    assert moment(SECONDS) == moment(int(SECONDS)) == moment(f"{SECONDS}000") == AT
    assert [moment(one) for one in (True, -1, 1.5, "", "9" * 40, "٣")] == [None] * 6


@given(anything)
def test_whatever_comes_is_read_or_is_nothing(found: object) -> None:
    told = to_notification(json.dumps(found).encode())
    if told is not None:
        message = of_webhook(told.data)
        assert message is None or (message.id and message.text and "\x00" not in message.text)
