"""A process of its own that asks for a token: `DATABASE HOME_KEY LINK PLATFORM NOW APP_KEY APP_SECRET`."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from agent.channels.safe import ShopSafe
from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.settings import ShopApp
from memory.database import Database
from memory.domain.ids import ShopLinkId
from memory.secret_box import HomeSecretBox

PATIENCE_SECONDS = 60.0  # a busy machine starts processes slowly


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(url: str, key: str, link: str, platform: str, now: str, app_key: str, secret: str) -> None:
    moment = datetime.fromtimestamp(float(now), UTC)
    app = ShopApp(app_key=app_key, app_secret=SecretStr(secret), auth_base=platform)
    async with (
        Database.open(home=Path("no-such-home"), url=url) as database,
        httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http,
    ):
        safe = ShopSafe(database, HomeSecretBox(Path("no-such-home"), key), lambda: moment)
        authorizations = Authorizations(app, Calls(http=http, whole_seconds=PATIENCE_SECONDS), safe, lambda: moment)
        say("asking")
        say(await authorizations.token(ShopLinkId(int(link))))


asyncio.run(main(*sys.argv[1:]))
