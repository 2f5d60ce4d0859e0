"""An answer said in an app's chat: a decision that was typed changes the cards of its chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from connectors.wecom.app.settling import settle_cards, settled
from connectors.wecom.app.voice import AppVoice
from connectors.wecom.attaching import Attaching
from connectors.wecom.render import Item, Presented
from connectors.wecom.spent import spent
from connectors.wecom.telling import Talk, whole
from memory.domain.chat import Reply
from memory.domain.errors import AppError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AppTelling(Attaching[AppVoice]):
    """Answers in chats of apps. Every method raises what `Mouth` raises."""

    async def decided(self, talk: Talk[AppVoice], reply: Reply) -> None:
        """See `Telling.decided`. Room for all of it is taken with the claim."""
        items = talk.renderer.items(reply, task=talk.outside_id)
        pace = talk.voice.pace
        pace.wanted = sum(not isinstance(item, Presented) for item in items) + len(reply.files)
        async with self.answers.saying(talk.place.channel, talk.outside_id, pace) as is_ours:
            if is_ours:
                with whole(talk.voice):
                    await self._said(talk, reply, items)

    async def reply(self, talk: Talk[AppVoice], reply: Reply) -> None:
        """See `Telling.reply`."""
        await self._said(talk, reply, talk.renderer.items(reply, task=talk.outside_id))

    async def _said(self, talk: Talk[AppVoice], reply: Reply, items: Sequence[Item]) -> None:
        await self.items(talk, items)
        await self.attach(talk, reply)
        if reply.decision is not None:
            await self._settle(talk, reply.decision.batch, reply.text)

    async def _settle(self, talk: Talk[AppVoice], batch: str, text: str) -> None:
        """What was decided by typing changes the cards of its chat, once nothing on them waits any more."""
        try:
            drafts = (await self.queries.batch(talk.guest.scope, batch)).batch.drafts
            became = spent(drafts, batch=batch, lang=talk.guest.scope.lang, say=self.say)
            if became is not None:
                voice, card = talk.voice, partial(settled, became=became, body=text, talk=talk)
                await settle_cards(voice.client, voice.safe, voice.channel, voice.user, batch, card)
        except AppError as failure:
            log.warning("wecom_app.cards_stay", key=failure.text_key)
