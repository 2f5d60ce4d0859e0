"""A table sent to the bot: fetched, and told what importing it would do."""

from dataclasses import dataclass

from connectors.wecom import cards
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Media
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.importing import Importing
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
        preview = await self.importing.preview(talk.guest.scope, fetched, of=talk.outside_id)
        card = cards.with_mark(preview.card, talk.renderer.mark)
        async with answering.answers.saying(channel, talk.outside_id) as is_ours:
            if is_ours:
                with whole(talk.voice):
                    await answering.items(talk, [*talk.renderer.words(preview.text), Buttons(card)])
