"""The rows behind the doors the dispatcher knows: it runs as it is, on these instead of a database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from evals.suites.schedule.rows import WAITING, Books, ticket
from memory.domain.contacts import ContactWeek
from memory.domain.dispatch import BrandDay, Candidate, OpenSend, Queue, ServiceUnit
from memory.domain.ids import CreatorId, SendId, StepId, TenantId
from memory.domain.outage_stores import Backlog
from memory.domain.outreach import STEP_MOVES, Channel, Flag, SendState, SendTicket, StepState
from memory.domain.pausing_stores import Waiting
from memory.domain.zones import home_zone

TENANT = TenantId(1)
_MINUTE = timedelta(minutes=1)


class IllegalMoveError(Exception):
    """A step was moved as no step may be."""


@dataclass(slots=True)
class Dispatch:
    """Satisfies `DispatchStore`."""

    books: Books

    async def queues(self, *, now: datetime) -> list[Queue]:
        """See `DispatchStore.queues`."""
        due = [(queue[0], brand) for brand, queue in self.books.queue.items() if queue and queue[0][0] <= now]
        return [Queue(TENANT, brand) for _, brand in sorted(due)]

    async def shop_zone(self, queue: Queue) -> ZoneInfo:
        """See `DispatchStore.shop_zone`."""
        return self.books.shops[queue.brand].zone

    async def open_brand(self, queue: Queue, *, now: datetime, day_start: datetime) -> BrandDay:
        """See `DispatchStore.open_brand`."""
        shop = self.books.shops[queue.brand]
        today = self.books.sent_since(queue.brand, day_start)
        last = sum(send.claimed_at > now - _MINUTE for send in today)
        return BrandDay(shop.policy, shop.zone, last, len(today))

    async def contacts(
        self, queue: Queue, creators: Sequence[CreatorId], *, since: datetime, channel: Channel | None = None
    ) -> ContactWeek:
        """See `DispatchStore.contacts`; there is one channel."""
        del channel
        met = {
            send.step.person.creator.id
            for send in self.books.sent_since(queue.brand, since)
            if not any(at <= send.claimed_at for at in send.step.person.wrote_at)
        }
        wrote = {one for one in creators if any(step.person.wrote_at for step in self.books.of_person[one])}
        return ContactWeek(len(met), frozenset(creators) - met - wrote)

    async def candidates(self, queue: Queue, *, now: datetime, limit: int) -> list[Candidate]:
        """See `DispatchStore.candidates`."""
        del now
        met: set[CreatorId] = set()
        found = []
        for step in self.books.due(queue.brand, limit=limit):
            creator = step.person.creator.id
            if not step.first or creator not in met:  # of two first messages to one person, one at a time
                found.append(self.books.candidate(step))
            if step.first:
                met.add(creator)
        return found

    async def claim(self, candidate: Candidate, *, now: datetime, lease: timedelta) -> SendTicket:
        """See `DispatchStore.claim`."""
        del now, lease
        step = self.books.steps[candidate.step]
        if step.state not in WAITING:
            raise IllegalMoveError(step.id, step.state)
        return self.books.claim(step)

    async def settle_claim(
        self, candidate: Candidate, to: StepState, *, due_at: datetime | None, look_at: datetime, reason: Flag | None
    ) -> None:
        """See `DispatchStore.settle_claim`."""
        step = self.books.steps[candidate.step]
        if to is not step.state and to not in STEP_MOVES[step.state]:
            raise IllegalMoveError(step.id, step.state, to)
        step.state, step.due_at, step.reason = to, due_at or step.due_at, reason
        self.books.look(step, look_at)


@dataclass(slots=True)
class Ledger:
    """Satisfies `LedgerStore`."""

    books: Books

    async def settle(
        self,
        send: SendId,
        *,
        state: SendState,
        outside_id: str | None = None,
        reason: Flag | None = None,
        retry_at: datetime | None = None,
        rest: timedelta = timedelta(0),
        now: datetime,
    ) -> StepState | None:
        """See `LedgerStore.settle`."""
        del outside_id
        row = self.books.sends[send]
        if row.state not in (SendState.CLAIMED, SendState.UNKNOWN):
            return None
        step, row.state, row.look_at = row.step, state, now + rest
        if state is SendState.ACCEPTED:
            step.state, step.sent_at = StepState.SENT, now
        elif state is SendState.UNKNOWN:
            step.state = StepState.UNKNOWN
        elif retry_at is not None:
            step.state, step.due_at = StepState.PLANNED, retry_at
            self.books.look(step, retry_at)
        else:
            step.state = StepState.FAILED
        step.reason = reason
        return step.state

    async def abandon_expired(self) -> int:
        """Nobody dies here."""
        return 0

    async def unclear(self, *, limit: int) -> list[OpenSend]:
        """See `LedgerStore.unclear`."""
        found = [
            send
            for recent in self.books.recent.values()
            for send in recent
            if send.state is SendState.UNKNOWN and send.look_at is not None and send.look_at <= self.books.now
        ]
        return [OpenSend(ticket(send), TENANT, Channel.PLAYGROUND, send.step.attempts) for send in found[:limit]]

    async def ask_again(self, send: SendId, *, after: timedelta) -> None:
        """See `LedgerStore.ask_again`."""
        self.books.sends[send].look_at = self.books.now + after


@dataclass(slots=True)
class Outages:
    """Satisfies `OutageStore`: `silent` is what the next beat tells."""

    books: Books
    silent: timedelta = timedelta(0)

    async def beat(self, name: str) -> timedelta:
        """See `OutageStore.beat`."""
        del name
        silent, self.silent = self.silent, timedelta(0)
        return silent

    async def backlog(self, *, now: datetime) -> list[Backlog]:
        """See `OutageStore.backlog`."""
        found = []
        for shop in self.books.shops.values():
            late = [
                step
                for step in self.books.steps.values()
                if step.person.brand == shop.brand and step.state is StepState.PLANNED and step.due_at <= now
                and not step.batch.stopped
            ]  # fmt: skip
            found.append(Backlog(TENANT, shop.brand, shop.policy, tuple(waiting(self.books, step.id) for step in late)))
        return found

    async def plan_again(self, backlog: Backlog, due: Mapping[StepId, datetime], *, began_at: datetime) -> None:
        """See `OutageStore.plan_again`."""
        del backlog, began_at
        plan_again(self.books, due)


def waiting(books: Books, step: StepId) -> Waiting:
    """A step that needs a new time."""
    found = books.steps[step]
    facts = found.person.creator.facts
    home = home_zone(facts.zone, facts.market)
    return Waiting(step, found.person.brand, found.due_at, home, facts.market, found.first)


def plan_again(books: Books, due: Mapping[StepId, datetime]) -> None:
    """Give steps new times."""
    for step, at in due.items():
        found = books.steps[step]
        if found.state in WAITING:
            found.state, found.due_at, found.reason = StepState.PLANNED, at, None
            books.look(found, at)


@dataclass(slots=True)
class Doors:
    """Satisfies `Service`; every transaction sees the same rows at the virtual time."""

    books: Books
    outages: Outages
    dispatch: Dispatch
    ledger: Ledger

    @property
    def now(self) -> datetime:
        """The virtual clock."""
        return self.books.now

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ServiceUnit]:
        """See `Service.across_tenants`."""
        del reason
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[ServiceUnit]:
        yield cast(ServiceUnit, self)  # creators' answers are not collected through it


def open_doors(books: Books) -> Doors:
    """Every door of the rows."""
    return Doors(books, Outages(books), Dispatch(books), Ledger(books))
