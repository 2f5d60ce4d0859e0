"""A message that does not go is somebody's business: the delivery that says so, and all of one reason together."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.deliveries import DeliveryState, PushKind, Reason
from memory.domain.dispatch import Queue
from memory.domain.ids import BrandId, TenantId
from memory.domain.outreach import Channel, StepState
from memory.models.channels import ChannelSettingRow
from memory.models.creators import CreatorRow
from memory.models.deliveries import DeliveryRow, DeliveryTryRow
from memory.models.outreach import BatchRow, DraftRow, StepRow
from memory.repositories.making_deliveries import carries, make_delivery

_MOST_TOGETHER: Final = 5_000
_TOLD: Final = [state.value for state in (DeliveryState.CLAIMED, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)]
_STATE, _KEY = DeliveryRow.subject["state"].astext, DeliveryRow.subject["key"].astext

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


async def others_of(
    session: AsyncSession, reasons: Collection[Reason], *, due: ColumnElement[bool], besides: Collection[int]
) -> Sequence[DeliveryRow]:
    """Lock what else is due of these reasons and is still so; what another holds is skipped."""
    if not reasons:
        return []
    rows = await session.scalars(
        select(DeliveryRow)
        .join(StepRow, StepRow.id == cast(DeliveryRow.subject["step"].astext, BigInteger))
        .where(
            due,
            DeliveryRow.kind == PushKind.TROUBLE.value,
            tuple_(_STATE, _KEY).in_(list(reasons)),
            StepRow.state == _STATE,
            DeliveryRow.id.not_in(besides),
        )
        .order_by(DeliveryRow.look_at, DeliveryRow.id)
        .limit(_MOST_TOGETHER)
        .with_for_update(of=DeliveryRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def told_of(session: AsyncSession, queue: Queue, *, within: timedelta, now: datetime) -> dict[Reason, datetime]:
    """When trouble of each reason was last told to a brand's team, of late."""
    able = select(ChannelSettingRow.id).where(carries(queue.tenant, queue.brand))
    rows = await session.execute(
        select(_STATE, _KEY, func.max(DeliveryTryRow.claimed_at))
        .join(DeliveryRow, DeliveryRow.id == DeliveryTryRow.delivery_id)
        .where(
            DeliveryRow.brand_id == queue.brand,
            DeliveryRow.kind == PushKind.TROUBLE.value,
            DeliveryTryRow.state.in_(_TOLD),
            DeliveryTryRow.claimed_at > now - within,
            # The machine's clock is never ahead of the workspace's: this leaves none out, and has an index.
            DeliveryTryRow.channel_id.in_(able),
            DeliveryTryRow.called_at > func.clock_timestamp() - within,
        )
        .group_by(_STATE, _KEY)
    )
    return {(state, key): at for state, key, at in rows}
