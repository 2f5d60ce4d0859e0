"""Counting outreach in the transaction that settles it: messages, invites, replies, and each active creator once a day.

A day is a day of the workspace's clock in UTC. Counters are taken in one order (what happened, then the creator), so
that two transactions never wait for each other.
"""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.ids import CreatorId, TenantId
from memory.models.books import OccasionRow, UsageCounterRow


async def count_outreach(
    session: AsyncSession, *names: str, tenant: TenantId, creator: CreatorId, now: datetime
) -> None:
    """Add one to today's counters and, the first time today, to `active_creators`. The caller acts once per event."""
    for name in names:
        await _add_one(session, name, tenant=tenant, now=now)
    first_today = await session.scalar(
        insert(OccasionRow)
        .values(tenant_id=tenant, occasion=f"active:{now.date()}:{creator}", at=now)
        .on_conflict_do_nothing(index_elements=["tenant_id", "occasion"])
        .returning(OccasionRow.id)
    )
    if first_today is not None:
        await _add_one(session, "active_creators", tenant=tenant, now=now)


async def _add_one(session: AsyncSession, name: str, *, tenant: TenantId, now: datetime) -> None:
    await session.execute(
        insert(UsageCounterRow)
        .values(tenant_id=tenant, day=now.date(), name=name, count=1)
        .on_conflict_do_update(index_elements=["tenant_id", "day", "name"], set_={"count": UsageCounterRow.count + 1})
    )
