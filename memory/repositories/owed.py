"""Answers owed in chats outside, as deliveries of their own kind."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select, update

from memory.domain.chat import Reply
from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.dispatch import Queue
from memory.domain.ids import BrandId, ChannelId, DeliveryId, MemberId, TenantId, TurnId
from memory.domain.owed import ClaimedAnswer, Owed
from memory.domain.places import Place
from memory.domain.workspace import Scope
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import DeliveryRow, DeliveryTryRow
from memory.models.workspace import BrandRecord
from memory.repositories.delivery_tries import claim_try, parcel_key, to_claimed
from memory.repositories.making_deliveries import make_answer
from memory.standing import standing
from memory.tenancy import ScopedSession

# A turn that takes a night is answered in the morning; after that nobody waits for it any more.
_WORTH_SAYING = timedelta(hours=24)
_WAITS = and_(DeliveryRow.kind == PushKind.REPLY.value, DeliveryRow.state == DeliveryState.WAITING.value)

# Asked with its tenant, as occasions are indexed.
_TENANT = select(ChannelSettingRow.tenant_id).where(ChannelSettingRow.id == bindparam("channel")).scalar_subquery()
_ONE_THAT_WAITS = and_(_WAITS, DeliveryRow.tenant_id == _TENANT, DeliveryRow.occasion == bindparam("answers"))
_IS_WAITING = standing(select(DeliveryRow.id).where(_ONE_THAT_WAITS))
_CLAIM = standing(
    update(DeliveryRow)
    .where(_ONE_THAT_WAITS)
    .values(state=DeliveryState.CLAIMED.value, attempts=DeliveryRow.attempts + 1)
    .returning(DeliveryRow.id, DeliveryRow.tenant_id, DeliveryRow.brand_id, DeliveryRow.attempts)
)


class OwedRepository:
    """Satisfies `memory.domain.owed.OwedStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def owe(
        self, place: Place, *, outside_id: str, turn: TurnId | None = None, reply: Reply | None = None
    ) -> None:
        """See `OwedStore.owe`."""
        brand = self._scope.brand or await self._session.scalar(
            select(BrandRecord.id).order_by(BrandRecord.id).limit(1)
        )
        if brand is None:
            return
        await make_answer(
            self._session,
            scope=self._scope,
            brand=BrandId(brand),
            channel=place.channel,
            occasion=_occasion(place.channel, outside_id),
            subject={
                "place": place.model_dump(mode="json"),
                "outside_id": outside_id,
                "turn": turn,
                "reply": reply.model_dump(mode="json") if reply else None,
            },
            now=self._now,
            valid_until=self._now + _WORTH_SAYING,
        )

    async def reply_to(self, channel: ChannelId, outside_id: str) -> Reply | None:
        """See `OwedStore.reply_to`."""
        row = await self._session.scalar(
            select(DeliveryRow).where(
                DeliveryRow.occasion == _occasion(channel, outside_id), DeliveryRow.member_id == self._scope.member
            )
        )
        return _to_owed(row).reply if row is not None else None


class AnyOwedRepository:
    """Satisfies `memory.domain.owed.AnyOwedStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def waiting(self, channel: ChannelId, *, limit: int = 50) -> Sequence[Owed]:
        """See `AnyOwedStore.waiting`."""
        rows = await self._session.scalars(
            select(DeliveryRow)
            .where(_WAITS, DeliveryRow.only_channel_id == channel, DeliveryRow.look_at <= self._now)
            .order_by(DeliveryRow.id)
            .limit(limit)
        )
        return [_to_owed(row) for row in rows]

    async def is_waiting(self, channel: ChannelId, outside_id: str) -> bool:
        """See `AnyOwedStore.is_waiting`."""
        asked = {"channel": channel, "answers": _occasion(channel, outside_id)}
        return await self._session.scalar(_IS_WAITING, asked) is not None

    async def claim(self, channel: ChannelId, outside_id: str, *, lease: timedelta) -> ClaimedAnswer | None:
        """See `AnyOwedStore.claim`. Who comes second waits for the first's row, and finds that it waits no more."""
        row = (
            await self._session.execute(_CLAIM, {"channel": channel, "answers": _occasion(channel, outside_id)})
        ).one_or_none()
        if row is None:
            return None
        queue, owed = Queue(TenantId(row.tenant_id), BrandId(row.brand_id)), DeliveryId(row.id)
        claimed = await claim_try(
            self._session, queue, owed, channel,
            parcel=parcel_key(owed, row.attempts), attempt=row.attempts, now=self._now, lease=lease,
        )  # fmt: skip
        return ClaimedAnswer(queue.tenant, claimed)

    async def kept(self, channel: ChannelId, outside_id: str) -> ClaimedAnswer | None:
        """See `AnyOwedStore.kept`."""
        under_way = (DeliveryState.CLAIMED.value, DeliveryState.UNKNOWN.value)
        found = (
            await self._session.execute(
                select(DeliveryTryRow)
                .join(DeliveryRow, DeliveryRow.id == DeliveryTryRow.delivery_id)
                .join(ChannelSettingRow, ChannelSettingRow.id == DeliveryTryRow.channel_id)
                .where(
                    DeliveryRow.tenant_id == ChannelSettingRow.tenant_id,
                    DeliveryRow.occasion == _occasion(channel, outside_id),
                    DeliveryTryRow.channel_id == channel,
                    DeliveryTryRow.state.in_(under_way),
                )
                .with_for_update(of=DeliveryTryRow)
                .execution_options(populate_existing=True)
            )
        ).scalar_one_or_none()
        return ClaimedAnswer(TenantId(found.tenant_id), to_claimed(found)) if found is not None else None

    async def drop(self, owed: DeliveryId) -> None:
        """See `AnyOwedStore.drop`."""
        await self._session.execute(
            update(DeliveryRow)
            .where(_WAITS, DeliveryRow.id == owed)
            .values(
                state=DeliveryState.DROPPED.value, settled_at=self._now, reason_key="reply_not_bound", reason_facts={}
            ),
            execution_options={"synchronize_session": False},
        )


def _occasion(channel: ChannelId, outside_id: str) -> str:
    return f"reply:{channel}:{outside_id}"


def _to_owed(row: DeliveryRow) -> Owed:
    said, turn = row.subject.get("reply"), row.subject.get("turn")
    return Owed(
        id=DeliveryId(row.id),
        place=Place.model_validate(row.subject["place"]),
        outside_id=str(row.subject["outside_id"]),
        member=MemberId(row.member_id or 0),
        turn=TurnId(int(turn)) if turn is not None else None,
        reply=Reply.model_validate(said) if said is not None else None,
    )
