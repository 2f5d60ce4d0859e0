"""Counts a week's new contacts in the ledger. Claims count: they may have reached somebody."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.contacts import ContactWeek
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import Channel, SendState, StepState
from memory.models.base import Ids
from memory.models.outreach import CreatorMessageRow, SendRow, StepRow
from memory.standing import standing

_COUNTED = (SendState.CLAIMED.value, SendState.ACCEPTED.value, SendState.UNKNOWN.value)


_PROMISED = standing(
    select(StepRow.creator_id, func.min(StepRow.due_at))
    .where(
        StepRow.brand_id == bindparam("brand"),
        or_(StepRow.state == StepState.PLANNED.value, StepRow.state == StepState.HELD.value),
    )
    .group_by(StepRow.creator_id)
)
_WROTE_BEFORE = exists().where(
    CreatorMessageRow.creator_id == StepRow.creator_id,
    CreatorMessageRow.brand_id == bindparam("brand"),
    CreatorMessageRow.received_at <= SendRow.claimed_at,
)
_SENT = (
    select(StepRow.creator_id)
    .join(SendRow, SendRow.step_id == StepRow.id)
    .where(
        SendRow.brand_id == bindparam("brand"),
        SendRow.claimed_at >= bindparam("since"),
        or_(*(SendRow.state == state for state in _COUNTED)),
        or_(bindparam("channel", type_=Text()).is_(None), StepRow.channel == bindparam("channel", type_=Text())),
        ~_WROTE_BEFORE,
    )
    .distinct()
)
_SENT_TO = standing(select(func.count()).select_from(_SENT.subquery()))
_MET = standing(_SENT.where(StepRow.creator_id == any_(bindparam("creators", type_=Ids))))
_HEARD = standing(
    select(CreatorMessageRow.creator_id)
    .where(
        CreatorMessageRow.brand_id == bindparam("brand"),
        CreatorMessageRow.creator_id == any_(bindparam("creators", type_=Ids)),
    )
    .distinct()
)


async def read_promised(session: AsyncSession, brand: BrandId) -> dict[CreatorId, datetime]:
    """To whom an approved message waits, and when the first of theirs is due."""
    rows = await session.execute(_PROMISED, {"brand": brand})
    return {CreatorId(creator): due for creator, due in rows}


async def read_contact_week(
    session: AsyncSession,
    brand: BrandId,
    creators: Sequence[CreatorId],
    *,
    since: datetime,
    channel: Channel | None = None,
) -> ContactWeek:
    """Who was written to since a moment without having written to the brand before; who of `creators` would be new."""
    asked = {"brand": brand, "since": since, "channel": channel.value if channel is not None else None}
    if not creators:
        return ContactWeek(await session.scalar(_SENT_TO, asked) or 0, frozenset())
    meant = {"brand": brand, "creators": list(creators)}
    used, met, heard = await asyncio.gather(
        session.scalar(_SENT_TO, asked), session.scalars(_MET, asked | meant), session.scalars(_HEARD, meant)
    )
    known = {*met, *heard}
    return ContactWeek(used or 0, frozenset(creator for creator in creators if creator not in known))
