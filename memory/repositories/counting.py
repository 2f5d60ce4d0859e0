"""Counting outreach in the transaction that settles it: messages, invites, replies, and each active creator once a day.

What a member marked as sent and doubts afterwards is taken back out of its day until they say again that it went.

A day is a day of the workspace's clock in UTC. Counters are taken in one order (what happened, then the creator), so
that two transactions never wait for each other.
"""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.ids import CreatorId, TenantId
from memory.domain.outreach import Purpose
from memory.models.books import OccasionRow, UsageCounterRow


def counted_as(purpose: str) -> tuple[str, ...]:
    """The counters of a message of a purpose."""
    return ("messages", "invites") if purpose == Purpose.INVITE.value else ("messages",)


async def count_outreach(
    session: AsyncSession, *names: str, tenant: TenantId, creator: CreatorId, now: datetime
) -> None:
    """Add one to today's counters and, the first time today, to `active_creators`. The caller acts once per event."""
    for name in names:
        await _add(session, name, 1, tenant=tenant, day=now.date())
    first_today = await session.scalar(
        insert(OccasionRow)
        .values(tenant_id=tenant, occasion=f"active:{now.date()}:{creator}", at=now)
        .on_conflict_do_nothing(index_elements=["tenant_id", "occasion"])
        .returning(OccasionRow.id)
    )
    if first_today is not None:
        await _add(session, "active_creators", 1, tenant=tenant, day=now.date())


async def uncount_outreach(session: AsyncSession, *names: str, tenant: TenantId, at: datetime) -> None:
    """Take back what was counted of one message at `at`; its creator stays active on that day."""
    for name in names:
        await _add(session, name, -1, tenant=tenant, day=at.date())


async def _add(session: AsyncSession, name: str, by: int, *, tenant: TenantId, day: date) -> None:
    await session.execute(
        insert(UsageCounterRow)
        .values(tenant_id=tenant, day=day, name=name, count=by)
        .on_conflict_do_update(index_elements=["tenant_id", "day", "name"], set_={"count": UsageCounterRow.count + by})
    )
