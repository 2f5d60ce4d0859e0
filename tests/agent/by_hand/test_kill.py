import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from memory.domain.by_hand import HandPlace
from memory.domain.outreach import DraftStatus
from tests.agent.by_hand.conftest import HandShop

_WORKER = Path(__file__).with_name("marking_process.py")
_ROOT = Path(__file__).parents[3]
READY, MINE, THEIRS, DONE, UNSURE = (
    HandPlace.READY, HandPlace.MINE, HandPlace.THEIRS, HandPlace.DONE, HandPlace.UNSURE,
)  # fmt: skip


@pytest.mark.timeout(120)
async def test_killed_after_thirty_of_fifty_twenty_are_open_and_none_is_offered_twice(shop: HandShop) -> None:
    batches = [await shop.approved(20), await shop.approved(20), await shop.approved(10)]
    me = shop.office.operator
    ids = [str(one) for one in (me.tenant, me.brand, me.member)]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, str(_WORKER), shop.office.database.url, *ids, "30",
        stdout=asyncio.subprocess.PIPE, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    assert worker.stdout is not None
    told = await worker.stdout.read(8)
    os.kill(worker.pid, signal.SIGKILL)
    assert (told, await worker.wait()) == (b"marking\n", -signal.SIGKILL)

    mine = Counter(await shop.places())
    assert mine == {DONE: 30, MINE: 1, READY: 19}
    drafts = [draft.id for batch in batches for draft in batch.drafts]
    ben = await shop.take(drafts, by=shop.office.ben)
    assert len(ben.steps) == 19
    assert Counter(one.why.key for one in ben.refused) == {"hand_sent_already": 30, "hand_taken": 1}
    again = await shop.take(drafts)
    assert [(step.holder, step.attempt) for step in again.steps] == [(me.member, 1)]  # still theirs, and no new claim

    await shop.office.move_clock(timedelta(hours=24))
    assert await shop.forget() == 20
    assert Counter(await shop.places())[UNSURE] == 20
    assert (await shop.take(drafts)).steps == ()
    left = [await shop.office.read(batch) for batch in batches]
    assert Counter(draft.status for drafted in left for draft in drafted) == {
        DraftStatus.SENT: 30,
        DraftStatus.UNKNOWN: 20,
    }
