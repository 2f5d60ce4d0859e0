"""What is sent over 微信客服: five messages for each of the customer's, event messages, sessions, links."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from evals.emulators.wecom.app.content import MediaId, Text, parts_of
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.faults import FAILURES, FaultKind
from evals.emulators.wecom.core.wechat import Person
from evals.emulators.wecom.core.wire import Json, Part, size
from evals.emulators.wecom.kf.book import WINDOW_SECONDS, KfBook, Session, State

TEXT_BYTES, ITEM_BYTES, AROUND_BYTES, MOST_ITEMS = 2_048, 128, 1_024, 10
EVENT_SECONDS: Final = 20.0
REFUSED_BY_CUSTOMER: Final = 10
_MSGID = re.compile(r"[0-9A-Za-z_-]{1,32}")
_SCENE = re.compile(r"[0-9A-Za-z_-]{0,32}")
_CHANGES: Final = {
    State.NEW: {State.ASSISTANT, State.POOL, State.HUMAN, State.ENDED},
    State.ASSISTANT: {State.ASSISTANT, State.POOL, State.HUMAN, State.ENDED},
    State.POOL: {State.POOL, State.HUMAN, State.ENDED},
    State.HUMAN: {State.HUMAN, State.ENDED},
    State.ENDED: set(),
}


class Click(Part):
    """A line of a menu that comes back as a text."""

    id: str = ""
    content: str = Field(min_length=1)


class View(Part):
    """A line of a menu that opens a page."""

    url: str = Field(min_length=1)
    content: str = Field(min_length=1)


class Plain(Part):
    """A line of a menu that does nothing."""

    content: str = Field(min_length=1)


class Item(Part):
    """One line of a menu."""

    type: Literal["click", "view", "text"]
    click: Click | None = None
    view: View | None = None
    text: Plain | None = None


class Menu(Part):
    """Choices."""

    head_content: str = ""
    items: list[Item] = Field(alias="list", min_length=1)
    tail_content: str = ""


class Content(Part):
    """What is sent, whatever to."""

    msgid: str = ""
    msgtype: str
    text: Text | None = None
    image: MediaId | None = None
    file: MediaId | None = None
    msgmenu: Menu | None = None


class SendBody(Content):
    """kf/send_msg."""

    touser: str
    open_kfid: str


class EventBody(Content):
    """kf/send_msg_on_event."""

    code: str


class StateBody(Part):
    """kf/service_state/get and trans."""

    open_kfid: str
    external_userid: str
    service_state: int | None = None
    servicer_userid: str = ""


class WayBody(Part):
    """kf/add_contact_way."""

    open_kfid: str
    scene: str = ""


class ListBody(Part):
    """kf/account/list."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class KfSending:
    """Carries out what apps ask of 微信客服."""

    book: KfBook

    def send(self, body: Json) -> Json:
        """A message to one customer.

        Raises:
            ApiError: nothing is shown: 95000, 95017, 40096, content, a msgid that was used, 95013 or 95018 for the
                state of the session, 95002 after 48 hours, 95001 after five.
        """
        platform = self.book.platform
        wanted = platform.reader.read(SendBody, body, where="kf/send_msg")
        self.book.account(wanted.open_kfid)
        person = self.book.person(wanted.touser)
        parts = self._parts(wanted)
        self._require_new(wanted.open_kfid, wanted.msgid)
        session = self.book.session(wanted.open_kfid, person)
        if session.state is State.ENDED:
            raise ApiError(Errcode.KF_ENDED)
        if session.state not in (State.NEW, State.ASSISTANT):
            raise ApiError(Errcode.KF_STATE)
        if session.wrote_at is None or platform.clock.now > session.wrote_at + WINDOW_SECONDS:
            raise ApiError(Errcode.KF_TOO_LATE)
        if session.left == 0:
            raise ApiError(Errcode.KF_QUOTA)
        session.left -= 1
        return self._shown(wanted.open_kfid, person, session, wanted, parts)

    def on_event(self, body: Json) -> Json:
        """The one message that an event's code allows.

        Raises:
            ApiError: 40058 for a code that is unknown, used or over, and as `send` for the content.
        """
        wanted = self.book.platform.reader.read(EventBody, body, where="kf/send_msg_on_event")
        code = self.book.codes.get(wanted.code)
        if code is None or code.used or self.book.platform.clock.now > code.until:
            raise ApiError(Errcode.BAD_PARAMETER, "code: unknown, used or expired")
        if wanted.msgtype != "text" and not (wanted.msgtype == "msgmenu" and code.menu_too):
            raise ApiError(Errcode.BAD_MSGTYPE)
        parts = self._parts(wanted)
        self._require_new(code.open_kfid, wanted.msgid)
        code.used = True
        session = self.book.session(code.open_kfid, code.person)
        session.welcomed_at = self.book.platform.clock.now
        return self._shown(code.open_kfid, code.person, session, wanted, parts)

    def state(self, body: Json) -> Json:
        """Who has the session. Raises ApiError 95000, 95017, 40096."""
        wanted, session, _ = self._session(body, "kf/service_state/get")
        del wanted
        return {"service_state": int(session.state), "servicer_userid": session.servicer}

    def change_state(self, body: Json) -> Json:
        """Hand a session over; the code for one message about it.

        Raises:
            ApiError: 95016 for a change that is none, 95014 for somebody who does not serve the account.
        """
        wanted, session, person = self._session(body, "kf/service_state/trans")
        if wanted.service_state not in set(State) or State(wanted.service_state) not in _CHANGES[session.state]:
            raise ApiError(Errcode.KF_CHANGE)
        servicers = self.book.account(wanted.open_kfid).servicers
        if wanted.service_state == State.HUMAN and wanted.servicer_userid not in servicers:
            raise ApiError(Errcode.KF_SERVICER)
        session.state = State(wanted.service_state)
        session.servicer = wanted.servicer_userid if session.state is State.HUMAN else ""
        self.book.platform.records.ring()
        if session.state is State.ASSISTANT:
            return {}
        return {"msg_code": self.book.new_code(wanted.open_kfid, person, seconds=EVENT_SECONDS, menu_too=False)}

    def accounts(self, body: Json) -> Json:
        """The accounts that may be managed by API."""
        wanted = self.book.platform.reader.read(ListBody, body, where="kf/account/list")
        found = [one for one in self.book.platform.wechat.kf.values() if one.by_api]
        return {
            "account_list": [
                {"open_kfid": one.open_kfid, "name": one.name, "avatar": "", "manage_privilege": True}
                for one in found[wanted.offset : wanted.offset + wanted.limit]
            ]
        }

    def contact_way(self, body: Json) -> Json:
        """The link that opens a chat with an account. Raises ApiError 95000, 95017, 40058 for a scene that is none."""
        wanted = self.book.platform.reader.read(WayBody, body, where="kf/add_contact_way")
        self.book.account(wanted.open_kfid)
        if _SCENE.fullmatch(wanted.scene) is None:
            raise ApiError(Errcode.BAD_PARAMETER, "scene")
        scene = f"?enc_scene={wanted.scene}" if wanted.scene else ""
        return {"url": f"https://work.weixin.qq.com/kfid/{wanted.open_kfid}{scene}"}

    def _session(self, body: Json, where: str) -> tuple[StateBody, Session, Person]:
        wanted = self.book.platform.reader.read(StateBody, body, where=where)
        self.book.account(wanted.open_kfid)
        person = self.book.person(wanted.external_userid)
        return wanted, self.book.session(wanted.open_kfid, person), person

    def _require_new(self, open_kfid: str, msgid: str) -> None:
        if not msgid:
            return
        if _MSGID.fullmatch(msgid) is None:
            raise ApiError(Errcode.BAD_PARAMETER, "msgid")
        if (open_kfid, msgid) in self.book.msgids:
            raise ApiError(self.book.platform.rules.kf_repeat_errcode, "msgid: used before")

    def _parts(self, wanted: Content) -> Json:
        if wanted.msgtype == "msgmenu" and wanted.msgmenu:
            return {"card": _menu(wanted.msgmenu)}
        if wanted.msgtype == "text" and wanted.text and size(wanted.text.content) > TEXT_BYTES:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"content over {TEXT_BYTES} bytes")
        part = getattr(wanted, wanted.msgtype, None) if wanted.msgtype in Content.model_fields else None
        return parts_of(wanted.msgtype, part if isinstance(part, Part) else None, self.book.platform)

    def _shown(self, open_kfid: str, person: Person, session: Session, wanted: Content, parts: Json) -> Json:
        msgid = wanted.msgid or self.book.platform.name("kf")
        struck = self.book.platform.faults.due("kf/send_msg", FAILURES)
        fails = bool(struck) or session.refuses
        shown = None if fails else self.book.shows(open_kfid, person, wanted.msgtype, parts)
        self.book.msgids[open_kfid, msgid] = shown
        if fails:
            fault = struck.get(FaultKind.KF_SEND_FAIL_EVENT)
            kind = fault.fail_type if fault else REFUSED_BY_CUSTOMER
            self.book.happened(open_kfid, person, "msg_send_fail", {"fail_msgid": msgid, "fail_type": kind})
        return {"msgid": msgid}


def may_be_welcomed(session: Session, now: float) -> bool:
    """Whether an entering customer brings a welcome code: no welcome and no message of theirs within 48 hours."""
    welcomed = session.welcomed_at is not None and now <= session.welcomed_at + WINDOW_SECONDS
    wrote = session.wrote_at is not None and now <= session.wrote_at + WINDOW_SECONDS
    return not welcomed and not wrote


def _menu(menu: Menu) -> Json:
    if len(menu.items) > MOST_ITEMS:
        raise ApiError(Errcode.KF_MENU_ITEMS)
    for text in (menu.head_content, menu.tail_content):
        if size(text) > AROUND_BYTES:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"menu text over {AROUND_BYTES} bytes")
    shown = []
    for item in menu.items:
        part = getattr(item, item.type)
        if part is None:
            raise ApiError(Errcode.KF_MENU_TYPE)
        if size(part.content) > ITEM_BYTES or (isinstance(part, Click) and size(part.id) > ITEM_BYTES):
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"menu item over {ITEM_BYTES} bytes")
        shown.append({"type": item.type, **part.model_dump(exclude_unset=True)})
    return {"card_type": "msgmenu", "head": menu.head_content, "items": shown, "tail": menu.tail_content}
