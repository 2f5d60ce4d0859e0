"""A million order lines: what a leaderboard, a creator's history and a dashboard cost, against DuckDB on the same
lines; and what keeping a line costs, against a bare executemany. Asked in turns, so that both meet the same machine.
"""

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from evals.benchmarks.performance import bare
from evals.benchmarks.performance.orders import DAYS, ENDS, sales
from evals.scorers.scorecard import Line, Scorecard
from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.ids import BrandId, CreatorId
from memory.domain.performance import Filters, GroupBy, Metric, Query
from memory.domain.periods import Period, PeriodName
from memory.domain.workspace import Role, Scope, WorkspaceKind

MOST_P95_SECONDS, MOST_TIMES_DUCKDB = 1.0, 3.0
AT_ONCE = 2_000
MONTH = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 31))
BEFORE = Period(PeriodName.CUSTOM, date(2026, 9, 1), date(2026, 9, 30))
ALWAYS = Period(PeriodName.CUSTOM, (ENDS - timedelta(days=DAYS)).date(), ENDS.date())
_SUMS = "sum(gross), count(*), sum(commission + provisional), sum(case when final then gross else 0 end), sum(refunded)"
_SHOWN = (Metric.GMV, Metric.ORDERS, Metric.COMMISSION, Metric.REFUND_RATE)
Ask = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of each round of one question, asked of both."""

    ours: tuple[float, ...]
    duck: tuple[float, ...]

    @property
    def p95(self) -> float:
        """Ours."""
        return quantiles(self.ours, n=20)[-1]

    @property
    def times(self) -> float:
        """Ours over DuckDB's, medians."""
        return median(self.ours) / median(self.duck)


async def run(lines: int = 1_000_000, *, rounds: int = 30) -> Scorecard:
    """Load, ask, compare. A million lines take some minutes to load."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", durable=False) as database:
            await database.migrate()
            return await measure(database, Path(folder), lines=lines, rounds=rounds)


async def measure(database: Database, folder: Path, *, lines: int, rounds: int) -> Scorecard:
    """The same on a migrated database."""
    scope, brand = await _shop(database)
    loaded = await _load(database, scope, brand, lines)
    some = list(islice(sales(lines), min(lines, 50_000)))
    plain = bare.executemany_seconds(database.url, some)
    bare.analyse(database.url)
    duck = bare.Duck(database.url, folder)
    [(creator, *_)] = duck.ask("select creator, count(*) as n from fact group by creator order by n desc limit 1")
    questions = _questions(database, scope, duck, CreatorId(creator))
    timed = {name: await _timed(ours, theirs, rounds) for name, (ours, theirs) in questions.items()}
    ratio = (loaded / lines) / (plain / len(some))
    return Scorecard(
        "performance",
        (
            Line("order lines", f"{lines:,}", "", ok=True),
            Line("kept a second", f"{lines / loaded:,.0f}", "", ok=True),
            Line("keeping a line / bare executemany", f"{ratio:.1f}", "", ok=True),
            *(
                Line(f"{name}, p95", f"{one.p95 * 1_000:.0f} ms", "≤ 1000 ms", one.p95 <= MOST_P95_SECONDS)
                for name, one in timed.items()
            ),
            *(
                Line(f"{name} / DuckDB, p50", f"{one.times:.2f}", "≤ 3.0", one.times <= MOST_TIMES_DUCKDB)
                for name, one in timed.items()
            ),
        ),
    )


async def _load(database: Database, scope: Scope, brand: BrandId, lines: int) -> float:
    told, seconds = sales(lines), 0.0
    while some := list(islice(told, AT_ONCE)):
        began = perf_counter()
        async with database.unit(scope) as unit:
            await unit.sales.upsert(some, brand=brand, source="file:orders.csv", as_of=ENDS)
        seconds += perf_counter() - began
    return seconds


async def _timed(ours: Ask, theirs: Callable[[], None], rounds: int) -> Timed:
    found: tuple[list[float], list[float]] = ([], [])
    await ours()  # the first question prepares what all others use
    theirs()
    for _ in range(rounds):
        began = perf_counter()
        await ours()
        between = perf_counter()
        theirs()
        found[0].append(between - began)
        found[1].append(perf_counter() - between)
    return Timed(tuple(found[0]), tuple(found[1]))


def _questions(
    database: Database, scope: Scope, duck: bare.Duck, creator: CreatorId
) -> dict[str, tuple[Ask, Callable[[], None]]]:
    leaders = Query(MONTH, _SHOWN, group_by=GroupBy.CREATOR, order_by=Metric.GMV, top=20)
    history = Query(ALWAYS, _SHOWN, Filters(creators=(creator,)), group_by=GroupBy.MONTH)
    dashboard = (
        Query(MONTH, _SHOWN, group_by=GroupBy.DAY, against=BEFORE),
        leaders,
        Query(MONTH, _SHOWN, group_by=GroupBy.PRODUCT, order_by=Metric.GMV, top=10),
    )

    def asking(*queries: Query) -> Ask:
        async def ask() -> None:
            async with database.unit(scope) as unit:
                for query in queries:
                    await unit.performance.report(query)

        return ask

    def whole(period: Period, also: str = "") -> None:
        days = (period.first, period.last)
        duck.ask(f"select {_SUMS}, count(distinct creator) from fact where day between ? and ? {also}", *days)
        duck.ask(f"select rule, {_SUMS} from fact where day between ? and ? {also} group by 1", *days)

    def grouped(period: Period, key: str, also: str = "", end: str = "") -> None:
        days = (period.first, period.last)
        counted = "count(distinct creator)"
        duck.ask(f"select {key}, {_SUMS}, {counted} from fact where day between ? and ? {also} group by 1 {end}", *days)

    def leaders_duck() -> None:
        whole(MONTH)
        grouped(MONTH, "creator", end="order by 2 desc limit 20")

    def history_duck() -> None:
        whole(ALWAYS, f"and creator = {creator}")
        grouped(ALWAYS, "date_trunc('month', day)", f"and creator = {creator}")

    def dashboard_duck() -> None:
        whole(MONTH)
        grouped(MONTH, "day")
        grouped(BEFORE, "day")
        leaders_duck()
        whole(MONTH)
        grouped(MONTH, "product", end="order by 2 desc limit 10")

    return {
        "a month's leaderboard": (asking(leaders), leaders_duck),
        "a creator's history": (asking(history), history_duck),
        "the dashboard": (asking(*dashboard), dashboard_duck),
    }


async def _shop(database: Database) -> tuple[Scope, BrandId]:
    async with database.across_tenants("a benchmark's workspace") as work:
        await work.accounts.make_workspace(WorkspaceKind.REAL, name="bench")
        tenant = await work.accounts.make_tenant("bench")
        brand = await work.accounts.make_brand(tenant, NewBrand("Bench", "Bench", "US", "Asia/Shanghai"))
        member = await work.accounts.make_member(tenant, NewMember("lead", "Lead", Role.LEAD, brand.id))
    return Scope(tenant, brand.id, member.id, Role.LEAD), brand.id
