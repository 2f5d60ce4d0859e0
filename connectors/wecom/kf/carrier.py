"""Hands messages to customers of 微信客服. A message's own id makes handing it over again harmless."""

from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.fetched import Fetched
from connectors.wecom.kf.client import KfClient, Session
from connectors.wecom.kf.translate import Media
from connectors.wecom.rations.giving import Closed, Taken
from connectors.wecom.rations.pieces import Menu, Text
from memory.domain.errors import Refused, Unclear


@dataclass(frozen=True, slots=True)
class KfCarrier:
    """One account's. Satisfies `Carrier` and `Attacher`."""

    client: KfClient
    channel: OpenChannel
    knows_repeats: bool = True
    pictures_only: bool = False

    def is_free(self, piece: Text | Menu, *, needed: bool) -> bool:
        """See `Carrier.is_free`."""
        del piece, needed
        return False

    async def hand(self, user: str, piece: Text | Menu, *, name: str, needed: bool) -> bool:
        """See `Carrier.hand`. Without an answer it is asked once more, which tells whether it had arrived."""
        del needed
        await self._given(user, piece, name)
        return True

    async def attach(self, user: str, file: Fetched, *, name: str) -> None:
        """See `Attacher.attach`. Keeping it with the platform shows nothing, so that is tried twice."""
        try:
            media = await self.client.upload(self.channel, name=file.name, content=file.content)
        except Unclear:
            media = await self.client.upload(self.channel, name=file.name, content=file.content)
        await self._given(user, media, name)

    async def _given(self, user: str, piece: Text | Menu | Media, name: str) -> None:
        try:
            await self._once(user, piece, name)
        except Unclear:
            await self._once(user, piece, name)

    async def _once(self, user: str, piece: Text | Menu | Media, name: str) -> None:
        try:
            await self.client.send(self.channel, user, piece, name=name)
        except Taken as refused:
            await self._require_taken(user, refused)
        except Refused as refused:
            if refused.text_key != "kf_sent_before":
                raise

    async def _require_taken(self, user: str, refused: Taken) -> None:
        """Who has the customer says what the refusal means.

        Raises:
            Taken: a human, or the pool.
            Closed: nobody: we wait for their next message.
            Refused: "kf_may_not_answer", we should have been able to (not retryable).
        """
        session = await self.client.session(self.channel, user)
        if session in (Session.HUMAN, Session.POOL):
            raise refused
        if session is Session.ENDED:
            raise Closed("kf_closed", code=int(session)) from refused
        failure = Refused("kf_may_not_answer", **refused.facts)
        await self.client.notes.refused(self.channel.setting.id, failure)
        raise failure from refused
