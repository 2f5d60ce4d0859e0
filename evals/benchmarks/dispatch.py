"""Approved drafts, a dispatcher killed again and again, and a platform that counts: nothing may arrive twice."""

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter

from evals.benchmarks.dispatcher import dispatch
from evals.benchmarks.dispatcher import main as dispatch_until_done
from evals.emulators.messenger import RecordingPlatform, recording_platform
from evals.forking import forked
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.outreach import DraftStatus
from memory.domain.workspace import BrandPolicy

_CARD = 20
UNLIMITED = BrandPolicy(sends_per_minute=1_000_000, sends_per_day=1_000_000)


@dataclass(frozen=True, slots=True)
class KillReport:
    """What was left after the last dispatcher was done."""

    statuses: Counter[DraftStatus]
    received: int
    duplicates: int
    kills: int
    seconds: float


async def approve_many(office: SellingOffice, count: int) -> list[str]:
    """Approve `count` drafts to as many creators, twenty a card; the codes of their batches."""
    async with office.database.unit(office.lead) as unit:
        await unit.people.save_policy(office.brand, UNLIMITED)
    creators = await office.creators(count)
    return [(await office.approved(creators[first : first + _CARD])).code for first in range(0, count, _CARD)]


async def kill_dispatchers(
    database: Database, office: SellingOffice, platform: RecordingPlatform, *, kills: int, every: int, seed: int = 0
) -> KillReport:
    """Kill a dispatcher each time about `every` more messages arrived, then let a last one finish."""
    rng = Random(seed)
    began = perf_counter()
    for _ in range(kills):
        process = await forked(dispatch, database.url, platform.port)
        await process.ends_or(platform.reached(len(platform.received) + rng.randint(1, every)))
        await process.kill()
        await give_up_claims(database)
    while True:
        await dispatch_until_done(database.url, platform.port)
        if not await give_up_claims(database):
            break
    statuses = await statuses_of(database, office)
    return KillReport(statuses, len(platform.received), platform.duplicates, kills, perf_counter() - began)


async def statuses_of(database: Database, office: SellingOffice) -> Counter[DraftStatus]:
    """How every draft of the office ended."""
    statuses: Counter[DraftStatus] = Counter()
    async with database.unit(office.owner) as unit:
        for place in range(0, 1_000_000, 50):
            batches = await unit.drafts.batches(limit=50, offset=place)
            statuses.update(draft.status for batch in batches for draft in batch.drafts)
            if not batches:
                break
    return statuses


async def give_up_claims(database: Database) -> int:
    """A killed process's leases end at once; how many sends are open."""
    async with database.across_tenants("a killed dispatcher is not waited for") as unit:
        return await unit.ledger.rest_no_longer()


async def run(drafts: int = 5000, kills: int = 5, *, url: str | None = None) -> Scorecard:
    """Approve, kill, finish, count. With `url` on that database, else on one of its own."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            office = await open_office(database)
            await office.move_to_hour(12)
            await approve_many(office, drafts)
            async with recording_platform(seed=drafts) as platform:
                report = await kill_dispatchers(
                    database, office, platform, kills=kills, every=max(drafts // (kills + 2), 1)
                )
    unsettled = drafts - report.statuses[DraftStatus.SENT]
    return Scorecard(
        "dispatch",
        (
            Line("approved drafts", str(drafts), "", ok=True),
            Line("kills", str(report.kills), "", ok=True),
            Line("arrived", str(report.received), f"= {drafts}", report.received == drafts),
            Line("duplicates", str(report.duplicates), "= 0", report.duplicates == 0),
            Line("not sent at the end", str(unsettled), "= 0", unsettled == 0),
            Line("messages a second", f"{drafts / report.seconds:.0f}", "", ok=True),
        ),
    )
