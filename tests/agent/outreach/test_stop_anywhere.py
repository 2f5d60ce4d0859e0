"""A stop at every place of a small schedule, before each of its transactions and beside it: no claim comes after."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import pytest

from agent.approval.pausing import Stopped, stop_now
from agent.approval.policy import POLICY
from agent.outreach.guards import Moment, objection
from agent.outreach.send import LEASE
from evals.benchmarks.stop import run
from evals.suites.selling_office import SellingOffice
from memory.domain.outreach import Batch, SendState, SendTicket
from memory.domain.workspace import BrandPolicy

How = Literal["before", "beside, stop first", "beside, stop second"]


@dataclass(slots=True)
class Schedule:
    """Decide, claim, settle, twice over; every operation is one transaction."""

    shop: SellingOffice
    batch: Batch
    claimed: list[SendTicket] = field(default_factory=list)
    settled: int = 0

    @property
    def operations(self) -> list[Callable[[], Awaitable[None]]]:
        """In their order."""
        return [
            lambda: self.approve(1, 2),
            self.claim,
            self.settle,
            lambda: self.approve(3, 4),
            self.claim,
            self.settle,
        ]

    async def approve(self, *numbers: int) -> None:
        """A member approves two drafts of a card."""
        shown = await self.shop.show(self.batch, self.shop.anna)
        await self.shop.decide(shown, self.shop.anna, approve=numbers)

    async def claim(self) -> None:
        """A dispatcher claims one due message, if nothing is against it."""
        async with self.shop.database.across_tenants("claim one") as unit:
            for queue in await unit.dispatch.queues(now=unit.now):
                moment = Moment(unit.now, BrandPolicy(), self.shop.messengers, POLICY)
                for candidate in await unit.dispatch.candidates(queue, now=unit.now, limit=1):
                    if objection(candidate, moment) is None:
                        self.claimed.append(await unit.dispatch.claim(candidate, now=unit.now, lease=LEASE))

    async def settle(self) -> None:
        """The platform accepted what is under way."""
        while self.settled < len(self.claimed):
            async with self.shop.database.across_tenants("settle one") as unit:
                await unit.ledger.settle(self.claimed[self.settled].send, state=SendState.ACCEPTED, now=unit.now)
            self.settled += 1

    async def stop(self) -> Stopped:
        """Anybody says stop; the transaction is committed when this returns."""
        async with self.shop.database.unit(self.shop.viewer) as unit:
            return await stop_now(unit, self.batch.code)


@pytest.mark.parametrize("how", ["before", "beside, stop first", "beside, stop second"])
async def test_nothing_is_claimed_after_a_stop_wherever_it_comes(shop: SellingOffice, how: How) -> None:
    creators = await shop.creators(4)
    for place in range(6):
        batch = await shop.draft(creators)
        schedule = Schedule(shop, batch)
        operations = schedule.operations
        for operation in operations[:place]:
            await operation()
        settled_before = schedule.settled
        if how == "before":
            stopped = await schedule.stop()
            await operations[place]()
        elif how == "beside, stop first":
            stopped, _ = await asyncio.gather(schedule.stop(), operations[place]())
        else:
            _, stopped = await asyncio.gather(operations[place](), schedule.stop())
        claimed_by_then = len(schedule.claimed)
        if place not in (2, 5):  # a settlement beside it may come first
            assert stopped.in_flight == claimed_by_then - settled_before, (place, how)
        for operation in operations[place + 1 :]:
            await operation()
        await schedule.claim()
        assert len(schedule.claimed) == claimed_by_then, (place, how)
        assert (await shop.dispatch()).claimed == 0
        await schedule.settle()
        shown = await shop.show(batch, shop.ben)
        await shop.decide(shown, shop.ben, reject=[1, 2, 3, 4])  # its creators are free for the next place


@pytest.mark.timeout(240)
async def test_a_stop_is_acknowledged_within_a_second(database_url: str) -> None:
    late: list[str] = []
    for _ in range(2):  # beside other tests a breath may be held; `daren bench stop` is what measures
        card = await run(60, 3, url=database_url)
        assert {line.metric: line.ok for line in card.lines if line.bound}["claimed after a stop"]
        late = [line.metric for line in card.lines if not line.ok]
        if not late:
            break
    assert late == []
