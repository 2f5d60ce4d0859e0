"""Target collaborations read into our rows: whole, on from where it broke off, and over when they are gone."""

from dataclasses import dataclass
from datetime import timedelta

from agent.shops.invited import CollaborationReading
from agent.shops.sources import SourceSync
from connectors.ports.collaborations import NewCollaboration
from connectors.ports.shops import LinkedShop
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.collaborations import Collaboration, CollaborationStatus
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import Sync, SyncState
from tests.support.heard_shop import HeardShop, heard_shop

READ = ShopSource.COLLABORATIONS


@dataclass
class Reader:
    """The office's shop, and the job that reads its collaborations."""

    shop: HeardShop
    sync: SourceSync

    @staticmethod
    def of(shop: HeardShop) -> "Reader":
        reading = CollaborationReading(shop.platform.collaborations(), shop.platform.name)
        return Reader(shop, SourceSync(shop.office.database, {READ: reading}, shop.hearing.scope_of_tenant))

    async def read(self) -> Sync:
        self.shop.row("update shop_source set due_at = clock_timestamp() - interval '1 day'")
        await self.sync.run(self.shop.link, self.shop.tenant, READ)
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            return (await unit.shop_sources.of(self.shop.link))[READ]

    async def kept(self) -> list[Collaboration]:
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            return await unit.collaborations.all(limit=100)

    async def invite(self, name: str, *handles: str, rate: int = 2_000) -> str:
        own = self.shop.emulator.platform.partner.seller.shops[0]
        own.unlimited = True
        ends = (await self.shop.office.now()) + timedelta(days=90)
        wanted = NewCollaboration(name, ends, {next(iter(own.products)): rate}, handles, gives_sample=True)
        made = await self.shop.platform.collaborations().create(LinkedShop(self.shop.link, own.id), wanted)
        assert made.id is not None
        return made.id


async def test_collaborations_are_read_every_hour_and_what_is_gone_is_over(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Reader.of(shop)
        people = [one.username for one in list(shop.emulator.platform.people.values())[:24]]
        numbers = [await at.invite(f"Number {place}", handle) for place, handle in enumerate(people)]
        shop.plan(FaultKind.CODE, "collaborations/detail", code=36009003, calls=(23, 24, 25, 26))
        broken = await at.read()
        assert (broken.state, broken.found, broken.trouble is not None) == (SyncState.FAILED, 20, True)
        done = await at.read()
        assert (done.state, done.found, done.trouble) == (SyncState.DONE, 24, None)
        assert done.ended_at is not None
        assert done.due_at == done.ended_at + timedelta(hours=1)
        kept = await at.kept()
        assert {one.id for one in kept} == set(numbers)
        assert {one.creators[0].handle for one in kept} == set(people)
        await at.sync.run(shop.link, shop.tenant, READ)  # nothing is due
        shop.emulator.platform.invitations.forget(numbers[0])
        await at.read()
        ended = [one.id for one in await at.kept() if one.status is CollaborationStatus.ENDED]
        assert ended == [numbers[0]]
        async with database.across_tenants("test") as work:
            due = [source for _, source in await work.shop_sources.due(now=work.now)]
            assert due == [ShopSource.SAMPLES, ShopSource.ORDERS, ShopSource.OPEN_PLANS]  # which nobody has read yet
        async with database.unit(shop.office.owner) as unit:
            await unit.shops.disconnect(shop.link)
        assert await at.kept() == []
