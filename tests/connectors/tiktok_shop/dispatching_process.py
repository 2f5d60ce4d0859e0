"""A dispatcher in a process of its own, made to be killed: it sends over one shop's conversations what is due.

`DATABASE HOME_KEY LINK CIPHER PLATFORM NOW APP_KEY APP_SECRET`
"""

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic

import httpx
from pydantic import SecretStr

from agent.channels.safe import ShopSafe
from agent.outreach.dispatch import dispatch_due
from agent.outreach.reconcile import reconcile
from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.messenger import TikTokShopMessenger
from connectors.tiktok_shop.settings import ShopApp
from memory.database import Database
from memory.domain.ids import BrandId, ShopLinkId
from memory.domain.outreach import Channel
from memory.secret_box import HomeSecretBox


@dataclass(frozen=True, slots=True)
class OnPlayground(TikTokShopMessenger):
    """The office of these tests drafts for the playground's channel."""

    @property
    def channel(self) -> Channel:
        return Channel.PLAYGROUND


async def main(url: str, key: str, link: str, cipher: str, platform: str, now: str, app_key: str, secret: str) -> None:
    begun = monotonic()

    def moment() -> datetime:
        return datetime.fromtimestamp(float(now) + monotonic() - begun, UTC)

    app = ShopApp(
        app_key=app_key, app_secret=SecretStr(secret), api_base=platform, auth_base=platform, per_second=50, burst=50
    )
    async with (
        Database.open(home=Path("no-such-home"), url=url) as database,
        httpx.AsyncClient(trust_env=False, timeout=20) as http,
    ):
        safe, calls = ShopSafe(database, HomeSecretBox(Path("no-such-home"), key), moment), Calls(http=http)
        client = ShopClient(app, calls, Authorizations(app, calls, safe, moment), moment, Random(1))
        place = ShopPlace(ShopLinkId(int(link)), cipher)

        async def place_of(_: BrandId) -> ShopPlace:
            return place

        messengers = (OnPlayground(Conversations(client, safe), place_of),)
        while True:
            report = await dispatch_due(database, messengers)
            found = await reconcile(database, messengers)
            if not report.claimed and not found.never_seen:
                return


asyncio.run(main(*sys.argv[1:]))
