"""The emulator for a person at a keyboard: real time drives the virtual clock; keys and addresses are printed."""

import json
import secrets
import time

from evals.emulators.real_time import keep_time
from evals.emulators.serving import serving
from evals.emulators.tiktok_shop.control import Control, console
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.server import running

WEBHOOK_URL = "http://127.0.0.1:8787/tiktok-shop/webhook"


async def serve(*, port: int, page_port: int, seed: int) -> None:
    """Serve until cancelled: the platform on `port`, its controls on `page_port` (0: any free one).

    The app, sellers and creators come from the seed, so that a product stays set up; ids and tokens never repeat.
    """
    platform = Platform(seed=seed, start=time.time())
    platform.rng.seed(secrets.randbits(64))
    platform.partner.app.webhook_url = WEBHOOK_URL
    for shop in (one for seller in platform.partner.sellers for one in seller.shops):
        platform.orders.example(shop, list(platform.people.values())[:12])
    token = secrets.token_urlsafe(24)
    async with (
        running(platform, port=port),
        serving(Control(platform, token).application(), port=page_port) as address,
    ):
        controls = {"controls": f"{address}/__ctl/clock, log, faults, answers", "bearer": token}
        print(json.dumps(console(platform) | controls, ensure_ascii=False, indent=2), flush=True)
        await keep_time(platform.clock)
