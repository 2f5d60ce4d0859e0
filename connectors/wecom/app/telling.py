"""An answer said in an app's chat: a decision that was typed changes the cards of its chat."""

from dataclasses import dataclass

import structlog

from connectors.wecom.app.settling import settle_cards, settled
from connectors.wecom.app.voice import AppVoice
from connectors.wecom.attaching import Attaching
from connectors.wecom.telling import Talk
from memory.domain.chat import Reply
from memory.domain.errors import AppError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AppTelling(Attaching[AppVoice]):
    """Answers in chats of apps. Every method raises what `Mouth` raises."""

    async def reply(self, talk: Talk[AppVoice], reply: Reply) -> None:
        """See `Telling.reply`."""
        await Attaching.reply(self, talk, reply)
        if reply.decision is not None:
            await self._settle(talk, reply.decision.batch, reply.text)

    async def _settle(self, talk: Talk[AppVoice], batch: str, text: str) -> None:
        """What was decided by typing changes the cards of its chat, once nothing on them waits any more."""
        try:
            view = await self.queries.batch(talk.guest.scope, batch)
            if not any(draft.approvable for draft in view.batch.drafts):
                voice, title = talk.voice, self.say("wecom_card_done", talk.guest.scope.lang, batch=batch)
                await settle_cards(
                    voice.client, voice.safe, voice.channel, voice.user, batch,
                    lambda task: settled(task, title, text, talk, self.say),
                )  # fmt: skip
        except AppError as failure:
            log.warning("wecom_app.cards_stay", key=failure.text_key)
