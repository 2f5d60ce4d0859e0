"""Reads what a movement is made of, and the days that tell whether something is odd."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from memory.domain.performance import GroupBy, Metric, Query, Report
from memory.domain.periods import Period, PeriodName
from memory.domain.stores import Unit
from tools.performance.anomalies import LOOKED_BACK, Anomaly, DaySales, of_sales, of_sources
from tools.performance.arguments import Subject
from tools.performance.movements import (
    ADDED_UP,
    MOST_PARTS,
    Movement,
    Parts,
    of_orders,
    of_refund_rate,
    of_sum,
    value_of,
)
from tools.performance.question import Question

_DAY: Final = timedelta(days=1)
_JUDGED: Final = frozenset({Subject.SHOP, Subject.CREATOR, Subject.PRODUCTS})


async def movement_of(unit: Unit, query: Query, report: Report) -> Movement | None:
    """Why the first metric moved, by creator and product (of one creator: by product and post).

    None where it is no sum, or is not known on both sides.
    """
    metric = query.metrics[0]
    after, before = value_of(report.total, metric), value_of(report.total, metric, before=True)
    if query.against is None or after is None or before is None:
        return None
    if metric not in ADDED_UP and metric is not Metric.REFUND_RATE:
        return Movement(metric, before, after, ())
    wanted = (metric,) if metric in ADDED_UP else (Metric.REFUND_RATE, Metric.REFUNDS, Metric.GMV)
    whole = replace(query, group_by=None, metrics=wanted, order_by=None, top=None)
    total = report.total if metric in ADDED_UP else (await unit.performance.report(whole)).total
    parts: list[Parts] = []
    for by in _kinds(query):
        rows = await unit.performance.movers(replace(whole, group_by=by), of=metric, most=MOST_PARTS)
        if metric in ADDED_UP:
            parts.append(of_sum(by, rows, metric, change=after - before))
        else:
            parts.append(of_refund_rate(by, rows, total, change=after - before))
    by_count, by_value = await _orders(unit, query) if metric is Metric.GMV else (None, None)
    return Movement(metric, before, after, tuple(parts), by_count, by_value)


async def anomalies_of(unit: Unit, question: Question, query: Query, report: Report) -> tuple[Anomaly, ...]:
    """What is worth a sentence beside an answer that reaches up to yesterday or today."""
    today = question.days.today
    found = of_sources(report.sources, last=question.period.last, today=today, now=unit.now)
    if question.subject not in _JUDGED or question.period.last < today - _DAY or found:
        return tuple(found)
    span = Period(PeriodName.CUSTOM, today - LOOKED_BACK * _DAY, today - _DAY)
    metrics = (Metric.GMV, Metric.ORDERS, Metric.REFUNDS)
    daily = await unit.performance.report(Query(span, metrics, query.filters, group_by=GroupBy.DAY, zone=query.zone))
    told = {row.key.id: row for row in daily.rows}
    days = []
    for back in range(LOOKED_BACK, 0, -1):
        day = today - back * _DAY
        row = told.get(day.isoformat())
        gmv, orders, refunds = ((value_of(row, one) or 0) if row else 0 for one in metrics)
        days.append(DaySales(day, gmv, orders, refunds))
    return tuple(of_sales(days))


def _kinds(query: Query) -> tuple[GroupBy, ...]:
    if query.filters.creators:
        return (GroupBy.PRODUCT, GroupBy.CONTENT)
    return (GroupBy.CREATOR,) if query.filters.product else (GroupBy.CREATOR, GroupBy.PRODUCT)


async def _orders(unit: Unit, query: Query) -> tuple[int | None, int | None]:
    """What of a change in sales is the number of orders, and what their value."""
    metrics = (Metric.GMV, Metric.ORDERS)
    whole = (
        await unit.performance.report(replace(query, group_by=None, metrics=metrics, order_by=None, top=None))
    ).total
    now = {one: value_of(whole, one) or 0 for one in metrics}
    then = {one: value_of(whole, one, before=True) or 0 for one in metrics}
    return of_orders(now, then) or (None, None)
