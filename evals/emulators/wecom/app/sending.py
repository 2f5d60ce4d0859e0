"""message/send, message/update_template_card and message/recall."""

import json
from dataclasses import dataclass, field
from typing import Final

from pydantic import Field

from evals.emulators.limits import DAY, HOUR, MINUTE, Rate
from evals.emulators.wecom.app.content import Markdown, MediaId, News, Text, TextCard, Video, parts_of
from evals.emulators.wecom.app.receivers import Receivers, receivers
from evals.emulators.wecom.cards.parts import INTERACTIONS
from evals.emulators.wecom.cards.reading import as_json, read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Json, Part
from evals.emulators.wecom.platform import Platform

PER_MEMBER: Final = (Rate(30, MINUTE), Rate(1_000, HOUR))
CODE_SECONDS: Final = 72 * HOUR
RECALL_SECONDS: Final = DAY
_UNCHECKED: Final = ("enable_duplicate_check", "duplicate_check_interval")


class SendBody(Part):
    """message/send."""

    touser: str = ""
    toparty: str = ""
    totag: str = ""
    msgtype: str
    agentid: int
    safe: int = Field(0, ge=0, le=1)
    enable_id_trans: int = Field(0, ge=0, le=1)
    enable_duplicate_check: int = Field(0, ge=0, le=1)
    duplicate_check_interval: int = Field(1_800, ge=1, le=14_400)
    text: Text | None = None
    markdown: Markdown | None = None
    image: MediaId | None = None
    voice: MediaId | None = None
    file: MediaId | None = None
    video: Video | None = None
    textcard: TextCard | None = None
    news: News | None = None
    template_card: Json | None = None


class ReplaceButton(Part):
    """What greyed buttons say."""

    replace_name: str = Field(min_length=1)


class UpdateBody(Part):
    """message/update_template_card: a greyed button or a whole new card."""

    agentid: int
    response_code: str
    userids: list[str] = Field(default_factory=list)
    partyids: list[int] = Field(default_factory=list)
    tagids: list[int] = Field(default_factory=list)
    atall: int = Field(0, ge=0, le=1)
    enable_id_trans: int = Field(0, ge=0, le=1)
    button: ReplaceButton | None = None
    template_card: Json | None = None


class RecallBody(Part):
    """message/recall."""

    msgid: str


@dataclass(slots=True)
class _Sent:
    msgid: str
    agentid: int
    at: float
    messages: list[Message]


@dataclass(slots=True)
class _Code:
    sent: _Sent
    at: float
    used: bool = False


@dataclass(slots=True)
class AppSending:
    """What apps have sent. `dropped` are messages above a member's rate: the caller was told nothing."""

    platform: Platform
    dropped: list[tuple[str, str]] = field(default_factory=list)
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _sent_as: dict[str, _Sent] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _task_ids: set[tuple[int, str]] = field(default_factory=set)
    _answers: dict[str, tuple[float, Json]] = field(default_factory=dict)

    def send(self, app: App, body: Json) -> Json:
        """Send to members.

        Raises:
            ApiError: nothing is sent. Some receivers being wrong is no error: they are listed.
        """
        wanted = self.platform.reader.read(SendBody, body, where="message/send")
        self._check_agent(app, wanted.agentid)
        to = receivers(self.platform.corp, app, touser=wanted.touser, toparty=wanted.toparty, totag=wanted.totag)
        parts = self._parts(app, wanted)
        if not to.members:
            raise ApiError(Errcode.NO_RECEIVER)
        digest = json.dumps({name: value for name, value in body.items() if name not in _UNCHECKED}, sort_keys=True)
        at, earlier = self._answers.get(digest, (0.0, {}))
        if wanted.enable_duplicate_check and self.platform.clock.now - at < wanted.duplicate_check_interval:
            return earlier
        answer = self._deliver(app, wanted, to, parts)
        self._answers[digest] = (self.platform.clock.now, answer)
        return answer

    def _parts(self, app: App, wanted: SendBody) -> Json:
        if wanted.msgtype != "template_card":
            return parts_of(wanted.msgtype, getattr(wanted, wanted.msgtype, None), self.platform)
        card = read_card(self.platform.reader, wanted.template_card, Carrier.APP)
        if card.calls_back and not app.callback.url:
            raise ApiError(Errcode.NO_CALLBACK)
        for row in card.horizontal_content_list:
            if row.media_id:
                self.platform.media.use(row.media_id, owner=self.platform.corp.corpid)
        if (app.agentid, card.task_id) in self._task_ids:
            raise ApiError(Errcode.BAD_TASK_ID, "used before")
        return {"card": as_json(card)}

    def _deliver(self, app: App, wanted: SendBody, to: Receivers, parts: Json) -> Json:
        sent = _Sent(self.platform.name("msgid"), app.agentid, self.platform.clock.now, [])
        self._sent[sent.msgid] = sent
        for userid in to.members:
            if not self.platform.limits.take(("member", str(app.agentid), userid), *PER_MEMBER):
                self.dropped.append((sent.msgid, userid))
                continue
            chat = private(str(app.agentid), userid)
            message = self.platform.chats.post(chat, str(app.agentid), wanted.msgtype, **parts)
            sent.messages.append(message)
            self._sent_as[message.message_id] = sent
        answer: Json = {"msgid": sent.msgid, **to.refused()}
        card = parts.get("card")
        if card and "task_id" in card:
            self._task_ids.add((app.agentid, card["task_id"]))
        if card and (card["card_type"] in INTERACTIONS or "action_menu" in card):
            answer["response_code"] = self._new_code(sent)
        return answer

    def codes(self) -> tuple[str, ...]:
        """Every code that was ever given, used or not."""
        return tuple(self._codes)

    def clicked(self, message: Message) -> str:
        """The one-use code of a click on this message's card."""
        return self._new_code(self._sent_as[message.message_id])

    def update(self, app: App, body: Json) -> Json:
        """Change a card for some of its receivers; the code is used up.

        Raises:
            ApiError: nothing is changed; for a code that is unknown, used or older than 72 h it names response_code.
        """
        wanted = self.platform.reader.read(UpdateBody, body, where="message/update_template_card")
        self._check_agent(app, wanted.agentid)
        code = self._codes.get(wanted.response_code)
        if code is None or code.used or self.platform.clock.now > code.at + CODE_SECONDS:
            raise ApiError(Errcode.BAD_PARAMETER, "response_code: unknown, used or expired")
        if code.sent.agentid != app.agentid:
            raise ApiError(Errcode.FOREIGN_AGENT)
        if (wanted.button is None) == (wanted.template_card is None):
            raise ApiError(Errcode.BAD_PARAMETER, "button or template_card")
        card = read_card(self.platform.reader, wanted.template_card, Carrier.APP) if wanted.template_card else None
        targets, invalid = self._targets(app, wanted, code.sent)
        code.used = True
        for message in code.sent.messages:
            userid = message.chat.rpartition(":")[2]
            if userid not in targets:
                continue
            if card:
                self.platform.chats.replace_card(message, as_json(card), [userid])
            elif wanted.button:
                message.greyed[userid] = wanted.button.replace_name
        self.platform.records.ring()
        return {"invaliduser": invalid}

    def _targets(self, app: App, wanted: UpdateBody, sent: _Sent) -> tuple[set[str], list[str]]:
        got = {message.chat.rpartition(":")[2] for message in sent.messages}
        if wanted.atall:
            return got, []
        to = receivers(
            self.platform.corp,
            app,
            touser="|".join(wanted.userids),
            toparty="|".join(map(str, wanted.partyids)),
            totag="|".join(map(str, wanted.tagids)),
        )
        return set(to.members) & got, [userid for userid in wanted.userids if userid not in got]

    def recall(self, app: App, body: Json) -> Json:
        """Take a message back within 24 h.

        Raises:
            ApiError: 40058 when it is unknown, another app's, or too old.
        """
        wanted = self.platform.reader.read(RecallBody, body, where="message/recall")
        sent = self._sent.get(wanted.msgid)
        if sent is None or sent.agentid != app.agentid or self.platform.clock.now > sent.at + RECALL_SECONDS:
            raise ApiError(Errcode.BAD_PARAMETER, "msgid")
        for message in sent.messages:
            message.state = State.RECALLED
        self.platform.records.ring()
        return {}

    def _new_code(self, sent: _Sent) -> str:
        code = self.platform.name("RC")
        self._codes[code] = _Code(sent, self.platform.clock.now)
        return code

    def _check_agent(self, app: App, agentid: int) -> None:
        if agentid not in self.platform.corp.apps:
            raise ApiError(Errcode.BAD_AGENTID)
        if agentid != app.agentid:
            raise ApiError(Errcode.FOREIGN_AGENT)
