"""Heartbeats, and what was planned anew after a time in which nothing ran."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.ids import BrandId, StepId, TenantId
from memory.domain.outage_stores import Backlog, Outage
from memory.domain.outreach import StepState
from memory.domain.pausing_stores import Waiting
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import HomeZone, home_zone
from memory.models.creators import HOME, CreatorRow
from memory.models.outreach import BatchRow, DraftRow, OutageRow, StepRow
from memory.models.workspace import BrandPolicyRow, HeartbeatRow
from memory.repositories.pausing import plan_again
from memory.repositories.people import to_policy
from memory.standing import as_rows, columns_of, standing

_TELL = standing(
    update(OutageRow)
    .where(OutageRow.told_at.is_(None))
    .values(told_at=bindparam("now"))
    .returning(*columns_of(OutageRow))
)


class OutageRepository:
    """Satisfies `OutageStore` in a service unit; never commits."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def beat(self, name: str) -> timedelta:
        """See `OutageStore.beat`."""
        present = await self._session.scalar(
            insert(HeartbeatRow)
            .values(name=name, beat_at=func.clock_timestamp())
            .on_conflict_do_nothing()
            .returning(HeartbeatRow.beat_at)
        )
        if present is not None:
            return timedelta(0)
        row = (
            await self._session.scalars(select(HeartbeatRow).where(HeartbeatRow.name == name).with_for_update())
        ).one()
        last, row.beat_at = row.beat_at, await self._machine_now()
        await self._session.flush()
        return max(row.beat_at - last, timedelta(0))

    async def backlog(self, *, now: datetime) -> list[Backlog]:
        """See `OutageStore.backlog`."""
        rows = await self._session.execute(
            select(StepRow, *HOME)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .where(StepRow.state == StepState.PLANNED.value, StepRow.due_at <= now, BatchRow.stopped_at.is_(None))
            .order_by(StepRow.brand_id, StepRow.due_at, StepRow.id)
            .with_for_update(of=[DraftRow, StepRow], skip_locked=True)
            .execution_options(populate_existing=True)
        )
        found: defaultdict[tuple[TenantId, BrandId], list[Waiting]] = defaultdict(list)
        for step, zone, market, likely in rows:
            brand = BrandId(step.brand_id)
            found[TenantId(step.tenant_id), brand].append(
                Waiting(
                    StepId(step.id), brand, step.due_at, home_zone(zone, market, likely), market, step.first_message
                )
            )
        policies = {
            row.brand_id: to_policy(row)
            for row in await self._session.scalars(
                select(BrandPolicyRow).where(BrandPolicyRow.brand_id.in_([brand for _, brand in found]))
            )
        }
        return [
            Backlog(tenant, brand, policies.get(brand, BrandPolicy()), tuple(waiting))
            for (tenant, brand), waiting in found.items()
        ]

    async def plan_again(self, backlog: Backlog, due: Mapping[StepId, datetime], *, began_at: datetime) -> None:
        """See `OutageStore.plan_again`."""
        await plan_again(self._session, due)
        self._session.add(
            OutageRow(
                tenant_id=backlog.tenant,
                brand_id=backlog.brand,
                began_at=began_at,
                ended_at=self._now,
                replanned=len(due),
                first_due=min(due.values(), default=None),
            )
        )
        await self._session.flush()

    async def _machine_now(self) -> datetime:
        row = (await self._session.execute(select(func.clock_timestamp(), HeartbeatRow.name).limit(1))).one()
        now: datetime = row[0]
        return now


async def untold(session: AsyncSession, *, now: datetime) -> list[Outage]:
    """Outages the session's scope has not been told of; told from here on."""
    rows = as_rows(OutageRow, await session.execute(_TELL, {"now": now}))
    found = [
        Outage(
            BrandId(row.brand_id), row.began_at, row.ended_at, row.replanned, row.first_due, await _home(session, row)
        )
        for row in rows
    ]
    return sorted(found, key=lambda outage: outage.began_at)


async def _home(session: AsyncSession, outage: OutageRow) -> HomeZone | None:
    """Where the first message goes that was planned anew; its step still has that time, sent or not."""
    first = await session.execute(
        select(*HOME)
        .join(StepRow, StepRow.creator_id == CreatorRow.id)
        .where(StepRow.brand_id == outage.brand_id, StepRow.due_at == outage.first_due)
        .order_by(StepRow.id)
        .limit(1)
    )
    row = first.one_or_none()
    return home_zone(row.zone, row.market, row.likely_zone) if row is not None else None
