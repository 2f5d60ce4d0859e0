"""Group webhooks: one way into one group, 20 messages a minute; the key is all there is to know."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.limits import MINUTE, Rate
from evals.emulators.wecom.app.content import MediaId, News, articles
from evals.emulators.wecom.cards.reading import as_json, read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.core.corp import Webhook
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.media import MIB, WEBHOOK_MOST, looks_like
from evals.emulators.wecom.core.wire import Json, Part, size
from evals.emulators.wecom.platform import Platform

SENDING: Final = Rate(20, MINUTE)
TEXT_BYTES, MARKDOWN_BYTES, IMAGE_BYTES = 2_048, 4_096, 2 * MIB
_MENTION = re.compile(r"<@([^>\s]+)>")


class Text(Part):
    """Text with mentions: userids or mobile numbers, or @all."""

    content: str
    mentioned_list: list[str] = Field(default_factory=list)
    mentioned_mobile_list: list[str] = Field(default_factory=list)


class Markdown(Part):
    """Markdown; only the older kind mentions."""

    content: str


class Image(Part):
    """A picture in the body."""

    base64: str
    md5: str


class SendBody(Part):
    """webhook/send."""

    msgtype: str
    text: Text | None = None
    markdown: Markdown | None = None
    markdown_v2: Markdown | None = None
    image: Image | None = None
    news: News | None = None
    file: MediaId | None = None
    voice: MediaId | None = None
    template_card: Json | None = None


@dataclass(frozen=True, slots=True)
class GroupWebhooks:
    """What is sent into groups by key."""

    platform: Platform

    def hook(self, key: str) -> Webhook:
        """The webhook of a key.

        Raises:
            ApiError: 93000 for an unknown or revoked one.
        """
        hook = self.platform.corp.webhooks.get(key)
        if hook is None or hook.revoked:
            raise ApiError(Errcode.WEBHOOK_KEY)
        return hook

    def send(self, key: str, body: Json) -> Json:
        """Show a message in the group.

        Raises:
            ApiError: it is refused; a refused one does not count against the minute.
        """
        hook = self.hook(key)
        wanted = self.platform.reader.read(SendBody, body, where="webhook/send")
        parts = self._parts(hook, wanted)
        if not self.platform.limits.take(("webhook", key), SENDING):
            raise ApiError(Errcode.TOO_FREQUENT)
        self.platform.chats.post(hook.chatid, f"webhook:{key[:8]}", wanted.msgtype, **parts)
        return {}

    def upload(self, key: str, kind: str, filename: str, content: bytes) -> Json:
        """Keep a file for this webhook alone.

        Raises:
            ApiError: as `MediaStore.upload`.
        """
        self.hook(key)
        media = self.platform.media.upload(kind, filename, content, owner=key, most=WEBHOOK_MOST)
        return {"type": media.type, "media_id": media.media_id, "created_at": str(media.created_at)}

    def _parts(self, hook: Webhook, wanted: SendBody) -> Json:
        part = getattr(wanted, wanted.msgtype, None) if wanted.msgtype in SendBody.model_fields else None
        if isinstance(part, Text):
            return {"content": _sized(part.content, TEXT_BYTES), "mentions": self._mentioned(hook, part)}
        if isinstance(part, Markdown):
            content = _sized(part.content, MARKDOWN_BYTES)
            named = _MENTION.findall(content) if wanted.msgtype == "markdown" else []
            return {"content": content, "mentions": self._members(hook, named)}
        if isinstance(part, Image):
            return {"data": _picture(part)}
        if isinstance(part, News):
            return articles(part)
        if isinstance(part, MediaId):
            media = self.platform.media.use(part.media_id, owner=hook.key)
            if media.type != wanted.msgtype:
                raise ApiError(Errcode.BAD_MEDIA_TYPE)
            return {"filename": media.filename, "data": media.content}
        if wanted.msgtype == "template_card" and part is not None:
            return {"card": as_json(read_card(self.platform.reader, part, Carrier.WEBHOOK))}
        raise ApiError(Errcode.BAD_MSGTYPE)

    def _mentioned(self, hook: Webhook, text: Text) -> tuple[str, ...]:
        by_mobile = {user.mobile: user.userid for user in self.platform.corp.users.values()}
        named = [*text.mentioned_list, *(by_mobile.get(mobile, mobile) for mobile in text.mentioned_mobile_list)]
        return self._members(hook, named)

    def _members(self, hook: Webhook, named: list[str]) -> tuple[str, ...]:
        members = self.platform.corp.groups[hook.chatid].members
        return tuple(dict.fromkeys(name for name in named if name in members or name == "@all"))


def _sized(content: str, most: int) -> str:
    if not content.strip():
        raise ApiError(Errcode.EMPTY_CONTENT)
    if size(content) > most:
        raise ApiError(Errcode.CONTENT_TOO_LONG, f"content over {most} bytes")
    return content


def _picture(image: Image) -> bytes:
    try:
        content = base64.b64decode(image.base64, validate=True)
    except ValueError as wrong:
        raise ApiError(Errcode.BAD_PARAMETER, "image.base64") from wrong
    if len(content) > IMAGE_BYTES:
        raise ApiError(Errcode.BAD_IMAGE_SIZE)
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != image.md5.lower():
        raise ApiError(Errcode.BAD_PARAMETER, "image.md5")
    if not looks_like("image", content):
        raise ApiError(Errcode.BAD_MEDIA_TYPE)
    return content
