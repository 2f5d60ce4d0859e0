"""A sync of one shop's creators in a process of its own, made to be killed.

`DATABASE HOME_KEY LINK TENANT MEMBER PLATFORM NOW APP_KEY APP_SECRET`
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic

import httpx
from pydantic import SecretStr

from agent.channels.safe import ShopSafe
from agent.shops.syncing import ShopSync
from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import ShopClient
from connectors.tiktok_shop.platform import TikTokShop
from connectors.tiktok_shop.settings import ShopApp
from memory.database import Database
from memory.domain.ids import MemberId, ShopLinkId, TenantId
from memory.domain.workspace import Role, Scope
from memory.secret_box import HomeSecretBox


async def main(
    url: str, key: str, link: str, tenant: str, member: str, platform: str, now: str, app_key: str, secret: str
) -> None:
    begun = monotonic()

    def moment() -> datetime:
        return datetime.fromtimestamp(float(now) + monotonic() - begun, UTC)

    async def scope_of(tenant: TenantId) -> Scope:
        return Scope(tenant, None, MemberId(int(member)), Role.LEAD)

    app = ShopApp(
        app_key=app_key, app_secret=SecretStr(secret), api_base=platform, auth_base=platform, per_second=50, burst=50
    )
    async with (
        Database.open(home=Path("no-such-home"), url=url) as database,
        httpx.AsyncClient(trust_env=False, timeout=20) as http,
    ):
        safe, calls = ShopSafe(database, HomeSecretBox(Path("no-such-home"), key), moment), Calls(http=http)
        client = ShopClient(app, calls, Authorizations(app, calls, safe, moment), moment, Random(1))
        await ShopSync(database, TikTokShop(client, safe), scope_of).run(ShopLinkId(int(link)), TenantId(int(tenant)))


asyncio.run(main(*sys.argv[1:]))
