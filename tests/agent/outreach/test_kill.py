from collections import Counter

import pytest

from evals.benchmarks.dispatch import approve_many, kill_dispatchers
from evals.emulators.messenger import recording_platform
from evals.suites.selling_office import SellingOffice
from memory.database import Database
from memory.domain.outreach import DraftStatus


@pytest.mark.timeout(240)
async def test_killed_at_random_points_nothing_is_sent_twice(database: Database, shop: SellingOffice) -> None:
    await approve_many(shop, 120)
    async with recording_platform(seed=7) as platform:
        report = await kill_dispatchers(database, shop, platform, kills=3, every=30, seed=11)
    assert report.duplicates == 0
    assert report.received == 120
    assert report.statuses == Counter({DraftStatus.SENT: 120})
    async with database.unit(shop.owner) as unit:
        days = await unit.counters.activity(days=2)
    counted = [(day.messages, day.invites, day.active_creators) for day in days]
    assert [sum(each) for each in zip(*counted, strict=True)] == [120, 120, 120]
