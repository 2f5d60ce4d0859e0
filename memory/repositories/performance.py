"""Questions about sales answered: sums by group, figures by the definitions of `memory.domain.performance`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from memory.domain.errors import BadRequest
from memory.domain.exchange import Exchange
from memory.domain.ids import BrandId
from memory.domain.markets import reporting_zone
from memory.domain.performance import (
    GROUPS,
    IN_TIME,
    OURS,
    Figure,
    Filters,
    Freshness,
    GroupBy,
    Key,
    Metric,
    Query,
    Report,
    Row,
    Sums,
    figure,
    untold,
)
from memory.domain.performance_stores import OUTCOME_GROUPS, Days, FunnelRow, OutcomeRow, SaleLine
from memory.domain.periods import Period
from memory.domain.workspace import Scope
from memory.models.sales import SalesSourceRow
from memory.models.workspace import BrandRecord
from memory.repositories.funnel import Funnels
from memory.repositories.gathering import Gathered, days_of
from memory.repositories.knowledge import read_tables
from memory.repositories.movers import RANKED, Sides, moved_most
from memory.repositories.own_sums import Asked, count_outcomes
from memory.repositories.report_sums import ORDERS, POSTS, Frame, Shop, SumReader, attributed
from memory.repositories.sale_lines import Lines
from memory.repositories.subjects import labels
from memory.tenancy import ScopedSession

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Group:
    """One group's sums, and those of the period compared with. `first` to `last`: the days it is of."""

    key: object
    now: Sums
    before: Sums
    first: date
    last: date


class PerformanceRepository:
    """Satisfies `memory.domain.performance_stores.PerformanceStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        del scope  # the session narrows to it
        self._session = session
        self._now = now
        self._sums = SumReader(session)
        self._lines = Lines(session)
        self._funnels = Funnels(session)

    async def days(self, *, brand: BrandId | None = None, zone: str | None = None) -> Days:
        """See `PerformanceStore.days`."""
        shops = await self._shops(Filters(brand=brand))
        zones = {_zone(zone)} if zone else {shop.zone for shop in shops} or {ZoneInfo("UTC")}
        today = min(self._now.astimezone(each).date() for each in zones)
        return Days(tuple(sorted(each.key for each in zones)), today)

    async def report(self, query: Query) -> Report:
        """See `PerformanceStore.report`."""
        _refuse(query)
        frame = await self._frame(query)
        against = replace(frame, period=query.against) if query.against else None
        found = await self._sums.gathered(frame)
        sums = found.groups
        before = (await self._sums.gathered(against)).groups if against else Gathered()
        whole = _Group("", sums.total(), before.total(), query.period.first, query.period.last)
        total = _row(frame, whole, Key("", ""), against)
        groups = _groups(frame, against, sums.by_key(), before.by_key()) if query.group_by else []
        rows = await self._rows(frame, against, groups)
        told = [one.as_of for one in frame.sources if one.kind == ORDERS]
        zones = {query.zone} if query.zone else {shop.zone.key for shop in frame.shops}
        converted = sums.converted or before.converted
        return Report(
            period=query.period,
            zones=tuple(sorted(zones)),
            currency=frame.exchange.currency,
            total=replace(total, creators=await self._creators(frame, groups)),
            rows=rows,
            groups=len(groups),
            attributed=attributed(found, frame.exchange.currency),
            sources=frame.sources,
            as_of=max(told, default=None),
            against=query.against,
            rates_day=frame.exchange.tables[-1].day if converted else None,
        )

    async def movers(self, query: Query, *, of: Metric, most: int) -> tuple[Row, ...]:
        """See `PerformanceStore.movers`."""
        _refuse(query)
        group = query.group_by
        assert query.against is not None
        assert group is not None
        frame = await self._frame(query)
        if of not in RANKED:
            groups, against = await self._both(frame, query.against)
            groups.sort(key=lambda one: (-abs(_moved(of, one)), str(one.key)))
            groups = groups[:most]
        else:
            sides = await self._sides(frame, query.against, of)
            keys = await moved_most(self._session, sides, by=group, of=of, most=most)
            groups, against = await self._both(replace(frame, keys=tuple(keys)), query.against)
        names = await labels(self._session, group, [one.key for one in groups])
        return tuple(_row(frame, one, names[one.key], against) for one in groups)

    async def _both(self, frame: Frame, period: Period) -> tuple[list[_Group], Frame]:
        """Every group of a frame in its period and in another."""
        against = replace(frame, period=period)
        now, before = [(await self._sums.gathered(one)).groups.by_key() for one in (frame, against)]
        return _groups(frame, against, now, before), against

    async def _sides(self, frame: Frame, period: Period, of: Metric) -> Sides:
        """Both periods; of a refund rate each side's refunds are shares of its sales."""
        against = replace(frame, period=period)
        if of is not Metric.REFUND_RATE:
            return Sides(frame, against)
        whole = replace(frame, query=replace(frame.query, group_by=None))
        sold = [
            (await self._sums.gathered(replace(whole, period=one.period))).groups.total().gross
            for one in (frame, against)
        ]
        now, then = (Fraction(1, gross) if gross else Fraction(0) for gross in sold)
        return Sides(frame, against, (now, then))

    async def lines(
        self, filters: Filters, period: Period, *, zone: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[list[SaleLine], str | None]:
        """See `PerformanceStore.lines`."""
        shops = await self._shops(filters)
        own = _zone(zone) if zone else None
        return await self._lines.page(filters, period, [shop.id for shop in shops], zone=own, after=after, limit=limit)

    async def funnel(self, filters: Filters, period: Period, *, group_by: GroupBy | None = None) -> list[FunnelRow]:
        """See `PerformanceStore.funnel`."""
        if group_by not in (None, GroupBy.CREATOR, GroupBy.CAMPAIGN):
            raise BadRequest("metric_not_by", metric="funnel", group_by=str(group_by))
        shops = await self._shops(filters)
        return await self._funnels.rows(filters, period, {shop.id: shop.zone for shop in shops}, group_by)

    async def outcomes(self, filters: Filters, period: Period, *, group_by: GroupBy) -> list[OutcomeRow]:
        """See `PerformanceStore.outcomes`."""
        if group_by not in OUTCOME_GROUPS:
            raise BadRequest("metric_not_by", metric=Metric.POST_RATE.value, group_by=group_by.value)
        zones = {shop.id: shop.zone for shop in await self._shops(filters)}
        counts = await count_outcomes(self._session, Asked(period, filters, group_by, zones), now=self._now)
        names = await labels(self._session, group_by, list(counts))
        rows = [OutcomeRow(names[key], **own) for key, own in counts.items()]
        if group_by in IN_TIME:
            return sorted(rows, key=lambda row: row.key.id)
        return sorted(rows, key=lambda row: (-row.total, row.key.label, row.key.id))

    async def freshness(self) -> list[Freshness]:
        """See `PerformanceStore.freshness`."""
        return await self._sources([shop.id for shop in await self._shops(Filters())])

    async def _frame(self, query: Query) -> Frame:
        shops = await self._shops(query.filters)
        own = {shop.currency for shop in shops}
        currency = query.currency or (own.pop() if len(own) == 1 else "USD")
        exchange = Exchange(await read_tables(self._session), currency)
        if not any(currency in table.per_usd for table in exchange.tables):
            raise BadRequest("unknown_currency", currency=currency)
        sources = await self._sources([shop.id for shop in shops])
        return Frame(query, query.period, tuple(shops), exchange, tuple(sources))

    async def _shops(self, filters: Filters) -> list[Shop]:
        wanted = select(BrandRecord).order_by(BrandRecord.id)
        if filters.brand is not None:
            wanted = wanted.where(BrandRecord.id == filters.brand)
        if filters.market is not None:
            wanted = wanted.where(BrandRecord.market == filters.market)
        rows = await self._session.scalars(wanted)
        return [Shop(row.id, row.market, row.currency, reporting_zone(row.market)) for row in rows]

    async def _sources(self, brands: Sequence[int]) -> list[Freshness]:
        rows = await self._session.scalars(
            select(SalesSourceRow).where(SalesSourceRow.brand_id.in_(brands)).order_by(SalesSourceRow.as_of)
        )
        return [Freshness(row.source, row.kind, row.as_of, row.first_day, row.last_day, row.rows) for row in rows]

    async def _rows(self, frame: Frame, against: Frame | None, groups: list[_Group]) -> tuple[Row, ...]:
        """The first rows of what was asked for, in its order."""
        query, group = frame.query, frame.query.group_by
        if group is None:
            return ()
        names: dict[object, Key] = {}
        if query.order_by is not None:
            groups.sort(key=lambda one: _rank(frame, one, query.order_by, descending=query.descending))
        elif group not in IN_TIME:
            names = await labels(self._session, group, [one.key for one in groups])
            groups.sort(key=lambda one: (names[one.key].label.casefold(), str(one.key)))
        shown = groups if query.top is None else groups[: query.top]
        names = names or await labels(self._session, group, [one.key for one in shown])
        creators: dict[object, int] = {}
        if group is not GroupBy.CREATOR:
            creators = await self._sums.creators(frame, grouped=True)
        rows = []
        for one in shown:
            alone = int(bool(one.key) and one.now.orders > 0)
            count = alone if group is GroupBy.CREATOR else creators.get(one.key, 0)
            rows.append(replace(_row(frame, one, names[one.key], against), creators=count))
        return tuple(rows)

    async def _creators(self, frame: Frame, groups: Sequence[_Group]) -> int:
        """How many creators sold in all."""
        if frame.query.group_by is GroupBy.CREATOR:
            return sum(bool(one.key) and one.now.orders > 0 for one in groups)
        return (await self._sums.creators(frame, grouped=False)).get(0, 0)


def _moved(metric: Metric, group: _Group) -> int:
    now, before = (figure(metric, sums).value or 0 for sums in (group.now, group.before))
    return now - before


def _refuse(query: Query) -> None:
    """Refuse what cannot be answered rather than answer something else."""
    for metric in query.metrics:
        groups = GROUPS[metric]
        if query.group_by is not None and query.group_by not in groups:
            raise BadRequest("metric_not_by", metric=metric.value, group_by=query.group_by.value)
        if query.filters.campaign is not None and GroupBy.CAMPAIGN not in groups:
            raise BadRequest("metric_not_by", metric=metric.value, group_by=GroupBy.CAMPAIGN.value)
        if query.filters.content is not None and GroupBy.CONTENT not in groups:
            raise BadRequest("metric_not_by", metric=metric.value, group_by=GroupBy.CONTENT.value)
    if query.order_by is not None and query.order_by not in query.metrics:
        raise BadRequest("order_not_asked", order_by=query.order_by.value)
    if query.zone is not None:
        _zone(query.zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise BadRequest("zone_unknown", zone=name) from exc


def _groups(
    frame: Frame, against: Frame | None, now: Mapping[object, Sums], before: Mapping[object, Sums]
) -> list[_Group]:
    """Every group of either period. Days, weeks and months are all there, matched with those compared in order."""
    period, group = frame.period, frame.query.group_by
    if group not in IN_TIME or group is None:
        keys = sorted({*now, *before}, key=str)
        return [_Group(key, now.get(key, Sums()), before.get(key, Sums()), period.first, period.last) for key in keys]
    days = days_of(period, group)
    earlier: list[date] = days_of(against.period, group) if against else []
    found = []
    for place, day in enumerate(days):
        last = days[place + 1] - _DAY if place + 1 < len(days) else period.last
        old = before.get(earlier[place], Sums()) if place < len(earlier) else Sums()
        found.append(_Group(day, now.get(day, Sums()), old, max(day, period.first), last))
    return found


def _row(frame: Frame, group: _Group, key: Key, against: Frame | None) -> Row:
    before = _figures(against, group.before, against.period.first, against.period.last) if against else {}
    return Row(key, _figures(frame, group.now, group.first, group.last), before)


def _figures(frame: Frame, sums: Sums, first: date, last: date) -> dict[Metric, Figure]:
    return {metric: _figure(frame, metric, sums, first, last) for metric in frame.query.metrics}


def _figure(frame: Frame, metric: Metric, sums: Sums, first: date, last: date) -> Figure:
    """The value of a metric; unknown where no source tells of these days."""
    kinds = {Metric.VIEWS: (POSTS,), Metric.CONVERSION_RATE: (ORDERS, POSTS)}.get(metric, (ORDERS,))
    if metric not in OURS and not all(frame.covers(kind, first, last) for kind in kinds):
        return untold(metric)
    return figure(metric, sums)


def _rank(frame: Frame, group: _Group, metric: Metric | None, *, descending: bool) -> tuple[bool, int, str]:
    assert metric is not None  # asked for
    value = _figure(frame, metric, group.now, group.first, group.last).value
    return value is None, (-value if descending else value) if value is not None else 0, str(group.key)
