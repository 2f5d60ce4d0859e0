"""A seller's real workspace whose TikTok Shop app is set up, at work against the emulated platform."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import psycopg

from agent.bootstrap import Installation, web
from agent.settings import Settings, TikTokShopSettings
from connectors.ports.accounts import FirstSetup
from connectors.ports.shops import TOLD_PATH
from connectors.webchat.door import SESSION_COOKIE
from evals.emulators.real_time import keep_time
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import Emulator, running
from evals.emulators.tiktok_shop.webhooks import signature
from memory.domain.shops import ShopLink, SyncState
from tests.support.database import looking
from tests.support.product import PASSWORD, PATIENCE_SECONDS, Person, at_work

SETUP = FirstSetup(
    owner_login="owner",
    owner_name="店主",
    password=PASSWORD,
    shop_name="Acme US",
    market="US",
    brand_name="Acme",
    product_name="Cat tree",
    product_price="49.90",
    commission_ceiling="20%",
    sample=True,
)
SAME = {"sec-fetch-site": "same-origin"}


@dataclass
class ShopOffice:
    """A lead of their own, in the browser and in the chat."""

    emulator: Emulator
    daren: Installation
    owner: Person
    browser: httpx.AsyncClient
    line: psycopg.Connection

    @property
    def platform(self) -> Platform:
        """What is emulated."""
        return self.emulator.platform

    async def press(self, what: str, **fields: str) -> httpx.Response:
        """A button of the page."""
        return await self.browser.post(f"/tiktok-shop/{what}", data=fields, headers=SAME)

    async def page(self) -> str:
        """The page as it is now."""
        return (await self.browser.get("/tiktok-shop")).text

    async def agreed(self) -> str:
        """Press connect and agree as the seller: the path the browser is led back to."""
        shown = (await self.press("connect")).text
        address = shown.split('class="button primary" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        async with httpx.AsyncClient(trust_env=False) as seller:
            answer = await seller.get(address)
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    async def connect(self) -> None:
        """All of it."""
        answer = await self.browser.get(await self.agreed())
        assert answer.headers["location"] == "/tiktok-shop?saved=1", answer.text

    async def link(self) -> ShopLink:
        """How the brand's shop stands."""
        assert self.daren.shops is not None
        found = (await self.daren.shops.desk.view(self.owner.scope)).link
        assert found is not None
        return found

    async def synced(self, state: SyncState = SyncState.DONE) -> ShopLink:
        """Press fetch, and read until the run has ended so and the index knows."""
        before = await self.link()
        await self.press("sync")
        return await self._ended(before, state)

    async def swept(self) -> ShopLink:
        """The time of the next run has come: the minute's sweep starts it, and it ends well."""
        before = await self.link()
        self.line.execute("update shop_link set sync_due_at = now()")
        await self.daren.workshop.sweep()
        return await self._ended(before, SyncState.DONE)

    async def _ended(self, before: ShopLink, state: SyncState) -> ShopLink:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (found := await self.link()).sync.ended_at == before.sync.ended_at or found.sync.state is not state:
                pass  # the worker is at it
        await self.daren.workshop.index(self.owner.scope.tenant)
        return found

    async def found(self) -> list[str | None]:
        """What the doctor says of each connected shop."""
        assert self.daren.shops is not None
        return [shop.failure.text_key if shop.failure else None for shop in await self.daren.shops.doctor.look()]

    async def without_the_app(self, path: str) -> httpx.Response:
        """A page of the same workspace in a process whose environment names no app."""
        transport = httpx.ASGITransport(app=web(replace(self.daren, shops=None)))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8787", cookies=dict(self.browser.cookies)
        ) as browser:
            return await browser.get(path)

    def make_it_noon(self) -> None:
        """Every creator lives where it is noon now: a real workspace has no clock to move."""
        off = 12 - datetime.now(UTC).hour
        zone = f"Etc/GMT{-off:+d}" if off else "Etc/GMT"
        self.line.execute("update creator set zone = %s", [zone])

    async def send(self) -> None:
        """The minute in which an approval can be taken back is over; so is every rest."""
        self.line.execute("update outreach_step set due_at = now(), look_at = now() where state in ('planned', 'held')")
        await self.daren.workshop.dispatch()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "sending" in {state for state, _ in self.steps().values()}:
                await self.daren.workshop.dispatch()  # the worker beside us is at it

    def steps(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of each creator's message."""
        rows = self.line.execute(
            "select c.handle, s.state, s.reason_key from outreach_step s join creator c on c.id = s.creator_id"
        )
        return {handle: (state, reason) for handle, state, reason in rows.fetchall()}

    def creator(self, handle: str) -> Creator:
        """Somebody of the marketplace."""
        return next(one for one in self.platform.people.values() if one.username == handle)

    async def told(self, handle: str, text: str, *, forged: bool = False) -> int:
        """A creator writes to the seller's first shop and the platform tells us; the status it is answered with."""
        app, contacts = self.platform.partner.app, self.platform.contacts
        contact = contacts.of(self.platform.partner.sellers[0].shops[0], self.creator(handle))
        message = contacts.answer(contact, text)
        contact.shown(self.platform.clock.now)
        body = self.emulator.webhooks.notification(contact, message).body
        said = signature(app.key, "another" if forged else app.secret, body)
        answer = await self.browser.post(TOLD_PATH, content=body, headers={"authorization": said})
        return answer.status_code

    async def replies(self, handle: str) -> str:
        """The replies page, once somebody's stands there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while handle not in (page := (await self.browser.get("/replies")).text):
                pass  # the worker is at it
        return page

    def heard(self, handle: str) -> list[str]:
        """What a creator was told by the seller's first shop, oldest first."""
        shop = self.platform.partner.sellers[0].shops[0]
        shown = self.platform.contacts.of(shop, self.creator(handle)).shown(self.platform.clock.now)
        return [json.loads(one.content)["content"] for one in shown if one.sender == shop.im_id]


def settings_with(settings: Settings, platform: Platform) -> Settings:
    """The platform's app as the environment would name it."""
    app = platform.partner.app
    shop = TikTokShopSettings.model_validate(
        {
            "app_key": app.key, "app_secret": app.secret, "service_id": app.service_id, "per_second": 50, "burst": 50,
            "api_base": platform.base_url, "auth_base": platform.base_url, "authorize_base": platform.base_url,
            "categories": {"602284": "pets"},
        }
    )  # fmt: skip
    return settings.model_copy(update={"tiktok_shop": shop})


@asynccontextmanager
async def shop_office(settings: Settings) -> AsyncIterator[ShopOffice]:
    """A workspace just set up; no shop is connected yet."""
    async with AsyncExitStack() as stack:
        rules = Rules(per_second=1_000.0, burst=1_000)
        emulator = await stack.enter_async_context(running(Platform(start=datetime.now(UTC).timestamp(), rules=rules)))
        emulator.platform.partner.sellers[0].shops[0].unlimited = True
        daren = await stack.enter_async_context(at_work(settings_with(settings, emulator.platform)))
        token = await daren.accounts.set_up(SETUP)
        scope = await daren.accounts.scope(token.token)
        assert scope is not None
        transport = httpx.ASGITransport(app=web(daren))
        browser = httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8787", cookies={SESSION_COOKIE: token.token}
        )
        await stack.enter_async_context(browser)
        line = stack.enter_context(looking(daren.database.url))
        ticking = asyncio.create_task(keep_time(emulator.platform.clock))
        stack.push_async_callback(_stopped, ticking)
        yield ShopOffice(emulator, daren, Person(daren, scope, "journey"), browser, line)


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
