"""Samples out of a handed-in table: what each row would do to which sample, and the same carried out.

A row stands for one parcel: of a creator, of a product, under a number. Goods that a row approves need the sign of who
hands the file in, all of the file's together. What waits for its review on a platform is decided there, by no file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.samples.signing import may_sign
from connectors.ports.files import SampleFacts, SampleRow
from memory.domain.creator import Creator
from memory.domain.errors import NotAllowed
from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.import_stores import RowOutcome, RowVerdict
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.sample import Sample, SampleStatus, content_days, kept_as, moved, way
from memory.domain.stores import Unit
from tools.samples.keeping import keep_sample
from tools.samples.recording import Goods
from tools.team_zone import team_zone

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row does: to `present` (None: a new sample), on a way of `steps`; left out where `against` says why."""

    number: int
    facts: SampleFacts | None = None
    creator: Creator | None = None
    present: Sample | None = None
    product: ProductId | None = None
    steps: tuple[SampleStatus, ...] = ()
    problems: tuple[Flag, ...] = ()
    against: Flag | None = None


Say = Callable[[tuple[Flag, ...]], str | None]


async def judged(unit: Unit, rows: Sequence[SampleRow], say: Say, *, brand: BrandId) -> list[RowVerdict]:
    """What is wrong with rows; nothing is changed."""
    return [
        RowVerdict(one.number, RowOutcome.LEFT_OUT if one.against else None, _said(one, say))
        for one in await _plan(unit, rows, brand=brand)
    ]


async def imported(unit: Unit, rows: Sequence[SampleRow], say: Say, *, brand: BrandId) -> list[RowVerdict]:
    """Carry rows out, all in this transaction; a second time they change nothing."""
    creators = await _creators(unit, rows)
    await unit.samples.lock([creator.id for creator in creators.values()], brand=brand)
    zone = ZoneInfo(await team_zone(unit))
    verdicts = []
    for one in await _plan(unit, rows, brand=brand):
        if one.against is not None or one.facts is None or one.creator is None:
            verdicts.append(RowVerdict(one.number, RowOutcome.LEFT_OUT, _said(one, say)))
            continue
        sample = one.present or await unit.samples.begin(one.creator.id, brand=brand)
        changed = await keep_sample(unit, one.present, _after(unit, sample, one, one.facts, zone))
        outcome = RowOutcome.ADDED if one.present is None else RowOutcome.CHANGED if changed else RowOutcome.SAME
        verdicts.append(RowVerdict(one.number, outcome, _said(one, say)))
    return verdicts


async def _plan(unit: Unit, rows: Sequence[SampleRow], *, brand: BrandId) -> list[Planned]:
    creators = await _creators(unit, rows)
    products = {product.name.casefold(): product.id for product in await unit.products.all()}
    today = unit.now.astimezone(ZoneInfo(await team_zone(unit))).date()
    own: dict[CreatorId, list[Sample]] = {}
    known = await unit.samples.find(creators=[creator.id for creator in creators.values()], limit=MOST)
    for sample in sorted((one for one in known if one.brand == brand), key=lambda one: one.id):
        own.setdefault(sample.creator, []).append(sample)
    planned = []
    for row in rows:
        one = _planned(row, creators, products, own, today=today)
        if one.present is not None:  # two rows never stand for the same sample
            own[one.present.creator].remove(one.present)
        planned.append(one)
    return await _signed(unit, planned, brand=brand)


def _planned(
    row: SampleRow,
    creators: Mapping[str, Creator],
    products: Mapping[str, ProductId],
    own: Mapping[CreatorId, Sequence[Sample]],
    *,
    today: date,
) -> Planned:
    facts, problems = row.facts, row.problems
    if facts is None:
        return Planned(row.number, against=problems[0] if problems else Flag("row_no_handle", {}))
    creator = creators.get(facts.handle.lower())
    if creator is None:
        return Planned(row.number, against=Flag("row_creator_unknown", {"handle": facts.handle}))
    if any(day and day > today for day in (facts.shipped_on, facts.delivered_on, facts.posted_on)):
        return Planned(row.number, against=Flag("sample_future", {}))
    product = products.get((facts.product or "").casefold())
    if facts.product and product is None:
        problems = (*problems, Flag("row_product_unknown", {"product": facts.product}, blocking=False))
    present = _present(own.get(creator.id, ()), facts, product)
    steps: tuple[SampleStatus, ...] = ()
    if present is None or kept_as(present.status) is not facts.status:
        steps = way(present.status if present else None, facts.status)
        if not steps:
            return Planned(row.number, against=Flag("sample_no_way", {"handle": facts.handle}))
    return Planned(row.number, facts, creator, present, product, steps, problems)


def _present(own: Sequence[Sample], facts: SampleFacts, product: ProductId | None) -> Sample | None:
    """The sample a row stands for: what both say must agree; of several the one most alike, then the newest."""
    fitting = [
        one
        for one in own
        if (not facts.product or one.product in (None, product))
        and (not facts.tracking_number or one.tracking_number in (None, facts.tracking_number))
    ]

    def likeness(one: Sample) -> tuple[bool, bool, bool, int]:
        number = one.tracking_number == facts.tracking_number
        return number, one.product == product, kept_as(one.status) is facts.status, one.id

    return max(fitting, key=likeness, default=None)


async def _signed(unit: Unit, planned: list[Planned], *, brand: BrandId) -> list[Planned]:
    """The same, without the rows that approve what a platform asks about, or goods where who hands them in may not."""
    signing = [one for one in planned if SampleStatus.APPROVED in one.steps and one.against is None]
    if not signing:
        return planned
    asked = {
        known.sample for known in await unit.applications.waiting([one.creator.id for one in signing if one.creator])
    }
    planned = [
        _decided_there(one) if one in signing and one.present and one.present.id in asked else one for one in planned
    ]
    signing = [one for one in planned if one in signing]
    prices = {product.id: product.price for product in await unit.products.all()}
    try:
        await may_sign(unit, brand, [_goods(unit, one, prices) for one in signing])
    except NotAllowed as refused:
        against = Flag(refused.text_key, {**refused.facts})
        return [replace(one, against=against) if one in signing else one for one in planned]
    return planned


def _decided_there(one: Planned) -> Planned:
    handle = one.creator.handle if one.creator else ""
    return replace(one, against=Flag("sample_asked_on_platform", {"handle": handle}))


def _goods(unit: Unit, one: Planned, prices: Mapping[ProductId, Money | None]) -> Goods:
    cost = (one.facts.cost if one.facts else None) or (one.present.cost if one.present else None)
    price = prices.get(one.product) if one.product else None
    return Goods(cost or price, one.present.made_by if one.present else unit.scope.member)


def _after(unit: Unit, sample: Sample, one: Planned, facts: SampleFacts, zone: ZoneInfo) -> Sample:
    days = {
        SampleStatus.SHIPPED: facts.shipped_on,
        SampleStatus.DELIVERED: facts.delivered_on,
        SampleStatus.POSTED: facts.posted_on,
    }
    market = one.creator.facts.market if one.creator else None
    after = sample
    if one.steps and one.steps != (sample.status,):
        ended = _moment(days.get(facts.status), None, zone, now=unit.now)
        after = moved(after, one.steps, market=market, by=unit.scope.member, now=unit.now, at=ended)
    delivered = _moment(facts.delivered_on, after.delivered_at, zone, now=unit.now)
    return replace(
        after,
        product=after.product or one.product,
        cost=facts.cost or after.cost,
        tracking_number=facts.tracking_number or after.tracking_number,
        content_link=facts.content_link or after.content_link,
        shipped_at=_moment(facts.shipped_on, after.shipped_at, zone, now=unit.now),
        delivered_at=delivered,
        due_at=delivered + timedelta(days=content_days(market)) if delivered else None,
        posted_at=_moment(facts.posted_on, after.posted_at, zone, now=unit.now),
    )


def _moment(day: date | None, known: datetime | None, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """Noon of a day, never ahead of now; what is known of that very day stays."""
    if day is None or (known and known.astimezone(zone).date() == day):
        return known
    return min(datetime.combine(day, time(12), zone).astimezone(UTC), now)


async def _creators(unit: Unit, rows: Sequence[SampleRow]) -> dict[str, Creator]:
    return await unit.creators.by_handles(sorted({row.facts.handle.lower() for row in rows if row.facts}))


def _said(one: Planned, say: Say) -> str | None:
    return say((one.against,)) if one.against else say(one.problems)
