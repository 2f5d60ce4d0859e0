"""The hands of WeChat users with an Official Account: they follow, type, press its menu, tap choices."""

from dataclasses import dataclass

from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.wechat import Person
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.oa.callbacks import AccountCallbacks
from evals.emulators.wecom.oa.follower import Followers
from evals.emulators.wecom.oa.sending import keys_of
from evals.emulators.wecom.phone.cards import NotShown
from evals.emulators.wecom.platform import Platform


@dataclass(frozen=True, slots=True)
class AccountPeople:
    """What they do; each thing is a callback."""

    platform: Platform
    callbacks: AccountCallbacks
    followers: Followers

    def follows(self, userid: str, *, scene: str = "") -> None:
        """Follow the account, or scan its code once more; `scene`: what the code says."""
        account, person = self.platform.wechat.account, self._person(userid)
        is_new = userid not in account.followers
        account.followers.add(userid)
        self.followers.of(userid).did(self.platform.clock.now)
        key = f"qrscene_{scene}" if is_new and scene else scene
        self._event(person, "subscribe" if is_new else "SCAN", {"EventKey": key})

    def unfollows(self, userid: str) -> None:
        """Follow it no more."""
        self.platform.wechat.account.followers.discard(userid)
        self.followers.of(userid).left()
        self._event(self._person(userid), "unsubscribe", {"EventKey": ""})

    def says(self, userid: str, text: str) -> Message:
        """Type to the account. Raises NotShown for somebody who does not follow it."""
        return self._says(userid, text, {})

    def taps(self, userid: str, message_id: str, item_id: str) -> Message:
        """Tap a choice, however old: it comes back as a text with the choice's id.

        Raises:
            NotShown: there is no such choice, or it is somebody else's.
        """
        menu = self.platform.chats.find(message_id)
        items = (menu.card or {}).get("items", [])
        found = next((item for item in items if item["id"] == item_id), None)
        if found is None or menu.chat.rpartition(":")[2] != userid:
            raise NotShown(item_id)
        return self._says(userid, found["content"], {"bizmsgmenuid": item_id})

    def sends_picture(self, userid: str, filename: str, content: bytes) -> Message:
        """Send a picture."""
        account = self.platform.wechat.account
        chat = private(account.original_id, userid)
        message = self.platform.chats.post(chat, userid, "image", filename=filename, data=content)
        media = self.platform.name("media")
        self._message(userid, "image", {"PicUrl": f"{self.platform.base_url}/pic/{media}", "MediaId": media})
        return message

    def presses(self, userid: str, key: str) -> None:
        """Press a button of the account's menu. Raises NotShown for one that is not there."""
        if key not in keys_of(self.platform.wechat.account.menu):
            raise NotShown(key)
        self.followers.of(userid).did(self.platform.clock.now)
        self._event(self._person(userid), "CLICK", {"EventKey": key})

    def _says(self, userid: str, text: str, more: Json) -> Message:
        account = self.platform.wechat.account
        if userid not in account.followers:
            raise NotShown(account.name)
        message = self.platform.chats.post(private(account.original_id, userid), userid, "text", content=text)
        self._message(userid, "text", {"Content": text, **more})
        return message

    def _message(self, userid: str, kind: str, fields: Json) -> None:
        self.followers.of(userid).wrote(self.platform.clock.now)
        head = self._head(self._person(userid), kind)
        self.callbacks.deliver(
            self._person(userid), head | fields | {"MsgId": self.platform.rng.randrange(10**15, 10**18)}
        )

    def _event(self, person: Person, name: str, fields: Json) -> None:
        self.callbacks.deliver(person, self._head(person, "event") | {"Event": name} | fields)

    def _head(self, person: Person, kind: str) -> Json:
        return {
            "ToUserName": self.platform.wechat.account.original_id,
            "FromUserName": person.openid,
            "CreateTime": int(self.platform.clock.now),
            "MsgType": kind,
        }

    def _person(self, userid: str) -> Person:
        return self.platform.wechat.people[userid]
