"""A desk over a selling office: lines typed, cards shown and forms handed in, without an index or a model."""

from dataclasses import dataclass
from itertools import count

from agent.by_hand.desk import hand_desk
from agent.cards.decisions import DecisionWords
from agent.desk import OpenDesk
from agent.forms import Forms
from agent.imports import Imports
from connectors.files.reader import FileReader
from evals.suites.selling_office import SellingOffice
from memory.domain.chat import Command, Decided, Inbound, Reply
from memory.domain.errors import BadRequest
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch
from memory.domain.workspace import Scope
from prompts.render import texts

_OUTSIDE_IDS = count(1)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of one member."""

    desk: OpenDesk
    office: SellingOffice
    who: Scope
    conversation: ConversationId

    async def say(self, text: str) -> str:
        """A command's answer. Raises LookupError for a line that is left to a turn."""
        receipt = await self.desk.receive(
            self.who,
            Inbound(connector="web", outside_id=f"t{next(_OUTSIDE_IDS)}", text=text, conversation=self.conversation),
        )
        if isinstance(receipt, Decided):
            return receipt.reply.text
        raise LookupError(text)

    async def submit(self, form: Command) -> Reply:
        """A form of a page."""
        return await self.desk.submit(self.who, form)

    async def draft(self, count: int) -> Batch:
        """A batch of this conversation to new creators, shown here in full."""
        batch = await self.office.draft(await self.office.creators(count), conversation=self.conversation)
        await self.see(batch)
        return batch

    async def see(self, batch: Batch) -> None:
        """The card of a batch, delivered to this member."""
        card = await self.desk.present(self.who, batch.code, conversation=self.conversation)
        if card.presentation is not None:
            await self.desk.delivered(self.who, card.presentation)


async def open_talk(office: SellingOffice, who: Scope) -> Talk:
    """A new conversation of a member with a desk."""
    words = texts()
    hand = hand_desk(office.database, words, office.messengers)
    imports = Imports(office.database, FileReader(), words)
    forms = Forms(office.database, words, imports, _no_passwords, _no_clock, hand)
    decisions = DecisionWords(words)
    desk = OpenDesk(office.database, office.database.turn_events, words, office.messengers, forms, decisions, hand)
    async with office.database.unit(who) as unit:
        conversation = (await unit.conversations.start(connector="web", chat="direct", now=unit.now)).id
    return Talk(desk, office, who, conversation)


async def _no_passwords(password: str) -> str:
    raise BadRequest("password_short", length=len(password))


async def _no_clock(scope: Scope) -> Reply:
    raise BadRequest("real_time", tenant=scope.tenant)
