"""Questions drawn from a seed: any metrics that may be split alike, any period, filters, currency and zone."""

import random
from dataclasses import replace
from datetime import date, timedelta

from evals.suites.performance.history import BEGAN, DAYS
from memory.domain.ids import BrandId, CampaignId, CreatorId, ProductId
from memory.domain.performance import GROUPS, OURS, Filters, GroupBy, Metric, Query
from memory.domain.periods import Compare, Period, PeriodName, compared

EDGE_DAYS = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 31), date(2026, 11, 1))


class Questions:
    """Draws questions about creators, products, campaigns and brands that are there."""

    def __init__(
        self, seed: int, *, creators: list[int], products: list[int], campaigns: list[int], brands: list[int]
    ) -> None:
        self._draw = random.Random(f"{seed}/questions")  # nothing secret
        self._creators, self._products, self._campaigns, self._brands = creators, products, campaigns, brands

    def next(self) -> Query:
        """One more."""
        draw = self._draw
        group = draw.choice((None, *GroupBy))
        possible = [metric for metric in Metric if group is None or group in GROUPS[metric]]
        metrics = tuple(draw.sample(possible, draw.randint(1, min(4, len(possible)))))
        period = self._period()
        own_days = draw.random() < 0.75 or {Metric.VIEWS, Metric.CONVERSION_RATE} & set(metrics)
        query = Query(
            period,
            metrics,
            self._filters(metrics),
            group,
            order_by=draw.choice((None, *metrics)) if group else None,
            descending=draw.random() < 0.7,
            zone=None if own_days else draw.choice(("Asia/Shanghai", "Europe/London", "America/Los_Angeles")),
            currency=draw.choice((None, None, "USD", "GBP", "EUR")),
        )
        if draw.random() < 0.3:
            return replace(query, against=compared(period, draw.choice(tuple(Compare))))
        return query

    def _period(self) -> Period:
        draw, first = self._draw, BEGAN.date()
        kind = draw.random()
        if kind < 0.25:
            day = draw.choice(EDGE_DAYS)
            return Period(PeriodName.CUSTOM, day, day + timedelta(days=draw.randint(0, 2)))
        if kind < 0.35:  # before anything was sold
            return Period(PeriodName.CUSTOM, first - timedelta(days=90), first - timedelta(days=30))
        if kind < 0.65:
            month = draw.randint(3, 10)
            return Period(PeriodName.CUSTOM, date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1))
        start = first + timedelta(days=draw.randrange(DAYS))
        return Period(PeriodName.CUSTOM, start, start + timedelta(days=draw.randrange(120)))

    def _filters(self, metrics: tuple[Metric, ...]) -> Filters:
        draw, found = self._draw, Filters()
        if draw.random() < 0.25:
            found = replace(found, creators=tuple(CreatorId(one) for one in draw.sample(self._creators, 2)))
        if draw.random() < 0.15:
            found = replace(found, product=ProductId(draw.choice(self._products)))
        if draw.random() < 0.3:
            found = replace(found, brand=BrandId(draw.choice(self._brands)))
        elif draw.random() < 0.15:
            found = replace(found, market=draw.choice(("US", "GB")))
        if draw.random() < 0.15 and all(GroupBy.CAMPAIGN in GROUPS[metric] for metric in metrics):
            found = replace(found, campaign=CampaignId(draw.choice(self._campaigns)))
        if draw.random() < 0.1 and not set(metrics) & {*OURS, Metric.ROI, Metric.SAMPLE_ROI}:
            found = replace(found, content=f"{draw.choice(('US', 'GB'))}v{draw.randrange(14)}")
        return found
