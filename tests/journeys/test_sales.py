"""The seeded demo has sold: its shops' orders, refunds, commissions and posts came through the port and add up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.bootstrap import Installation
from memory.domain.performance import Filters, GroupBy, Metric, Query
from memory.domain.periods import PeriodName, period_of
from memory.domain.sample import SampleStatus
from tests.support.product import Person

pytestmark = pytest.mark.journey


async def test_the_demo_knows_who_sold_what(demo: Installation, approver: Person) -> None:
    async with demo.database.unit(approver.scope) as unit:
        days = await unit.performance.days()
        period = period_of(PeriodName.LAST_90_DAYS, today=days.today)
        asked = (Metric.GMV, Metric.NET, Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION, Metric.VIEWS)
        report = await unit.performance.report(
            Query(period, asked, group_by=GroupBy.CREATOR, order_by=Metric.GMV, top=5)
        )
        shown, _ = await unit.performance.lines(Query(period, asked).filters, period)
    values = {metric: report.total.figures[metric].value or 0 for metric in asked}
    assert days.zones == ("America/Los_Angeles",)
    assert values[Metric.GMV] >= values[Metric.NET] > values[Metric.COMMISSION]
    assert values[Metric.COMMISSION] >= values[Metric.PROVISIONAL_COMMISSION] > 0
    assert values[Metric.VIEWS] > 0
    best = [row.figures[Metric.GMV].value or 0 for row in report.rows]
    assert best == sorted(best, reverse=True)
    assert {line.source for line in shown} == {"playground"}
    assert [found.days for found in await demo.auditor.look()] == [(), ()]


async def test_the_demo_has_a_past_that_fits_its_sales_and_nothing_of_it_waits(
    demo: Installation, approver: Person
) -> None:
    async with demo.database.unit(replace(approver.scope, brand=None)) as unit:
        days = await unit.performance.days()
        period = period_of(PeriodName.CUSTOM, today=days.today, first=days.today - timedelta(days=179))
        (funnel,) = await unit.performance.funnel(Filters(), period)
        waiting = await unit.creator_messages.find()
        samples = await unit.samples.counts()
        opened = await unit.drafts.waiting()
    assert funnel.contacted > funnel.replied > funnel.sampled > funnel.posted >= funnel.sold > 0
    assert {SampleStatus.POSTED, SampleStatus.OVERDUE} <= samples.keys()
    assert (waiting, opened) == ([], {})
    statement = await demo.world.statement()
    assert (statement.received, statement.written) == ((), ())
    told = await approver.ask("谁收了样没发")
    assert told.cards
