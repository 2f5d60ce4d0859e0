"""Rules of sending: dispatchers over a platform that has its moods, hours that pass, downtime, deaths and restarts."""

from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from agent.outreach.dispatch import dispatch_due
from agent.outreach.downtime import after_downtime
from agent.outreach.reconcile import reconcile
from evals.suites.decisions.books import UNTOUCHED
from evals.suites.decisions.deciding import Deciding
from evals.suites.decisions.drafting import Drafting
from evals.suites.decisions.nouns import Where
from evals.suites.decisions.pausing import Pausing
from evals.suites.decisions.stage import PEOPLE
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import DraftId

HOURS = (1, 5, 11, 24, 24 * 4, 24 * 9, 24 * 31)


class Sending(Deciding, Drafting, Pausing):
    """What machines do, and what happens to them."""

    async def dispatch(self, draw: Random) -> None:
        """What is due is sent, by one dispatcher or two, whatever the platform says and whoever dies."""
        await self._moody(draw, fails=draw.random() < 0.35, dispatchers=draw.choice([1, 1, 2]))

    async def meanwhile(self, draw: Random) -> None:
        """Somebody stops, withdraws, rejects or edits at the very moment at which the dispatcher works."""
        self.count("races with a dispatcher")
        await self._raced(draw)

    async def it_is(self, draw: Random) -> None:
        """Another hour of the creators' day; then the dispatcher looks."""
        await self.move_to_hour(draw.choice([13, 13, 13, 10, 19, 23, 3]))
        self.tell("another hour")
        await self._dispatched(draw, dispatchers=1)

    async def time_passes(self, draw: Random) -> None:
        """The clock is moved forward."""
        hours = draw.choice(HOURS)
        await self.move(timedelta(hours=hours))
        self.tell(f"{hours} hours pass")
        self.count("jumps of the clock")

    async def restart(self, draw: Random) -> None:
        """Leases of dead processes end; what is unclear is asked about, texts left untouched are unclear now."""
        del draw
        await self._restarted()

    async def nothing_runs(self, draw: Random) -> None:
        """No dispatcher for some hours; then one starts, which plans anew what was missed."""
        await self._down(timedelta(hours=draw.choice([2, 9, 30])))
        await self._dispatched(draw, dispatchers=1)

    async def _moody(self, draw: Random, *, fails: bool, dispatchers: int) -> None:
        """A platform that may fail, and a process that may die over it."""
        failure = draw.choice([Unavailable, Refused, Unclear, Unclear])
        self.messenger.script = {f"creator{place:03d}": [failure()] for place in range(3)} if fails else {}
        self.messenger.swallows = draw.random() < 0.5
        self.messenger.killed = draw.choice(["", "", "", "before", "after"])
        await self._dispatched(draw, dispatchers=dispatchers)
        self.messenger.script, self.messenger.killed = {}, ""

    async def _dispatched(self, draw: Random, *, dispatchers: int) -> None:
        del draw
        self.tell(f"{dispatchers} dispatch {self.messenger.killed} {self.messenger.script}")
        self.count("dispatches")
        await self.at_once(*(self._once() for _ in range(dispatchers)))

    async def _once(self) -> None:
        with suppress(BaseExceptionGroup):  # Killed, by now in a group
            await dispatch_due(self.database, self.messengers, policy=self.policy)
            return
        self.count("kills")

    async def _raced(self, draw: Random) -> None:
        place = draw.randrange(len(self.books.stacks))
        known = draw.choice(list(self.books.of_batch(place).values()))
        what = draw.choice(["stop", "stop", "withdraw", "edit"])
        self.tell(f"a dispatcher works while somebody does this: {what}")
        other: Coroutine[Any, Any, None]
        if what == "stop":
            other = self.stopped(place if draw.random() < 0.7 else None, draw.choice(PEOPLE))
        elif what == "withdraw":
            other = self.withdrawn(place, [known.number], draw.choice(["anna", "lead"]))
        else:
            other = self.edited(draw, known, "operator")
        works = [self._once(), other]
        draw.shuffle(works)
        await self.at_once(*works)
        self.unsure = True

    async def _restarted(self) -> None:
        async with self.database.across_tenants("a restart") as unit:
            await unit.ledger.rest_no_longer()
        await reconcile(self.database, self.messengers)
        now = self.now()
        accepted = {ticket.text for ticket in self.messenger.received}
        for known in self.books.drafts.values():
            if (
                known.by_hand
                and known.where is Where.GOING
                and known.held_since
                and known.held_since <= now - UNTOUCHED
            ):
                known.where = Where.UNCLEAR
                self.unsure = True
                self.count("texts left untouched")
            elif not known.by_hand and known.where is Where.UNCLEAR:
                self._settled(known.now.text in accepted, known.draft)
        self.tell("restart")
        self.count("restarts")

    def _settled(self, went: bool, draft: int) -> None:  # noqa: FBT001  # what the platform says
        known = next(each for each in self.books.drafts.values() if each.draft == draft)
        self.count("unclear calls settled")
        self.unsure = True
        if went:
            known.where = Where.SENT
            self.count("messages arrived")
        else:
            self.books.came_back(known, Where.WAITING)

    async def _down(self, hours: timedelta) -> None:
        before = await self.due()
        await self.move(hours)
        began = self.now()
        count = await after_downtime(self.database, gap=timedelta(0))
        self.tell(f"nothing runs for {hours}; {count} planned anew")
        self.count("times of downtime")
        after = await self.due()
        late = {
            draft: moment
            for draft, moment in after.items()
            if before.get(draft, began) <= began and not self.books.is_stopped(self.books.drafts[draft], began)
        }
        pace = Counter(moment for moment in late.values() if moment >= began)
        wrong = {
            "for a time that has passed": any(at < began for at in late.values()),
            "at night": any(not self.books.is_day(self.books.drafts[draft].creator, at) for draft, at in late.items()),
            "in a burst": any(count > self.books.policy.sends_per_minute for count in pace.values()),
        }
        self.violate([f"planned anew {why}: {late}" for why, is_so in wrong.items() if is_so])

    async def due(self) -> dict[DraftId, datetime]:
        """When each planned message goes."""
        async with self.database.unit(self.office.owner) as unit:
            drafts = [draft for batch in await unit.drafts.batches() for draft in batch.drafts]
        return {draft.id: draft.due_at for draft in drafts if draft.due_at is not None}
