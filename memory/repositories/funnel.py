"""How far creators came whom a brand wrote to: answered, sampled, posted, sold, and how long each stage took."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import SQLColumnExpression, func, select

from memory.domain.performance import Filters, GroupBy, Key
from memory.domain.performance_stores import FunnelRow
from memory.domain.periods import Period
from memory.domain.sample import SampleStatus
from memory.domain.weeks import first_moment
from memory.models.outreach import BatchRow, CreatorMessageRow, DraftRow, StepRow
from memory.models.sales import ContentPostRow, OrderLineRow
from memory.models.samples import SampleRow
from memory.repositories.subjects import labels
from memory.tenancy import ScopedSession

_DAY = timedelta(days=1)
_WAITING = (SampleStatus.ASKED.value, SampleStatus.AGREED.value)
_Pair = tuple[int, int]  # brand, creator
_Column = SQLColumnExpression[Any]
_STAGES: Mapping[str, tuple[_Column, _Column, _Column]] = {
    "replied": (CreatorMessageRow.brand_id, CreatorMessageRow.creator_id, CreatorMessageRow.received_at),
    "sampled": (
        SampleRow.brand_id,
        SampleRow.creator_id,
        func.coalesce(SampleRow.approved_at, SampleRow.shipped_at, SampleRow.delivered_at),
    ),
    "posted": (ContentPostRow.brand_id, ContentPostRow.creator_id, ContentPostRow.posted_at),
    "sold": (OrderLineRow.brand_id, OrderLineRow.creator_id, OrderLineRow.placed_at),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """When one creator came to each stage of one brand; None: not yet."""

    contacted: datetime
    replied: datetime | None
    sampled: datetime | None
    posted: datetime | None
    sold: datetime | None


class Funnels:
    """Reads funnels inside the caller's transaction."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def rows(
        self, filters: Filters, period: Period, zones: Mapping[int, ZoneInfo], group: GroupBy | None
    ) -> list[FunnelRow]:
        """See `PerformanceStore.funnel`; most contacted first."""
        ways: dict[object, list[_Way]] = defaultdict(list)
        first = await self._first_messages(filters, zones)
        inside = {pair: (at, campaign) for pair, (at, campaign) in first.items() if _within(at, period, zones[pair[0]])}
        stages = [await self._earliest(stage, inside) for stage in ("replied", "sampled", "posted", "sold")]
        for pair, (at, campaign) in inside.items():
            key: object = 0
            if group is not None:
                key = pair[1] if group is GroupBy.CREATOR else campaign or 0
            ways[key].append(_Way(at, *(stage.get(pair) for stage in stages)))
        names: dict[object, Key] = {0: Key("", "")}
        if group is not None:
            names = await labels(self._session, group, list(ways))
        rows = [_row(names[key], own) for key, own in ways.items()]
        return sorted(rows, key=lambda row: (-row.contacted, row.key.label, row.key.id))

    async def _first_messages(
        self, filters: Filters, zones: Mapping[int, ZoneInfo]
    ) -> dict[_Pair, tuple[datetime, int | None]]:
        wanted = (
            select(StepRow.brand_id, StepRow.creator_id, StepRow.sent_at, BatchRow.campaign_id)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .where(StepRow.brand_id.in_(zones), StepRow.sent_at.is_not(None))
            .order_by(StepRow.sent_at, StepRow.id)
        )
        if filters.creators:
            wanted = wanted.where(StepRow.creator_id.in_(filters.creators))
        if filters.product is not None:
            wanted = wanted.where(DraftRow.product_id == filters.product)
        if filters.campaign is not None:
            wanted = wanted.where(BatchRow.campaign_id == filters.campaign)
        first: dict[_Pair, tuple[datetime, int | None]] = {}
        for brand, creator, at, campaign in await self._session.execute(wanted):
            if at is not None:
                first.setdefault((brand, creator), (at, campaign))
        return first

    async def _earliest(self, stage: str, inside: Mapping[_Pair, tuple[datetime, int | None]]) -> dict[_Pair, datetime]:
        """When each creator first came to a stage after being written to."""
        creators = sorted({creator for _, creator in inside})
        brands = sorted({brand for brand, _ in inside})
        owner, made, at = _STAGES[stage]
        wanted = select(owner, made, at).where(owner.in_(brands), made.in_(creators), at.is_not(None))
        if stage == "sampled":
            wanted = wanted.where(SampleRow.status.not_in(_WAITING))
        found: dict[_Pair, datetime] = {}
        for brand, creator, moment in await self._session.execute(wanted):
            pair = (brand, creator)
            if pair in inside and moment >= inside[pair][0] and (pair not in found or moment < found[pair]):
                found[pair] = moment
        return found


def _within(moment: datetime, period: Period, zone: ZoneInfo) -> bool:
    return first_moment(period.first, zone) <= moment < first_moment(period.last + _DAY, zone)


def _row(key: Key, ways: list[_Way]) -> FunnelRow:
    return FunnelRow(
        key=key,
        contacted=len(ways),
        replied=sum(way.replied is not None for way in ways),
        sampled=sum(way.sampled is not None for way in ways),
        posted=sum(way.posted is not None for way in ways),
        sold=sum(way.sold is not None for way in ways),
        to_reply=_median((way.contacted, way.replied) for way in ways),
        to_sample=_median((way.contacted, way.sampled) for way in ways),
        to_post=_median((way.sampled, way.posted) for way in ways),
        to_sale=_median((way.posted, way.sold) for way in ways),
    )


def _median(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> timedelta | None:
    """Half of those who came so far took at most so long."""
    times = [
        (end - start).total_seconds() for start, end in pairs if start is not None and end is not None and end >= start
    ]
    return timedelta(seconds=round(median(times))) if times else None
