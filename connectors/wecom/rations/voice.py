"""How an answer is said where only so much may be said: packed, put on the shelf, given. Satisfies `Mouth`."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.wecom.cards import TemplateCard
from connectors.wecom.rations.giving import KEPT_FOR, Giving, Recipient
from connectors.wecom.rations.pieces import File, Piece, packed
from connectors.wecom.render import Buttons, Item, Words
from connectors.wecom.telling import Talk, Telling
from memory.domain.chat import Reply


@dataclass(slots=True)
class RationedVoice:
    """One user's chat, about one thing they said. `of` names it: the same thing is answered once."""

    giving: Giving
    to: Recipient
    of: str
    mark: str = ""
    said: int = 0

    async def say(self, text: str) -> None:
        """See `Mouth.say`."""
        await self.put(packed([Words(text)], mark=self.mark))

    async def show(self, card: TemplateCard) -> None:
        """See `Mouth.show`."""
        await self.put(packed([Buttons(card)], mark=self.mark))

    async def put(self, pieces: tuple[Piece, ...]) -> None:
        """An answer's pieces, in order: safe on the shelf, they are given by whoever comes by."""
        await self.giving.shelve(self.to, pieces, of=f"{self.of}#{self.said + 1}", owes=self.of)
        self.said += 1
        await self.giving.give(self.to)


class RationedTelling(Telling[RationedVoice]):
    """Says answers whole: what one message cannot hold is cut and kept by the shelf, not by whoever says it."""

    kept_for = KEPT_FOR

    async def reply(self, talk: Talk[RationedVoice], reply: Reply) -> None:
        """See `Telling.reply`: one answer, its files last where the channel takes files."""
        items = packed(talk.renderer.items(reply, task=talk.outside_id), mark=talk.voice.mark)
        files = [file for file in reply.files if talk.renderer.follows(file)]
        await talk.voice.put((*items, *(File(key=file.key, name=file.name) for file in files)))

    async def items(self, talk: Talk[RationedVoice], items: Sequence[Item]) -> None:
        """See `Telling.items`."""
        await talk.voice.put(packed(items, mark=talk.voice.mark))

    async def text(self, talk: Talk[RationedVoice], text: str) -> None:
        """See `Telling.text`."""
        await self.items(talk, talk.renderer.words(text))
