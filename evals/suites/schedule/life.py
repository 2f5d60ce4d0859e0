"""A year of it: approvals, answers, opt-outs, blocks, stops and machines that are off, on a virtual clock.

What decides is the product's own: `dispatch_due` with its guards and limits, `reconcile`, `after_downtime`,
`plan_anew`, `next_open`.
"""

import heapq
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from agent.approval.recording import STAYS_VALID
from agent.outreach.dispatch import dispatch_due
from agent.outreach.downtime import after_downtime
from agent.outreach.forecast import MAY_BE_TAKEN_BACK
from agent.outreach.pacing import plan_anew
from agent.outreach.reconcile import reconcile
from agent.outreach.windows import hours_of, next_open
from evals.suites.schedule.people import Person, Shop, people, shops
from evals.suites.schedule.platform import Arrived, Platform
from evals.suites.schedule.rows import WAITING, Batch, Books, Step, follow_up
from evals.suites.schedule.stores import Doors, open_doors, plan_again, waiting
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import StepState
from memory.domain.zones import home_zone

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_ROUNDS: Final = (3, 7)  # days after the message before
_ANSWERS, _OPTS_OUT, _OPTS_OUT_ELSEWHERE = 0.25, 0.15, 0.03  # the second is a share of the first
_MISTAKES, _STOPS, _BLOCKS = 0.1, 0.1, 0.1  # of a brand's mornings
_PATIENCE_WEEKS: Final = 1  # nobody approves more while so much waits for its turn
_OFF: Final = timedelta(hours=9)
_HAPPENS = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something forbids sending: who or what, from when on, and until when (None: for good)."""

    what: object
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class Diary:
    """What people did, for the judge, who trusts nothing else."""

    answers: dict[CreatorId, list[datetime]] = field(default_factory=dict)
    opt_outs: dict[CreatorId, datetime] = field(default_factory=dict)
    blocks: list[Span] = field(default_factory=list)
    stops: list[Span] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Year:
    """The world and its clock. `run` lives through it; afterwards `platform.arrived` and `diary` say what was."""

    seed: int
    days: int
    shops: tuple[Shop, ...]
    people: list[Person]
    books: Books
    platform: Platform
    doors: Doors
    diary: Diary = field(default_factory=Diary)
    _draw: Random = field(default_factory=Random)
    _order: "count[int]" = field(default_factory=count)
    _plans: list[tuple[datetime, int, _HAPPENS]] = field(default_factory=list)
    _fresh: dict[BrandId, list[Person]] = field(default_factory=dict)
    _batches: dict[BrandId, list[Batch]] = field(default_factory=dict)
    _heard: int = 0
    _off_until: datetime = _LONG_AGO

    async def run(self) -> None:
        """Live through every day."""
        for person in self._draw.sample(self.people, len(self.people)):
            self._fresh.setdefault(person.brand, []).append(person)
        began = self.books.now
        for day in range(self.days):
            self._at(began + timedelta(days=day, hours=2), self._morning)  # ten o'clock in Shanghai
        for day in range(20, self.days, 30):
            self._at(began + timedelta(days=day, hours=12, minutes=30), self._machine_off)
        end = began + timedelta(days=self.days)
        while (moment := self._next()) is not None and moment < end:
            self.books.now = moment
            while self._plans and self._plans[0][0] <= moment:
                await heapq.heappop(self._plans)[2]()
            if moment >= self._off_until:
                await self._send()

    def _next(self) -> datetime | None:
        """The next whole minute at which something is due; none twice."""
        looks = self.books.next_look()
        plans = self._plans[0][0] if self._plans else None
        due = min((at for at in (looks, plans) if at is not None), default=None)
        if due is None:
            return None
        if due == looks and due < self._off_until:
            due = min(self._off_until, plans) if plans else self._off_until
        whole = due.replace(second=0, microsecond=0)
        return max(whole if whole >= due else whole + _MINUTE, self.books.now + _MINUTE)

    def _at(self, moment: datetime, happens: _HAPPENS) -> None:
        heapq.heappush(self._plans, (moment, next(self._order), happens))

    async def _send(self) -> None:
        report = await dispatch_due(self.doors, [self.platform])
        self.diary.tally.update({"looks that held": report.held, "put off": report.later, "stopped": report.stopped})
        if report.ends[StepState.UNKNOWN]:
            self._at(self.books.now + timedelta(minutes=2), self._reconcile)
        for arrived in self.platform.arrived[self._heard :]:
            self._listen(arrived)
        self._heard = len(self.platform.arrived)

    async def _reconcile(self) -> None:
        self.diary.tally["unclear ends found out"] += 1
        await reconcile(self.doors, [self.platform])

    # What the team does

    async def _morning(self) -> None:
        """Each brand approves some first messages and what follows them; it looks again at what ran out."""
        if self.books.now.astimezone(UTC).weekday() > 4:
            return
        for shop in self.shops:
            fresh = self._fresh.get(shop.brand, [])
            per_day = -(-len(self.people) // len(self.shops) // max(self.days * 5 // 7 - 5, 1))
            if self._waits(shop) >= _PATIENCE_WEEKS * (shop.policy.contacts_per_week or len(self.people)):
                per_day = 0
            chosen, self._fresh[shop.brand] = fresh[:per_day], fresh[per_day:]
            if chosen:
                self._approve(shop, chosen)
            await self._meddle(shop)
        self._approve_again()

    def _invite_again(self, shop: Shop, person: Person) -> None:
        """By mistake, in another batch; a few days later somebody sees it."""
        again = self._approve(shop, [person])
        self.diary.tally["invited again by mistake"] += 1

        async def notice() -> None:
            for step in again.steps:
                if step.state in WAITING:
                    step.state = StepState.STOPPED

        self._at(self.books.now + timedelta(hours=self._draw.randint(24, 72)), notice)

    def _waits(self, shop: Shop) -> int:
        """First messages that were due before today, and still wait."""
        steps = (step for batch in self._batches.get(shop.brand, []) for step in batch.steps)
        late = self.books.now - timedelta(days=1)
        return sum(step.first and step.state in WAITING and step.batch.approved_at < late for step in steps)

    def _approve(self, shop: Shop, chosen: list[Person]) -> Batch:
        batches = self._batches.setdefault(shop.brand, [])
        batch = Batch(f"B{shop.brand}-{len(batches)}", shop.brand, self.books.now)
        batches.append(batch)
        self.diary.tally["batches"] += 1
        for person in chosen:
            self._plan(shop, batch, person, self.books.now + MAY_BE_TAKEN_BACK, None, 0)
        return batch

    def _plan(
        self, shop: Shop, batch: Batch, person: Person, earliest: datetime, after: Step | None, round_: int
    ) -> None:
        facts = person.creator.facts
        home = home_zone(facts.zone, facts.market)
        due = next_open(earliest, home.zone, hours_of(shop.policy, facts.market, first=after is None))
        follow = follow_up(after, round_=round_, days=_ROUNDS[round_ - 1]) if after is not None else None
        step = self.books.plan(batch, person, due, valid=STAYS_VALID + timedelta(days=sum(_ROUNDS)), follow=follow)
        self.diary.tally["messages approved"] += 1
        if round_ < len(_ROUNDS):
            self._plan(shop, batch, person, due + timedelta(days=_ROUNDS[round_]), step, round_ + 1)

    def _approve_again(self) -> None:
        """An approval that ran out while a message waited for its turn is given anew."""
        for batches in self._batches.values():
            for batch in batches:
                for step in batch.steps:
                    if step.reason is not None and step.reason.key == "approval_expired" and step.state in WAITING:
                        self.diary.tally["approvals given anew"] += 1
                        step.valid_until = self.books.now + STAYS_VALID
                        plan_again(self.books, {step.id: self.books.now})

    async def _meddle(self, shop: Shop) -> None:
        """Now and then a batch is stopped for some hours, a creator blocked for a day or two, or invited again."""
        batches = self._batches.get(shop.brand, [])
        if batches and self._draw.random() < _STOPS:
            self._stop_soon(self._draw.choice(batches[-4:]))
        if batches and self._draw.random() < _MISTAKES:
            self._invite_again(shop, self._draw.choice(self._draw.choice(batches[-20:]).steps).person)
        if batches and self._draw.random() < _BLOCKS:
            self._block(self._draw.choice(self._draw.choice(batches[-3:]).steps).person)

    def _stop_soon(self, batch: Batch) -> None:
        async def stop() -> None:
            self._stop(batch)

        self._at(self.books.now + timedelta(hours=self._draw.randint(0, 20)), stop)

    def _stop(self, batch: Batch) -> None:
        if batch.stopped:
            return
        batch.stopped, began = True, self.books.now
        until = began + timedelta(hours=self._draw.randint(4, 12))
        self.diary.stops.append(Span(batch.code, began, until))
        self.diary.tally["stops"] += 1

        async def resume() -> None:
            batch.stopped = False
            again = [
                waiting(self.books, step.id)
                for step in batch.steps
                if step.state is StepState.PLANNED or (step.reason is not None and step.reason.key == "batch_stopped")
            ]
            plan_again(self.books, plan_anew(again, self.books.shops[batch.brand].policy, now=self.books.now))

        self._at(until, resume)

    def _block(self, person: Person) -> None:
        if person.blocked:
            return
        person.blocked, began = True, self.books.now
        until = began + timedelta(hours=self._draw.randint(20, 60))
        self.diary.blocks.append(Span(person.creator.id, began, until))
        self.diary.tally["blocks"] += 1

        async def unblock() -> None:
            person.blocked = False

        self._at(until, unblock)

    async def _machine_off(self) -> None:
        """Nothing runs for some hours; then what was due is planned anew."""
        self._off_until = self.books.now + _OFF
        self.diary.tally["times off"] += 1

        async def again() -> None:
            self.doors.outages.silent = _OFF
            self.diary.tally["planned anew after it"] += await after_downtime(self.doors)

        self._at(self._off_until, again)

    # What creators do

    def _listen(self, arrived: Arrived) -> None:
        """Some write back; what they were to get besides is stopped a while later, and must not go before that."""
        person, luck = self.people[arrived.creator - 1], self._draw.random()
        if luck >= 1 - _OPTS_OUT_ELSEWHERE:
            self._opts_out_elsewhere(person)
        if luck >= _ANSWERS:
            return
        opts_out = self._draw.random() < _OPTS_OUT

        async def answer() -> None:
            person.wrote_at.append(self.books.now)
            self.diary.answers.setdefault(person.creator.id, []).append(self.books.now)
            self.diary.tally["answers"] += 1
            if opts_out:
                person.opted_out = True
                self.diary.opt_outs.setdefault(person.creator.id, self.books.now)
            later = self._draw.randint(5, 300 if opts_out else 5_000)
            self._at(self.books.now + timedelta(minutes=later), tidy)

        async def tidy() -> None:
            for step in self.books.of_person[person.creator.id]:
                if step.state in WAITING and (opts_out or not step.first):
                    step.state = StepState.STOPPED

        self._at(self.books.now + timedelta(minutes=self._draw.randint(10, 7_000)), answer)

    def _opts_out_elsewhere(self, person: Person) -> None:
        """They tell another brand of the house; nobody here hears a word."""

        async def opt_out() -> None:
            person.opted_out = True
            self.diary.opt_outs.setdefault(person.creator.id, self.books.now)
            self.diary.tally["opt-outs elsewhere"] += 1
            self._at(self.books.now + timedelta(days=self._draw.randint(1, 8)), tidy)

        async def tidy() -> None:
            for step in self.books.of_person[person.creator.id]:
                if step.state in WAITING:
                    step.state = StepState.STOPPED

        self._at(self.books.now + timedelta(minutes=self._draw.randint(10, 7_000)), opt_out)


def open_year(creators: int, days: int, seed: int, *, began: datetime) -> Year:
    """A world of so many creators at its beginning. The same seed makes the same year."""
    own = shops(creators, days)
    everybody = people(creators, Random(f"{seed}/people"), brands=len(own), since=began)
    books = Books({shop.brand: shop for shop in own}, began)
    platform = Platform(Random(f"{seed}/platform"))
    return Year(seed, days, own, everybody, books, platform, open_doors(books), _draw=Random(f"{seed}/year"))
