"""The one door for every surface: what people say, decide and submit. Satisfies `connectors.ports.desk.Desk`."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace

from agent.approval.recording import DecisionResult
from agent.approval.seen import Sealed, unread
from agent.approval.shared import newest_there, quoted_batch, standing_batches
from agent.approval.showing import show
from agent.approval.telling import tell_elsewhere
from agent.approval.whole import Word, decide_with_rounds, heads
from agent.by_hand.desk import HandDesk
from agent.cards.decisions import DecisionWords
from agent.commands.by_hand import read_pasted
from agent.commands.going_back import takes_approvals_back
from agent.commands.nouns import (
    Ask,
    Confirm,
    Decide,
    Erase,
    MarkSent,
    Parsed,
    Pasted,
    Resume,
    Retry,
    SendList,
    Stop,
    Undo,
    Why,
    Withdraw,
)
from agent.commands.parsing import may_be_command, parse
from agent.erasing import asked_in_chat, confirmed_in_chat, is_of_erasing
from agent.figures.confirming import confirmed_link
from agent.figures.links import LinkSigner
from agent.forms import Forms
from agent.language import language_of
from agent.metrics import DECISIONS
from agent.outage_news import with_news
from agent.recalls import batches_meant, take_back
from agent.samples.confirming import confirmed_samples
from agent.shops.deciding import is_of_proposals, proposal_decided, proposal_taken_back, stopped_too
from agent.undo.offering import offered
from connectors.ports.platforms import Messenger
from memory.domain import jobs
from memory.domain.cards import DraftsCard
from memory.domain.chat import (
    Accepted,
    Command,
    Decided,
    Inbound,
    MoveDemoClock,
    Receipt,
    Reply,
    Tap,
    TurnEvent,
)
from memory.domain.chat_stores import Ending, Fence, TurnEvents
from memory.domain.errors import AppError, BadRequest, NotAllowed, NotFound
from memory.domain.ids import ConversationId, ImportRunId, PresentationId, TurnId
from memory.domain.outreach import Batch, Draft
from memory.domain.owed import DeskUnit, DeskUnits
from memory.domain.places import Place
from memory.domain.stores import Unit
from memory.domain.workspace import Lang, Role, Scope
from prompts.render import Texts
from tools.confirming import carry_out
from tools.drafting.revising import revise
from tools.report_links.waiting import is_of_report_links
from tools.samples.waiting import is_of_samples

LONGEST_MESSAGE = 8000
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """Stores, decides, shows. Commands are carried out in the transaction that stores the message."""

    units: DeskUnits
    events: TurnEvents
    texts: Texts
    messengers: tuple[Messenger, ...]
    forms: Forms
    words: DecisionWords
    hand: HandDesk
    signer: LinkSigner | None = None

    async def receive(self, scope: Scope, inbound: Inbound) -> Receipt:
        """See `Desk.receive`."""
        text = inbound.text.strip()
        if not text:
            raise BadRequest("message_empty")
        if len(text) > LONGEST_MESSAGE:
            raise BadRequest("message_too_long", length=len(text), limit=LONGEST_MESSAGE)
        scope = replace(scope, lang=language_of(text, default=scope.lang))
        forwarded = await self._forward(scope, text)
        async with self.units.unit(scope) as unit:
            conversation = inbound.conversation
            if conversation is None:
                found = await unit.conversations.find_or_start(
                    connector=inbound.connector, chat=inbound.chat, now=unit.now
                )
                conversation = found.id
            turn, is_new = await unit.turns.add(
                conversation, text=text, connector=inbound.connector, outside_id=inbound.outside_id, now=unit.now
            )
            if not is_new:
                return Accepted(conversation=conversation, turn=turn)
            if inbound.place is not None:
                await unit.owed.owe(inbound.place, outside_id=inbound.outside_id, turn=turn)
            if forwarded is not None:
                await unit.turns.end(Fence(turn, 0), Ending(forwarded), now=unit.now)
                return Decided(conversation=conversation, reply=forwarded)
            parsed = await self._command(unit, text, conversation, inbound)
            if parsed is None:
                await unit.defer(jobs.answer_turn(turn, scope=scope, conversation=conversation))
                return Accepted(conversation=conversation, turn=turn)
            reply = await self._carry_out(unit, parsed, conversation, inbound.place)
            reply = await with_news(unit, reply, scope.lang, self.texts)
            await unit.turns.end(Fence(turn, 0), Ending(reply), now=unit.now)
            return Decided(conversation=conversation, reply=reply)

    async def _forward(self, scope: Scope, text: str) -> Reply | None:
        """「快进到下一个窗口」 typed on any surface moves a demo's clock; a real workspace says why not."""
        words = {self.texts.say("demo_forward", lang).casefold() for lang in LANGS}
        if text.rstrip("。.!！").casefold() not in words:
            return None
        try:
            return await self.forms.submit(scope, MoveDemoClock())
        except NotAllowed as failure:
            return Reply(text=self.texts.say(failure.text_key, scope.lang, **failure.facts))

    async def _command(
        self, unit: DeskUnit, text: str, conversation: ConversationId, inbound: Inbound
    ) -> Parsed | None:
        if (pasted := read_pasted(text)) is not None:
            return pasted
        if not may_be_command(text):
            return None
        own = await batches_meant(unit, conversation, taking_back=takes_approvals_back(text))
        batches = await standing_batches(unit, own, inbound.place)
        quoted = await quoted_batch(unit, inbound.quoted, inbound.place)
        if len(first := heads(batches)) < len(batches) and await self._decides_wholes(unit, batches[0]):
            batches = first
        sizes = {batch.code: len(batch.drafts) for batch in batches}
        parsed = parse(text, batch_sizes=sizes, quoted=quoted)
        if isinstance(parsed, Ask) and parsed.why is Why.NO_SUCH_BATCH and parsed.batch:
            # A code named outright may belong to a settled batch, or to another conversation of the brand.
            batch = await unit.drafts.batch(parsed.batch)
            if batch is not None:
                return parse(text, batch_sizes={batch.code: len(batch.drafts)}, quoted=None)
            if is_of_proposals(parsed.batch) and (one := await unit.proposals.by_code(parsed.batch)) is not None:
                return parse(text, batch_sizes={parsed.batch: len(one.ways) or 1}, quoted=None)
        return parsed

    async def _decides_wholes(self, unit: Unit, batch: Batch) -> bool:
        return (await unit.people.policy(batch.brand)).whole_sequences

    async def _carry_out(
        self, unit: DeskUnit, parsed: Parsed, conversation: ConversationId, place: Place | None
    ) -> Reply:
        match parsed:
            case Ask():
                return self.words.ask(parsed, unit.scope.lang)
            case Stop(batch):
                return await stopped_too(unit, batch, self.texts)
            case Withdraw(batch) | Resume(batch) if batch is not None and is_of_proposals(batch):
                return await proposal_taken_back(unit, parsed, batch, self.texts)
            case Withdraw() | Resume() | Retry() | Undo():
                reply = await take_back(unit, parsed, self.texts)
                return await self._with_texts(unit, reply, conversation)
            case Erase(handle):
                return await asked_in_chat(unit, handle, self.texts)
            case Confirm(code):
                return await offered(unit, await self._confirm(unit, code))
            case Decide():
                return await offered(unit, await self._decide(unit, parsed, conversation, place))
            case SendList() | MarkSent() | Pasted():
                return await offered(unit, await self.hand.carry_out(unit, parsed, conversation))

    async def _with_texts(self, unit: Unit, reply: Reply, conversation: ConversationId) -> Reply:
        """An answer that changed texts, with those texts: they have to be read before they can be approved."""
        outcome = reply.decision
        if outcome is None or not outcome.revised:
            return reply
        batch = await unit.drafts.batch(outcome.batch)
        if batch is None:
            return reply
        card = await self._fresh(unit, batch, conversation, numbers=list(outcome.revised))
        return reply.model_copy(update={"cards": (*reply.cards, card)})

    async def _confirm(self, unit: Unit, code: str) -> Reply:
        taken = await unit.waiting.take(code)
        if taken is None or not unit.scope.role.covers(Role.OPERATOR):
            return Reply(text=self.texts.say("nothing_to_confirm", unit.scope.lang, code=code))
        if is_of_samples(taken):
            return await confirmed_samples(unit, taken, self.texts)
        if is_of_report_links(taken):
            return await confirmed_link(unit, taken, self.signer, self.texts)
        if is_of_erasing(taken):
            return await confirmed_in_chat(unit, taken, self.texts)
        done = await carry_out(unit, taken)
        key = "confirmed_follow_ups" if done.follow_ups else "confirmed"
        return Reply(text=self.texts.say(key, unit.scope.lang, code=taken.code, count=done.count))

    async def _decide(self, unit: DeskUnit, wish: Decide, conversation: ConversationId, place: Place | None) -> Reply:
        if is_of_proposals(wish.batch):
            return await proposal_decided(unit, wish, self.texts)
        batch = await unit.drafts.batch(wish.batch)
        if batch is None:
            raise NotFound("no_such_batch", batch=wish.batch)
        newest = newest_there(unit, conversation=conversation, place=place)
        shown = await newest(batch)
        if shown is None:
            card = await self._fresh(unit, batch, conversation)
            return Reply(text=self.texts.say("not_shown_yet", unit.scope.lang, batch=batch.code), cards=(card,))
        locked = await unit.drafts.lock(batch.id, numbers=[*wish.approve, *wish.reject, *wish.revise])
        word, refused = None, []
        if wish.approve or wish.reject:
            try:
                word = await decide_with_rounds(
                    unit,
                    shown,
                    approve=wish.approve,
                    reject=wish.reject,
                    messengers=self.messengers,
                    newest=newest,
                    sealed=Sealed(wish.count),
                )
            except AppError as failure:
                refused.append(self.texts.say(failure.text_key, unit.scope.lang, **failure.facts))
        revised, trouble = await self._revise(unit, locked, wish)
        if word is None and not revised:
            return Reply(text="\n".join(dict.fromkeys([*refused, *trouble])))
        word = word or Word((DecisionResult(batch.code, now=unit.now),))
        said = [*refused, *trouble]
        return await self._told(unit, word, conversation, here=place, revised=revised, trouble=said)

    async def _revise(self, unit: Unit, drafts: Sequence[Draft], wish: Decide) -> tuple[list[int], list[str]]:
        """Changing texts takes less than deciding. Which locked drafts were changed, and why the others were not."""
        revised: list[int] = []
        trouble: list[str] = []
        if wish.revise and not unit.scope.role.covers(Role.OPERATOR):
            return [], [self.texts.say("needs_role", unit.scope.lang, role=Role.OPERATOR)]
        by_number = {draft.number: draft for draft in drafts}
        for number, instruction in wish.revise.items():
            try:
                content, flags = await revise(unit, by_number[number], instruction, lang=unit.scope.lang)
                await unit.drafts.add_version(by_number[number].id, content, flags)
                revised.append(number)
            except AppError as failure:
                said = self.texts.say(failure.text_key, unit.scope.lang, **failure.facts)
                trouble.append(self.texts.say("number_trouble", unit.scope.lang, number=number, trouble=said))
        return revised, trouble

    async def _told(
        self,
        unit: DeskUnit,
        word: Word,
        conversation: ConversationId | None,
        *,
        here: Place | None,
        revised: Sequence[int] = (),
        trouble: Sequence[str] = (),
    ) -> Reply:
        """What a word decided, in this chat and in those where its cards stand; the first batch is the reply's own."""
        replies: list[Reply] = []
        for result in word.results:
            batch = await unit.drafts.batch(result.batch)
            if batch is None:
                raise NotFound("no_such_batch", batch=result.batch)
            await tell_elsewhere(unit, batch, result, here=here)
            first = not replies
            replies.append(
                await self._told_of(
                    unit,
                    batch,
                    result,
                    conversation,
                    revised=revised if first else (),
                    trouble=trouble if first else (),
                )
            )
        for code in word.unshown:
            if (batch := await unit.drafts.batch(code)) is not None:
                said = self.texts.say("sequence_not_shown", unit.scope.lang, batch=code)
                replies.append(Reply(text=said, cards=(await self._fresh(unit, batch, conversation),)))
        cards = tuple(card for reply in replies for card in reply.cards)
        return replies[0].model_copy(update={"text": "\n".join(reply.text for reply in replies), "cards": cards})

    async def _told_of(
        self,
        unit: Unit,
        batch: Batch,
        result: DecisionResult,
        conversation: ConversationId | None,
        *,
        revised: Sequence[int],
        trouble: Sequence[str],
    ) -> Reply:
        brand = await unit.people.brand(batch.brand)
        DECISIONS.labels("approve").inc(len(result.approved))
        DECISIONS.labels("reject").inc(len(result.rejected))
        reply = self.words.result(
            result, lang=unit.scope.lang, team_zone=brand.team_zone, revised=revised, trouble=trouble
        )
        again = sorted({*revised, *result.changed_since, *unread(result.refused)})
        if not again:
            return reply
        card = await self._fresh(unit, batch, conversation, numbers=again)
        return reply.model_copy(update={"cards": (*reply.cards, card)})

    async def _fresh(
        self, unit: Unit, batch: Batch, conversation: ConversationId | None, *, numbers: list[int] | None = None
    ) -> DraftsCard:
        return await show(
            unit, batch.code, conversation=conversation, lang=unit.scope.lang, texts=self.texts, numbers=numbers
        )

    def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """See `Desk.follow`."""
        return self.events.follow(scope, turn, after=after)

    async def present(
        self,
        scope: Scope,
        batch: str,
        *,
        conversation: ConversationId | None = None,
        numbers: Collection[int] | None = None,
    ) -> DraftsCard:
        """See `Desk.present`."""
        async with self.units.unit(scope) as unit:
            return await show(
                unit, batch, conversation=conversation, lang=scope.lang, texts=self.texts, numbers=numbers
            )

    async def delivered(self, scope: Scope, presentation: PresentationId, *, place: Place | None = None) -> None:
        """See `Desk.delivered`."""
        async with self.units.unit(scope) as unit:
            await unit.drafts.delivered(presentation, now=unit.now)
            if place is not None:
                await unit.card_places.keep(place, presentation)

    async def undelivered(self, scope: Scope, presentation: PresentationId) -> None:
        """See `Desk.undelivered`."""
        async with self.units.unit(scope) as unit:
            await unit.drafts.undelivered(presentation)

    async def decide(self, scope: Scope, tap: Tap) -> Reply:
        """See `Desk.decide`."""
        async with self.units.unit(scope) as unit:
            if tap.place is not None:
                known = await unit.owed.reply_to(tap.place.channel, tap.outside_id)
                if known is not None:
                    return known
            shown = await unit.drafts.presentation(tap.presentation)
            if shown is None:
                raise NotFound("card_gone")
            batch = await unit.drafts.batch(shown.batch_code)
            if batch is None:
                raise NotFound("no_such_batch", batch=shown.batch_code)
            word = await decide_with_rounds(
                unit,
                shown,
                approve=tap.approve,
                reject=tap.reject,
                messengers=self.messengers,
                newest=newest_there(unit, conversation=shown.conversation, place=tap.place),
                sealed=Sealed(tap.count, on_page=True),
            )
            reply = await self._told(unit, word, shown.conversation, here=tap.place)
            if tap.place is not None:
                await unit.owed.owe(tap.place, outside_id=tap.outside_id, reply=reply)
            return reply

    async def submit(self, scope: Scope, command: Command) -> Reply:
        """See `Desk.submit`."""
        return await self.forms.submit(scope, command)

    async def upload(self, scope: Scope, *, name: str, content: bytes, kind: str) -> ImportRunId:
        """See `Desk.upload`."""
        return await self.forms.upload(scope, name=name, content=content, kind=kind)


def cannot_wait(text: str) -> bool:
    """Whether a line must not wait behind its member's own turns: it may decide, stop or mark something. Pure."""
    return may_be_command(text.strip()) or read_pasted(text.strip()) is not None
