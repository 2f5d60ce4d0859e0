"""Samples of a brand, and what each creator received and posted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, CreatorId, MemberId, ProductId, SampleId
from memory.domain.money import Money
from memory.domain.sample import DUE_SOON, RECEIVED, Sample, SampleStatus, came_to, kept_as, standing
from memory.domain.workspace import Scope
from memory.models.creators import RelationRow
from memory.models.samples import SampleRow
from memory.repositories.relations import locked_relations
from memory.tenancy import ScopedSession


class SampleRepository:
    """Satisfies `memory.domain.sample_stores.SampleStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def find(
        self,
        *,
        statuses: Collection[SampleStatus] = (),
        creators: Sequence[CreatorId] | None = None,
        due_before: datetime | None = None,
        limit: int = 500,
    ) -> list[Sample]:
        """See `SampleStore.find`."""
        wanted = (
            select(SampleRow)
            .order_by(SampleRow.due_at.asc().nulls_last(), SampleRow.since.desc(), SampleRow.id.desc())
            .limit(limit)
        )
        if statuses:
            wanted = wanted.where(or_(*(self._stands(status) for status in sorted(statuses))))
        if creators is not None:
            wanted = wanted.where(SampleRow.creator_id.in_(creators))
        if due_before is not None:
            wanted = wanted.where(SampleRow.due_at < due_before)
        return [self._sample(row) for row in await self._session.scalars(wanted)]

    async def counts(self) -> dict[SampleStatus, int]:
        """See `SampleStore.counts`."""
        found: dict[SampleStatus, int] = {}
        for status in SampleStatus:
            total = await self._session.scalar(select(func.count()).select_from(SampleRow).where(self._stands(status)))
            if total:
                found[status] = total
        return found

    async def next_change(self) -> datetime | None:
        """See `SampleStore.next_change`."""
        waiting = select(func.min(SampleRow.due_at)).where(SampleRow.status == SampleStatus.DELIVERED.value)
        due = await self._session.scalar(waiting.where(SampleRow.due_at > self._now))
        soon = await self._session.scalar(waiting.where(SampleRow.due_at > self._now + DUE_SOON))
        return min((moment for moment in (due, soon - DUE_SOON if soon else None) if moment), default=None)

    async def by_id(self, sample: SampleId) -> Sample | None:
        """See `SampleStore.by_id`."""
        row = await self._session.scalar(select(SampleRow).where(SampleRow.id == sample))
        return self._sample(row) if row else None

    async def lock(self, creators: Sequence[CreatorId], *, brand: BrandId) -> list[Sample]:
        """See `SampleStore.lock`. The relation's row is what is locked: a first sample has no row of its own."""
        await locked_relations(self._session, creators, brand=brand, now=self._now)
        rows = await self._session.scalars(
            select(SampleRow)
            .where(SampleRow.creator_id.in_(creators), SampleRow.brand_id == brand)
            .order_by(SampleRow.id)
            .execution_options(populate_existing=True)
        )
        return [self._sample(row) for row in rows]

    async def begin(self, creator: CreatorId, *, brand: BrandId) -> Sample:
        """See `SampleStore.begin`."""
        row = SampleRow(
            creator_id=creator,
            brand_id=brand,
            status=SampleStatus.ASKED.value,
            since=self._now,
            made_by=self._scope.member,
            made_at=self._now,
            changed_at=self._now,
        )
        self._session.add(row)
        await self._session.flush()
        return self._sample(row)

    async def save(self, sample: Sample) -> None:
        """See `SampleStore.save`."""
        row = await self._session.scalar(select(SampleRow).where(SampleRow.id == sample.id))
        if row is None:
            raise NotFound("sample_unknown")
        kept = kept_as(sample.status)
        if kept is sample.status:  # since when something is due by time is no news
            row.since = sample.since
        row.status = kept.value
        row.product_id = sample.product
        row.cost_minor = sample.cost.minor if sample.cost else None
        row.cost_currency = sample.cost.currency if sample.cost else None
        row.tracking_number, row.content_link = sample.tracking_number, sample.content_link
        row.approved_by, row.approved_at = sample.approved_by, sample.approved_at
        row.shipped_at, row.delivered_at = sample.shipped_at, sample.delivered_at
        row.due_at, row.posted_at = sample.due_at, sample.posted_at
        row.changed_at = self._now
        await self._session.flush()
        await self._recount(sample)

    async def remove(self, sample: Sample) -> None:
        """See `SampleStore.remove`."""
        await self._session.execute(delete(SampleRow).where(SampleRow.id == sample.id))
        await self._recount(sample)

    async def _recount(self, sample: Sample) -> None:
        counted = await self._session.execute(
            select(SampleRow.status, func.count())
            .where(SampleRow.creator_id == sample.creator, SampleRow.brand_id == sample.brand)
            .group_by(SampleRow.status)
        )
        by_status = {SampleStatus(status): count for status, count in counted}
        await self._session.execute(
            update(RelationRow)
            .where(RelationRow.creator_id == sample.creator, RelationRow.brand_id == sample.brand)
            .values(
                samples_received=sum(by_status.get(status, 0) for status in RECEIVED),
                samples_posted=by_status.get(SampleStatus.POSTED, 0),
            )
        )

    def _stands(self, status: SampleStatus) -> ColumnElement[bool]:
        """Whether a row stands so at this moment."""
        delivered = SampleRow.status == SampleStatus.DELIVERED.value
        soon = self._now + DUE_SOON
        match status:
            case SampleStatus.OVERDUE:
                return and_(delivered, SampleRow.due_at <= self._now)
            case SampleStatus.CONTENT_DUE:
                return and_(delivered, SampleRow.due_at > self._now, SampleRow.due_at <= soon)
            case SampleStatus.DELIVERED:
                return and_(delivered, SampleRow.due_at > soon)
            case _:
                return SampleRow.status == status.value

    def _sample(self, row: SampleRow) -> Sample:
        kept = SampleStatus(row.status)
        return Sample(
            id=SampleId(row.id),
            brand=BrandId(row.brand_id),
            creator=CreatorId(row.creator_id),
            status=standing(kept, row.due_at, now=self._now),
            since=came_to(kept, row.since, row.due_at, now=self._now),
            made_by=MemberId(row.made_by),
            product=ProductId(row.product_id) if row.product_id is not None else None,
            cost=Money(row.cost_minor, row.cost_currency or "USD") if row.cost_minor is not None else None,
            tracking_number=row.tracking_number,
            content_link=row.content_link,
            approved_by=MemberId(row.approved_by) if row.approved_by is not None else None,
            approved_at=row.approved_at,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            due_at=row.due_at,
            posted_at=row.posted_at,
        )
