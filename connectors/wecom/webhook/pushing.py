"""Pushes into one group through its webhook. One way: nothing ever comes back from the group."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from connectors.ports.channels import OpenChannel, Push
from connectors.wecom.cut import numbered, pieces_of
from connectors.wecom.in_pieces import in_order
from connectors.wecom.plain import without_marks
from connectors.wecom.webhook import translate
from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.errors import MESSAGE
from connectors.wecom.webhook.settings import read_address, settings_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import BadRequest, Refused
from memory.domain.ids import ChannelId

MOST_MESSAGES = 4
_GOES_ON = "\n……".encode()
_NAME_LENGTH = 40
_NO_NAME = re.compile(r"[^\w\-·]+")  # what files are not called on every system


@dataclass(frozen=True, slots=True)
class Whole:
    """All that a push says, as a file: it must be uploaded before it is a message."""

    name: str
    content: bytes


Message = translate.Body | Whole


@dataclass(frozen=True, slots=True)
class WebhookPusher:
    """Satisfies `connectors.ports.channels.Pusher`."""

    client: WebhookClient
    kind: ChannelKind = ChannelKind.WECOM_WEBHOOK
    knows_repeats_for: timedelta = timedelta(0)
    per_minute: int = 18  # the platform takes twenty

    def holds(self, channel: ChannelId) -> bool:
        """See `Pusher.holds`: a key may be used from anywhere."""
        del channel
        return True

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        address = typed.get("address", "").strip()
        if not address:
            raise BadRequest("webhook_address_missing", field="address")
        return {"key": read_address(address)}

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """See `Pusher.push`. After the first piece was accepted nothing may be repeated any more."""
        del key  # the platform knows no repeats
        settings = settings_of(channel.setting.options, channel.secrets)
        await in_order(messages(push, settings.mentions), partial(self._hand, settings.key))
        return None

    async def _hand(self, key: str, message: Message) -> None:
        if isinstance(message, Whole):
            message = translate.file(await self.client.upload(key, name=message.name, content=message.content))
        await self.client.send(key, message)

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: an empty message is rejected as such where the key is good, and posts nothing."""
        settings = settings_of(channel.setting.options, channel.secrets)
        try:
            await self.client.send(settings.key, translate.text(""))
        except Refused as refused:
            if refused.facts.get("code") not in MESSAGE:
                raise


def messages(push: Push, mentions: tuple[str, ...]) -> list[Message]:
    """A push as messages: Markdown, or plain text where people are to be called, who are called once; or a picture.

    What would be more messages than a group reads comes as its beginning and a file; a page is led to by a card.
    Raises Refused("wecom_media_too_large").
    """
    if push.picture is not None:
        return [translate.image(push.picture.content)]
    called = mentions if push.calls else ()
    limit = translate.TEXT_BYTES if called else translate.MARKDOWN_BYTES
    said = without_marks(push.text) if called else push.text
    pieces, attached = numbered(said, limit), list[Message]()
    if len(pieces) > MOST_MESSAGES:
        pieces, attached = [f"{pieces_of(said, limit - len(_GOES_ON))[0]}{_GOES_ON.decode()}"], [_whole(push.text)]
    if push.page is not None:
        attached.append(translate.notice(push.page.title, push.page.about, push.page.url))
    if not called:
        return [*map(translate.markdown, pieces), *attached]
    return [translate.text(pieces[0], mentions=called), *map(translate.text, pieces[1:]), *attached]


def _whole(text: str) -> Whole:
    said = without_marks(text)
    name = _NO_NAME.sub(" ", said.strip().partition("\n")[0])[:_NAME_LENGTH].strip() or "Daren"
    return Whole(f"{name}.txt", codecs.BOM_UTF8 + said.encode())
