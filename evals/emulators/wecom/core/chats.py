"""What people see: conversations, their messages, and each person's own state of a card."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from evals.emulators.clock import Clock
from evals.emulators.records import Records
from evals.emulators.wecom.core.corp import Corp


class State(StrEnum):
    """Of a message."""

    SENT = "sent"
    STREAMING = "streaming"
    FINISHED = "finished"
    EXPIRED = "expired"
    RECALLED = "recalled"


@dataclass(slots=True)
class Message:
    """One message. `audience` None: everybody in the chat. `cards` are those of single people, else `card` is theirs;
    `greyed` is what the buttons say instead; `failed` are people whose last click got no answer."""

    message_id: str
    chat: str
    sender: str
    msgtype: str
    at: float
    content: str = ""
    card: dict[str, Any] | None = None
    filename: str = ""
    data: bytes = b""
    quote: str = ""
    articles: list[dict[str, Any]] = field(default_factory=list)
    mentions: tuple[str, ...] = ()
    audience: frozenset[str] | None = None
    feedback_id: str = ""
    state: State = State.SENT
    delivered: bool = True
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    greyed: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def card_of(self, userid: str) -> dict[str, Any] | None:
        """The card as this person has it."""
        return self.cards.get(userid, self.card)


def private(with_whom: str, userid: str) -> str:
    """The name of a conversation of one person with a bot or an app."""
    return f"{with_whom}:{userid}"


@dataclass(slots=True)
class Chats:
    """Every conversation of the corp."""

    clock: Clock
    corp: Corp
    records: Records
    messages: list[Message] = field(default_factory=list)
    _by_id: dict[str, Message] = field(default_factory=dict)
    _by_chat: dict[str, list[Message]] = field(default_factory=dict)
    _number: "count[int]" = field(default_factory=lambda: count(1))

    def post(self, chat: str, sender: str, msgtype: str, **parts: Any) -> Message:  # noqa: ANN401  # fields of Message
        """Show a message in a chat; `parts` are fields of `Message`."""
        message = Message(f"m{next(self._number)}", chat, sender, msgtype, self.clock.now, **parts)
        self.messages.append(message)
        self._by_id[message.message_id] = message
        self._by_chat.setdefault(chat, []).append(message)
        self.records.ring()
        return message

    def find(self, message_id: str) -> Message:
        """The message of an id; KeyError without one."""
        return self._by_id[message_id]

    def of(self, chat: str) -> list[Message]:
        """A chat's messages, oldest first."""
        return list(self._by_chat.get(chat, ()))

    def members(self, chat: str) -> list[str]:
        """Who is in it."""
        if group := self.corp.groups.get(chat):
            return list(group.members)
        return [chat.rpartition(":")[2]]

    def replace_card(self, message: Message, card: dict[str, Any], users: Iterable[str] | None) -> None:
        """A new card for some people; without any, for everybody."""
        if users is None:
            message.card = card
            message.cards.clear()
            message.greyed.clear()
        for userid in users or ():
            message.cards[userid] = card
            message.greyed.pop(userid, None)
        self.records.ring()
