"""Rules of deciding: cards shown in full or as variants, taps on them, two people at once, approvals withdrawn."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from agent.approval.policy import POLICY, Policy, Sign
from agent.approval.recording import DecisionResult, decide
from agent.approval.seen import Sealed
from agent.approval.withdrawing import Withdrawn, withdraw
from evals.suites.decisions.books import GOOD_FOR, TAKE_BACK
from evals.suites.decisions.nouns import NOT_YET, Approval, Card, Known, Tap, Where
from evals.suites.decisions.promises import MOST_READ, against_deciding
from evals.suites.decisions.stage import PEOPLE, Stage
from memory.domain.outreach import Presentation, ProposalKind, Verdict
from memory.domain.workspace import Role
from memory.unit_of_work import UnitOfWork

READERS = ("anna", "ben", "lead", "anna", "ben", "operator", "viewer")
LATEST = timedelta(days=60)
DECIDERS = ("anna", "anna", "ben", "lead")


class Deciding(Stage):
    """What people approve, reject and withdraw."""

    @property
    def policy(self) -> Policy:
        """Whose sign a message needs in this history."""
        return {**POLICY, ProposalKind.MESSAGE: Sign.TWO_APPROVERS} if self.books.two else POLICY

    async def show(self, draw: Random) -> None:
        """A card goes out, of a whole batch or some of it, in full or as variants; it may get lost on the way."""
        place = draw.randrange(len(self.books.stacks))
        numbers = sorted(self.books.of_batch(place))
        some = numbers if draw.random() < 0.7 else draw.sample(numbers, draw.randint(1, len(numbers)))
        full = some if len(some) <= MOST_READ and draw.random() < 0.5 else draw.sample(some, draw.randint(0, 1))
        await self.shown(place, draw.choice(READERS), some, full, delivered=draw.random() < 0.85)

    async def tap(self, draw: Random) -> None:
        """Somebody taps a card, old or new, theirs or not, once or twice at once; the process may die over it."""
        if self.books.cards:
            card = draw.choice(self.books.cards[-3:] if draw.random() < 0.6 else self.books.cards)
            taps = [_drawn(draw, card, size=len(self.books.of_batch(card.batch)))]
            await self.tapped([(card, tap) for tap in taps * draw.choice([1, 1, 2])], dies=draw.random() < 0.1)

    async def read_and_approve(self, draw: Random) -> None:
        """What people do on most days: read the card and approve all of it; a minute later it may go."""
        places = self.unread() if draw.random() < 0.8 else range(len(self.books.stacks))
        place, who = draw.choice(places), draw.choice(DECIDERS)
        await self.approved(draw, place, who, later=draw.random() < 0.8)

    async def approve_together(self, draw: Random) -> None:
        """Two members approve at the same moment: the same batch, or two with a creator in both."""
        await self._together(draw)

    async def take_back(self, draw: Random) -> None:
        """Somebody says 「撤回」 of some numbers or of a whole batch."""
        place = draw.randrange(len(self.books.stacks))
        numbers = sorted(self.books.of_batch(place))
        named = draw.sample(numbers, 1) if draw.random() < 0.7 else []
        await self.withdrawn(place, named, draw.choice(PEOPLE))

    def unread(self) -> list[int]:
        """Batches with a draft that nobody approved yet; all where there is none."""
        places = sorted({known.batch for known in self.books.drafts.values() if known.where is Where.OPEN})
        return places or list(range(len(self.books.stacks)))

    async def shown(
        self, place: int, who: str, numbers: Iterable[int], in_full: Iterable[int], *, delivered: bool = True
    ) -> Card:
        """A card, on its way or delivered."""
        some, full = sorted(numbers), frozenset(in_full)
        batch = self.books.stacks[place].made

        async def work(unit: UnitOfWork) -> Presentation:
            made = await unit.drafts.present(batch.id, conversation=None, numbers=some, now=unit.now, in_full=full)
            if not delivered:
                return made
            await unit.drafts.delivered(made.id, now=unit.now)
            return replace(made, delivered_at=unit.now)

        shown = await self.carried_out(who, work)
        if shown is None:
            raise LookupError(place)
        wordings = {number: known.now for number, known in self.books.of_batch(place).items() if number in some}
        card = Card(shown, who, place, delivered, wordings, full)
        self.books.cards.append(card)
        self.tell(f"{who} is shown {place}: {some}, in full {sorted(full)}{'' if delivered else ', which is lost'}")
        self.count("cards as variants" if len(full) < len(some) else "cards in full")
        return card

    async def approved(self, draw: Random, place: int, who: str, *, later: bool) -> None:
        """Read and approved by one member, or mostly by two where two must sign."""
        numbers = sorted(self.books.of_batch(place))
        large = len(numbers) > MOST_READ
        whole = large or draw.random() < 0.15
        for each in (who, "lead" if who != "lead" else "anna")[: 2 if self.books.two and draw.random() < 0.7 else 1]:
            card = await self.shown(place, each, numbers, [] if whole else numbers)
            counts = [len(numbers)] if large else [len(numbers), len(numbers), None, len(numbers) + 1]
            count = draw.choice(counts) if whole else None
            await self.tapped([(card, Tap(each, tuple(numbers), (), count, on_page=large))])
        if later:
            await self.move(TAKE_BACK)
            self.tell("a minute passes")

    async def tapped(self, taps: list[tuple[Card, Tap]], *, dies: bool = False) -> None:
        """Taps at the same moment, and what follows from those that were taken: approvals before rejections."""
        results = await self.at_once(*(self._decided(card, tap, dies=dies) for card, tap in taps))
        taken = [(card, tap, done) for (card, tap), done in zip(taps, results, strict=False) if done is not None]
        for card, tap, done in taken:
            self._approvals(card, tap, done)
        for card, tap, done in taken:
            self._rejections(card, tap, done)
            self.unsure = self.unsure or bool(done.approved or done.rejected)

    async def answered(self, card: Card, who: str, *, approve: Iterable[int] = (), reject: Iterable[int] = ()) -> None:
        """One member answers a card, without a count."""
        await self.tapped([(card, Tap(who, tuple(approve), tuple(reject), None, on_page=False))])

    async def withdrawn(self, place: int, numbers: list[int], who: str) -> None:
        """Approvals taken back, or a refusal."""
        batch = self.books.stacks[place].made

        async def work(unit: UnitOfWork) -> Withdrawn:
            return await withdraw(unit, batch.code, numbers)

        may = self.books.may(who, Role.APPROVER, self.now())
        done = await self.carried_out(who, work)
        if (done is not None) is not may:
            self.violate([f"{who} {'may' if may else 'may not'} decide, and withdrawing said {done}"])
        if done is None:
            return
        self.tell(f"{who} withdraws {place}: {done.taken}, on their way {done.sending}")
        self.count("approvals withdrawn", len(done.taken))
        for number in done.taken:
            known = self.books.of_batch(place)[number]
            if known.where not in NOT_YET:
                self.violate([f"{known} was withdrawn although it is {known.where}"])
            known.approvals = {}

    async def _together(self, draw: Random) -> None:
        first = draw.randrange(len(self.books.stacks))
        second = draw.randrange(len(self.books.stacks))
        cards = [(place, who, sorted(self.books.of_batch(place))) for place, who in ((first, "anna"), (second, "ben"))]
        taps = []
        for place, who, numbers in cards:
            card = await self.shown(place, who, numbers, numbers)
            yes, no = tuple(numbers), ()
            if who == "ben" and draw.random() < 0.25:
                yes, no = no, yes
            taps.append((card, Tap(who, yes, no, None, on_page=False)))
        self.count("two at once")
        await self.tapped(taps)

    async def _decided(self, card: Card, tap: Tap, *, dies: bool) -> DecisionResult | None:
        async def work(unit: UnitOfWork) -> DecisionResult:
            return await decide(
                unit,
                card.shown,
                approve=tap.approve,
                reject=tap.reject,
                messengers=self.messengers,
                policy=self.policy,
                sealed=Sealed(tap.count, tap.on_page),
            )

        return await self.carried_out(tap.who, work, dies=dies)

    def _approvals(self, card: Card, tap: Tap, result: DecisionResult) -> None:
        now = result.now or self.now()
        done = [*result.approved, *result.waiting]
        known = [self.books.of_batch(card.batch)[number] for number in done]
        self.tell(f"{tap} → {result.approved}, waits {result.waiting}, no {[str(r) for r in result.refused]}")
        self.count("approvals", len(done))
        self.count("approvals that wait for another sign", len(result.waiting))
        self.count("refused numbers", len(result.refused))
        for each in known:
            wrong = against_deciding(self.books, card, tap, each, Verdict.APPROVE, now, done=len(done))
            self.violate([f"{each} was approved by {tap.who} although: {why}" for why in wrong])
        due = [self._due(self.books.of_batch(card.batch)[number], now) for number in tap.approve]
        for each in known:
            each.approvals[tap.who] = Approval(now, max(due) + GOOD_FOR, len(done))
            if each.number in result.approved:
                each.where = Where.WAITING

    def _rejections(self, card: Card, tap: Tap, result: DecisionResult) -> None:
        now = result.now or self.now()
        self.count("rejections", len(result.rejected))
        for number in result.rejected:
            known = self.books.of_batch(card.batch)[number]
            wrong = against_deciding(self.books, card, tap, known, Verdict.REJECT, now, done=0)
            self.violate([f"{known} was rejected by {tap.who} although: {why}" for why in wrong])
            known.approvals.pop(tap.who, None)
            known.rejected = True
            if known.where is Where.WAITING:
                known.where = Where.OVER

    def _due(self, known: Known, now: datetime) -> datetime:
        """When it may go; of what comes after another message, the latest that anybody may think of."""
        if known.after is not None:
            return now + LATEST
        wait = timedelta(0) if known.by_hand else TAKE_BACK
        return self.books.next_day(known.creator, now + wait)


def _drawn(draw: Random, card: Card, *, size: int) -> Tap:
    """Some numbers of a card by somebody, and how they sign."""
    who = card.to if draw.random() < 0.88 else draw.choice(PEOPLE)
    numbers = [number for number in card.wordings if draw.random() < 0.75] or list(card.wordings)
    verdict = draw.random()
    approve = numbers if verdict < 0.7 else numbers[1:] if verdict < 0.8 else []
    reject = [number for number in numbers if number not in approve]
    by_count = draw.random() < (0.15 if len(card.in_full) == len(card.wordings) else 0.7)
    count = (size if draw.random() < 0.85 else size + draw.choice([-1, 1])) if by_count else None
    return Tap(who, tuple(approve), tuple(reject), count, on_page=draw.random() < 0.8)
