"""A selling office whose brand's shop is heard: webhooks over HTTP, conversations that are read, real rows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from fastapi import FastAPI

from agent.channels.safe import ShopSafe
from agent.jobs.upkeep import Upkeep
from agent.shops.checking import ShopDoctor
from agent.shops.hearing import ShopHearing
from connectors.ports.shops import TOLD_PATH
from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import ShopClient
from connectors.tiktok_shop.platform import TikTokShop
from evals.emulators.clock import settle
from evals.emulators.serving import serving
from evals.emulators.tiktok_shop.contacts import Contact, Message
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import Emulator, running
from evals.emulators.tiktok_shop.webhooks import ENDPOINT
from evals.suites.selling_office import SellingOffice
from memory.custody import ScopeCursors
from memory.domain.ids import BrandId, MemberId, ShopLinkId, TenantId
from memory.domain.outreach import CreatorMessage
from memory.domain.shops import ShopLink
from memory.domain.workspace import Role, Scope
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX
from tests.support.shop_talk import FAST
from tests.support.shops import app_of

_TURNS = 100  # of the loop: enough for whatever waits for no time at all


@dataclass
class HeardShop:
    """One brand's shop, its platform, and what hears it."""

    office: SellingOffice
    emulator: Emulator
    platform: TikTokShop
    hearing: ShopHearing
    upkeep: Upkeep
    link: ShopLinkId

    @property
    def tenant(self) -> TenantId:
        return self.office.owner.tenant

    def plan(self, kind: FaultKind, endpoint: str = ENDPOINT, **more: object) -> None:
        self.emulator.platform.faults.add(Fault.model_validate({"kind": kind, "endpoint": endpoint, **more}))

    def contact(self, handle: str, *, nth: int = 0) -> Contact:
        """The shop's conversation with somebody of the marketplace, who goes by this handle."""
        emulated = self.emulator.platform
        creator = list(emulated.people.values())[nth]
        creator.username = handle
        contact = emulated.contacts.of(emulated.partner.seller.shops[0], creator)
        contact.conversation = contact.conversation or emulated.name()
        return contact

    async def writes(self, contact: Contact, text: str) -> Message:
        """A creator writes; a second later all webhooks that can be acknowledged are."""
        emulated, webhooks = self.emulator.platform, self.emulator.webhooks
        message = emulated.contacts.answer(contact, text)
        await settle(_TURNS)
        await emulated.records.until(
            lambda: all(one.acknowledged or 401 in one.statuses or one in webhooks.held
                        for one in webhooks.notifications)
        )  # fmt: skip
        await emulated.clock.advance(1)
        return message

    async def handled(self) -> None:
        """The job that was queued."""
        await self.hearing.handle(self.link, self.tenant, self.upkeep.take_in)

    async def polled(self) -> None:
        """The minute's look at every conversation."""
        self.row("update shop_link set read_at = read_at - interval '1 hour'")
        self.hearing.rests.clear()
        await self.upkeep.collect_answers()

    async def state(self) -> ShopLink:
        async with self.office.database.across_tenants("test") as work:
            found = await work.shops.by_id(self.link)
        assert found is not None
        return found

    async def heard(self, brand: BrandId | None = None) -> list[CreatorMessage]:
        """What is stored, oldest first."""
        scope = Scope(self.tenant, brand or self.office.brand, self.office.owner.member, Role.LEAD)
        async with self.office.database.unit(scope) as unit:
            return await unit.creator_messages.find(status="all")

    async def texts(self) -> list[str]:
        return [message.text for message in await self.heard()]

    def doctor(self) -> ShopDoctor:
        return ShopDoctor(self.office.database, self.platform)

    def row(self, statement: str) -> Sequence[tuple]:  # type: ignore[type-arg]  # rows as they come
        with psycopg.connect(self.office.database.url, autocommit=True) as line:
            line.execute("set role daren_service")
            done = line.execute(statement.encode())
            return done.fetchall() if done.description else []

    def waiting(self) -> int:
        """What was told and is not handled."""
        return int(self.row("select count(*) from shop_event")[0][0])

    def pushes(self) -> list[str]:
        """What the team is pushed of answers, oldest first."""
        found = self.row("select subject ->> 'text' from delivery where kind = 'answer' order by id")
        return [str(text) for (text,) in found]


async def connected(platform: TikTokShop, office: SellingOffice, brand: BrandId) -> ShopLinkId:
    """A brand's shop, let in by the seller."""
    scope = Scope(office.owner.tenant, brand, office.owner.member, Role.LEAD)
    member = MemberId(office.owner.member)
    async with office.database.unit(scope) as unit:
        link = (await unit.shops.begin(brand, by=member)).id
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(await platform.begin(link, member=member))
    back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    shops = await platform.finish(link, member=member, state=back["state"], code=back["code"])
    async with office.database.unit(scope) as unit:
        await unit.shops.connect(link, shops)
    return link


@asynccontextmanager
async def heard_shop(office: SellingOffice, *, rules: Rules = FAST) -> AsyncIterator[HeardShop]:
    """The office's shop at a platform whose clock stands a minute after it was connected."""
    emulated = Platform(start=(await office.now()).timestamp(), rules=rules)

    def now() -> datetime:
        return datetime.fromtimestamp(emulated.clock.now, UTC)

    async def owner(tenant: TenantId) -> Scope | None:
        return office.owner if tenant == office.owner.tenant else None

    async def member(tenant: TenantId, who: MemberId, brand: BrandId | None) -> Scope | None:
        del tenant, brand
        return {scope.member: scope for scope in (office.operator, office.anna)}.get(who)

    async with running(emulated) as emulator, httpx.AsyncClient(trust_env=False, timeout=60) as http:
        app, calls = app_of(emulated, per_second=50.0, burst=50), Calls(http=http)
        safe = ShopSafe(office.database, BOX, now)
        tokens = Authorizations(app, calls, safe, now)
        client = ShopClient(app, calls, tokens, now, Random(1), sleep=emulated.clock.advance)
        platform = TikTokShop(client, safe)
        link = await connected(platform, office, office.brand)
        await emulated.clock.advance(60)
        hearing = ShopHearing(
            office.database, office.database, platform, BOX, owner, samples=platform.samples(), orders=platform.orders()
        )
        upkeep = Upkeep(
            office.database, office.database, office.database, office.database,
            lambda scope: ScopeCursors(office.database, scope), owner, office.messengers, (), member, texts(),
            hearing.sources,
        )  # fmt: skip
        web = FastAPI()
        web.include_router(platform.webhooks(hearing).router())
        async with serving(web) as address:
            emulated.partner.app.webhook_url = f"{address}{TOLD_PATH}"
            yield HeardShop(office, emulator, platform, hearing, upkeep, link)
            await emulator.webhooks.close()
