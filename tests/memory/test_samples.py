"""Samples as a brand keeps them: what comes with time, what is counted of a creator, and who sees them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from memory.database import Database
from memory.domain.creator import CreatorFacts
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, CreatorId, MemberId, ProductId, SampleId
from memory.domain.markets import MARKETS
from memory.domain.money import Money
from memory.domain.sample import Sample, SampleStatus, answered_by, content_days, moved, way
from memory.domain.stores import Unit
from memory.domain.workspace import Scope
from tests.support.database import Office

S = SampleStatus


async def creators(database: Database, scope: Scope, count: int = 1) -> list[CreatorId]:
    """New creators of the tenant, in order."""
    handles = [f"pet_{number}" for number in range(count)]
    async with database.unit(scope) as unit:
        facts = [CreatorFacts(handle=handle, market="US") for handle in handles]
        await unit.creators.upsert(facts, source="file", as_of=datetime(2026, 11, 1, tzinfo=UTC))
        found = await unit.creators.by_handles(handles)
    return [found[handle].id for handle in handles]


def brand_of(unit: Unit) -> BrandId:
    assert unit.scope.brand is not None
    return unit.scope.brand


async def begun(unit: Unit, creator: CreatorId, *, to: SampleStatus = S.ASKED) -> Sample:
    """A new sample brought to a status at this moment."""
    await unit.samples.lock([creator], brand=brand_of(unit))
    sample = await unit.samples.begin(creator, brand=brand_of(unit))
    return await brought(unit, sample, to) if to is not S.ASKED else sample


async def brought(unit: Unit, sample: Sample, to: SampleStatus) -> Sample:
    after = moved(sample, way(sample.status, to), market="US", by=unit.scope.member, now=unit.now)
    await unit.samples.save(after)
    return after


async def forward(database: Database, by: timedelta) -> None:
    async with database.across_tenants("days pass") as service:
        await service.accounts.move_clock(by_seconds=int(by.total_seconds()))


@pytest.mark.parametrize(
    ("present", "to", "steps"),
    [
        (None, S.ASKED, (S.ASKED,)),
        (None, S.SHIPPED, (S.ASKED, S.APPROVED, S.SHIPPED)),
        (S.ASKED, S.AGREED, (S.AGREED,)),
        (S.ASKED, S.APPROVED, (S.APPROVED,)),
        (S.AGREED, S.SHIPPED, (S.APPROVED, S.SHIPPED)),
        (S.SHIPPED, S.POSTED, (S.DELIVERED, S.POSTED)),
        (S.SHIPPED, S.LOST, (S.LOST,)),
        (S.CONTENT_DUE, S.POSTED, (S.POSTED,)),
        (S.OVERDUE, S.POSTED, (S.POSTED,)),
        (S.OVERDUE, S.EXCUSED, (S.EXCUSED,)),
        (S.EXCUSED, S.POSTED, (S.POSTED,)),
        (S.LOST, S.DELIVERED, (S.DELIVERED,)),
    ],
)
def test_a_sample_goes_the_shortest_legal_way(
    present: SampleStatus | None, to: SampleStatus, steps: tuple[SampleStatus, ...]
) -> None:
    assert way(present, to) == steps


def test_nothing_goes_back_and_nobody_records_what_comes_with_time() -> None:
    order = (S.ASKED, S.AGREED, S.APPROVED, S.SHIPPED, S.DELIVERED, S.POSTED)
    back = [(one, other) for place, one in enumerate(order) for other in order[: place + 1]]
    assert [(one, other) for one, other in back if way(one, other)] == []
    assert [(one, to) for one in (None, *S) for to in (S.CONTENT_DUE, S.OVERDUE) if way(one, to)] == []
    assert [to for to in S if way(S.POSTED, to)] == []


def test_a_market_may_give_more_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MARKETS, "JP", replace(MARKETS["JP"], content_days=21))
    assert [content_days(market) for market in ("US", "JP", "XX", None)] == [14, 21, 14, 14]


async def test_a_sample_comes_back_as_it_was_saved(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    async with database.unit(office.approver()) as unit:
        product = await unit.products.save(None, {"name": "Leash"}, brand=brand_of(unit))
        sample = await begun(unit, creator, to=S.SHIPPED)
        whole = replace(sample, product=product.id, cost=Money(1250, "USD"), tracking_number="1Z999", content_link=None)
        await unit.samples.save(whole)
        assert (whole.approved_by, whole.approved_at) == (unit.scope.member, unit.now)
    async with database.unit(office.viewer()) as unit:
        assert await unit.samples.by_id(sample.id) == whole
        assert await unit.samples.find() == [whole]


async def test_time_alone_makes_content_due_and_then_overdue(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    async with database.unit(office.approver()) as unit:
        sample = await begun(unit, creator, to=S.DELIVERED)
        assert sample.due_at == unit.now + timedelta(days=14)
    seen = []
    for days in (0, 10, 2, 2):
        await forward(database, timedelta(days=days))
        async with database.unit(office.viewer()) as unit:
            (found,) = await unit.samples.find()
            assert await unit.samples.find(statuses=[found.status]) == [found]
            seen.append((found.status, found.since, await unit.samples.counts()))
    due = sample.since + timedelta(days=14)
    assert seen == [
        (S.DELIVERED, sample.since, {S.DELIVERED: 1}),
        (S.DELIVERED, sample.since, {S.DELIVERED: 1}),
        (S.CONTENT_DUE, due - timedelta(days=3), {S.CONTENT_DUE: 1}),
        (S.OVERDUE, due, {S.OVERDUE: 1}),
    ]


async def test_a_late_change_of_cost_leaves_the_delivery_where_it_was(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    async with database.unit(office.approver()) as unit:
        sample = await begun(unit, creator, to=S.DELIVERED)
    await forward(database, timedelta(days=20))
    async with database.unit(office.operator()) as unit:
        (late,) = await unit.samples.lock([creator], brand=brand_of(unit))
        await unit.samples.save(replace(late, cost=Money(900, "USD")))
    async with database.unit(office.operator()) as unit:
        assert await unit.samples.find() == [replace(late, cost=Money(900, "USD"))]
        assert (late.status, late.since, late.delivered_at) == (S.OVERDUE, late.due_at, sample.delivered_at)


async def test_received_and_posted_are_counted_with_every_change(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    counted = []
    async with database.unit(office.approver()) as unit:
        first, second, third = [await begun(unit, creator, to=S.DELIVERED) for _ in range(3)]
        for change in (first, second, third):
            counted.append(await _counts(unit, creator))
            await brought(unit, change, {first: S.POSTED, second: S.EXCUSED, third: S.LOST}[change])
        counted.append(await _counts(unit, creator))
        await unit.samples.remove(first)
        counted.append(await _counts(unit, creator))
    assert counted == [(3, 0), (3, 1), (2, 1), (1, 1), (0, 0)]


async def _counts(unit: Unit, creator: CreatorId) -> tuple[int, int]:
    relation = (await unit.relations.of([creator]))[creator]
    return relation.samples_received, relation.samples_posted


async def test_brands_keep_their_samples_apart(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    async with database.unit(office.approver(0)) as unit:
        sample = await begun(unit, creator, to=S.DELIVERED)
    async with database.unit(office.approver(1)) as unit:
        assert await unit.samples.find() == []
        assert await unit.samples.by_id(sample.id) is None
        assert await unit.samples.lock([creator], brand=brand_of(unit)) == []
        assert await _counts(unit, creator) == (0, 0)
        with pytest.raises(NotFound, match="sample_unknown"):
            await unit.samples.save(sample)
    async with database.unit(office.owner) as unit:
        assert await unit.samples.find() == [sample]


async def test_the_database_takes_no_goods_without_a_signature(database: Database, office: Office) -> None:
    (creator,) = await creators(database, office.approver())
    async with database.unit(office.operator()) as unit:
        sample = await begun(unit, creator)
    with pytest.raises(IntegrityError, match="ck_sample_signed"):
        await _saved(database, office.operator(), replace(sample, status=S.SHIPPED))


async def _saved(database: Database, scope: Scope, sample: Sample) -> None:
    async with database.unit(scope) as unit:
        await unit.samples.save(sample)


async def test_due_before_a_moment_and_of_some_creators(database: Database, office: Office) -> None:
    one, two = await creators(database, office.approver(), 2)
    async with database.unit(office.approver()) as unit:
        early = await begun(unit, one, to=S.DELIVERED)
    await forward(database, timedelta(days=4))
    async with database.unit(office.approver()) as unit:
        late = await begun(unit, two, to=S.DELIVERED)
        asked = await begun(unit, two)
        assert await unit.samples.find() == [early, late, asked]
        assert await unit.samples.find(due_before=late.due_at) == [early]
        assert await unit.samples.find(creators=[two]) == [late, asked]
        assert await unit.samples.find(limit=1) == [early]
        assert early.due_at is not None
        assert await unit.samples.next_change() == early.due_at - timedelta(days=3)
    await forward(database, timedelta(days=8))
    async with database.unit(office.approver()) as unit:
        assert await unit.samples.next_change() == early.due_at


def test_a_post_answers_the_earliest_sample_of_its_product_that_was_received_before_it() -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    lamp, oil = ProductId(1), ProductId(2)

    def sample(
        number: int, day: int, product: ProductId | None, status: SampleStatus = SampleStatus.DELIVERED
    ) -> Sample:
        arrived = at + timedelta(days=day) if status is not SampleStatus.SHIPPED else None
        return Sample(
            SampleId(number), BrandId(1), CreatorId(1), status, at, MemberId(1), product=product, delivered_at=arrived
        )

    early, late, other = sample(1, 2, lamp), sample(2, 5, None), sample(3, 1, oil)
    excused, posted = sample(4, 3, lamp, SampleStatus.EXCUSED), sample(5, 0, lamp, SampleStatus.POSTED)
    own = [late, early, other, excused, posted, sample(6, 0, lamp, SampleStatus.SHIPPED)]

    def answered(day: int, product: ProductId | None, samples: list[Sample] = own) -> Sample | None:
        return answered_by(samples, product=product, posted_at=at + timedelta(days=day))

    assert [answered(day, lamp) for day in (1, 2, 9)] == [None, early, early]
    assert answered(9, lamp, [late, excused]) is excused
    assert answered(9, oil) is other
    assert answered(9, None) is None
