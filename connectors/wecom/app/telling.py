"""An answer said in an app's chat: its files come after its words."""

from dataclasses import dataclass

import structlog

from connectors.ports.queries import Queries
from connectors.wecom.app.settling import settle_cards, settled
from connectors.wecom.app.voice import AppVoice
from connectors.wecom.telling import Talk, Telling
from memory.domain.chat import FileOut, Reply
from memory.domain.errors import AppError, NotFound, Refused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AppTelling(Telling[AppVoice]):
    """Answers in chats of apps. Every method raises what `Mouth` raises."""

    queries: Queries

    async def reply(self, talk: Talk[AppVoice], reply: Reply) -> None:
        """See `Telling.reply`."""
        await Telling.reply(self, talk, reply)
        for file in reply.files:
            await self._file(talk, file)
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

    async def _file(self, talk: Talk[AppVoice], file: FileOut) -> None:
        """Send one; what the platform does not take, or is gone, is to be had on the page."""
        try:
            stored = await self.queries.file(talk.guest.scope, file.key)
            await talk.voice.attach(stored.name, stored.content)
        except (NotFound, Refused) as failure:
            log.warning("wecom_app.file_not_sent", key=failure.text_key)
            await self.text(talk, self.say("wecom_file_out", talk.guest.scope.lang, name=file.name))
