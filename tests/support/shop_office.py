"""A seller's real workspace whose TikTok Shop app is set up, at work against the emulated platform."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import psycopg

from agent.bootstrap import Installation, installed, web
from agent.settings import Settings, TikTokShopSettings
from connectors.ports.accounts import FirstSetup
from connectors.ports.shops import TOLD_PATH
from connectors.webchat.door import SESSION_COOKIE
from evals.emulators.real_time import keep_time
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.sellers import Shop
from evals.emulators.tiktok_shop.server import Emulator, running
from evals.emulators.tiktok_shop.webhooks import signature
from memory.domain.shops import ShopLink, SyncState
from tests.support.database import looking
from tests.support.product import PASSWORD, PATIENCE_SECONDS, Person, at_work, stop_keeper

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
    house: AsyncExitStack

    async def restart(self) -> None:
        """The process ends, and another one begins over the same home; what was to rest after that rests no longer."""
        settings = self.daren.settings
        await self.house.aclose()
        self.line.execute("update shop_proposal set look_at = now() where state in ('doing', 'unknown')")
        await self._opened(await self.house.enter_async_context(at_work(settings)))
        async with self.daren.database.across_tenants("a restart is not waited for") as unit:
            await unit.ledger.rest_no_longer()

    @asynccontextmanager
    async def before_it_dies(self) -> AsyncIterator[None]:
        """A process without a worker: whatever it queues, or has under way at the end, is left to the next one."""
        settings = self.daren.settings
        await self.house.aclose()
        daren = await self.house.enter_async_context(installed(settings))
        self.house.push_async_callback(stop_keeper, daren)
        await self._opened(daren)
        yield
        await self.restart()

    async def under_way(self, job: Awaitable[None], endpoint: str, *, calls: int = 1) -> None:
        """Carry a job out until the platform has taken so many calls of it; their answers are read by nobody."""
        seen, wanted = self.platform.records, len(self.platform.records.of(endpoint)) + calls
        dying = asyncio.ensure_future(job)
        taken = asyncio.create_task(seen.until(lambda: len(seen.of(endpoint)) >= wanted))
        await asyncio.wait({dying, taken}, return_when=asyncio.FIRST_COMPLETED)
        assert not dying.done(), f"{endpoint} was asked {len(seen.of(endpoint)) - wanted + calls} times"
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)

    async def change(self, statement: str) -> None:
        """A row may be locked by the worker beside us, which goes on meanwhile."""
        await asyncio.to_thread(self.line.execute, statement.encode())

    async def until(self, question: str, answer: int) -> None:
        """Until a count is this one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.line.execute(question.encode()).fetchone() != (answer,):
                await self.link()  # the worker is at it

    async def _opened(self, daren: Installation) -> None:
        cookies = dict(self.browser.cookies)
        self.daren = self.owner.daren = daren
        self.browser = await self.house.enter_async_context(_browser(daren, cookies))

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
        await self.change("update shop_link set sync_due_at = now()")
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
        async with _browser(replace(self.daren, shops=None), dict(self.browser.cookies)) as browser:
            return await browser.get(path)

    def make_it_noon(self) -> None:
        """Every creator lives where it is noon now: a real workspace has no clock to move."""
        off = 12 - datetime.now(UTC).hour
        zone = f"Etc/GMT{-off:+d}" if off else "Etc/GMT"
        self.line.execute("update creator set zone = %s", [zone])

    async def send(self) -> None:
        """The minute in which an approval can be taken back is over; so is every rest."""
        await self.change("update outreach_step set due_at = now(), look_at = now() where state in ('planned', 'held')")
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
        """A creator writes and the platform tells us; the status it is answered with."""
        return await self.webhook(self.writes(handle, text), forged=forged)

    def writes(self, handle: str, text: str) -> bytes:
        """A creator writes to the seller's first shop; what the platform has to tell of it."""
        contacts = self.platform.contacts
        contact = contacts.of(self.shop, self.creator(handle))
        message = contacts.answer(contact, text)
        contact.shown(self.platform.clock.now)
        return self.emulator.webhooks.notification(contact, message).body

    async def webhook(self, body: bytes, *, forged: bool = False) -> int:
        """It is told; the status it is answered with."""
        app = self.platform.partner.app
        said = signature(app.key, "another" if forged else app.secret, body)
        answer = await self.browser.post(TOLD_PATH, content=body, headers={"authorization": said})
        return answer.status_code

    @property
    def shop(self) -> Shop:
        """The seller's first."""
        return self.platform.partner.sellers[0].shops[0]

    async def replies(self, handle: str) -> str:
        """The replies page, once somebody's stands there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while handle not in (page := (await self.browser.get("/replies")).text):
                pass  # the worker is at it
        return page

    def heard(self, handle: str) -> list[str]:
        """What a creator was told by the seller's first shop, oldest first."""
        return [json.loads(content)["content"] for kind, content in self._wrote(handle) if kind == "TEXT"]

    def shown(self, handle: str) -> list[tuple[str, str]]:
        """The cards a creator was shown by it, kind and content."""
        return [(kind, content) for kind, content in self._wrote(handle) if kind != "TEXT"]

    def _wrote(self, handle: str) -> list[tuple[str, str]]:
        messages = self.platform.contacts.of(self.shop, self.creator(handle)).shown(self.platform.clock.now)
        return [(one.type, one.content) for one in messages if one.sender == self.shop.im_id]


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
        house = await stack.enter_async_context(AsyncExitStack())
        daren = await house.enter_async_context(at_work(settings_with(settings, emulator.platform)))
        token = await daren.accounts.set_up(SETUP)
        scope = await daren.accounts.scope(token.token)
        assert scope is not None
        browser = await house.enter_async_context(_browser(daren, {SESSION_COOKIE: token.token}))
        line = stack.enter_context(looking(daren.database.url))
        ticking = asyncio.create_task(keep_time(emulator.platform.clock))
        stack.push_async_callback(_stopped, ticking)
        yield ShopOffice(emulator, daren, Person(daren, scope, "journey"), browser, line, house)


def _browser(daren: Installation, cookies: dict[str, str]) -> httpx.AsyncClient:
    """Somebody's, at the pages of a process."""
    transport = httpx.ASGITransport(app=web(daren))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8787", cookies=cookies)


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
