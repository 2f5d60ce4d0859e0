"""The emulator for a person at a keyboard: real time drives the virtual clock, the page is printed with its token."""

import json
import secrets
import time

from evals.emulators.real_time import keep_time
from evals.emulators.serving import serving
from evals.emulators.wecom.phone.control import Control, console
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import running

ACK_SECONDS = 0.05


async def serve(*, port: int, page_port: int, seed: int) -> None:
    """Serve until cancelled: the platform on `port`, the page on `page_port` (0: any free one).

    Ids and secrets of the corp come from the seed, so that a product stays set up; ids of messages never repeat, or
    a product would take them for old ones.
    """
    platform = Platform(seed=seed, start=time.time(), rules=Rules(ack_seconds=ACK_SECONDS))
    platform.rng.seed(secrets.randbits(64))
    token = secrets.token_urlsafe(24)
    async with (
        running(platform, port=port) as emulator,
        serving(Control(emulator, token).application(), port=page_port) as address,
    ):
        print(json.dumps(console(emulator), ensure_ascii=False, indent=2))
        print(f"page / 页面: {address}/#token={token}", flush=True)
        await keep_time(platform.clock)
