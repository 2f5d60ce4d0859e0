"""A table sent to the bot: fetched, and told what importing it would do."""

from dataclasses import dataclass

from connectors.wecom import cards
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Media
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.importing import Importing


@dataclass(frozen=True, slots=True)
class Files:
    """Takes files in 1:1 chats."""

    importing: Importing
    media: MediaDoor
    answering: Answering

    async def preview(self, talk: Talk, file: Media) -> None:
        """Fetch and read it, say what importing it would do. Nothing is changed yet.

        Raises what `MediaDoor.fetch`, `Importing.preview` and `Voice.say` raise.
        """
        fetched = await self.media.fetch(file)
        preview = await self.importing.preview(talk.guest.scope, fetched, of=talk.outside_id)
        await self.answering.text(talk, preview.text)
        await talk.voice.show(cards.with_mark(preview.card, talk.renderer.mark))
