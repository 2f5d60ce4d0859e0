from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from agent.approval.seen import Sealed
from agent.by_hand.claiming import HandedOut, Terms, hand_out
from agent.by_hand.desk import HandDesk, hand_desk
from agent.by_hand.listing import listing
from agent.by_hand.marking import Marked, mark
from connectors.by_hand.messenger import ByHandMessenger
from connectors.ports.platforms import Messenger
from evals.suites.selling_office import SellingOffice, content, open_office
from memory.database import Database
from memory.domain.by_hand import HandItem, HandMark, HandPlace
from memory.domain.creator import CreatorFacts
from memory.domain.ids import CreatorId, DraftId
from memory.domain.outreach import Batch, Channel, NewDraft, Purpose
from memory.domain.workspace import BrandPolicy, Scope
from prompts.render import texts

OPEN_HANDED = BrandPolicy(sends_per_minute=1000, sends_per_day=1000, batch_ceiling=200)


@dataclass
class HandShop:
    """A shop whose messages people send; it is noon in New York."""

    office: SellingOffice
    messengers: tuple[Messenger, ...] = (ByHandMessenger(),)
    _made: int = field(default=0)

    @property
    def desk(self) -> HandDesk:
        return hand_desk(self.office.database, texts(), self.messengers)

    async def approved(self, count: int, *, zone: str | None = None, creators: Sequence[CreatorId] = ()) -> Batch:
        """Messages to new creators with profiles, or to others, approved by Anna."""
        self._made += 1
        handles = [f"hand{self._made}_{number}" for number in range(1, count + 1)]
        office = self.office
        async with office.database.unit(office.owner) as unit:
            facts = [
                CreatorFacts(handle=one, market="US", zone=zone, profile_url=f"https://tiktok.example.com/@{one}")
                for one in handles
            ]
            await unit.creators.upsert(facts, source="file", as_of=unit.now)
            found = await unit.creators.by_handles(handles)
            wanted = [*creators, *(found[one].id for one in handles)]
        async with office.database.unit(office.operator) as unit:
            batch = await unit.drafts.add_batch(
                [
                    NewDraft(one, content(f"Hi hand{self._made}_{number}"), ())
                    for number, one in enumerate(wanted, start=1)
                ],
                brand=office.brand,
                conversation=None,
                purpose=Purpose.INVITE,
                channel=Channel.BY_HAND,
                product=None,
                decide_by=unit.now + timedelta(hours=72),
                fence=None,
            )
        office.messenger.channel = Channel.BY_HAND
        shown = await office.show(batch, office.anna)
        numbers = [draft.number for draft in batch.drafts]
        await office.decide(shown, office.anna, approve=numbers, sealed=Sealed(len(numbers)))
        return batch

    async def items(self, scope: Scope | None = None) -> list[HandItem]:
        who = scope or self.office.operator
        async with self.office.database.unit(who) as unit:
            return await listing(unit, self.messengers)

    async def places(self, scope: Scope | None = None) -> list[HandPlace]:
        found = await self.items(scope)
        return [item.place for item in sorted(found, key=lambda item: (item.of.batch_code, item.of.number))]

    async def take(self, drafts: list[DraftId], *, by: Scope | None = None, night: bool = False) -> HandedOut:
        terms = replace(Terms(self.messengers), night=night)
        async with self.office.database.unit(by or self.office.operator) as unit:
            return await hand_out(unit, drafts, terms)

    async def mark(self, drafts: list[DraftId], said: HandMark, *, by: Scope | None = None) -> Marked:
        async with self.office.database.unit(by or self.office.operator) as unit:
            return await mark(unit, drafts, said)

    async def forget(self) -> int:
        """The service's look at claims that ran out."""
        async with self.office.database.across_tenants("test") as unit:
            return await unit.ledger.abandon_expired()


@pytest.fixture
async def shop(database: Database) -> HandShop:
    office = await open_office(database)
    await office.move_to_hour(12)
    await office.save_policy(OPEN_HANDED)
    return HandShop(office)
