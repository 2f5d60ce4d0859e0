"""What people ask of the send list, on every surface: see it, take texts from it, say what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.by_hand.claiming import HandedOut, Terms, hand_out
from agent.by_hand.listing import listing
from agent.by_hand.marking import mark
from agent.by_hand.pasted import PastedDesk
from agent.cards.send_list import SendListWords, Told, drafts_of
from agent.commands.nouns import MarkSent, Pasted, SendList
from connectors.ports.platforms import Messenger
from memory.domain.by_hand import HAND_LEASE, HandItem, HandMark, HandPlace, HandUnit, HandUnits
from memory.domain.cards import SendListCard
from memory.domain.chat import Reply
from memory.domain.errors import AppError, BadRequest, Conflict, NotFound
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import ConversationId
from memory.domain.workspace import Role, Scope
from prompts.render import Texts
from tools.replies.reading import read_reply
from tools.team_zone import team_zone

# As many texts as a person in a chat copies before they look again; a brand's limits may allow fewer.
AT_ONCE = 10
MOST_IN_FILE = 10_000
_MINE = (HandPlace.MINE, HandPlace.UNSURE)
_ALL_OF = {
    HandMark.SENT: _MINE,
    HandMark.FAILED: _MINE,
    HandMark.SKIPPED: (HandPlace.MINE, HandPlace.READY, HandPlace.NIGHT, HandPlace.LATER, HandPlace.HELD),
    HandMark.AGAIN: (HandPlace.FAILED,),
    HandMark.UNDONE: (),
}


@dataclass(frozen=True, slots=True)
class HandDesk:
    """The send list for pages, terminal, chat and files. `terms`: who delivers, and for how long a text is lent."""

    units: HandUnits
    words: SendListWords
    terms: Terms
    answers: PastedDesk

    async def listed(self, scope: Scope) -> SendListCard:
        """The list as it is; looking claims nothing."""
        async with self.units.unit(scope) as unit:
            return await self._card(unit, await listing(unit, self.terms.messengers))

    async def waiting(self, unit: HandUnit) -> int:
        """How many items wait for the member."""
        return await unit.by_hand.waiting()

    async def submit(self, scope: Scope, form: HandOut | MarkByHand) -> Reply:
        """A button of the page. Raises NotAllowed, NotFound, and Conflict with the reason when nothing was done."""
        async with self.units.unit(scope) as unit:
            told = await _told(unit)
            if isinstance(form, MarkByHand):
                return await self._button(unit, form, told)
            handed = await hand_out(unit, [form.draft], replace(self.terms, night=form.night))
            if handed.steps:
                step = handed.steps[0]
                said = self.words.texts.say("hand_handed", scope.lang, batch=step.batch_code, number=step.number)
                confirmed = [step.draft] if form.night else []
                items = await listing(unit, self.terms.messengers, confirmed=confirmed)
                return Reply(text=said, cards=(await self._card(unit, items),))
        return self._not_handed(handed, told)

    def _not_handed(self, handed: HandedOut, told: Told) -> Reply:
        """After the transaction, which may have left a step held with its reason."""
        if not handed.refused:
            raise NotFound("hand_gone")
        raise Conflict("hand_refused", why="；".join(self.words.refused(handed.refused, told)))

    async def _button(self, unit: HandUnit, form: MarkByHand, told: Told) -> Reply:
        said = HandMark(form.said)
        result = await mark(unit, [form.draft], said, attempts={form.draft: form.attempt})
        lines = self.words.marked(result, said, told)
        if result.refused:
            raise Conflict("hand_refused", why="；".join(lines))
        if not lines:
            raise NotFound("hand_gone")
        return Reply(text="\n".join(lines))

    async def take(self, scope: Scope, *, most: int) -> tuple[SendListCard, list[str]]:
        """Claim up to `most` texts for a file, those held already among them; why others stay. Raises NotAllowed."""
        async with self.units.unit(scope) as unit:
            items = await listing(unit, self.terms.messengers, most=MOST_IN_FILE)
            wanted = drafts_of(items, (HandPlace.MINE, HandPlace.READY))[:most]
            handed = await hand_out(unit, wanted, self.terms)
            items = await listing(unit, self.terms.messengers, most=MOST_IN_FILE)
            card, told = await self._card(unit, items), await _told(unit)
        return card, self.words.refused(handed.refused, told)

    async def carry_out(
        self, unit: HandUnit, wish: SendList | MarkSent | Pasted, conversation: ConversationId
    ) -> Reply:
        """A typed line, in the transaction that stores it; a refusal is the answer."""
        try:
            match wish:
                case SendList():
                    return await self._show(unit, wish)
                case MarkSent():
                    return await self._mark(unit, wish)
                case Pasted():
                    return await self.answers.take_in(unit, wish, conversation)
        except AppError as failure:
            return Reply(text=self.words.texts.say(failure.text_key, unit.scope.lang, **failure.facts))

    async def _show(self, unit: HandUnit, wish: SendList) -> Reply:
        """Texts come with the list: it claims what it shows, as many as a person copies at once."""
        lang = unit.scope.lang
        if wish.batch is not None and await unit.drafts.batch(wish.batch) is None:
            raise NotFound("no_such_batch", batch=wish.batch)
        items = await listing(unit, self.terms.messengers, batch=wish.batch)
        if wish.numbers:
            batch = wish.batch or self._only_batch(items)
            wanted = [item.of.draft for item in items if (item.of.batch_code, item.of.number) in _named(batch, wish)]
        else:
            held = drafts_of(items, (HandPlace.MINE,))
            room = max(0, AT_ONCE - len(held))
            wanted = [*held, *drafts_of(items, (HandPlace.READY,))[:room]]
        refused: list[str] = []
        if wanted and unit.scope.role.covers(Role.OPERATOR):
            handed = await hand_out(unit, wanted, replace(self.terms, night=wish.night))
            refused = self.words.refused(handed.refused, await _told(unit))
            confirmed = [step.draft for step in handed.steps] if wish.night else []
            items = await listing(unit, self.terms.messengers, batch=wish.batch, confirmed=confirmed)
        lines = [self.words.summary(items, lang), *refused, *self.words.how(items, lang)]
        cards = (await self._card(unit, items),) if items else ()
        return Reply(text="\n".join(lines), cards=cards)

    async def _mark(self, unit: HandUnit, wish: MarkSent) -> Reply:
        lang, say = unit.scope.lang, self.words.texts.say
        if wish.batch is not None and await unit.drafts.batch(wish.batch) is None:
            raise NotFound("no_such_batch", batch=wish.batch)
        items = await listing(unit, self.terms.messengers, batch=wish.batch)
        batch = wish.batch or self._only_batch(items)
        own = [item for item in items if item.of.batch_code == batch]
        numbers = {item.of.number: item.of.draft for item in own}
        if wish.everything:
            drafts = drafts_of([item for item in own if _is_theirs_to_say(item, unit.scope)], _ALL_OF[wish.said])
            strange: set[int] = set()
        elif wish.numbers:
            drafts = [numbers[number] for number in wish.numbers if number in numbers]
            strange = set(wish.numbers) - numbers.keys()
        else:
            example = " ".join(str(item.of.number) for item in own if item.place in _MINE) or "1"
            return Reply(text=say("hand_which_numbers", lang, batch=batch, numbers=example))
        if not drafts:
            return Reply(text=say("hand_nothing", lang))
        result = await mark(unit, drafts, wish.said)
        lines = self.words.marked(result, wish.said, await _told(unit), strange=strange)
        left = await listing(unit, self.terms.messengers)
        return Reply(text="\n".join([*lines, self.words.summary(left, lang)]))

    def _only_batch(self, items: Sequence[HandItem]) -> str:
        """The batch meant without a code: the only one in the member's hands, else the only one on the list."""
        for places in (_MINE, tuple(HandPlace)):
            codes = list(dict.fromkeys(item.of.batch_code for item in items if item.place in places))
            if len(codes) > 1:
                raise BadRequest("hand_which_batch", codes="、".join(codes))
            if codes:
                return codes[0]
        raise BadRequest("hand_nothing")

    async def _card(self, unit: HandUnit, items: Sequence[HandItem]) -> SendListCard:
        brands = {item.of.brand for item in items}
        nights = [(await unit.people.policy(brand)).night_by_hand for brand in brands]
        return self.words.card(items, unit.scope, now=unit.now, night_by_hand=any(nights))


def hand_desk(
    units: HandUnits, texts: Texts, messengers: Sequence[Messenger], *, lease: timedelta = HAND_LEASE
) -> HandDesk:
    """The send list of an installation; a text is lent to a member for `lease`."""
    return HandDesk(units, SendListWords(texts), Terms(messengers, lease), PastedDesk(read_reply, texts))


async def _told(unit: HandUnit) -> Told:
    return Told(unit.scope.lang, unit.now, await team_zone(unit))


def _named(batch: str, wish: SendList) -> set[tuple[str, int]]:
    return {(batch, number) for number in wish.numbers}


def _is_theirs_to_say(item: HandItem, scope: Scope) -> bool:
    """「全部」 means what the member holds, and what nobody holds."""
    return item.of.holder in (None, scope.member)
