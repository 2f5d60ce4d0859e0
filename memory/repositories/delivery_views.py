"""Deliveries as a member sees them: how each channel does, what was not delivered, and a test."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.delivery_views import ChannelState, Undelivered
from memory.domain.ids import BrandId, ChannelId
from memory.domain.outreach import Flag
from memory.domain.workspace import Scope
from memory.models.channels import CallbackRow, ChannelSettingRow
from memory.models.deliveries import DeliveryRow, DeliveryTryRow
from memory.repositories.channels import in_sight, to_channel
from memory.repositories.lines import line_of
from memory.repositories.making_deliveries import make_delivery
from memory.tenancy import ScopedSession

_FAILED = (DeliveryState.REFUSED.value, DeliveryState.UNKNOWN.value)
_WAITS = DeliveryRow.state.in_((DeliveryState.WAITING.value, DeliveryState.CLAIMED.value))
_ENDED = func.coalesce(DeliveryRow.settled_at, DeliveryRow.made_at)
_TEST_LIFE = timedelta(minutes=10)


class DeliveryBookRepository:
    """Satisfies `memory.domain.delivery_views.DeliveryBook`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def states(self) -> Sequence[ChannelState]:
        """See `DeliveryBook.states`."""
        rows = await self._session.execute(
            select(ChannelSettingRow, func.coalesce(ChannelSettingRow.paused_until > func.clock_timestamp(), False))
            .where(*in_sight(self._scope))
            .order_by(ChannelSettingRow.name, ChannelSettingRow.id)
        )
        owed, heard = await self._owed(), await self._heard()
        return [
            await self._state(row, pausing=bool(pausing), waiting=owed.get(row.id, 0), unhandled=heard.get(row.id, 0))
            for row, pausing in rows.all()
        ]

    async def waiting(self) -> int:
        """See `DeliveryBook.waiting`."""
        found = await self._session.scalar(
            select(func.count(DeliveryRow.id)).where(_WAITS, DeliveryRow.only_channel_id.is_(None))
        )
        return found or 0

    async def _owed(self) -> dict[int, int]:
        """By channel: what waits that can go over that one alone."""
        rows = await self._session.execute(
            select(DeliveryRow.only_channel_id, func.count())
            .where(_WAITS, DeliveryRow.only_channel_id.is_not(None))
            .group_by(DeliveryRow.only_channel_id)
        )
        return {int(channel): count for channel, count in rows.all() if channel is not None}

    async def _heard(self) -> dict[int, int]:
        """By channel: callbacks that are acknowledged and not handled."""
        rows = await self._session.execute(
            select(CallbackRow.channel_id, func.count().label("found")).group_by(CallbackRow.channel_id)
        )
        return {row.channel_id: row.found for row in rows.all()}

    async def undelivered(self, *, days: int = 7, limit: int = 50) -> Sequence[Undelivered]:
        """See `DeliveryBook.undelivered`."""
        rows = await self._session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.state.in_(_FAILED), self._now - timedelta(days=days) < _ENDED)
            .order_by(DeliveryRow.id.desc())
            .limit(limit)
        )
        found = rows.all()
        tried = await self._session.execute(
            select(DeliveryTryRow.delivery_id, ChannelSettingRow.name)
            .join(ChannelSettingRow, ChannelSettingRow.id == DeliveryTryRow.channel_id)
            .where(DeliveryTryRow.delivery_id.in_([row.id for row in found]))
            .order_by(DeliveryTryRow.attempt)
        )
        names = {row.delivery_id: row.name for row in tried}
        return [
            Undelivered(
                PushKind(row.kind),
                DeliveryState(row.state),
                _reason(row),
                row.made_at,
                names.get(row.id, ""),
                row.settled_at or row.made_at,
            )
            for row in found
        ]

    async def test(self, channel: ChannelId, *, brand: BrandId, by: str) -> bool:
        """See `DeliveryBook.test`."""
        return await make_delivery(
            self._session,
            PushKind.TEST,
            tenant=self._scope.tenant,
            brand=brand,
            occasion=f"test:{uuid4().hex}",
            subject={"by": by},
            now=self._now,
            valid_until=self._now + _TEST_LIFE,
            only=channel,
            urgent=True,
            member=self._scope.member,
        )

    async def _state(self, row: ChannelSettingRow, *, pausing: bool, waiting: int, unhandled: int) -> ChannelState:
        mine = select(DeliveryTryRow).where(DeliveryTryRow.channel_id == row.id).order_by(DeliveryTryRow.id.desc())
        good = await self._session.scalar(mine.where(DeliveryTryRow.state == DeliveryState.DELIVERED.value).limit(1))
        bad = await self._session.scalar(mine.where(DeliveryTryRow.state.in_(_FAILED)).limit(1))
        return ChannelState(
            to_channel(row),
            delivered_at=good.settled_at if good else None,
            failed_at=(bad.settled_at or bad.claimed_at) if bad else None,
            reason=_reason(bad) if bad else None,
            pausing=pausing,
            line=await line_of(self._session, ChannelId(row.id)),
            waiting=waiting,
            unhandled=unhandled,
        )


def _reason(row: DeliveryRow | DeliveryTryRow) -> Flag | None:
    return Flag(row.reason_key, dict(row.reason_facts or {})) if row.reason_key else None
