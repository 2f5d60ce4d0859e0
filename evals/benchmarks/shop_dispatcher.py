"""A dispatcher over one TikTok Shop's conversations, for a process of its own, made to be killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic

import httpx

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

# The platform's own pace is not what is measured: a second of waiting takes a twentieth of one.
HURRY = 20
_NO_HOME = Path("no-such-home")


@dataclass(frozen=True, slots=True)
class ShopTold:
    """What such a process is told. `now`: the platform's clock as it starts; `box`: the key of what shops keep."""

    database: str
    box: str
    link: int
    app: ShopApp
    now: float = 0.0
    cipher: str = ""


@dataclass(frozen=True, slots=True)
class OnPlayground(TikTokShopMessenger):
    """The selling office drafts for the playground's channel."""

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return Channel.PLAYGROUND


@asynccontextmanager
async def shop_client(told: ShopTold, database: Database) -> AsyncIterator[tuple[ShopClient, ShopSafe]]:
    """A client whose clock is the platform's."""
    begun = monotonic()

    def now() -> datetime:
        return datetime.fromtimestamp(told.now + monotonic() - begun, UTC)

    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        safe, calls = ShopSafe(database, HomeSecretBox(_NO_HOME, told.box), now), Calls(http=http)
        authorizations = Authorizations(told.app, calls, safe, now)
        yield ShopClient(told.app, calls, authorizations, now, Random(1), _seconds, _sleep), safe


async def main(told: ShopTold) -> None:
    """Send what is due and ask about what is unclear until neither is left."""
    place = ShopPlace(ShopLinkId(told.link), told.cipher)

    async def place_of(_: BrandId) -> ShopPlace:
        return place

    async with (
        Database.open(home=_NO_HOME, url=told.database) as database,
        shop_client(told, database) as (client, safe),
    ):
        messengers = (OnPlayground(Conversations(client, safe), place_of),)
        while True:
            report = await dispatch_due(database, messengers)
            found = await reconcile(database, messengers)
            if not report.claimed and not found.never_seen:
                return


def dispatch(told: ShopTold) -> None:
    """The same, as all that a process does."""
    asyncio.run(main(told))


def _seconds() -> float:
    return monotonic() * HURRY


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)
