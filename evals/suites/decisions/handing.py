"""Rules of sending by hand: texts handed out to members, and what they say came of them."""

from datetime import datetime
from random import Random

from agent.by_hand.claiming import HandedOut, Terms, hand_out
from agent.by_hand.marking import Marked, mark
from evals.suites.decisions.deciding import Deciding
from evals.suites.decisions.nouns import Known, Where
from evals.suites.decisions.promises import against_marking, against_sending, against_setting_out
from memory.domain.by_hand import HandMark
from memory.domain.ids import DraftId
from memory.domain.workspace import Role
from memory.unit_of_work import UnitOfWork

SENDERS = ("operator", "operator", "anna", "ben", "viewer")
LIKELY = {
    Where.GOING: (HandMark.SENT, HandMark.SENT, HandMark.FAILED, HandMark.SKIPPED),
    Where.UNCLEAR: (HandMark.SENT, HandMark.FAILED, HandMark.SKIPPED),
    Where.SENT: (HandMark.UNDONE,),
    Where.FAILED: (HandMark.AGAIN,),
}


class Handing(Deciding):
    """What people send themselves."""

    async def take_texts(self, draw: Random) -> None:
        """One member takes texts, or two take the same at once; by night only who says so. The process may die."""
        texts = self._by_hand()
        if not texts:
            return
        waiting = [known for known in texts if known.where is Where.WAITING]
        texts = waiting if waiting and draw.random() < 0.7 else texts
        some = draw.sample(texts, draw.randint(1, min(3, len(texts))))
        people = draw.sample(["operator", "anna", "ben"], 2) if draw.random() < 0.3 else [draw.choice(SENDERS)]
        night, dies = draw.random() < 0.4, draw.random() < 0.1
        here = [who for who in people if who not in self.books.away]
        await self._taken([known.draft for known in some], here, night=night, dies=dies)

    async def say(self, draw: Random) -> None:
        """A member says what came of a text they have, or of one they have not."""
        taken = [known for known in self._by_hand() if known.where in LIKELY]
        texts = taken if taken and draw.random() < 0.85 else self._by_hand()
        if not texts:
            return
        known = draw.choice(texts)
        said = draw.choice(LIKELY.get(known.where, tuple(HandMark)) if draw.random() < 0.8 else tuple(HandMark))
        holder = known.holder if known.holder and draw.random() < 0.75 else draw.choice(SENDERS)
        if holder not in self.books.away:
            await self._marked(known, said, holder, times=draw.choice([1, 1, 2]))

    async def take_and_send(self, draw: Random) -> None:
        """What people do on most days: approve what is to be sent by hand, take it by day, send it."""
        places = sorted({known.batch for known in self._by_hand()})
        if places:
            await self._sent_by_hand(draw, draw.choice(places))

    def _by_hand(self) -> list[Known]:
        return [known for known in self.books.drafts.values() if known.by_hand]

    async def _sent_by_hand(self, draw: Random, place: int) -> None:
        if any(known.where is Where.OPEN for known in self.books.of_batch(place).values()):
            await self.approved(draw, place, "anna", later=False)
        if not self.books.is_day(self.creators[0], self.now()):
            await self.move_to_hour(13)
        drafts = [known.draft for known in self.books.of_batch(place).values()]
        await self._taken(drafts, ["operator"], night=False, dies=False)
        for known in self.books.of_batch(place).values():
            if known.where is Where.GOING and known.holder == "operator" and draw.random() < 0.6:
                await self._marked(known, HandMark.SENT, "operator", times=1)

    async def _taken(self, drafts: list[DraftId], people: list[str], *, night: bool, dies: bool) -> None:
        terms = Terms(self.messengers, night=night, policy=self.policy)

        async def work(unit: UnitOfWork) -> tuple[HandedOut, datetime]:
            return await hand_out(unit, drafts, terms), unit.now

        handed = await self.at_once(*(self.carried_out(who, work, dies=dies) for who in people))
        for who, done in zip(people, handed, strict=False):
            if done is not None:
                self._in_hand(who, *done, night=night)

    def _in_hand(self, who: str, handed: HandedOut, now: datetime, *, night: bool) -> None:
        """Judge every text that was shown."""
        refused = [(f"{each.step.batch_code}.{each.step.number}", each.why.key) for each in handed.refused]
        self.tell(f"{who} takes {[step.text for step in handed.steps]}{' by night' if night else ''}, not {refused}")
        self.count("texts not handed out", len(handed.refused))
        self.unsure = self.unsure or bool(handed.steps)
        for step in handed.steps:
            known = self.books.drafts[step.draft]
            wrong = against_sending(self.books, known, now, night=night)
            if step.text != known.now.text:
                wrong.append("another wording")
            if not self.books.may(who, Role.OPERATOR, now):
                wrong.append("no role")
            again = known.where is Where.GOING and known.holder == who
            if not again:
                wrong += against_setting_out(self.books, known, now)
                self.books.set_out(known, now, holder=who)
            self.violate([f"{known} was handed to {who} although: {why}" for why in wrong])
            self.count("texts shown again" if again else "texts handed out")
            self.count("texts by night", 0 if self.books.is_day(known.creator, now) else 1)

    async def _marked(self, known: Known, said: HandMark, who: str, *, times: int) -> None:
        async def work(unit: UnitOfWork) -> tuple[Marked, datetime]:
            return await mark(unit, [known.draft], said), unit.now

        for done in await self.at_once(*(self.carried_out(who, work) for _ in range(times))):
            if done is not None and done[0].done:
                self._carried(known, said, who, done[1])
                self.unsure = True

    def _carried(self, known: Known, said: HandMark, who: str, now: datetime) -> None:
        wrong = against_marking(self.books, known, said, who, now)
        self.violate([f"{known} was marked {said} by {who} although: {why}" for why in wrong])
        self.tell(f"{who} says of {known}: {said}")
        self.count(f"marked {said}")
        match said:
            case HandMark.SENT:
                known.where = Where.SENT
            case HandMark.FAILED:  # of an unclear one: it never went, so it is offered anew
                anew = known.where is Where.UNCLEAR
                self.books.came_back(known, Where.WAITING if anew else Where.FAILED)
            case HandMark.SKIPPED:
                if known.where is Where.GOING:
                    self.books.came_back(known, Where.OVER)
                known.where = Where.OVER  # an unclear one may have gone for all that is known
            case HandMark.AGAIN:
                known.where = Where.WAITING
            case HandMark.UNDONE:
                known.where = Where.UNCLEAR
