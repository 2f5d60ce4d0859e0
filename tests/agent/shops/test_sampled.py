"""Sample applications of the platform in our samples: read or told, forward only, late and twice the same."""

from dataclasses import dataclass

import httpx

from agent.imports import Imports
from agent.shops.sampled import SampleReading
from agent.shops.sources import SourceSync
from connectors.files.reader import FileReader
from evals.emulators.tiktok_shop.applications import Application
from evals.emulators.tiktok_shop.webhooks import signature
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.creator import CreatorFacts
from memory.domain.sample import Sample, SampleStatus
from memory.domain.shop_sources import ShopSource
from prompts.render import texts
from tests.support.heard_shop import HeardShop, heard_shop

READ = ShopSource.SAMPLES


@dataclass
class Asked:
    """The office's shop, whose creators ask for samples."""

    shop: HeardShop
    sync: SourceSync

    @staticmethod
    def of(shop: HeardShop) -> "Asked":
        reading = SampleReading(shop.platform.samples(), shop.platform.name)
        return Asked(shop, SourceSync(shop.office.database, {READ: reading}, shop.hearing.scope_of_tenant))

    def ask(self, nth: int = 0) -> Application:
        emulated = self.shop.emulator.platform
        own = emulated.partner.seller.shops[0]
        return emulated.applications.ask(own, list(emulated.people.values())[nth], next(iter(own.products)))

    def step(self, one: Application, *deeds: str) -> None:
        applications = self.shop.emulator.platform.applications
        for deed in deeds:
            if deed == "approve":
                applications.move(one, "AWAITING_SHIPMENT")
            elif deed == "reject":
                applications.move(one, "REJECT_CANCELLED")
            else:
                applications.step(one, deed, tracking="1Z999")

    async def read(self) -> None:
        self.shop.row("update shop_source set due_at = clock_timestamp() - interval '1 day'")
        await self.sync.run(self.shop.link, self.shop.tenant, READ)

    async def ours(self) -> list[Sample]:
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            return sorted(await unit.samples.find(), key=lambda one: one.id)

    async def statuses(self) -> list[SampleStatus]:
        return [one.status for one in await self.ours()]

    async def of_creator(self, one: Application) -> list[Sample]:
        """Our samples of who asked for one."""
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            creator = (await unit.creators.by_handles([one.creator.username]))[one.creator.username.lower()]
            return await unit.samples.find(creators=[creator.id])

    async def told(self, one: Application, *, forged: bool = False) -> int:
        """The platform tells where it stands now; the status of the answer."""
        app = self.shop.emulator.platform.partner.app
        body = self.shop.emulator.webhooks.of_sample(one).body
        said = signature(app.key, "another" if forged else app.secret, body)
        async with httpx.AsyncClient(trust_env=False) as platform:
            answer = await platform.post(app.webhook_url, content=body, headers={"authorization": said})
        return answer.status_code


async def test_applications_carry_our_samples_on_and_an_ended_one_leaves_none(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Asked.of(shop)
        one, other, excused = at.ask(), at.ask(1), at.ask(2)
        at.step(excused, "approve", "ship", "deliver")
        await at.read()
        assert sorted(await at.statuses()) == [SampleStatus.ASKED, SampleStatus.ASKED, SampleStatus.DELIVERED]
        at.step(one, "approve", "ship")
        at.step(other, "reject")
        at.step(excused, "excuse")
        for _ in range(2):
            await at.read()
        [shipped] = await at.of_creator(one)
        assert (shipped.status, shipped.tracking_number) == (SampleStatus.SHIPPED, "1Z999")
        assert shipped.approved_at is not None
        assert shipped.approved_by is None  # the seller signed it on the platform
        assert await at.of_creator(other) == []
        assert [sample.status for sample in await at.of_creator(excused)] == [SampleStatus.EXCUSED]
        at.step(one, "deliver")
        await at.read()
        [delivered] = await at.of_creator(one)
        assert delivered.due_at is not None
        at.step(one, "post")
        await at.read()
        assert sorted(await at.statuses()) == [SampleStatus.EXCUSED, SampleStatus.POSTED]


async def test_one_that_was_written_down_in_chat_is_the_same_sample(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Asked.of(shop)
        one = at.ask()
        handle = one.creator.username
        async with database.unit(shop.office.operator) as unit:
            await unit.creators.upsert([CreatorFacts(handle=handle)], source="tiktok_shop", as_of=unit.now)
            creator = (await unit.creators.by_handles([handle]))[handle].id
            await unit.samples.lock([creator], brand=shop.office.brand)
            known = await unit.samples.begin(creator, brand=shop.office.brand)
        await at.read()
        assert [sample.id for sample in await at.ours()] == [known.id]
        at.ask()  # they ask once more
        at.step(one, "approve")
        await at.read()
        assert (await at.ours())[0].id == known.id
        assert await at.statuses() == [SampleStatus.APPROVED, SampleStatus.ASKED]


async def test_what_is_told_is_looked_at_so_that_order_and_repetition_count_for_nothing(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Asked.of(shop)
        one = at.ask()
        early = shop.emulator.webhooks.of_sample(one)
        at.step(one, "approve", "ship")
        assert await at.told(one, forged=True) == 401
        assert shop.waiting() == 0
        assert [await at.told(one), await at.told(one)] == [200, 200]
        app = shop.emulator.platform.partner.app
        async with httpx.AsyncClient(trust_env=False) as platform:
            headers = {"authorization": signature(app.key, app.secret, early.body)}
            await platform.post(app.webhook_url, content=early.body, headers=headers)  # the oldest comes last
        await shop.handled()
        assert await at.statuses() == [SampleStatus.SHIPPED]
        assert shop.waiting() == 0


async def test_a_file_decides_no_application_that_waits_on_the_platform(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Asked.of(shop)
        waits, signed = at.ask(), at.ask(1)
        at.step(signed, "approve")
        await at.read()
        imports, lead = Imports(database, FileReader(), texts()), shop.office.lead
        file = f"handle,status\n{waits.creator.username},shipped\n{signed.creator.username},shipped\n"
        run = await imports.preview(lead, name="samples.csv", content=file.encode(), kind="samples")
        await imports.start(lead, run, {})
        await imports.carry_out(lead, run)
        said = texts().say("sample_asked_on_platform", "zh", handle=waits.creator.username)
        assert (await imports.view(lead, run)).problems == ((2, said),)
        assert [one.status for one in await at.of_creator(waits)] == [SampleStatus.ASKED]
        assert [one.status for one in await at.of_creator(signed)] == [SampleStatus.SHIPPED]
