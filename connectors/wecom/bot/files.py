"""A table sent to the bot: fetched, and told what importing it would do."""

from dataclasses import dataclass

from connectors.wecom import cards
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Media
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.importing import Importing, Preview
from connectors.wecom.keys import Reading


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
        await self._show(talk, await self.importing.preview(talk.guest.scope, fetched, of=talk.outside_id))

    async def read_as(self, talk: Talk, wish: Reading) -> None:
        """Read it again, as something else. Raises what `Importing.read_as` and `Voice.say` raise."""
        await self._show(talk, await self.importing.read_as(talk.guest.scope, wish, of=talk.outside_id))

    async def _show(self, talk: Talk, preview: Preview) -> None:
        await self.answering.text(talk, preview.text)
        await talk.voice.show(cards.with_mark(preview.card, talk.renderer.mark))
