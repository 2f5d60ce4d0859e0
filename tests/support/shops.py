"""A TikTok Shop client at work on an emulated platform: the platform's clock is everybody's, and waiting moves it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr

from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.shops import shops
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import Emulator, running
from memory.domain.ids import MemberId, ShopLinkId
from tests.support.fake_safe import FakeSafe

LINK = ShopLinkId(1)
MEMBER = MemberId(1)


@dataclass
class ShopBench:
    """One client, and the platform it calls. `waits`: how long it waited, each time."""

    emulator: Emulator
    client: ShopClient
    safe: FakeSafe
    waits: list[float]

    @property
    def platform(self) -> Platform:
        return self.emulator.platform

    def plan(self, kind: FaultKind, endpoint: str = "*", **more: object) -> None:
        self.platform.faults.add(Fault.model_validate({"kind": kind, "endpoint": endpoint, **more}))

    def calls(self, endpoint: str) -> list[int | None]:
        """What each call of an endpoint was answered; None: nothing."""
        return [call.errcode for call in self.platform.records.of(endpoint)]

    async def came_back(self, *, link: ShopLinkId = LINK) -> dict[str, str]:
        """What the seller's browser brings from the authorise page."""
        async with httpx.AsyncClient(trust_env=False) as browser:
            answer = await browser.get(await self.client.authorizations.begin(link, member=MEMBER))
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def authorise(self) -> None:
        back = await self.came_back()
        await self.client.authorizations.finish(LINK, member=MEMBER, state=back["state"], code=back["code"])

    async def place(self) -> ShopPlace:
        """The seller's first shop."""
        return ShopPlace(LINK, (await shops(self.client, LINK))[0].cipher)


def app_of(platform: Platform, **more: object) -> ShopApp:
    """The platform's app as it would be set up."""
    app = platform.partner.app
    return ShopApp.model_validate(
        {
            "app_key": app.key,
            "app_secret": SecretStr(app.secret),
            "service_id": app.service_id,
            "api_base": platform.base_url,
            "auth_base": platform.base_url,
            "authorize_base": platform.base_url,
            "per_second": 4.0,
            **more,
        }
    )


@asynccontextmanager
async def shop_bench(*, rules: Rules | None = None, authorised: bool = True, **app: object) -> AsyncIterator[ShopBench]:
    """A client at work."""
    platform = Platform(rules=rules or Rules())

    def now() -> datetime:
        return datetime.fromtimestamp(platform.clock.now, UTC)

    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await platform.clock.advance(seconds)

    async with running(platform) as emulator, httpx.AsyncClient(trust_env=False, timeout=60) as http:
        settings, calls, safe = app_of(platform, **app), Calls(http=http, whole_seconds=60), FakeSafe(now)
        authorizations = Authorizations(settings, calls, safe, now)
        client = ShopClient(settings, calls, authorizations, now, Random(1), lambda: platform.clock.now, sleep)
        bench = ShopBench(emulator, client, safe, waits)
        if authorised:
            await bench.authorise()
        yield bench
