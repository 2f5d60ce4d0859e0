"""Messages as the platform takes and shows them, when it is asked and when it tells by itself. Pure.

Source: TikTok Shop Partner Center, Affiliate Seller API "messages" 202412 and webhook 33, read 2026-11-29.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from connectors.tiktok_shop.translate import clean_text
from memory.domain.outreach import SendTicket
from memory.domain.shop_cards import CardKind

NEW_MESSAGE: Final = 33
SAMPLE_CHANGED: Final = 56
ORDER_CHANGED: Final = 1
REVOKED: Final = 6
_OF_NOBODY: Final = frozenset({"SYSTEM", "NOTIFICATION"})
_MILLISECONDS: Final = 10**11  # seconds of the year 5138
_LONGEST_TEXT: Final = 20_000
_MOST_DIGITS: Final = 15
_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,100}")

Row = Mapping[str, Any]
TEXT: Final = "TEXT"
_CARDS: Final = {
    CardKind.PRODUCT: ("PRODUCT_CARD", "product_id"),
    CardKind.COLLABORATION: ("TARGET_COLLABORATION_CARD", "target_collaboration_id"),
    CardKind.SAMPLE: ("FREE_SAMPLE_CARD", "apply_id"),
}
# One of a collaboration is told and read under other names than it is sent under.
_AS_READ: Final = {
    "PRODUCT_CARD": ("PRODUCT_CARD", ("product_id",)),
    "TARGET_COLLABORATION_CARD": ("TARGET_COLLABORATION_CARD", ("target_collaboration_id", "invitation_group_id")),
    "TARGET_INVITATION_CARD": ("TARGET_COLLABORATION_CARD", ("target_collaboration_id", "invitation_group_id")),
    "FREE_SAMPLE_CARD": ("FREE_SAMPLE_CARD", ("apply_id",)),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a message of the shop says, as two of them compare: its kind, and its words or what its card shows."""

    kind: str
    text: str

    @staticmethod
    def of(ticket: SendTicket) -> "Said":
        """What is to be said."""
        if ticket.card is None:
            return Said(TEXT, ticket.text)
        return Said(_CARDS[ticket.card.kind][0], ticket.card.number)

    @staticmethod
    def read(kind: object, content: object) -> "Said | None":
        """What a message that was read says; None of a kind the shop's own are never of."""
        text = words(kind, content)
        if text is not None:
            return Said(TEXT, text)
        found = _object(content) if isinstance(content, str) else None
        if found is None or str(kind) not in _AS_READ:
            return None
        name, keys = _AS_READ[str(kind)]
        number = next((_id(found[key]) for key in keys if key in found), "")
        return Said(name, number) if number else None

    def body(self) -> dict[str, str]:
        """How it is sent."""
        key = next((key for name, key in _CARDS.values() if name == self.kind), "content")
        return {"msg_type": self.kind, "content": json.dumps({key: self.text}, ensure_ascii=False)}

    def same(self, other: "Said") -> bool:
        """Whether two say the same, without regard to white space: platforms trim."""
        return self.kind == other.kind and self.text.split() == other.text.split()


@dataclass(frozen=True, slots=True)
class ShopMessage:
    """One message of a conversation. `text` is foreign: what was written, or of anything else its kind in brackets.

    `index`: its place in the conversation, which tells messages of one second apart; 0 where none is said.
    """

    id: str
    conversation: str
    sender: str
    text: str
    written_at: datetime
    index: int = 0


@dataclass(frozen=True, slots=True)
class Notification:
    """What the platform tells by itself, under a name that stays the same when it comes again. `at`: when it did."""

    name: str
    type: int
    shop: str
    data: Row
    at: datetime | None = None


def to_notification(raw: bytes) -> Notification | None:
    """What a webhook's body says; None where it does not read. `data` is an object or the text of one."""
    found = _object(raw)
    if found is None or isinstance(found.get("type"), bool) or not isinstance(found.get("type"), int):
        return None
    data = found.get("data")
    read = _object(data) if isinstance(data, str) else data
    name = _id(found.get("tts_notification_id")) or sha256(raw).hexdigest()
    known = read if isinstance(read, dict) else {}
    return Notification(name, found["type"], _id(found.get("shop_id")), known, moment(found.get("timestamp")))


def order_of(raw: str) -> str:
    """The order a notification of type 1 is about; empty of any other, and of one that does not read.

    Nothing else of it is believed: how an order stands is asked.
    """
    found = to_notification(raw.encode())
    return _id(found.data.get("order_id")) if found is not None and found.type == ORDER_CHANGED else ""


def of_webhook(data: Row) -> ShopMessage | None:
    """The message of a notification of type 33; None where it does not read, or nobody wrote it."""
    sender = data.get("sender")
    said = sender.get("sender_im_user_id") if isinstance(sender, Mapping) else None
    return _message(data.get("message_id"), data.get("conversation_id"), said, data.get("msg_type"), data)


def of_conversation(row: Row, conversation: str) -> ShopMessage | None:
    """A message of a conversation that was read; None where it does not read, or nobody wrote it."""
    return _message(row.get("id"), conversation, row.get("sender_id"), row.get("type"), row)


def words(kind: object, content: object) -> str | None:
    """What was written, of a message of words; None of any other."""
    found = _object(content) if kind == "TEXT" and isinstance(content, str) else None
    text = found.get("content") if found is not None else None
    return text if isinstance(text, str) and text.strip() else None


def moment(value: object) -> datetime | None:
    """When it was written: seconds since the epoch, as a number or its text."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        return None
    seconds = int(text)
    return datetime.fromtimestamp(seconds / 1_000 if seconds >= _MILLISECONDS else seconds, UTC)


def _message(number: object, conversation: object, sender: object, kind: object, row: Row) -> ShopMessage | None:
    found = ShopMessage(_id(number), _id(conversation), _id(sender), "", moment(row.get("create_time")) or _NEVER)
    if not found.id or not found.conversation or not found.sender or found.written_at == _NEVER:
        return None
    if not _id(kind) or kind in _OF_NOBODY:
        return None
    text = clean_text(words(kind, row.get("content")), limit=_LONGEST_TEXT)
    index = str(row.get("index"))
    place = int(index) if index.isascii() and index.isdecimal() and len(index) <= _MOST_DIGITS else 0
    return replace(found, text=text or f"[{kind}]", index=place)


def _id(value: object) -> str:
    text = str(value)
    return text if isinstance(value, str | int) and not isinstance(value, bool) and _ID.fullmatch(text) else ""


def _object(said: str | bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(said.decode() if isinstance(said, bytes) else said)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
