"""Counts a week's new contacts in the ledger. Claims count: they may have reached somebody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.contacts import ContactWeek
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import Channel, SendState, StepState
from memory.models.outreach import CreatorMessageRow, SendRow, StepRow

_COUNTED = (SendState.CLAIMED.value, SendState.ACCEPTED.value, SendState.UNKNOWN.value)


async def read_promised(session: AsyncSession, brand: BrandId, *, until: datetime) -> frozenset[CreatorId]:
    """To whom an approved message waits that is due before a moment."""
    waiting = (StepState.PLANNED.value, StepState.HELD.value)
    rows = await session.scalars(
        select(StepRow.creator_id)
        .where(StepRow.brand_id == brand, StepRow.state.in_(waiting), StepRow.due_at < until)
        .distinct()
    )
    return frozenset(CreatorId(creator) for creator in rows)


async def read_contact_week(
    session: AsyncSession,
    brand: BrandId,
    creators: Sequence[CreatorId],
    *,
    since: datetime,
    channel: Channel | None = None,
) -> ContactWeek:
    """Who was written to since a moment without having written to the brand before; who of `creators` would be new."""
    wrote_before = exists().where(
        CreatorMessageRow.creator_id == StepRow.creator_id,
        CreatorMessageRow.brand_id == brand,
        CreatorMessageRow.received_at <= SendRow.claimed_at,
    )
    sent = (
        select(StepRow.creator_id)
        .join(SendRow, SendRow.step_id == StepRow.id)
        .where(SendRow.brand_id == brand, SendRow.claimed_at >= since, SendRow.state.in_(_COUNTED), ~wrote_before)
    )
    if channel is not None:
        sent = sent.where(StepRow.channel == channel.value)
    used = await session.scalar(select(func.count()).select_from(sent.distinct().subquery()))
    if not creators:
        return ContactWeek(used or 0, frozenset())
    met = set(await session.scalars(sent.where(StepRow.creator_id.in_(creators)).distinct()))
    met |= set(
        await session.scalars(
            select(CreatorMessageRow.creator_id)
            .where(CreatorMessageRow.brand_id == brand, CreatorMessageRow.creator_id.in_(creators))
            .distinct()
        )
    )
    return ContactWeek(used or 0, frozenset(creator for creator in creators if creator not in met))
