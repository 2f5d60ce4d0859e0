"""The hands of WeChat users who write to 微信客服, and of the servicers who answer there by themselves."""

import urllib.parse
from dataclasses import dataclass

from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.wechat import Person
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.kf.book import SERVICER, KfBook, State
from evals.emulators.wecom.kf.sending import EVENT_SECONDS, may_be_welcomed
from evals.emulators.wecom.phone.cards import NotShown

_TAKEN, _ENDED = 1, 3


@dataclass(frozen=True, slots=True)
class KfPeople:
    """What they do; each thing enters the account's stream."""

    book: KfBook

    def says(self, userid: str, text: str, *, open_kfid: str) -> Message:
        """Type to an account."""
        person = self._person(userid)
        message = self.book.platform.chats.post(private(open_kfid, userid), userid, "text", content=text)
        self.book.wrote(open_kfid, person, {"msgtype": "text", "text": {"content": text}})
        return message

    def taps(self, userid: str, message_id: str, item_id: str) -> Message:
        """Tap a line of a menu, however old: it comes back as a text with the line's id.

        Raises:
            NotShown: the menu has no such line, or is somebody else's.
        """
        menu = self.book.platform.chats.find(message_id)
        open_kfid, _, whose = menu.chat.rpartition(":")
        items = (menu.card or {}).get("items", [])
        found = next((item for item in items if item["type"] == "click" and item["id"] == item_id), None)
        if found is None or whose != userid:
            raise NotShown(item_id)
        message = self.book.platform.chats.post(menu.chat, userid, "text", content=found["content"])
        text = {"content": found["content"], "menu_id": item_id}
        self.book.wrote(open_kfid, self._person(userid), {"msgtype": "text", "text": text})
        return message

    def sends_file(self, userid: str, filename: str, content: bytes, *, kind: str, open_kfid: str) -> Message:
        """Send a picture or a file; it can be fetched with an app's token for three days."""
        platform = self.book.platform
        owner = platform.corp.corpid
        media = platform.media.upload(kind, filename, content, owner=owner, most={kind: len(content)})
        message = platform.chats.post(private(open_kfid, userid), userid, kind, filename=filename, data=content)
        self.book.wrote(open_kfid, self._person(userid), {"msgtype": kind, kind: {"media_id": media.media_id}})
        return message

    def enters(self, userid: str, *, open_kfid: str, scene: str = "", scene_param: str = "") -> Json:
        """Open the chat, by a link with what it says; a welcome code comes with it when the time is right."""
        person = self._person(userid)
        session = self.book.session(open_kfid, person)
        fields: Json = {"scene": scene, "scene_param": urllib.parse.quote(scene_param, safe="")}
        if may_be_welcomed(session, self.book.platform.clock.now):
            code = self.book.new_code(open_kfid, person, seconds=EVENT_SECONDS, menu_too=True)
            fields["welcome_code"] = code
        return self.book.happened(open_kfid, person, "enter_session", fields)

    def refuses(self, userid: str, *, open_kfid: str, is_on: bool = True) -> None:
        """Refuse everything the account sends, or take it again."""
        person = self._person(userid)
        self.book.session(open_kfid, person).refuses = is_on
        self.book.happened(open_kfid, person, "reject_customer_msg_switch_change", {"reject_switch": int(is_on)})

    def takes_over(self, servicer: str, userid: str, *, open_kfid: str) -> None:
        """A servicer takes a session: nobody else may send."""
        person, session = self._person(userid), self.book.session(open_kfid, self._person(userid))
        session.state, session.servicer = State.HUMAN, servicer
        code = self.book.new_code(open_kfid, person, seconds=EVENT_SECONDS, menu_too=False)
        fields = {"change_type": _TAKEN, "new_servicer_userid": servicer, "msg_code": code}
        self.book.happened(open_kfid, person, "session_status_change", fields)

    def replies(self, servicer: str, userid: str, text: str, *, open_kfid: str) -> Message:
        """A servicer writes to a customer whose session they have."""
        person = self._person(userid)
        message = self.book.shows(open_kfid, person, "text", {"content": text})
        head = {"external_userid": person.external_userid, "servicer_userid": servicer}
        self.book.add(open_kfid, SERVICER, head | {"msgtype": "text", "text": {"content": text}})
        return message

    def ends(self, servicer: str, userid: str, *, open_kfid: str) -> None:
        """A servicer ends a session."""
        person = self._person(userid)
        session = self.book.session(open_kfid, person)
        session.state, session.servicer = State.ENDED, ""
        code = self.book.new_code(open_kfid, person, seconds=EVENT_SECONDS, menu_too=False)
        fields = {"change_type": _ENDED, "old_servicer_userid": servicer, "msg_code": code}
        self.book.happened(open_kfid, person, "session_status_change", fields)

    def _person(self, userid: str) -> Person:
        return self.book.platform.wechat.people[userid]
