"""Pushes into one group through its webhook. One way: nothing ever comes back from the group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from connectors.ports.channels import OpenChannel, Push
from connectors.wecom.cut import numbered
from connectors.wecom.in_pieces import in_order
from connectors.wecom.plain import without_marks
from connectors.wecom.webhook import translate
from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.errors import MESSAGE
from connectors.wecom.webhook.settings import read_address, settings_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import BadRequest, Refused
from memory.domain.ids import ChannelId


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
        await in_order(bodies(push, settings.mentions), partial(self.client.send, settings.key))
        return None

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: an empty message is rejected as such where the key is good, and posts nothing."""
        settings = settings_of(channel.setting.options, channel.secrets)
        try:
            await self.client.send(settings.key, translate.text(""))
        except Refused as refused:
            if refused.facts.get("code") not in MESSAGE:
                raise


def bodies(push: Push, mentions: tuple[str, ...]) -> list[translate.Body]:
    """A push as messages: Markdown, or plain text where people are to be called, who are called once; or a picture.

    Raises Refused("wecom_media_too_large").
    """
    if push.picture is not None:
        return [translate.image(push.picture.content)]
    if not (push.calls and mentions):
        return [translate.markdown(piece) for piece in numbered(push.text, translate.MARKDOWN_BYTES)]
    pieces = numbered(without_marks(push.text), translate.TEXT_BYTES)
    return [translate.text(piece, mentions=mentions if place == 0 else ()) for place, piece in enumerate(pieces)]
