"""How long 「停」 takes to be acknowledged while thousands of messages are due and a dispatcher claims them."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter

from agent.outreach.dispatch import GROUP
from connectors.ports.platforms import Receipt
from evals.benchmarks.dispatch import approve_many
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.selling_office import RecordingMessenger, SellingOffice, open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.outreach import SendTicket

P99_SECONDS = 1.0
# A stop comes before the next group is claimed, or the one after.
_SENT_BEFORE_A_STOP = 2 * GROUP


async def run(due: int = 5_000, rounds: int = 100, *, url: str | None = None) -> Scorecard:
    """Say 「停」 and 「恢复」 in turn. With `url` on that database, else on one of its own."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            return await _measure(database, due, rounds)


@dataclass(slots=True)
class _Busy(RecordingMessenger):
    """A platform that says when a message arrived."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`."""
        self.arrived.set()
        return await RecordingMessenger.send(self, ticket, now=now)


async def _measure(database: Database, due: int, rounds: int) -> Scorecard:
    office = await open_office(database)
    office.messenger = platform = _Busy()
    await office.move_to_hour(10)
    await approve_many(office, due + rounds * _SENT_BEFORE_A_STOP)
    anybody, approver = await open_talk(office, office.viewer), await open_talk(office, office.anna)
    seconds: list[float] = []
    claimed_later = 0
    for _ in range(rounds):
        platform.arrived.clear()
        dispatcher = asyncio.create_task(office.dispatch())
        await platform.arrived.wait()
        began = perf_counter()
        await anybody.say("停")
        seconds.append(perf_counter() - began)
        claimed = await _claimed(office)
        await dispatcher
        await office.dispatch()
        claimed_later += await _claimed(office) - claimed
        await approver.say("恢复")
    left = await _waiting(office)
    p99 = sorted(seconds)[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    return Scorecard(
        "stop",
        (
            Line("stops, each in the middle of a dispatch", str(rounds), "", ok=True),
            Line("sent between them", str(len(platform.received)), f"≥ {rounds}", len(platform.received) >= rounds),
            Line("still due at the end", str(left), f"≥ {due}", left >= due),
            Line("acknowledged, p99 seconds", f"{p99:.3f}", f"≤ {P99_SECONDS:.1f}", p99 <= P99_SECONDS),
            Line("claimed after a stop", str(claimed_later), "= 0", claimed_later == 0),
        ),
    )


async def _claimed(office: SellingOffice) -> int:
    """Messages of today that were claimed, whatever became of them."""
    async with office.database.unit(office.lead) as unit:
        return sum(quota.day_used for quota in await unit.counters.quota())


async def _waiting(office: SellingOffice) -> int:
    async with office.database.unit(office.lead) as unit:
        return sum(quota.planned for quota in await unit.counters.quota())
