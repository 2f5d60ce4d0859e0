"""`daren eval performance`: random questions about random years, each metric against DuckDB on the raw rows."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from evals.scorers.scorecard import Line, Scorecard
from evals.suites.performance.history import BEGAN, DAYS, Shop, Year
from evals.suites.performance.judge import Answer, Judge
from evals.suites.performance.questions import Questions
from evals.suites.performance.rows import plant, raw_rows
from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.performance import Figure, Metric, Query, Report
from memory.domain.workspace import Role, Scope, WorkspaceKind

QUESTIONS, LINES = 200, 120
SHOWN = 5


async def run(*, seed: int | None = None, fast: bool = False, url: str | None = None) -> Scorecard:
    """Ask and compare. With `url` on that migrated database, else on one of its own."""
    begun = seed if seed is not None else 1
    with tempfile.TemporaryDirectory(prefix="daren-eval-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url, durable=False) as database:
            if url is None:
                await database.migrate()
            return await ask_about(database, seed=begun, questions=QUESTIONS // 5 if fast else QUESTIONS)


async def ask_about(database: Database, *, seed: int, questions: int) -> Scorecard:
    """A year from a seed, and questions about it."""
    scope, shops = await opened_shops(database)
    plant(database.url, seed=seed, shops=shops, tenant=scope.tenant, member=scope.member)
    await Year(seed, shops).tell(database, scope, lines=LINES)
    return await judged(database, scope, shops, seed=seed, questions=questions)


async def judged(database: Database, scope: Scope, shops: Sequence[Shop], *, seed: int, questions: int) -> Scorecard:
    """Questions about a year that was told."""
    rows = raw_rows(database.url)
    drawn = Questions(
        seed,
        creators=sorted({int(str(row[2])) for row in rows["line"] if row[2]}),
        products=sorted({int(str(row[3])) for row in rows["line"] if row[3]}),
        campaigns=sorted({int(str(row[3])) for row in rows["sent"] if row[3]}),
        brands=[shop.brand for shop in shops],
    )
    ended = (BEGAN + timedelta(days=DAYS)).date()
    judge = Judge(rows, sold_until=ended + timedelta(days=1), seen_until=ended)
    wrong: list[str] = []
    figures = compared = 0
    for _ in range(questions):
        query = drawn.next()
        async with database.unit(scope) as unit:
            report = await unit.performance.report(query)
        expected = judge.answer(query)
        found = answer_of(report)
        figures += sum(len(row) for row in expected.values())
        wrong += differing(query, found, expected)
        if query.against is not None:
            compared += 1
            wrong += differing(query, before_of(report), judge.answer_before(query))
    async with database.unit(scope) as unit:
        drifted = [day for shop in shops for day in await unit.sales.wrong_days(shop.brand)]
    lines = [
        Line("seed", str(seed), "", ok=True),
        Line("questions", f"{questions}, {compared} compared with another period", "", ok=True),
        Line("figures", str(figures), "", ok=True),
        Line("figures that differ from DuckDB", str(len(wrong)), "= 0", not wrong),
        Line("days whose sums drifted", str(len(drifted)), "= 0", not drifted),
        *(Line("differs", text, "", ok=False) for text in wrong[:SHOWN]),
    ]
    return Scorecard("performance", tuple(lines))


async def opened_shops(database: Database) -> tuple[Scope, list[Shop]]:
    """A seller with a shop in each of two markets."""
    async with database.across_tenants("an eval's workspace") as work:
        if await work.accounts.workspace() is None:
            await work.accounts.make_workspace(WorkspaceKind.REAL, name="eval")
        tenant = await work.accounts.make_tenant("eval")
        shops = []
        for market, currency in (("US", "USD"), ("GB", "GBP")):
            brand = await work.accounts.make_brand(tenant, NewBrand(market, market, market, "Asia/Shanghai", currency))
            shops.append(Shop(brand.id, market))
        member = await work.accounts.make_member(tenant, NewMember("lead", "Lead", Role.LEAD))
    return Scope(tenant, None, member.id, Role.LEAD), shops


def answer_of(report: Report) -> Answer:
    """The product's answer as the judge writes its own."""
    rows = {row.key.id: _values(row.figures) for row in report.rows}
    return {**rows, "*": _values(report.total.figures)}


def before_of(report: Report) -> Answer:
    """What the product says of the period compared with, in all."""
    return {"*": _values(report.total.before)}


def _values(figures: Mapping[Metric, Figure]) -> dict[str, int | None]:
    return {metric.value: figure.value for metric, figure in figures.items()}


def differing(query: Query, found: Answer, expected: Answer) -> list[str]:
    """Every figure that is another; a row of the period compared with alone has nothing in this one."""
    wrong = []
    for key, figures in expected.items():
        for metric, value in figures.items():
            said = found.get(key, {}).get(metric, None if value is None else "nothing")
            if said != value:
                wrong.append(f"{key}/{metric}: {said} for {value} in {query}")
    return wrong
