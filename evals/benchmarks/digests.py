"""A thousand digests due at one moment, of a brand that sells, made by two makers at once: how long, and each once."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import time, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from agent.digests.making import DigestMaker, ScopeOf
from evals.benchmarks.performance.orders import ENDS, sales
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.chat_stores import Author
from memory.domain.digest_stores import DueDigest
from memory.domain.digests import Schedule, Wish
from memory.domain.ids import ConversationId
from memory.domain.workspace import Scope
from prompts.render import texts

MOST_SECONDS = 60.0
MAKERS = 2
_AT_NOON = Schedule(time(12), "Asia/Shanghai")
_AT_ONCE = 2_000  # order lines kept in one transaction


async def run(due: int = 1_000, lines: int = 50_000) -> Scorecard:
    """Subscribe, let a day pass, make. `lines`: orders of the brand that the digests tell of."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", durable=False) as database:
            await database.migrate()
            return await measure(database, due=due, lines=lines)


async def measure(database: Database, *, due: int, lines: int) -> Scorecard:
    """The same on a migrated database."""
    office = await open_office(database)
    await _sell(office, lines)
    await office.move_to_hour(_AT_NOON.at.hour, zone=ZoneInfo(_AT_NOON.zone))
    conversations = await _subscribe(office, due)
    await office.move_clock(timedelta(days=1))
    makers = [DigestMaker(database, database, _whoever(office.operator), texts()) for _ in range(MAKERS)]
    began = perf_counter()
    made = await asyncio.gather(*(maker.run() for maker in makers))
    seconds = perf_counter() - began
    again = await makers[0].run()
    told = [await _told(office, one) for one in conversations]
    return Scorecard(
        "digests",
        (
            Line("digests due at once", f"{due:,}", "", ok=True),
            Line("order lines told of", f"{lines:,}", "", ok=True),
            Line("made by each maker", " + ".join(map(str, made)), "", ok=True),
            Line("made", str(sum(made)), f"= {due}", sum(made) == due),
            Line("made once more", str(again), "= 0", again == 0),
            Line("conversations told once", str(told.count(1)), f"= {due}", told.count(1) == due),
            Line("all of them", f"{seconds:.1f} s", f"≤ {MOST_SECONDS:.0f} s", seconds <= MOST_SECONDS),
        ),
    )


def _whoever(scope: Scope) -> ScopeOf:
    async def scope_of(due: DueDigest) -> Scope | None:
        del due
        return scope

    return scope_of


async def _sell(office: SellingOffice, lines: int) -> None:
    told = sales(lines)
    while some := list(islice(told, _AT_ONCE)):
        async with office.database.unit(office.operator) as unit:
            await unit.sales.upsert(some, brand=office.brand, source="file:orders.csv", as_of=ENDS)


async def _subscribe(office: SellingOffice, due: int) -> Sequence[ConversationId]:
    made = []
    async with office.database.unit(office.operator) as unit:
        for number in range(due):
            thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
            await unit.digests.save(thread.id, Wish(_AT_NOON, "zh" if number % 2 else "en", active=True))
            made.append(thread.id)
    return made


async def _told(office: SellingOffice, conversation: ConversationId) -> int:
    async with office.database.unit(office.operator) as unit:
        lines = await unit.conversations.transcript(conversation)
    return sum(line.author is Author.NOTICE for line in lines)
