"""Dispatchers are killed while answers get lost: every message comes once, whatever its ledger believed on the way."""

import asyncio
import base64
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from agent.channels.safe import ShopSafe
from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.shops import shops
from evals.benchmarks.dispatch import approve_many, give_up_claims
from evals.emulators.real_time import keep_time
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.people import Answer
from memory.domain.ids import ShopLinkId
from memory.domain.outreach import DraftStatus
from memory.secret_box import KEY_BYTES
from tests.agent.deliveries.conftest import BOX, PushShop, shop
from tests.support.linked_shops import linked
from tests.support.shop_talk import FAST, ShopTalk, shop_talk
from tests.support.shops import MEMBER

__all__ = ["shop"]
_PROCESS = Path(__file__).with_name("dispatching_process.py")
_ROOT = Path(__file__).parents[3]
MESSAGES, KILLS, UNDER_WAY_SECONDS = 60, 3, 601


async def authorised(talk: ShopTalk, shop: PushShop) -> tuple[ShopLinkId, str]:
    """A shop of the office that the seller has let us into, and its shop's cipher."""
    bench, link = talk.bench, await linked(shop)
    safe = ShopSafe(shop.database, BOX, lambda: datetime.fromtimestamp(bench.platform.clock.now, UTC))
    bench.client.authorizations = Authorizations(bench.client.app, bench.client.calls, safe, safe.now)
    back = await bench.came_back(link=link)
    await bench.client.authorizations.finish(link, member=MEMBER, state=back["state"], code=back["code"])
    return link, (await shops(bench.client, link))[0].cipher


async def started(talk: ShopTalk, database: str, link: ShopLinkId, cipher: str) -> asyncio.subprocess.Process:
    platform, key = talk.bench.platform, base64.b64encode(bytes(KEY_BYTES)).decode()
    app = platform.partner.app
    told = (database, key, str(link), cipher, platform.base_url, str(platform.clock.now), app.key, app.secret)
    return await asyncio.create_subprocess_exec(
        sys.executable, str(_PROCESS), *told, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def came(talk: ShopTalk, count: int, process: asyncio.subprocess.Process) -> None:
    """Until so many messages were handed over, or the process ended first."""
    records = talk.bench.platform.records
    arrived = asyncio.create_task(records.until(lambda: len(records.of("conversations/send")) >= count))
    ended = asyncio.create_task(process.wait())
    await asyncio.wait({arrived, ended}, return_when=asyncio.FIRST_COMPLETED)
    for task in (arrived, ended):
        task.cancel()


@pytest.mark.timeout(280)
async def test_killed_at_random_points_no_creator_hears_a_message_twice_and_each_hears_it(shop: PushShop) -> None:
    office, rng = shop.office, Random(5)
    await office.move_to_hour(12)
    await approve_many(office, MESSAGES)
    async with shop_talk(rules=FAST) as talk:
        platform = talk.bench.platform
        people = list(platform.people.values())[:MESSAGES]
        for number, creator in enumerate(people):
            creator.username, creator.answer = f"creator{number:05d}", Answer.SILENCE
        link, cipher = await authorised(talk, shop)
        talk.bench.plan(FaultKind.DROP_AFTER, "conversations/send", times=0, probability=0.1)
        talk.bench.plan(FaultKind.DROP_BEFORE, "conversations/send", times=0, probability=0.1)
        ticking = asyncio.create_task(keep_time(platform.clock))
        for _ in range(KILLS):
            process = await started(talk, shop.database.url, link, cipher)
            handed = len(platform.records.of("conversations/send"))
            await came(talk, handed + rng.randint(1, MESSAGES // (KILLS + 2)), process)
            if process.returncode is None:
                process.kill()
            await process.wait()
            await platform.clock.advance(UNDER_WAY_SECONDS)
            await give_up_claims(shop.database)
        while True:
            process = await started(talk, shop.database.url, link, cipher)
            assert await process.wait() == 0
            await platform.clock.advance(UNDER_WAY_SECONDS)
            if not await give_up_claims(shop.database):
                break
        ticking.cancel()
        heard = Counter(len(talk.heard(creator)) for creator in people)
        lost = talk.bench.calls("conversations/send").count(None)
    async with shop.database.unit(office.owner) as unit:
        batches = await unit.drafts.batches(limit=50, offset=0)
        statuses = Counter(draft.status for batch in batches for draft in batch.drafts)
    assert heard == {1: MESSAGES}
    assert statuses == {DraftStatus.SENT: MESSAGES}
    assert lost >= 1
