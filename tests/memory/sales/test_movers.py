"""Who moved most is told as reading every group would tell it, over currencies, zones and kinds of groups."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from memory.database import Database
from memory.domain.money import Money
from memory.domain.performance import GroupBy, Metric, Query, Row
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import Commission, ContentKind, OrderLine, Payee, Refund, Sale, Settlement
from tests.support.database import Office
from tools.performance.movements import ADDED_UP, value_of

NOW = Period(PeriodName.CUSTOM, date(2026, 10, 16), date(2026, 10, 31))
THEN = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 20))  # they overlap
MOST = 4


def sales(count: int, *currencies: str) -> list[Sale]:
    draw = Random(7)
    told = []
    for number in range(count):
        amount = Money(draw.randint(500, 90_000), currencies[number % len(currencies)])
        placed = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(31 * 1_440))
        line = OrderLine(
            f"5{number}", "sku", placed, amount, 1, f"17{number % 9}", f"Product {number % 9}", f"maker_{number % 11}",
            f"73{number % 23}", ContentKind.VIDEO,
        )  # fmt: skip
        share = Money(amount.minor // 7, amount.currency)
        owed = Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1_500, estimated=share)
        told.append(Sale(line, (Refund(amount, 1),) if number % 5 == 0 else (), (owed,)))
    return told


@pytest.mark.parametrize("currencies", [("USD",), ("USD", "EUR", "VND")])
async def test_the_first_movers_are_those_of_all_groups(
    database: Database, office: Office, currencies: tuple[str, ...]
) -> None:
    lead = office.lead()
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        await unit.sales.upsert(sales(160, *currencies), brand=lead.brand, source="file:a.csv", as_of=unit.now)
    async with database.unit(lead) as unit:
        for by in (GroupBy.CREATOR, GroupBy.PRODUCT, GroupBy.CONTENT):
            for metric in sorted(ADDED_UP - {Metric.VIEWS}):
                for zone in (None, "Asia/Shanghai"):
                    query = Query(NOW, (metric,), group_by=by, against=THEN, zone=zone)
                    every = (await unit.performance.report(query)).rows
                    wanted = sorted((abs(_moved(row, metric)) for row in every), reverse=True)[:MOST]
                    found = await unit.performance.movers(query, of=metric, most=MOST)
                    assert sorted((abs(_moved(row, metric)) for row in found), reverse=True) == wanted
                    assert all(replace(row, creators=0) in [replace(one, creators=0) for one in every] for row in found)


async def test_parts_of_a_refund_rate_are_weighed_by_each_sides_sales(database: Database, office: Office) -> None:
    lead = office.lead()
    assert lead.brand is not None
    asked = (Metric.REFUND_RATE, Metric.REFUNDS, Metric.GMV)
    async with database.unit(lead) as unit:
        await unit.sales.upsert(sales(160, "USD"), brand=lead.brand, source="file:a.csv", as_of=unit.now)
    async with database.unit(lead) as unit:
        query = Query(NOW, asked, group_by=GroupBy.CREATOR, against=THEN)
        report = await unit.performance.report(query)
        sold = [value_of(report.total, Metric.GMV, before=before) or 0 for before in (False, True)]

        def part(row: Row) -> float:
            now, then = ((value_of(row, Metric.REFUNDS, before=before) or 0) for before in (False, True))
            return now / sold[0] - then / sold[1]

        found = await unit.performance.movers(query, of=Metric.REFUND_RATE, most=MOST)
    wanted = sorted(report.rows, key=lambda row: -abs(part(row)))[:MOST]
    assert {row.key for row in found} == {row.key for row in wanted}


def _moved(row: Row, metric: Metric) -> int:
    return (value_of(row, metric) or 0) - (value_of(row, metric, before=True) or 0)
