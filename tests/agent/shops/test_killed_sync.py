"""A sync is killed in the middle, twice: the next one goes on where it stood, and every creator is there once."""

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
DIED_AT = (3, 5)  # pages the platform has handed out by then


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
        found = []
        for count in DIED_AT:
            process = await started(shop)
            await records.until(lambda count=count: len(records.of(SEARCHING)) >= count)  # type: ignore[misc]  # a default keeps its value
            process.kill()
            await process.wait()
            found.append((await shop.state()).sync)
        assert [sync.state for sync in found] == [SyncState.RUNNING] * 2
        assert 0 < found[0].found < found[1].found < len(everybody)
        process = await started(shop)
        assert await process.wait() == 0
        sync = (await shop.state()).sync
        rows = shop.row("select handle, count(*) from creator where source = 'tiktok_shop' group by handle")
        asked = len(records.of(SEARCHING))
    assert (sync.state, sync.found, sync.trouble) == (SyncState.DONE, len(everybody), None)
    assert sync.started_at == found[0].started_at
    assert dict(rows) == dict.fromkeys(everybody, 1)
    assert asked <= -(-len(everybody) // 20) + len(DIED_AT)  # a page for each death at most is asked for twice
