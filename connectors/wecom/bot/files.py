"""A table sent to the bot: fetched, and told what importing it would do."""

from dataclasses import dataclass

from connectors.wecom import cards
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Media
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.importing import Importing, Preview
from connectors.wecom.keys import Reading
from connectors.wecom.render import Buttons
from connectors.wecom.telling import whole
from memory.domain.chat import Reply


@dataclass(frozen=True, slots=True)
class Files:
    """Takes files in 1:1 chats."""

    importing: Importing
    media: MediaDoor
    answering: Answering

    async def preview(self, talk: Talk, file: Media) -> None:
        """Fetch and read it, say what importing it would do, once. Nothing is changed yet.

        Until it is said, what is owed is that it was lost: its link and key die with this process.
        Raises what `Answers.owe`, `MediaDoor.fetch`, `Importing.preview` and `Voice.say` raise.
        """
        answering, channel, lang = self.answering, talk.place.channel, talk.guest.scope.lang
        await answering.promised(talk, Reply(text=answering.say("wecom_file_lost", lang)))
        if not await answering.answers.is_open(channel, talk.outside_id):
            return
        fetched = await self.media.fetch(file)
        await self._say_once(talk, await self.importing.preview(talk.guest.scope, fetched, of=talk.outside_id))

    async def read_as(self, talk: Talk, wish: Reading) -> None:
        """Read it again, as something else, and say that once.

        Raises what `Importing.read_as`, `Answers.owe` and `Voice.say` raise.
        """
        preview = await self.importing.read_as(talk.guest.scope, wish, of=talk.outside_id)
        await self.answering.promised(talk, Reply(text=preview.text))
        await self._say_once(talk, preview)

    async def _say_once(self, talk: Talk, preview: Preview) -> None:
        card = cards.with_mark(preview.card, talk.renderer.mark)
        async with self.answering.answers.saying(talk.place.channel, talk.outside_id) as is_ours:
            if is_ours:
                with whole(talk.voice):
                    await self.answering.items(talk, [*talk.renderer.words(preview.text), Buttons(card)])
