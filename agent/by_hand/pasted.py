"""A creator's answer that a member pastes: stored once, with all that follows from an answer."""

import hashlib
from dataclasses import dataclass

from agent.cards.searching import reply_rows
from agent.commands.nouns import Pasted
from agent.outreach.answers import ReadReply
from memory.domain import jobs
from memory.domain.by_hand import SOURCE, HandUnit
from memory.domain.chat import Reply
from memory.domain.creator import Creator
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.ids import BrandId, ConversationId
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.replies.summary import heading_of, summarise
from tools.replies.tool import ReplyShown


@dataclass(frozen=True, slots=True)
class PastedDesk:
    """What storing takes: how answers are read by rules, and the texts they are told with."""

    read: ReadReply
    texts: Texts

    async def take_in(self, unit: HandUnit, pasted: Pasted, conversation: ConversationId) -> Reply:
        """Store the answer; the same text of the same creator counts once a day.

        Raises:
            NotAllowed: a viewer only looks (not retryable).
            NotFound: nobody by that handle, or no brand they could have answered (not retryable).
        """
        if not unit.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        found = await unit.creators.by_handles([pasted.handle.lower()])
        creator = next(iter(found.values()), None)
        if creator is None:
            raise NotFound("creator_unknown", handles=f"@{pasted.handle}")
        stored = await unit.creator_messages.store(
            creator.id,
            brand=await self._brand(unit, creator),
            source=SOURCE,
            outside_id=_once_a_day(creator, pasted.text, unit.now.date().isoformat()),
            text=pasted.text,
            gist=self.read(pasted.text, now=unit.now.date()),
            received_at=unit.now,
        )
        lang = unit.scope.lang
        if stored is None:
            return Reply(text=self.texts.say("pasted_before", lang, handle=creator.handle))
        if stored.conversation == conversation:  # told here and now
            await unit.creator_messages.mark_noticed([stored.id])
        elif stored.conversation is not None:  # told there by who carries answers to the conversations that asked
            await unit.defer(jobs.dispatch())
        shown = ReplyShown(stored, heading_of(stored), summarise(stored.gist))
        said = self.texts.say("pasted", lang, handle=creator.handle)
        return Reply(text=said, cards=(reply_rows([shown], lang, self.texts, now=unit.now),))

    async def _brand(self, unit: HandUnit, creator: Creator) -> BrandId:
        """The brand of the scope, or the one that wrote to the creator last, or the only one."""
        if unit.scope.brand is not None:
            return unit.scope.brand
        wrote = await unit.by_hand.wrote_last(creator.id)
        if wrote is not None:
            return wrote
        brands = await unit.people.brands()
        if len(brands) != 1:
            raise NotFound("which_brand", brands="、".join(brand.name for brand in brands))
        return brands[0].id


def _once_a_day(creator: Creator, text: str, day: str) -> str:
    said = " ".join(text.split()).casefold()
    return hashlib.sha256(f"{creator.handle.lower()}\n{said}\n{day}".encode()).hexdigest()
