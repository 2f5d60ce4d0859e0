"""Callbacks between their arrival and their handling."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from memory.domain.callbacks import SealedCallback
from memory.domain.ids import ChannelId, TenantId
from memory.models.base import Ids
from memory.models.channels import CallbackRow, ChannelSettingRow
from memory.standing import standing
from memory.tenancy import ScopedSession

_ON = standing(
    select(ChannelSettingRow.id).where(
        ChannelSettingRow.active, ChannelSettingRow.id == any_(bindparam("channels", type_=Ids))
    )
)
_ADD = standing(insert(CallbackRow).on_conflict_do_nothing())
_FORGET = standing(delete(CallbackRow).where(CallbackRow.name == any_(bindparam("names", type_=ARRAY(Text)))))


class CallbackRepository:
    """Satisfies `memory.domain.callbacks.CallbackStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def add(self, callbacks: Sequence[SealedCallback]) -> frozenset[ChannelId]:
        """See `CallbackStore.add`."""
        wanted = {"channels": list({one.channel for one in callbacks})}
        on = frozenset(ChannelId(one) for one in await self._session.scalars(_ON, wanted))
        rows = [
            {
                "name": one.name, "tenant_id": one.tenant, "channel_id": one.channel,
                "heard_at": one.heard_at, "sealed": one.sealed,
            }
            for one in callbacks if one.channel in on
        ]  # fmt: skip
        if rows:
            await self._session.execute(_ADD, rows)
        return on

    async def forget(self, names: Sequence[str]) -> None:
        """See `CallbackStore.forget`."""
        if names:
            await self._session.execute(_FORGET, {"names": list(names)})

    async def left(self, channel: ChannelId, *, before: datetime, limit: int) -> Sequence[SealedCallback]:
        """See `CallbackStore.left`."""
        rows = await self._session.scalars(
            select(CallbackRow)
            .where(CallbackRow.channel_id == channel, CallbackRow.heard_at < before)
            .order_by(CallbackRow.heard_at, CallbackRow.name)
            .limit(limit)
        )
        return [
            SealedCallback(row.name, TenantId(row.tenant_id), ChannelId(row.channel_id), row.heard_at, row.sealed)
            for row in rows
        ]
