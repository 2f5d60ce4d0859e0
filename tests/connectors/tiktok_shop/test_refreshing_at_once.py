"""Two processes whose token is over refresh it once: a second refresh would have nothing to refresh with."""

import asyncio
import base64
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from agent.channels.safe import ShopSafe
from connectors.tiktok_shop.authorizations import Authorizations
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.secret_box import KEY_BYTES
from tests.agent.deliveries.conftest import BOX, PushShop, shop
from tests.support.linked_shops import linked
from tests.support.shops import MEMBER, ShopBench, shop_bench

__all__ = ["shop"]
_PROCESS = Path(__file__).with_name("refreshing_process.py")
_ROOT = Path(__file__).parents[3]
DAY = 86_400


async def begun(bench: ShopBench, database: str, link: int) -> asyncio.subprocess.Process:
    """A process that is about to ask."""
    app, key = bench.platform.partner.app, base64.b64encode(bytes(KEY_BYTES)).decode()
    told = (database, key, str(link), bench.emulator.base_url, str(bench.platform.clock.now), app.key, app.secret)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_PROCESS), *told, stdout=asyncio.subprocess.PIPE, cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"asking\n"
    return process


async def waiting_for_a_lock(database: str) -> None:
    """Return once a process waits for what another holds."""
    question = b"select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(60), await psycopg.AsyncConnection.connect(database, autocommit=True) as line:
        while not await (await line.execute(question)).fetchone():
            continue


@pytest.mark.timeout(120)
async def test_two_processes_at_once_refresh_once(shop: PushShop) -> None:
    async with shop_bench(authorised=False) as bench:
        link = await linked(shop)
        safe = ShopSafe(shop.database, BOX, lambda: datetime.fromtimestamp(bench.platform.clock.now, UTC))
        own = Authorizations(bench.client.app, bench.client.calls, safe, safe.now)
        bench.client.authorizations = own
        back = await bench.came_back(link=link)
        await own.finish(link, member=MEMBER, state=back["state"], code=back["code"])
        first = await own.token(link)
        await bench.platform.clock.advance(8 * DAY)
        bench.plan(FaultKind.DELAY, "token/refresh", seconds=5)

        processes = [await begun(bench, shop.database.url, link) for _ in range(2)]
        await bench.platform.records.until(lambda: bool(bench.calls("token/refresh")))
        await waiting_for_a_lock(shop.database.url)
        await bench.platform.clock.advance(5)
        said = [(await process.communicate())[0].decode().split()[-1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        assert said == [bench.platform.tokens.grants[-1].access] * 2
        assert bench.platform.tokens.refreshes == len(bench.calls("token/refresh")) == 1
        assert first not in said
        with psycopg.connect(shop.database.url) as line:
            line.execute("set local role daren_service")
            rows = line.execute("select sealed from shop_kept where name = 'authorization'").fetchall()
        grant = bench.platform.tokens.grants[-1]
        assert [(grant.access.encode() in row[0], grant.refresh.encode() in row[0]) for row in rows] == [(False, False)]
