"""Bots on the platform: who is connected, what was asked, where they may speak."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from evals.emulators.limits import HOUR, MINUTE, Rate
from evals.emulators.wecom.bot.frames import Frame
from evals.emulators.wecom.core.chats import Message, State
from evals.emulators.wecom.core.corp import Bot
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.faults import ORDER, FaultKind
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.platform import Platform

OPEN_INTERACTIONS = 3
SPEAKING = (Rate(30, MINUTE), Rate(1_000, HOUR))


class Kind(StrEnum):
    """What a callback is about; events go by their eventtype."""

    MESSAGE = "message"
    ENTER_CHAT = "enter_chat"
    CARD = "template_card_event"
    FEEDBACK = "feedback_event"
    DISCONNECTED = "disconnected_event"


@dataclass(slots=True)
class Asked:
    """One callback: its req_id is the right to answer it. `card` is the message that was clicked."""

    req_id: str
    kind: Kind
    bot_id: str
    chat: str
    userid: str
    at: float
    connection: int
    body: Json
    card: Message | None = None
    answered: bool = False
    stream_id: str = ""
    stream: Message | None = None
    stream_began: float = 0.0

    def is_open(self, now: float, seconds: float) -> bool:
        """Whether the person still waits for an answer."""
        return self.kind is Kind.MESSAGE and not self.answered and now < self.at + seconds


class Line(Protocol):
    """A live connection."""

    number: int

    def push(self, frame: Frame) -> None:
        """Send a frame as soon as the loop turns."""

    def hang_up(self, last: Frame | None = None, code: int = 1000) -> None:
        """Send a last frame, then close."""


@dataclass(slots=True)
class BotHub:
    """Connections and callbacks of every bot."""

    platform: Platform
    lines: dict[str, Line] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    lost: list[Frame] = field(default_factory=list)
    task_ids: set[tuple[str, str]] = field(default_factory=set)
    _open: dict[tuple[str, str], list[Asked]] = field(default_factory=dict)
    _spoken: dict[tuple[str, str], float] = field(default_factory=dict)
    _held: list[Sequence[Frame]] = field(default_factory=list)

    def connected(self, bot: Bot, line: Line) -> None:
        """A good subscription: the connection before it is told, and closed."""
        self.kick(bot.bot_id)
        self.lines[bot.bot_id] = line
        self.platform.records.ring()

    def gone(self, line: Line) -> None:
        """A connection ended."""
        self.lines = {bot_id: other for bot_id, other in self.lines.items() if other is not line}
        self.platform.records.ring()

    def kick(self, bot_id: str) -> None:
        """What a second subscriber does to the first."""
        if line := self.lines.pop(bot_id, None):
            body = self._event(Kind.DISCONNECTED, bot_id, {})
            line.hang_up(
                {"cmd": "aibot_event_callback", "headers": {"req_id": self.platform.name("req")}, "body": body}
            )

    def heard(self, bot_id: str, chat: str) -> None:
        """A person wrote to the bot: it may write there."""
        self._spoken[bot_id, chat] = self.platform.clock.now

    def may_push(self, bot_id: str, chat: str) -> bool:
        """Whether somebody has written to the bot there, lately enough where that is asked for."""
        at = self._spoken.get((bot_id, chat))
        silence = self.platform.rules.silence_seconds
        return at is not None and (silence is None or self.platform.clock.now - at <= silence)

    def may_ask(self, bot_id: str, userid: str) -> bool:
        """Whether the person has fewer than three questions open with this bot."""
        now, seconds = self.platform.clock.now, self.platform.rules.stream_seconds
        still = [asked for asked in self._open.get((bot_id, userid), ()) if asked.is_open(now, seconds)]
        self._open[bot_id, userid] = still
        return len(still) < OPEN_INTERACTIONS

    def count(self, bot_id: str, chat: str) -> None:
        """Count a message against the conversation.

        Raises:
            ApiError: 45009 above 30 a minute or 1000 an hour.
        """
        if not self.platform.limits.take(("bot", bot_id, chat), *SPEAKING):
            raise ApiError(Errcode.TOO_FREQUENT)

    def ask(self, kind: Kind, body: Json, *, bot_id: str, chat: str, userid: str, card: Message | None = None) -> bool:
        """Send a callback, as often and in the order that faults say. False: no connection, it is lost."""
        faults = self.platform.faults.due("callback/bot", ORDER)
        copies = faults[FaultKind.DUPLICATE_CALLBACK].copies if FaultKind.DUPLICATE_CALLBACK in faults else 1
        line = self.lines.get(bot_id)
        first = Asked(
            self.platform.name("req"),
            kind,
            bot_id,
            chat,
            userid,
            self.platform.clock.now,
            _number(line),
            body,
            card=card,
        )
        self._open.setdefault((bot_id, userid), []).append(first)
        frames = [self._frame(first), *(self._repeated(first, line) for _ in range(copies - 1))]
        if line is None:
            self.lost += frames
            return False
        if FaultKind.REORDER_CALLBACKS in faults:
            self._held.append(frames)
            return True
        held, self._held = self._held, []
        for frame in (frame for some in (frames, *reversed(held)) for frame in some):
            line.push(frame)
        return True

    def release(self, bot_id: str) -> None:
        """Send what a fault still holds back."""
        held, self._held = self._held, []
        for frame in (frame for some in reversed(held) for frame in some):
            if line := self.lines.get(bot_id):
                line.push(frame)

    def event(
        self, kind: Kind, content: Json, *, bot_id: str, chat: str, userid: str, card: Message | None = None
    ) -> bool:
        """Send an event callback."""
        body = self._event(kind, bot_id, content) | self.place(bot_id, chat, userid)
        return self.ask(kind, body, bot_id=bot_id, chat=chat, userid=userid, card=card)

    def place(self, bot_id: str, chat: str, userid: str) -> Json:
        """Where and from whom: chatid only in groups."""
        where: Json = {"chattype": "single"}
        if chat in self.platform.corp.groups:
            where = {"chattype": "group", "chatid": chat}
        return {"aibotid": bot_id, "from": {"userid": userid}, **where}

    def _event(self, kind: Kind, bot_id: str, content: Json) -> Json:
        return {
            "msgid": self.platform.name("msg"),
            "create_time": int(self.platform.clock.now),
            "aibotid": bot_id,
            "msgtype": "event",
            "event": {"eventtype": str(kind), str(kind): content},
        }

    def again(self, asked: Asked) -> bool:
        """Send a callback once more, under another req_id, over the connection there is now."""
        line = self.lines.get(asked.bot_id)
        if line:
            line.push(self._repeated(asked, line))
        return line is not None

    def _repeated(self, asked: Asked, line: Line | None) -> Frame:
        """The same callback under a req_id of its own: a second answer to it is shown as one."""
        fresh = replace(
            asked, req_id=self.platform.name("req"), connection=_number(line), answered=False, stream_id="", stream=None
        )
        return self._frame(fresh)

    def _frame(self, asked: Asked) -> Frame:
        self.asked[asked.req_id] = asked
        cmd = "aibot_msg_callback" if asked.kind is Kind.MESSAGE else "aibot_event_callback"
        return {"cmd": cmd, "headers": {"req_id": asked.req_id}, "body": asked.body}

    def expire(self, asked: Asked) -> None:
        """A stream nobody finished in time stands as interrupted."""
        stream = asked.stream
        late = self.platform.clock.now >= asked.stream_began + self.platform.rules.stream_seconds
        if stream and stream.state is State.STREAMING and late:
            stream.state = State.EXPIRED
            asked.answered = True

    def expire_all(self) -> None:
        """Every such stream."""
        for asked in self.asked.values():
            self.expire(asked)


def _number(line: Line | None) -> int:
    return line.number if line else 0
