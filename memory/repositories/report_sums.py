"""The sums behind one report: read group by group, every source of figures in its own query."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, literal

from memory.domain.exchange import Exchange
from memory.domain.money import Money
from memory.domain.performance import OURS, Attributed, Freshness, GroupBy, Metric, Query
from memory.domain.periods import Period
from memory.domain.sales import Rule
from memory.repositories.gathering import Gathered
from memory.repositories.own_sums import Asked, count_messages, count_samples
from memory.repositories.sale_rows import SUMMED
from memory.repositories.sale_sums import (
    clicked,
    creators_by,
    facts,
    key_column,
    narrowed,
    orders_by,
    posts_by,
    sums_by,
)
from memory.tenancy import ScopedSession

ORDERS, POSTS = "orders", "posts"
_OF_POSTS = frozenset({Metric.VIEWS, Metric.CONVERSION_RATE})
_OF_SAMPLES = frozenset({Metric.ROI, Metric.SAMPLE_ROI, Metric.POST_RATE})
MONEY = frozenset({"gross", "gross_final", "refunded", "commission", "provisional", "fees", "agreed"})
_WHOLE = literal(0, Integer)


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand's shop, and whose days it is counted by."""

    id: int
    market: str
    currency: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Frame:
    """One question over one period, with what it is answered from. `keys`: these groups alone are asked about."""

    query: Query
    period: Period
    shops: tuple[Shop, ...]
    exchange: Exchange
    sources: tuple[Freshness, ...]
    keys: tuple[object, ...] | None = None

    @property
    def brands(self) -> list[int]:
        """Ids of the brands asked about."""
        return [shop.id for shop in self.shops]

    @property
    def zone(self) -> ZoneInfo | None:
        """Whose days are asked for; None: each shop's own."""
        return ZoneInfo(self.query.zone) if self.query.zone else None

    @property
    def of_sales(self) -> bool:
        """Whether anything asked for is counted from orders."""
        return not set(self.query.metrics) <= OURS | {Metric.VIEWS}

    def covers(self, kind: str, first: date, last: date) -> bool:
        """Whether a source tells of any of these days."""
        return any(
            one.kind == kind and one.first_day <= last and one.as_of.astimezone(UTC).date() >= first
            for one in self.sources
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Sums by key of the groups asked for, and those of sales by the rule that made them somebody's."""

    groups: Gathered
    rules: Gathered


class SumReader:
    """Reads sums inside the caller's transaction."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def gathered(self, frame: Frame) -> Found:
        """Sums by key of the frame's groups (0 where there are none), as far as its metrics need them."""
        into, rules = Gathered(), Gathered()
        metrics = set(frame.query.metrics)
        if frame.of_sales:
            await self._sales(frame, into, rules)
        if metrics & _OF_POSTS:
            await self._posts(frame, into)
        if metrics & _OF_SAMPLES:
            await count_samples(self._session, _asked(frame), frame.exchange, into)
        if Metric.REPLY_RATE in metrics:
            await count_messages(self._session, _asked(frame), into)
        if frame.query.group_by is GroupBy.MARKET:
            into.rekeyed({shop.id: shop.market for shop in frame.shops})
        return Found(into, rules)

    async def creators(self, frame: Frame, *, grouped: bool) -> dict[object, int]:
        """How many creators sold, in each group or in all (under 0)."""
        if not frame.of_sales:
            return {}
        of = facts(frame.period, zone=frame.zone)
        group = frame.query.group_by if grouped else None
        key = key_column(group, of.columns) if group else _WHOLE
        statement = creators_by(key, of, grouped=group is not None)
        found = await self._session.execute(narrowed(statement, of, frame.query.filters, frame.brands))
        counts: dict[object, int] = defaultdict(int)
        markets = {shop.id: shop.market for shop in frame.shops} if group is GroupBy.MARKET else {}
        for own, count in found:
            counts[markets.get(own, own)] += count
        return counts

    async def _sales(self, frame: Frame, into: Gathered, rules: Gathered) -> None:
        of, group = facts(frame.period, zone=frame.zone), frame.query.group_by
        key = key_column(group, of.columns) if group else _WHOLE
        statement = sums_by(key, of, [table.day for table in frame.exchange.tables])
        if frame.keys is not None:
            statement = statement.where(key.in_(frame.keys))
        found = await self._session.execute(narrowed(statement, of, frame.query.filters, frame.brands))
        for own, rule, currency, place, *sums in found:
            factor = frame.exchange.factor(currency, place)
            for gathered, part in ((into, own), (rules, rule)):
                gathered.add(part, SUMMED, MONEY, sums, factor)

    async def _posts(self, frame: Frame, into: Gathered) -> None:
        query = frame.query
        for key, views, seen, unseen, clicks, unclicked in await self._session.execute(
            posts_by(query.group_by, frame.period, query.filters, frame.brands)
        ):
            into.count(key, views=views, posts=seen, views_untold=unseen, clicks=clicks, clicks_untold=unclicked)
        if query.group_by is not None:
            whole = (await self._session.execute(posts_by(None, frame.period, query.filters, frame.brands))).one()
            into.distinct(posts=whole[2], views_untold=whole[3], clicks_untold=whole[5])
        of = facts(frame.period, zone=frame.zone)
        own = key_column(query.group_by, of.columns) if query.group_by else _WHOLE
        sold = orders_by(own, of, grouped=query.group_by is not None).where(
            of.columns["content"].in_(clicked(frame.period, frame.brands))
        )
        for key, orders in await self._session.execute(narrowed(sold, of, query.filters, frame.brands)):
            into.count(key, clicked_orders=orders or 0)


def attributed(found: Found, currency: str) -> tuple[Attributed, ...]:
    """What each rule attributed, strongest first, and what nobody is known for."""
    sums = found.rules.by_key()
    return tuple(
        Attributed(rule, sums[key].orders, Money(sums[key].gross, currency))
        for rule in (*Rule, None)
        if (key := rule.value if rule else "") in sums
    )


def _asked(frame: Frame) -> Asked:
    zones = {shop.id: frame.zone or shop.zone for shop in frame.shops}
    return Asked(frame.period, frame.query.filters, frame.query.group_by, zones)
