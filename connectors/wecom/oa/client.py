"""Calls of an Official Account: a token, the call, what the answer means."""

from dataclasses import dataclass
from typing import Final

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.notes import Notes
from connectors.wecom.calls import Answer, Body, Calls
from connectors.wecom.oa.errors import TOKEN, failure_of
from connectors.wecom.oa.tokens import AccountTokens
from connectors.wecom.oa.translate import Picture, message
from connectors.wecom.rations.pieces import Menu, Text
from connectors.wecom.tokened import Tokened
from memory.domain.errors import Unclear

PLATFORM: Final = "https://api.weixin.qq.com"
NOBODY: Final = "daren-doctor"  # no openid: nothing is said to anybody


@dataclass(frozen=True, slots=True)
class AccountClient:
    """Every method raises Unavailable (nothing was accepted; retryable), Refused (for good), Unclear (no answer)."""

    calls: Calls
    tokens: AccountTokens
    notes: Notes

    async def send(self, channel: OpenChannel, user: str, piece: Text | Menu | Picture) -> None:
        """message/custom/send, once: the platform knows no repeats, so what ends without an answer stays in doubt."""
        try:
            await self._post(channel, "message/custom/send", message(user, piece))
        except Unclear:
            await self.notes.doubted(channel.setting.id)
            raise

    async def upload(self, channel: OpenChannel, *, name: str, content: bytes) -> Picture:
        """media/upload: a picture of at most 2 MB, kept with the platform for three days. It may be sent twice.

        Source: https://developers.weixin.qq.com/minigame/dev/guide/open-ability/customer-message/temp-media.html, read
        2026-11-29.
        """
        answer = await self._post(channel, "media/upload", None, (name, content), type="image")
        media = answer.body.get("media_id")
        if not isinstance(media, str):
            raise Unclear("channel_unclear")
        return Picture(media)

    async def create_menu(self, channel: OpenChannel, buttons: list[dict[str, str]]) -> None:
        """menu/create: the menu below every follower's chat."""
        await self._post(channel, "menu/create", {"button": buttons})

    async def look(self, channel: OpenChannel) -> str:
        """Whether secret, address and right are good, by a message to nobody; the platform's time as HTTP says it.

        Raises Refused("oa_not_granted") for an account that may not send.
        """
        body = message(NOBODY, Text(text="-"))
        token = await self.tokens.of(channel)
        answer = await self.calls.post("message/custom/send", {"access_token": token}, body=body)
        failure = failure_of(answer.errcode, answer.errmsg)
        if failure is not None and failure.text_key != "oa_nobody":
            raise failure
        return answer.date

    async def _post(
        self, channel: OpenChannel, name: str, body: Body | None, file: tuple[str, bytes] | None = None, **query: str
    ) -> Answer:
        """A call that is noted: doctor and page tell of the last one, how it went."""
        async with self.notes.calling(channel.setting.id):
            return await self._tokened.call(channel, name, body, file, **query)

    @property
    def _tokened(self) -> Tokened:
        return Tokened(self.calls, self.tokens, TOKEN, failure_of)
