"""A sync is killed in the middle: the next one goes on where it stood, and every creator is there once."""

import asyncio
import base64
import os
import sys
from pathlib import Path

from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.shops import SyncState
from memory.secret_box import KEY_BYTES
from tests.support.heard_shop import HeardShop, heard_shop

SEARCHING = "creators/search"
_PROCESS = Path(__file__).with_name("syncing_process.py")
_ROOT = Path(__file__).parents[3]
DIED_AT = 4  # pages the platform was asked for by then


async def started(shop: HeardShop) -> asyncio.subprocess.Process:
    """A sync that is due, in a process of its own."""
    shop.row("update shop_link set sync_due_at = clock_timestamp() - interval '1 day'")
    emulated, app = shop.emulator.platform, shop.emulator.platform.partner.app
    told = (
        shop.office.database.url, base64.b64encode(bytes(KEY_BYTES)).decode(), str(shop.link), str(shop.tenant),
        str(shop.office.owner.member), emulated.base_url, str(emulated.clock.now), app.key, app.secret,
    )  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, str(_PROCESS), *told, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def test_killed_in_the_middle_it_goes_on_where_it_stood_and_each_creator_is_there_once(
    database: Database,
) -> None:
    async with heard_shop(await open_office(database)) as shop:
        records = shop.emulator.platform.records
        everybody = {creator.username for creator in shop.emulator.platform.people.values()}
        process = await started(shop)
        await records.until(lambda: len(records.of(SEARCHING)) >= DIED_AT)
        process.kill()
        await process.wait()
        left = (await shop.state()).sync
        assert left.state is SyncState.RUNNING
        assert 0 < left.found < len(everybody)
        process = await started(shop)
        assert await process.wait() == 0
        sync = (await shop.state()).sync
        rows = shop.row("select handle, count(*) from creator where source = 'tiktok_shop' group by handle")
        asked = len(records.of(SEARCHING))
    assert (sync.state, sync.found, sync.trouble) == (SyncState.DONE, len(everybody), None)
    assert sync.started_at == left.started_at
    assert dict(rows) == dict.fromkeys(everybody, 1)
    assert asked <= -(-len(everybody) // 20) + 1  # the page it died over is asked for twice
