"""What 微信客服 keeps: the stream of messages and events of each account, and how every session stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from evals.emulators.limits import DAY, HOUR, MINUTE
from evals.emulators.wecom.app import xml
from evals.emulators.wecom.app.callbacks import AppCallbacks
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wechat import KfAccount, Person
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.platform import Platform

HISTORY_SECONDS: Final = 3 * DAY
TOKEN_SECONDS: Final = 10 * MINUTE
WINDOW_SECONDS: Final = 48 * HOUR
MESSAGES: Final = 5
CUSTOMER, SYSTEM, SERVICER = 3, 4, 5


class State(IntEnum):
    """Who has a session."""

    NEW = 0
    ASSISTANT = 1
    POOL = 2
    HUMAN = 3
    ENDED = 4


@dataclass(slots=True)
class Session:
    """One person with one account. `left`: messages that may still be sent; `wrote_at` None: never wrote."""

    state: State = State.NEW
    servicer: str = ""
    wrote_at: float | None = None
    left: int = 0
    welcomed_at: float | None = None
    refuses: bool = False


@dataclass(slots=True)
class EventCode:
    """The right to send one message about an event."""

    open_kfid: str
    person: Person
    until: float
    menu_too: bool
    used: bool = False


@dataclass(slots=True)
class Line:
    """One line of an account's stream, as `sync_msg` shows it."""

    number: int
    at: float
    content: Json


@dataclass(slots=True)
class KfBook:
    """Everything of every account."""

    platform: Platform
    callbacks: AppCallbacks
    lines: dict[str, list[Line]] = field(default_factory=dict)
    codes: dict[str, EventCode] = field(default_factory=dict)
    msgids: dict[tuple[str, str], Message | None] = field(default_factory=dict)
    _sessions: dict[tuple[str, str], Session] = field(default_factory=dict)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def account(self, open_kfid: str) -> KfAccount:
        """An account that an API may use.

        Raises:
            ApiError: 95000 for an unknown one, 95017 for one that is not managed by API.
        """
        account = self.platform.wechat.kf.get(open_kfid)
        if account is None:
            raise ApiError(Errcode.KF_UNKNOWN)
        if not account.by_api:
            raise ApiError(Errcode.KF_NO_API)
        return account

    def person(self, external_userid: str) -> Person:
        """A customer. Raises ApiError 40096 for an unknown one."""
        person = self.platform.wechat.by_external(external_userid)
        if person is None:
            raise ApiError(Errcode.BAD_EXTERNAL)
        return person

    def session(self, open_kfid: str, person: Person) -> Session:
        """How their session stands; a new one to begin with."""
        return self._sessions.setdefault((open_kfid, person.userid), Session())

    def wrote(self, open_kfid: str, person: Person, content: Json) -> Json:
        """A customer's message enters the stream; it opens a window of five messages in 48 hours."""
        session = self.session(open_kfid, person)
        session.wrote_at, session.left = self.platform.clock.now, MESSAGES
        if session.state is State.ENDED:
            session.state = State.NEW
        head = {"external_userid": person.external_userid, "servicer_userid": session.servicer}
        return self.add(open_kfid, CUSTOMER, head | content)

    def happened(self, open_kfid: str, person: Person, event_type: str, fields: Json) -> Json:
        """An event enters the stream; who and where stand inside it."""
        event = {"event_type": event_type, "open_kfid": open_kfid, "external_userid": person.external_userid}
        return self.add(open_kfid, SYSTEM, {"msgtype": "event", "event": event | fields})

    def add(self, open_kfid: str, origin: int, content: Json) -> Json:
        """A line at the end of an account's stream; the app that manages it is told to come and look."""
        lines = self.lines.setdefault(open_kfid, [])
        head: Json = {"msgid": self.platform.name("kf"), "send_time": int(self.platform.clock.now), "origin": origin}
        if content["msgtype"] != "event":
            head["open_kfid"] = open_kfid
        lines.append(Line(len(lines) + 1, self.platform.clock.now, head | content))
        self._call_back(open_kfid)
        return lines[-1].content

    def history(self, open_kfid: str, *, after: int) -> Iterator[Line]:
        """What came after a line, three days back at most."""
        oldest = self.platform.clock.now - HISTORY_SECONDS
        return (line for line in self.lines.get(open_kfid, []) if line.number > after and line.at >= oldest)

    def good_token(self, open_kfid: str, token: str) -> bool:
        """Whether a callback of this account brought the token within ten minutes."""
        of, at = self._tokens.get(token, ("", 0.0))
        return of == open_kfid and self.platform.clock.now <= at + TOKEN_SECONDS

    def new_code(self, open_kfid: str, person: Person, *, seconds: float, menu_too: bool) -> str:
        """A code for one message about an event."""
        code = self.platform.name("CODE")
        self.codes[code] = EventCode(open_kfid, person, self.platform.clock.now + seconds, menu_too)
        return code

    def shows(self, open_kfid: str, person: Person, msgtype: str, parts: Json) -> Message:
        """The person sees a message of the account."""
        return self.platform.chats.post(private(open_kfid, person.userid), open_kfid, msgtype, **parts)

    def _call_back(self, open_kfid: str) -> None:
        """No sender and no content: only that there is something, and the token to fetch it with."""
        token = f"ENC{self.platform.name('kf')}"
        self._tokens[token] = (open_kfid, self.platform.clock.now)
        inner = xml.write(
            {
                "ToUserName": self.platform.corp.corpid,
                "CreateTime": int(self.platform.clock.now),
                "MsgType": "event",
                "Event": "kf_msg_or_event",
                "Token": token,
                "OpenKfId": open_kfid,
            }
        )
        for app in self.platform.corp.apps.values():
            if app.manages_kf:
                self.callbacks.deliver(app, "", inner)
