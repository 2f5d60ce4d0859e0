"""A message that does not go is somebody's business: makes the delivery that says so, with what is known of it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.deliveries import PushKind
from memory.domain.ids import BrandId, TenantId
from memory.domain.outreach import Channel, StepState
from memory.models.creators import CreatorRow
from memory.models.outreach import BatchRow, DraftRow, StepRow
from memory.repositories.making_deliveries import make_delivery

# What people did themselves they need not be told; by hand they see it on their list, unless they forgot it.
_OWN_DOING = frozenset({"batch_stopped", "withdrawn"})
# The platform is asked about an unclear send, and mostly knows; only what stays unclear is told.
_ASKED_FIRST = timedelta(minutes=15)


async def push_trouble(session: AsyncSession, step: StepRow, *, occasion: str, now: datetime) -> None:
    """Once per occasion, in the transaction that moved the step."""
    by_hand = step.channel == Channel.BY_HAND.value
    if step.reason_key in _OWN_DOING or (by_hand and step.reason_key != "hand_forgotten"):
        return
    row = (
        await session.execute(
            select(BatchRow.code, DraftRow.number, CreatorRow.handle)
            .join(DraftRow, DraftRow.batch_id == BatchRow.id)
            .join(CreatorRow, CreatorRow.id == DraftRow.creator_id)
            .where(DraftRow.id == step.draft_id)
        )
    ).one()
    is_asked = step.state == StepState.UNKNOWN and not by_hand
    await make_delivery(
        session,
        PushKind.TROUBLE,
        tenant=TenantId(step.tenant_id),
        brand=BrandId(step.brand_id),
        occasion=occasion,
        subject={
            "step": step.id,
            "state": str(step.state),
            "batch": row.code,
            "number": row.number,
            "handle": row.handle,
            "key": step.reason_key or "",
            "facts": dict(step.reason_facts or {}),
        },
        now=now,
        look_at=now + _ASKED_FIRST if is_asked else None,
    )
