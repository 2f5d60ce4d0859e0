"""How long 「停」 takes to be acknowledged while thousands of messages are due and a dispatcher claims them."""

import asyncio
import tempfile
from pathlib import Path
from time import perf_counter

from agent.outreach.dispatch import dispatch_due
from evals.benchmarks.dispatch import UNLIMITED, approve_many
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database

P99_SECONDS = 1.0


async def run(due: int = 5_000, rounds: int = 100, *, url: str | None = None) -> Scorecard:
    """Say 「停」 and 「恢复」 in turn. With `url` on that database, else on one of its own."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            return await _measure(database, due, rounds)


async def _measure(database: Database, due: int, rounds: int) -> Scorecard:
    office = await open_office(database)
    await office.move_to_hour(10)
    await approve_many(office, due)
    await office.save_policy(UNLIMITED)
    anybody, approver = await open_talk(office, office.viewer), await open_talk(office, office.anna)
    seconds: list[float] = []
    claimed_later = 0
    for _ in range(rounds):
        dispatcher = asyncio.create_task(dispatch_due(database, office.messengers, rounds=1))
        began = perf_counter()
        await anybody.say("停")
        seconds.append(perf_counter() - began)
        await dispatcher
        claimed_later += (await office.dispatch()).claimed
        await approver.say("恢复")
    left = due - len(office.messenger.received)
    p99 = sorted(seconds)[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    return Scorecard(
        "stop",
        (
            Line("due messages", str(due), "", ok=True),
            Line("stops", str(rounds), "", ok=True),
            Line("still due at the end", str(left), "", ok=True),
            Line("acknowledged, p99 seconds", f"{p99:.3f}", f"≤ {P99_SECONDS:.1f}", p99 <= P99_SECONDS),
            Line("claimed after a stop", str(claimed_later), "= 0", claimed_later == 0),
        ),
    )
