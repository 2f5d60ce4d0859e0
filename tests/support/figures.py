"""Sales in memory for whoever asks questions about them: facts of a day, added up by the definitions themselves."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import cast

from pydantic import JsonValue

from memory.domain.chat_stores import Fence
from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.ids import BrandId, ConversationId, CreatorId, MemberId, ProductId, TenantId, TurnId
from memory.domain.money import Money
from memory.domain.offer import Product
from memory.domain.performance import (
    IN_TIME,
    Attributed,
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
from memory.domain.performance_stores import Days, OutcomeRow
from memory.domain.periods import Period
from memory.domain.sales import Rule
from memory.domain.stores import Units
from memory.domain.workspace import Brand, Lang, Role, Scope
from tools.contract import TurnContext
from tools.performance.arguments import PerformanceArgs
from tools.performance.outcomes import OutcomesShown
from tools.performance.results import Defined, FiguresShown, NoFigures
from tools.performance.tool import performance as make

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ZONE = "America/Los_Angeles"
MIA, TOM, NOBODY = Key("1", "mia.cooks"), Key("2", "tom.diy"), Key("", "")
OIL, BOX = Key("7", "鱼油软糖"), Key("8", "猫砂盆")


@dataclass(frozen=True)
class Sold:
    """What somebody sold of a product on a day."""

    day: date
    sums: Sums
    creator: Key = MIA
    product: Key = OIL

    def key(self, by: GroupBy) -> Key:
        named = {GroupBy.CREATOR: self.creator, GroupBy.PRODUCT: self.product}
        return named.get(by) or Key(self.day.isoformat(), self.day.isoformat())


@dataclass
class FakePerformance:
    """Satisfies what questions ask of `PerformanceStore`. `asked` holds the queries in order."""

    sold: Sequence[Sold] = ()
    sources: tuple[Freshness, ...] = (Freshness("file", "orders", NOW, date(2026, 9, 1), date(2026, 11, 20), 400),)
    today: date = TODAY
    samples: Sequence[OutcomeRow] = ()
    asked: list[Query] = field(default_factory=list)

    async def days(self, *, brand: BrandId | None = None, zone: str | None = None) -> Days:
        del brand
        return Days((zone or ZONE,), self.today)

    async def report(self, query: Query) -> Report:
        self.asked.append(query)
        groups: dict[Key, tuple[Sums, Sums]] = {}
        for one in self.sold:
            if not _wanted(one, query.filters):
                continue
            key = _matched(one, query).key(query.group_by) if query.group_by else Key("all", "")
            now, then = groups.get(key, (Sums(), Sums()))
            groups[key] = (
                now + one.sums if _within(one.day, query.period) else now,
                then + one.sums if query.against and _within(one.day, query.against) else then,
            )
        rows = [self._row(key, sums, query) for key, sums in groups.items() if any(sums)]
        whole = (Sums(), Sums())
        for now, then in groups.values():
            whole = (whole[0] + now, whole[1] + then)
        if query.order_by is not None:
            order = query.order_by
            rows.sort(key=lambda row: row.figures[order].value or 0, reverse=query.descending)
        else:
            rows.sort(key=lambda row: row.key.id)
        known = self.sources if self.sold else ()
        return Report(
            query.period,
            (query.zone or ZONE,),
            "USD",
            self._row(Key("", ""), whole, query),
            tuple(rows[: query.top]) if query.group_by else (),
            len(rows) if query.group_by else 0,
            self._attributed(query),
            known,
            NOW if known else None,
            query.against,
        )

    async def outcomes(self, filters: Filters, period: Period, *, group_by: GroupBy) -> list[OutcomeRow]:
        del filters, period, group_by
        return list(self.samples)

    async def movers(self, query: Query, *, of: Metric, most: int) -> tuple[Row, ...]:
        """All of them: which come first is for who asks to say."""
        del of, most
        return (await self.report(query)).rows

    def _row(self, key: Key, sums: tuple[Sums, Sums], query: Query) -> Row:
        now, then = sums
        told = bool(self.sold)
        figures = {one: figure(one, now) if told else untold(one) for one in query.metrics}
        before = {one: figure(one, then) for one in query.metrics} if query.against else {}
        return Row(key, figures, before)

    def _attributed(self, query: Query) -> tuple[Attributed, ...]:
        by: dict[Rule | None, Sums] = {}
        for one in self.sold:
            if _within(one.day, query.period) and _wanted(one, query.filters):
                rule = Rule.CONTENT if one.creator.id else None
                by[rule] = by.get(rule, Sums()) + one.sums
        return tuple(Attributed(rule, sums.orders, Money(sums.gross)) for rule, sums in by.items())


def _matched(one: Sold, query: Query) -> Sold:
    """Days of the period compared with stand beside those of the period, first to first."""
    if query.against is None or not _within(one.day, query.against) or query.group_by not in IN_TIME:
        return one
    return replace(one, day=one.day + (query.period.first - query.against.first))


def _within(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _wanted(one: Sold, filters: Filters) -> bool:
    return not filters.creators or CreatorId(int(one.creator.id or 0)) in filters.creators


def sales(orders: int, gross: int, **more: int) -> Sums:
    """Sums of so many orders, their gross in cents, and whatever else is told."""
    return replace(Sums(orders=orders, units=orders, gross=gross, gross_final=gross), **more)


@dataclass
class FakeUnit:
    """A transaction that questions about figures read from: two brands of one tenant, two creators, a product."""

    performance: FakePerformance
    seen: tuple[Brand, ...] = (
        Brand(BrandId(1), "Alder", "Alder US", "US", "Asia/Shanghai"),
        Brand(BrandId(2), "Birch", "Birch US", "US", "Asia/Shanghai"),
    )
    now: datetime = NOW

    @property
    def people(self) -> "FakeUnit":
        return self

    @property
    def creators(self) -> "FakeUnit":
        return self

    @property
    def products(self) -> "FakeUnit":
        return self

    @property
    def campaigns(self) -> "FakeUnit":
        return self

    async def brands(self) -> list[Brand]:
        return list(self.seen)

    async def by_handles(self, handles: Sequence[str]) -> dict[str, Creator]:
        known = {
            key.label: Creator(CreatorId(int(key.id)), None, CreatorFacts(handle=key.label), Source("file", NOW))
            for key in (MIA, TOM)
        }
        return {handle: known[handle] for handle in handles if handle in known}

    async def all(self, *, limit: int = 0) -> list[Product]:
        return [] if limit else [Product(ProductId(7), BrandId(1), OIL.label)]


@dataclass
class FakeUnits:
    """The door to it."""

    inside: FakeUnit

    @asynccontextmanager
    async def unit(self, scope: Scope, *, fence: Fence | None = None) -> AsyncIterator[FakeUnit]:
        del scope, fence
        yield self.inside


async def answer(
    performance: FakePerformance, arguments: Mapping[str, JsonValue], *, brands: int = 1, lang: Lang = "zh"
) -> FiguresShown | OutcomesShown | NoFigures | Defined:
    """What the tool answers to a planner's arguments, for a member who sees so many brands."""
    inside = FakeUnit(performance)
    inside.seen = inside.seen[:brands]
    tool = make(cast(Units, FakeUnits(inside)))  # the tool reads nothing but what the fake has
    scope = Scope(TenantId(1), None, MemberId(1), Role.VIEWER, lang)
    turn = TurnContext(scope, ConversationId(1), Fence(TurnId(1), 1), lang, "turn:1:0")
    result = await tool.run(PerformanceArgs.model_validate(arguments), turn)
    assert isinstance(result, FiguresShown | OutcomesShown | NoFigures | Defined)
    return result
