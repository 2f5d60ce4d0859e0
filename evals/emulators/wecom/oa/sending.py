"""What an Official Account sends by itself, and its menu: 客服消息 within the follower's windows."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.wecom.app.content import MediaId, News, Text, parts_of
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.media import ACCOUNT_MOST
from evals.emulators.wecom.core.wire import Json, Part, size
from evals.emulators.wecom.oa.follower import Followers
from evals.emulators.wecom.platform import Platform

TEXT_BYTES, KEY_BYTES, MOST_BUTTONS, MOST_BELOW = 2_048, 128, 3, 5
NAME_BYTES, NAME_BELOW_BYTES = 16, 60
MOST_ITEMS, ITEM_BYTES, AROUND_BYTES = 10, 128, 1_024
_KINDS: Final = frozenset({"click", "view"})


class Choice(Part):
    """A line of a menu message."""

    id: str = Field(min_length=1)
    content: str = Field(min_length=1)


class MenuMessage(Part):
    """Choices in a message."""

    head_content: str = ""
    items: list[Choice] = Field(alias="list", min_length=1, max_length=MOST_ITEMS)
    tail_content: str = ""


class SendBody(Part):
    """message/custom/send."""

    touser: str
    msgtype: str
    text: Text | None = None
    image: MediaId | None = None
    news: News | None = None
    msgmenu: MenuMessage | None = None


class Button(Part):
    """A button of the account's menu: it clicks, leads to a page, or opens more."""

    name: str = Field(min_length=1)
    type: str = ""
    key: str = ""
    url: str = ""
    sub_button: list["Button"] = Field(default_factory=list)


class MenuBody(Part):
    """menu/create."""

    button: list[Button] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class AccountSending:
    """Carries it out."""

    platform: Platform
    followers: Followers

    def send(self, body: Json) -> Json:
        """A message to one follower.

        Raises:
            ApiError: nothing is shown: 48001 for an account that is not verified, 40003, content, 45015, 45047.
        """
        account = self.platform.wechat.account
        if not account.verified:
            raise ApiError(Errcode.OA_NOT_ALLOWED)
        wanted = self.platform.reader.read(SendBody, body, where="message/custom/send")
        person = self.platform.wechat.by_openid(wanted.touser)
        if person is None:
            raise ApiError(Errcode.BAD_USER, "invalid openid")
        parts = self._parts(wanted)
        self.followers.of(person.userid).take(self.platform.clock.now)
        chat = private(account.original_id, person.userid)
        self.platform.chats.post(chat, account.original_id, wanted.msgtype, **parts)
        return {}

    def keep(self, kind: str, filename: str, content: bytes) -> Json:
        """A picture for three days, 2 MB at most. Raises ApiError 48001, 40005, 40006, 45001, 40004."""
        account = self.platform.wechat.account
        if not account.verified:
            raise ApiError(Errcode.OA_NOT_ALLOWED)
        media = self.platform.media.upload(kind, filename, content, owner=account.appid, most=ACCOUNT_MOST)
        return {"type": media.type, "media_id": media.media_id, "created_at": media.created_at}

    def create_menu(self, body: Json) -> Json:
        """The menu below the chat, for everybody. Raises ApiError 48001, 40058, 45002."""
        account = self.platform.wechat.account
        if not account.verified:
            raise ApiError(Errcode.OA_NOT_ALLOWED)
        wanted = self.platform.reader.read(MenuBody, body, where="menu/create")
        if len(wanted.button) > MOST_BUTTONS:
            raise ApiError(Errcode.BAD_PARAMETER, "button")
        for button in wanted.button:
            _check(button, NAME_BYTES)
            if len(button.sub_button) > MOST_BELOW:
                raise ApiError(Errcode.BAD_PARAMETER, "sub_button")
            for below in button.sub_button:
                _check(below, NAME_BELOW_BYTES)
        account.menu = [button.model_dump(exclude_unset=True) for button in wanted.button]
        self.platform.records.ring()
        return {}

    def _parts(self, wanted: SendBody) -> Json:
        if wanted.msgtype == "msgmenu" and wanted.msgmenu:
            return {"card": _menu(wanted.msgmenu)}
        if wanted.msgtype == "text" and wanted.text and size(wanted.text.content) > TEXT_BYTES:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"content over {TEXT_BYTES} bytes")
        if wanted.msgtype == "image" and wanted.image:
            media = self.platform.media.use(wanted.image.media_id, owner=self.platform.wechat.account.appid)
            return {"filename": media.filename, "data": media.content}
        part = getattr(wanted, wanted.msgtype, None) if wanted.msgtype in SendBody.model_fields else None
        return parts_of(wanted.msgtype, part if isinstance(part, Part) else None, self.platform)


def keys_of(menu: list[Json]) -> set[str]:
    """What can be clicked in an account's menu."""
    every = [*menu, *(below for button in menu for below in button.get("sub_button", []))]
    return {button["key"] for button in every if button.get("type") == "click"}


def _check(button: Button, name_bytes: int) -> None:
    if size(button.name) > name_bytes or size(button.key) > KEY_BYTES:
        raise ApiError(Errcode.CONTENT_TOO_LONG, "button")
    if not button.sub_button and button.type not in _KINDS:
        raise ApiError(Errcode.BAD_PARAMETER, "button type")
    if button.type == "click" and not button.key:
        raise ApiError(Errcode.BAD_PARAMETER, "button key")


def _menu(menu: MenuMessage) -> Json:
    for text in (menu.head_content, menu.tail_content):
        if size(text) > AROUND_BYTES:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"menu text over {AROUND_BYTES} bytes")
    for item in menu.items:
        if size(item.content) > ITEM_BYTES or size(item.id) > ITEM_BYTES:
            raise ApiError(Errcode.CONTENT_TOO_LONG, f"menu item over {ITEM_BYTES} bytes")
    items = [{"type": "click", "id": item.id, "content": item.content} for item in menu.items]
    return {"card_type": "msgmenu", "head": menu.head_content, "items": items, "tail": menu.tail_content}
