"""Calls of an app: a token, the call, and what the answer says of those it did not reach."""

from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.errors import TOKEN, failure_of
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.reached import Sent, unreached
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.app.translate import media_kind
from connectors.wecom.calls import Body, Calls
from connectors.wecom.tokened import Tokened
from memory.domain.errors import Refused, Unclear


@dataclass(frozen=True, slots=True)
class AppClient:
    """Every method raises Unavailable (nothing was accepted; retryable), Refused (for good), Unclear (no answer)."""

    calls: Calls
    tokens: Tokens
    notes: Notes

    async def send(self, channel: OpenChannel, body: Body) -> Sent:
        """message/send, once. Who of several was not reached is told and noted, not raised."""
        try:
            answer = await self._tokened.call(channel, "message/send", body)
        except Refused as refused:
            await self._note_refusal(channel, body, refused)
            raise
        sent = _sent(answer.body)
        await self.notes.accepted(channel.setting.id)
        if unreached(sent) is not None:
            await self.notes.left_out(channel.setting.id, sent)
        return sent

    async def update_card(self, channel: OpenChannel, body: Body) -> None:
        """message/update_template_card. Raises Refused("app_card_code_used") for a code that was used or is too old."""
        await self._tokened.call(channel, "message/update_template_card", body)

    async def upload(self, channel: OpenChannel, *, name: str, content: bytes) -> str:
        """Keep a picture or file with the platform for three days; its media id. The bytes may be sent twice."""
        answer = await self._tokened.call(channel, "media/upload", None, (name, content), type=media_kind(content))
        media = answer.body.get("media_id")
        if not isinstance(media, str):
            raise Unclear("channel_unclear")
        return media

    async def look(self, channel: OpenChannel) -> str:
        """Whether secret and address are good: asks where callbacks come from, and says nothing to anybody.

        The platform's time as it says itself, in the words of HTTP; empty where it says none.
        """
        return (await self._tokened.call(channel, "getcallbackip", None)).date

    async def _note_refusal(self, channel: OpenChannel, body: Body, refused: Refused) -> None:
        users = str(body.get("touser", "")).split("|")
        if refused.text_key == "app_not_visible":
            await self.notes.left_out(channel.setting.id, Sent("", invisible=tuple(users)))
        await self.notes.refused(channel.setting.id, refused)

    @property
    def _tokened(self) -> Tokened:
        return Tokened(self.calls, self.tokens, TOKEN, failure_of)


def _sent(body: Body) -> Sent:
    lost = [name for field_name in ("invaliduser", "invalidparty", "invalidtag") for name in _names(body, field_name)]
    return Sent(
        str(body.get("msgid", "")),
        str(body.get("response_code", "")),
        tuple(lost),
        _names(body, "unlicenseduser"),
    )


def _names(body: Body, field_name: str) -> tuple[str, ...]:
    found = body.get(field_name) or ""
    return tuple(name for name in str(found).split("|") if name)
