"""Where a history happens: one tenant on a real database, a clock that only moves forward, and a record of it all."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from connectors.by_hand.messenger import ByHandMessenger
from connectors.ports.platforms import Messenger
from evals.suites.decisions.books import Books
from evals.suites.decisions.nouns import Known, Where
from evals.suites.decisions.platform import CheckedMessenger, Killed
from evals.suites.decisions.promises import against_sending, against_setting_out
from evals.suites.selling_office import SOURCE, SellingOffice, open_office
from memory.database import Database
from memory.domain.clock import SystemClock
from memory.domain.creator import CreatorFacts
from memory.domain.errors import AppError
from memory.domain.ids import CreatorId, ProductId
from memory.domain.money import Money
from memory.domain.outreach import SendTicket, StepState
from memory.domain.workspace import BrandPolicy, Scope
from memory.unit_of_work import UnitOfWork

T = TypeVar("T")
PEOPLE = ("owner", "lead", "anna", "ben", "operator", "viewer")
CLOCK = SystemClock()
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/London")


class Stage:
    """What every group of acts stands on. `first_batch`: how many drafts the first batch of the history has."""

    office: SellingOffice
    books: Books
    messenger: CheckedMessenger
    creators: list[CreatorId]
    product: ProductId

    def __init__(self, database: Database, *, first_batch: int) -> None:
        self.database = database
        self.first_batch = first_batch
        self.tally: Counter[str] = Counter()
        self.violations: list[str] = []
        self.told: list[str] = []
        self.moved = timedelta(0)
        self.steps = 0
        self.unsure = False  # whether rows changed since they were compared with the books

    # ---- time, people, transactions

    def now(self) -> datetime:
        """The workspace's present moment: the machine's clock, which the database shares, and what it was moved."""
        return CLOCK.now() + self.moved

    async def move(self, by: timedelta) -> None:
        """Move the demo clock forward."""
        async with self.database.across_tenants("eval clock") as unit:
            workspace = await unit.accounts.move_clock(by_seconds=int(by.total_seconds()) + 1)
        self.moved = timedelta(seconds=workspace.clock_offset_seconds)

    async def move_to_hour(self, hour: int) -> None:
        """Move the clock to the next time it is this hour in New York."""
        local = self.now().astimezone(ZoneInfo(ZONES[0]))
        wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        if wanted <= local:
            wanted = (wanted + timedelta(days=1)).replace(tzinfo=wanted.tzinfo)
        await self.move(wanted.astimezone(UTC) - self.now())

    def scope(self, who: str) -> Scope:
        """A member as their session makes them: with the role they have now, of the one brand."""
        scope: Scope = getattr(self.office, who)
        role = self.books.role(who, self.now()) if who in self.books.roles else None
        return replace(scope, brand=self.office.brand, role=role or scope.role)

    @property
    def messengers(self) -> tuple[Messenger, ...]:
        """Who can deliver."""
        return (self.messenger, ByHandMessenger())

    async def carried_out(
        self, who: str, work: Callable[[UnitOfWork], Awaitable[T]], *, dies: bool = False
    ) -> T | None:
        """One transaction of a member's; None: it was refused, or its process died before the end."""
        with suppress(AppError, Killed):
            async with self.database.unit(self.scope(who)) as unit:
                done = await work(unit)
                if dies:
                    raise Killed
            return done
        self.count("kills" if dies else "refusals")
        return None

    async def at_once(self, *works: Coroutine[Any, Any, T]) -> list[T]:
        """Several things at the same moment; whatever breaks is a violation."""
        done: list[T] = []
        for result in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(result, BaseException):
                self.violate([f"broke: {result!r}"])
            else:
                done.append(result)
        return done

    def waiting(self) -> list[Known]:
        """Messages that were approved and are not on their way."""
        return [known for known in self.books.drafts.values() if known.where is Where.WAITING]

    # ---- what is remembered

    def tell(self, line: str) -> None:
        """A line of the history."""
        self.told.append(f"{self.now():%d %b %H:%M:%S} {line}")

    def count(self, what: str, many: int = 1) -> None:
        """So often it happened, in all histories."""
        self.tally[what] += many

    def violate(self, why: Sequence[str]) -> None:
        """Something happened that must not."""
        self.violations += why
        for line in why:
            self.tell(f"!! {line}")

    # ---- what the platform hears

    def arrived(self, ticket: SendTicket, now: datetime) -> Known | None:
        """Judge one message at the moment the platform is handed it."""
        known = self.books.by_text(ticket.creator, ticket.text)
        if known is None:
            self.violate([f"a wording nobody made: {ticket.text}"])
            return None
        wrong = [*against_sending(self.books, known, now), *against_setting_out(self.books, known, now)]
        self.violate([f"{known} arrived although: {why}" for why in wrong])
        self.books.set_out(known, now)
        return known

    def ended(self, known: Known, where: Where) -> None:
        """What became of it."""
        self.unsure = True
        self.tell(f"{known} {known.now.text!r}: {where}")
        if where in (Where.WAITING, Where.FAILED):
            self.books.came_back(known, where)
            self.count("messages the platform refused")
            return
        known.where = where
        self.count("messages arrived" if where is Where.SENT else "calls")

    # ---- beginning and end

    async def raise_curtain(self, rng: Random) -> None:
        """A tenant with people, creators in three zones, a product and a policy."""
        self.office = await open_office(self.database)
        self.messenger = CheckedMessenger(check=self.arrived, ended=self.ended, brand=self.office.brand)
        self.office.messenger = self.messenger
        roles = {name: getattr(self.office, name).role for name in PEOPLE}
        policy = BrandPolicy(
            sends_per_minute=rng.choice([1, 2, 10]), sends_per_day=rng.choice([200, 200, 200, 4]),
            batch_ceiling=200 if self.first_batch > 20 else rng.choice([20, 20, 1]), night_by_hand=rng.random() < 0.3,
            own_drafts_approvable=rng.random() < 0.7, commission_ceiling_bp=rng.choice([10_000, 10_000, 1_500]),
            fee_ceiling_minor=rng.choice([None, 5_000]), sample_ceiling_minor=rng.choice([None, 2_000]),
        )  # fmt: skip
        self.books = Books(roles, policy, two=rng.random() < 0.25)
        async with self.database.unit(self.office.owner) as unit:
            handles = [f"creator{number:03d}" for number in range(max(3, self.first_batch))]
            facts = [
                CreatorFacts(handle=handle, name=handle, market="US", zone=ZONES[place % 3])
                for place, handle in enumerate(handles)
            ]
            await unit.creators.upsert(facts, source=SOURCE, as_of=unit.now)
            found = await unit.creators.by_handles(handles)
            self.creators = [found[handle].id for handle in handles]
            self.books.zones = {creator: ZoneInfo(ZONES[place % 3]) for place, creator in enumerate(self.creators)}
            await unit.people.save_policy(self.office.brand, policy)
            price = Money(self.books.price)
            self.product = (await unit.products.save(None, {"name": "Mat", "price": price}, brand=self.office.brand)).id
        self.moved = timedelta(0)
        await self.move(timedelta(0))
        await self.move_to_hour(rng.choice([10, 12, 13]))
        self.tell(f"{policy}, two sign: {self.books.two}")

    async def lower_curtain(self) -> None:
        """What still waits will never be looked at by the histories after this one."""
        async with self.database.unit(self.office.owner) as unit:
            for step in (await unit.steps.of_drafts(list(self.books.drafts))).values():
                if step.state in (StepState.PLANNED, StepState.HELD):
                    await unit.steps.move(step.id, StepState.STOPPED)
