"""What reports count of our own doings: samples with what they sold, and messages with who answered them."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, cast, func, select

from memory.domain.exchange import Exchange
from memory.domain.performance import Filters, GroupBy
from memory.domain.periods import Period
from memory.domain.sample import RECEIVED, SampleStatus, standing
from memory.domain.weeks import first_moment
from memory.domain.zones import home_zone
from memory.models.creators import HOME, CreatorRow
from memory.models.outreach import (
    BatchRow,
    CreatorMessageRow,
    DraftRow,
    DraftVersionRow,
    FollowUpRow,
    SendRow,
    StepRow,
)
from memory.models.sales import RollupDayRow
from memory.models.samples import SampleRow
from memory.repositories.gathering import Gathered, day_key
from memory.tenancy import ScopedSession

_DAY = timedelta(days=1)
_SENT = tuple(
    status.value
    for status in (
        SampleStatus.SHIPPED, SampleStatus.DELIVERED, SampleStatus.POSTED, SampleStatus.EXCUSED, SampleStatus.LOST,
    )
)  # fmt: skip

_OUTCOMES = {
    SampleStatus.POSTED: "posted", SampleStatus.OVERDUE: "overdue", SampleStatus.EXCUSED: "excused",
    SampleStatus.LOST: "lost",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of our own doings: brands with the zones of their days."""

    period: Period
    filters: Filters
    group: GroupBy | None
    zones: Mapping[int, ZoneInfo]


@dataclass(frozen=True, slots=True)
class _Sample:
    brand: int
    creator: int
    product: int | None
    day: date


@dataclass(slots=True)
class _Sold:
    """Where the sales after samples go: of a creator and product the first sample takes them."""

    first: dict[tuple[int, int, int | None], tuple[date, object]] = field(default_factory=dict)

    def of(self, brand: int, creator: int, product: int, day: date) -> object | None:
        for goods in (product, None):
            found = self.first.get((brand, creator, goods))
            if found and day >= found[0]:
                return found
        return None


async def count_outcomes(session: ScopedSession, asked: Asked, *, now: datetime) -> dict[object, Counter[str]]:
    """What became of the samples sent in a period, by group: how many of each outcome, by the name of its count."""
    found: defaultdict[object, Counter[str]] = defaultdict(Counter)
    for row in await session.scalars(_samples(asked)):
        sent, zone = _sent_at(row), asked.zones[row.brand_id]
        if sent is None or not _within(sent, asked.period, zone):
            continue
        stands = standing(SampleStatus(row.status), row.due_at, now=now)
        found[_key(asked.group, _sample(row, sent, zone))][_OUTCOMES.get(stands, "not_due")] += 1
    return found


async def count_samples(session: ScopedSession, asked: Asked, exchange: Exchange, into: Gathered) -> None:
    """Samples that arrived and were posted, samples sent with their cost, and what those with a cost sold since."""
    sold = _Sold()
    for row in await session.scalars(_samples(asked)):
        zone = asked.zones[row.brand_id]
        arrived = row.delivered_at or row.posted_at
        if row.status in RECEIVED and arrived and _within(arrived, asked.period, zone):
            key = _key(asked.group, _sample(row, arrived, zone))
            into.count(key, received=1, posted=int(row.status == SampleStatus.POSTED))
        sent = _sent_at(row)
        if sent is None or not _within(sent, asked.period, zone):
            continue
        sample = _sample(row, sent, zone)
        key = _key(asked.group, sample)
        factor = exchange.factor(row.cost_currency or "", exchange.place(sample.day))
        if row.cost_minor is None or factor is None:
            into.count(key, samples_untold=1)
            continue
        into.count(key, samples=1)
        into.money(key, factor, sample_cost=row.cost_minor)
        goods = (sample.brand, sample.creator, sample.product)
        if goods not in sold.first or sample.day < sold.first[goods][0]:
            sold.first[goods] = (sample.day, key)
    if sold.first:
        await _count_sold(session, sold, exchange, into)


async def _count_sold(session: ScopedSession, sold: _Sold, exchange: Exchange, into: Gathered) -> None:
    roll = RollupDayRow
    keys = (roll.brand_id, roll.creator_id, roll.product_id, roll.day, roll.currency)
    left = roll.gross - roll.refunded - roll.commission - roll.provisional - roll.agreed - roll.fees
    rows = await session.execute(
        select(*keys, cast(func.sum(left), BigInteger), cast(func.sum(roll.provisional + roll.agreed), BigInteger))
        .where(
            roll.brand_id.in_(sorted({brand for brand, _, _ in sold.first})),
            roll.creator_id.in_(sorted({creator for _, creator, _ in sold.first})),
            roll.day >= min(day for day, _ in sold.first.values()),
        )
        .group_by(*keys)
    )
    for brand, creator, product, day, currency, earned, provisional in rows:
        found = sold.of(brand, creator, product, day)
        factor = exchange.factor(currency, exchange.place(day))
        if isinstance(found, tuple) and factor is not None:
            into.money(found[1], factor, sample_earned=earned, sample_provisional=provisional)


def _samples(asked: Asked) -> Select[SampleRow]:
    wanted = select(SampleRow).where(SampleRow.brand_id.in_(asked.zones))
    if asked.filters.creators:
        wanted = wanted.where(SampleRow.creator_id.in_(asked.filters.creators))
    if asked.filters.product is not None:
        wanted = wanted.where(SampleRow.product_id == asked.filters.product)
    return wanted


def _sent_at(row: SampleRow) -> datetime | None:
    """When a sample went out, as far as anybody wrote down; None of one that did not."""
    return (row.shipped_at or row.delivered_at or row.approved_at) if row.status in _SENT else None


def _sample(row: SampleRow, at: datetime, zone: ZoneInfo) -> _Sample:
    return _Sample(row.brand_id, row.creator_id, row.product_id, at.astimezone(zone).date())


def _within(moment: datetime, period: Period, zone: ZoneInfo) -> bool:
    return period.first <= moment.astimezone(zone).date() <= period.last


def _key(group: GroupBy | None, sample: _Sample) -> object:
    match group:
        case None:
            return 0
        case GroupBy.CREATOR:
            return sample.creator
        case GroupBy.PRODUCT:
            return sample.product or 0
        case GroupBy.BRAND | GroupBy.MARKET:
            return sample.brand
        case _:
            return day_key(group, sample.day)


@dataclass(frozen=True, slots=True)
class _Message:
    brand: int
    creator: int
    at: datetime
    campaign: int | None
    template: str
    language: str
    round: int
    local: datetime


async def count_messages(session: ScopedSession, asked: Asked, into: Gathered) -> None:
    """Creators written to in a period, each once a group, and who of them wrote back before the next message."""
    for brand, zone in asked.zones.items():
        messages = await _messages(session, asked, brand, zone)
        answers = await _answers(session, brand, {message.creator for message in messages})
        nexts = await _sent(session, brand, {message.creator for message in messages})
        who: dict[object, dict[int, bool]] = defaultdict(dict)
        everybody: dict[int, bool] = {}
        for message in messages:
            key = _group_of(asked.group, message, zone)
            replied = _is_answered(message, answers.get(message.creator, []), nexts.get(message.creator, []))
            who[key][message.creator] = who[key].get(message.creator, False) or replied
            everybody[message.creator] = everybody.get(message.creator, False) or replied
        into.distinct(contacted=len(everybody), replied=sum(everybody.values()))
        for key, creators in who.items():
            into.count(key, contacted=len(creators), replied=sum(creators.values()))


async def _messages(session: ScopedSession, asked: Asked, brand: int, zone: ZoneInfo) -> list[_Message]:
    begins, ends = first_moment(asked.period.first, zone), first_moment(asked.period.last + _DAY, zone)
    wanted = (
        select(
            StepRow.creator_id, StepRow.sent_at, BatchRow.campaign_id, DraftVersionRow.template,
            DraftVersionRow.language, FollowUpRow.round, *HOME,
        )
        .join(SendRow, (SendRow.step_id == StepRow.id) & (SendRow.state == "accepted"))
        .join(DraftVersionRow, DraftVersionRow.id == SendRow.version_id)
        .join(DraftRow, DraftRow.id == StepRow.draft_id)
        .join(BatchRow, BatchRow.id == DraftRow.batch_id)
        .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
        .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
        .where(StepRow.brand_id == brand, StepRow.sent_at >= begins, StepRow.sent_at < ends)
    )  # fmt: skip
    if asked.filters.creators:
        wanted = wanted.where(StepRow.creator_id.in_(asked.filters.creators))
    if asked.filters.campaign is not None:
        wanted = wanted.where(BatchRow.campaign_id == asked.filters.campaign)
    if asked.filters.product is not None:
        wanted = wanted.where(DraftRow.product_id == asked.filters.product)
    return [
        _Message(
            brand, row.creator_id, row.sent_at, row.campaign_id, row.template or "", row.language, 1 + (row.round or 0),
            row.sent_at.astimezone(home_zone(row.zone, row.market, row.likely_zone).zone),
        )
        for row in await session.execute(wanted)
    ]  # fmt: skip


async def _answers(session: ScopedSession, brand: int, creators: set[int]) -> dict[int, list[datetime]]:
    rows = await session.execute(
        select(CreatorMessageRow.creator_id, CreatorMessageRow.received_at)
        .where(CreatorMessageRow.brand_id == brand, CreatorMessageRow.creator_id.in_(sorted(creators)))
        .order_by(CreatorMessageRow.received_at)
    )
    return _by_creator(rows)


async def _sent(session: ScopedSession, brand: int, creators: set[int]) -> dict[int, list[datetime]]:
    rows = await session.execute(
        select(StepRow.creator_id, StepRow.sent_at)
        .where(StepRow.brand_id == brand, StepRow.creator_id.in_(sorted(creators)), StepRow.sent_at.is_not(None))
        .order_by(StepRow.sent_at)
    )
    return _by_creator((creator, at) for creator, at in rows if at is not None)


def _by_creator(rows: "Iterator[tuple[int, datetime]] | Sequence[tuple[int, datetime]]") -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for creator, at in rows:
        found[creator].append(at)
    return found


def _is_answered(message: _Message, answers: Sequence[datetime], sent: Sequence[datetime]) -> bool:
    after = bisect_right(sent, message.at)
    until = sent[after] if after < len(sent) else None
    place = bisect_right(answers, message.at)
    return place < len(answers) and (until is None or answers[place] <= until)


def _group_of(group: GroupBy | None, message: _Message, zone: ZoneInfo) -> object:
    own: Mapping[GroupBy, Callable[[_Message], object]] = {
        GroupBy.CREATOR: lambda one: one.creator,
        GroupBy.CAMPAIGN: lambda one: one.campaign or 0,
        GroupBy.BRAND: lambda one: one.brand,
        GroupBy.MARKET: lambda one: one.brand,
        GroupBy.TEMPLATE: lambda one: one.template,
        GroupBy.LANGUAGE: lambda one: one.language,
        GroupBy.ROUND: lambda one: one.round,
        GroupBy.HOUR: lambda one: one.local.hour,
    }
    if group is None:
        return 0
    if group in own:
        return own[group](message)
    return day_key(group, message.at.astimezone(zone).date())
