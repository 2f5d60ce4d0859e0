from collections import Counter
from datetime import timedelta

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


@pytest.mark.timeout(240)
async def test_killed_between_the_rounds_no_follow_up_is_sent_twice_or_to_who_answered(
    database: Database, shop: SellingOffice
) -> None:
    await approve_many(shop, 40)
    async with recording_platform(seed=9) as platform:
        await kill_dispatchers(database, shop, platform, kills=1, every=10, seed=3)
        async with database.unit(shop.owner) as unit:
            invited = await unit.drafts.batches()
        rounds = [await shop.follow_up(batch) for batch in invited]
        rounds += [await shop.follow_up(one, root=batch) for one, batch in zip(rounds, invited, strict=True)]
        for batch in rounds:
            everybody = [draft.number for draft in batch.drafts]
            await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=everybody)
        answered = [draft.creator for batch in invited for draft in batch.drafts[::2]]
        for creator in answered:
            await shop.answer(creator)
        for _ in range(2):
            await shop.move_clock(timedelta(days=3))
            report = await kill_dispatchers(database, shop, platform, kills=2, every=6, seed=11)
    assert report.duplicates == 0
    assert report.received == 40 + 20 + 20
    assert report.statuses == Counter({DraftStatus.SENT: 80, DraftStatus.STOPPED: 40})
