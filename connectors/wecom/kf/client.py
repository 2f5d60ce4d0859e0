"""Calls about one account of 微信客服, with the token of the app that may make them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.errors import TOKEN
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.app.translate import media_kind
from connectors.wecom.calls import Answer, Body, Calls
from connectors.wecom.fetched import MOST_BYTES, Fetched
from connectors.wecom.kf.errors import failure_of
from connectors.wecom.kf.settings import account_of
from connectors.wecom.kf.translate import Media, Page, content, page_of
from connectors.wecom.rations.pieces import Menu, Text
from connectors.wecom.tokened import Tokened
from memory.domain.errors import Refused, Unavailable, Unclear

PAGE_LINES: Final = 100
_ACCOUNTS: Final = 100


class Session(IntEnum):
    """Who has a customer."""

    NEW = 0
    OURS = 1
    POOL = 2
    HUMAN = 3
    ENDED = 4


@dataclass(frozen=True, slots=True)
class KfClient:
    """Every method raises Unavailable (nothing was accepted; retryable), Refused (for good), Unclear (no answer)."""

    calls: Calls
    tokens: Tokens
    notes: Notes

    async def sync(self, channel: OpenChannel, *, cursor: str, token: str) -> Page:
        """kf/sync_msg: a page after the cursor, of the last three days without one.

        Raises Refused("kf_old_token") for a callback's token that is good no more. Without an answer nothing has moved:
        Unavailable.
        """
        body: Body = {"open_kfid": account_of(channel), "limit": PAGE_LINES}
        body |= {"cursor": cursor} if cursor else {}
        body |= {"token": token} if token else {}
        try:
            return page_of((await self._tokened.call(channel, "kf/sync_msg", body)).body)
        except Unclear as lost:
            raise Unavailable("channel_busy") from lost

    async def send(self, channel: OpenChannel, user: str, piece: Text | Menu | Media, *, name: str) -> None:
        """kf/send_msg, once. `name` is the msgid: the second message of one name is Refused("kf_sent_before")."""
        head: Body = {"touser": user, "open_kfid": account_of(channel), "msgid": name}
        try:
            await self._post(channel, "kf/send_msg", head | content(piece))
        except Refused as refused:
            if refused.text_key == "kf_sent_before":
                await self.notes.accepted(channel.setting.id)
            raise

    async def send_on_event(self, channel: OpenChannel, code: str, piece: Text | Menu, *, name: str) -> None:
        """kf/send_msg_on_event, once: what one event allows."""
        await self._post(channel, "kf/send_msg_on_event", {"code": code, "msgid": name} | content(piece))

    async def upload(self, channel: OpenChannel, *, name: str, content: bytes) -> Media:
        """media/upload: kept with the platform for three days. The bytes may be sent twice."""
        kind = media_kind(content)
        answer = await self._post(channel, "media/upload", None, (name, content), type=kind)
        media = answer.body.get("media_id")
        if not isinstance(media, str):
            raise Unclear("channel_unclear")
        return Media(kind, media)

    async def fetch(self, channel: OpenChannel, media: str) -> Fetched:
        """media/get: what a customer sent, within three days. Raises BadRequest("wecom_media_too_large") besides."""
        token = await self.tokens.of(channel)
        found = await self._fetched(token, media)
        if isinstance(found, Answer) and found.errcode in TOKEN:
            found = await self._fetched(await self.tokens.of(channel, rejected=token), media)
        if isinstance(found, Fetched):
            return found
        raise failure_of(found.errcode, found.errmsg) or Refused("wecom_media_broken")

    async def session(self, channel: OpenChannel, user: str) -> Session:
        """kf/service_state/get."""
        body: Body = {"open_kfid": account_of(channel), "external_userid": user}
        found = (await self._post(channel, "kf/service_state/get", body)).body.get("service_state")
        return next((one for one in Session if one == found), Session.ENDED)

    async def link(self, channel: OpenChannel, scene: str) -> str:
        """kf/add_contact_way: the address that opens a chat with the account."""
        body: Body = {"open_kfid": account_of(channel), "scene": scene}
        return str((await self._post(channel, "kf/add_contact_way", body)).body.get("url", ""))

    async def look(self, channel: OpenChannel) -> str:
        """Whether the account is one the app may manage; the platform's time in the words of HTTP.

        Raises Refused("kf_wrong_account").
        """
        answer = await self._tokened.call(channel, "kf/account/list", {"offset": 0, "limit": _ACCOUNTS})
        listed = answer.body.get("account_list")
        found = [one.get("open_kfid") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        if account_of(channel) not in found:
            raise Refused("kf_wrong_account", code=0)
        return answer.date

    async def _fetched(self, token: str, media: str) -> Fetched | Answer:
        query = {"access_token": token, "media_id": media}
        return await self.calls.download("media/get", query, most_bytes=MOST_BYTES)

    async def _post(
        self, channel: OpenChannel, name: str, body: Body | None, file: tuple[str, bytes] | None = None, **query: str
    ) -> Answer:
        """A call that is noted: doctor and page tell of the last one, how it went."""
        try:
            async with self.notes.calling(channel.setting.id):
                return await self._tokened.call(channel, name, body, file, **query)
        except Unclear:
            await self.notes.unanswered(channel.setting.id)
            raise

    @property
    def _tokened(self) -> Tokened:
        return Tokened(self.calls, self.tokens, TOKEN, failure_of)
