"""The ledger of deliveries: ends of tries, settled by whoever finds them out, and tries taken up again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Interval, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from memory.domain.channels import ChannelKind
from memory.domain.deliveries import Audience, Claimed, Delivery, DeliveryState, Parcel, Past, PushKind
from memory.domain.dispatch import Queue
from memory.domain.ids import BrandId, ChannelId, DeliveryId, TenantId, TryId
from memory.domain.outreach import Flag
from memory.domain.workspace import WorkspaceKind
from memory.models.base import UtcDateTime
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import DeliveryRow, DeliveryTryRow
from memory.models.workspace import BrandRecord, WorkspaceRow
from memory.repositories.channels import to_channel
from memory.standing import standing
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}
_GONE = Flag("push_sender_gone", {})
_LATER = func.clock_timestamp() + bindparam("lease", type_=Interval())
_CLAIM = standing(
    insert(DeliveryTryRow)
    .values(claims=1, state=DeliveryState.CLAIMED.value, called_at=func.clock_timestamp(), lease_until=_LATER)
    .returning(DeliveryTryRow.id)
)
_HOLD = standing(select(DeliveryRow.id).where(DeliveryRow.id == bindparam("delivery")).with_for_update())
_MINE = and_(DeliveryTryRow.id == bindparam("try"), DeliveryTryRow.claims == bindparam("token"))
_ENDED = {
    "state": bindparam("to_state"),
    "is_over": bindparam("ends_channel"),
    "outside_id": bindparam("told_id"),
    "settled_at": bindparam("now"),
    "reason_key": bindparam("why"),
    "reason_facts": bindparam("why_facts"),
    "lease_until": func.clock_timestamp() + bindparam("rest", type_=Interval()),
}
_SETTLE = standing(
    update(DeliveryTryRow)
    .where(
        _MINE,
        or_(DeliveryTryRow.state == DeliveryState.CLAIMED.value, DeliveryTryRow.state == DeliveryState.UNKNOWN.value),
    )
    .values(_ENDED)
    .returning(DeliveryTryRow.delivery_id)
)
_ABANDON = standing(
    update(DeliveryTryRow)
    .where(_MINE, DeliveryTryRow.state == DeliveryState.CLAIMED.value)
    .values(_ENDED)
    .returning(DeliveryTryRow.delivery_id)
)
_MOVE = standing(
    update(DeliveryRow)
    .where(DeliveryRow.id == bindparam("delivery"))
    .values(
        state=bindparam("to_state"),
        look_at=func.coalesce(bindparam("next_look", type_=UtcDateTime()), DeliveryRow.look_at),
        settled_at=bindparam("now"),
        reason_key=bindparam("why"),
        reason_facts=bindparam("why_facts"),
    )
)


@dataclass(frozen=True, slots=True)
class _End:
    """What became of tries. `over`: a channel that refused is not asked again, what is unknown is not repeated.

    `ends_all`: no other channel is asked either.
    """

    state: DeliveryState
    outside_id: str | None
    reason: Flag | None
    look_at: datetime
    rest: timedelta
    over: bool = True
    ends_all: bool = False


class DeliveryTries:
    """The part of `memory.domain.deliveries.DeliveryStore` that ends tries; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def audience(self, queue: Queue) -> Audience:
        """See `DeliveryStore.audience`."""
        brand = (await self._session.scalars(select(BrandRecord).where(BrandRecord.id == queue.brand))).one()
        kind = await self._session.scalar(select(WorkspaceRow.kind))
        return Audience(brand.name, brand.team_zone, kind == WorkspaceKind.DEMO, queue.brand)

    async def settle(
        self,
        tries: Sequence[Claimed],
        state: DeliveryState,
        *,
        outside_id: str | None = None,
        reason: Flag | None = None,
        over: bool = True,
        look_at: datetime,
        rest: timedelta = timedelta(0),
    ) -> int:
        """See `DeliveryStore.settle`."""
        # A call that was given up as unknown and then answered is believed; one that was taken up again is not.
        end = _End(state, outside_id, reason, over=over, look_at=look_at, rest=rest)
        return await self._end(_SETTLE, [(one.id, one.claims, one.delivery) for one in tries], end)

    async def abandon_expired(self) -> int:
        """See `DeliveryStore.abandon_expired`."""
        found = await self._session.execute(
            select(DeliveryTryRow, DeliveryRow.kind)
            .join(DeliveryRow, DeliveryRow.id == DeliveryTryRow.delivery_id)
            .where(
                DeliveryTryRow.state == DeliveryState.CLAIMED.value, DeliveryTryRow.lease_until < func.clock_timestamp()
            )
            .limit(500)
            .execution_options(populate_existing=True)
        )
        expired = [(row, kind == PushKind.REPLY and row.reason_key is not None) for row, kind in found]
        gone = _End(DeliveryState.UNKNOWN, None, _GONE, over=False, look_at=self._now, rest=timedelta(0))
        count = await self._end(_ABANDON, [_known(row) for row, was_kept in expired if not was_kept], gone)
        for row in (row for row, was_kept in expired if was_kept):
            why = Flag(row.reason_key or "", dict(row.reason_facts or {}))
            end = replace(gone, state=DeliveryState.REFUSED, reason=why, over=True, ends_all=True)
            count += await self._end(_ABANDON, [_known(row)], end)
        return count

    async def keep(self, claimed: Claimed, *, for_: timedelta, unless: Flag) -> None:
        """See `DeliveryStore.keep`."""
        await self._session.execute(
            update(DeliveryTryRow)
            .where(
                DeliveryTryRow.id == claimed.id,
                DeliveryTryRow.claims == claimed.claims,
                DeliveryTryRow.state == DeliveryState.CLAIMED.value,
            )
            .values(lease_until=func.clock_timestamp() + for_, reason_key=unless.key, reason_facts=dict(unless.facts)),
            execution_options=_QUIET,
        )

    async def unclear(self, known: Mapping[ChannelKind, timedelta], *, lease: timedelta) -> Parcel | None:
        """See `DeliveryStore.unclear`."""
        found = (
            await self._session.execute(
                select(DeliveryTryRow.parcel, DeliveryTryRow.channel_id)
                .join(ChannelSettingRow, ChannelSettingRow.id == DeliveryTryRow.channel_id)
                .join(DeliveryRow, DeliveryRow.id == DeliveryTryRow.delivery_id)
                .where(
                    DeliveryRow.kind != PushKind.REPLY.value,  # an answer is no push: nobody but its channel can say it
                    DeliveryTryRow.state == DeliveryState.UNKNOWN.value,
                    DeliveryTryRow.lease_until < func.clock_timestamp(),
                    ~DeliveryTryRow.is_over,
                    or_(*(self._is_known(kind, for_) for kind, for_ in known.items())),
                    ChannelSettingRow.active,
                    or_(
                        ChannelSettingRow.paused_until.is_(None),
                        ChannelSettingRow.paused_until < func.clock_timestamp(),
                    ),
                )
                .order_by(DeliveryTryRow.id)
                .limit(1)
            )
        ).one_or_none()
        if found is None:
            return None
        wanted = select(DeliveryTryRow.id).where(
            DeliveryTryRow.parcel == found.parcel, DeliveryTryRow.channel_id == found.channel_id
        )
        tries = list(await self._session.scalars(wanted))
        rows = await self._lock(tries, of=await self._owners(tries))
        if not rows or any(row.state != DeliveryState.UNKNOWN for row in rows):
            return None  # another process was first
        for row in rows:
            row.state, row.claims = DeliveryState.CLAIMED.value, row.claims + 1
            row.lease_until, row.called_at = func.clock_timestamp() + lease, func.clock_timestamp()
        deliveries = await self._deliveries([row.delivery_id for row in rows])
        await self._mark(list(deliveries), DeliveryState.CLAIMED)
        await self._session.flush()
        queue = Queue(TenantId(rows[0].tenant_id), BrandId(rows[0].brand_id))
        channel = (
            await self._session.scalars(select(ChannelSettingRow).where(ChannelSettingRow.id == found.channel_id))
        ).one()
        past = await self.past(list(deliveries))
        return Parcel(
            found.parcel,
            to_channel(channel),
            tuple(to_claimed(row) for row in rows),
            tuple(to_delivery(row, past.get(row.id, {}), needed=True) for row in deliveries.values()),
            await self.audience(queue),
            Flag(rows[0].reason_key or _GONE.key, dict(rows[0].reason_facts or {})),
        )

    async def pause(self, channel: ChannelId, *, for_: timedelta) -> None:
        """See `DeliveryStore.pause`."""
        await self._session.execute(
            update(ChannelSettingRow)
            .where(ChannelSettingRow.id == channel)
            .values(paused_until=func.clock_timestamp() + for_),
            execution_options=_QUIET,
        )

    async def past(self, deliveries: Collection[int]) -> dict[int, dict[ChannelId, Past]]:
        """What became of deliveries on each channel so far."""
        if not deliveries:
            return {}
        rows = await self._session.execute(
            select(
                DeliveryTryRow.delivery_id,
                DeliveryTryRow.channel_id,
                func.count(DeliveryTryRow.id),
                func.bool_or(DeliveryTryRow.is_over),
            )
            .where(DeliveryTryRow.delivery_id.in_(deliveries))
            .group_by(DeliveryTryRow.delivery_id, DeliveryTryRow.channel_id)
        )
        past: dict[int, dict[ChannelId, Past]] = {}
        for delivery, channel, count, over in rows:
            past.setdefault(delivery, {})[ChannelId(channel)] = Past(count, over)
        return past

    def _is_known(self, kind: ChannelKind, for_: timedelta) -> ColumnElement[bool]:
        """Whether a channel still knows what it was handed: counted from the claim, which is before the first call."""
        return and_(ChannelSettingRow.kind == kind.value, DeliveryTryRow.claimed_at > self._now - for_)

    async def _owners(self, tries: Collection[int]) -> Sequence[int]:
        """The deliveries of tries."""
        if not tries:
            return []
        return (
            await self._session.scalars(select(DeliveryTryRow.delivery_id).where(DeliveryTryRow.id.in_(tries)))
        ).all()

    async def _lock(self, tries: Collection[int], *, of: Collection[int]) -> Sequence[DeliveryTryRow]:
        """Deliveries first, then their tries: the order in which a claim takes them."""
        if not tries:
            return []
        await self._deliveries(of)
        rows = await self._session.scalars(
            select(DeliveryTryRow)
            .where(DeliveryTryRow.id.in_(tries))
            .order_by(DeliveryTryRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return rows.all()

    async def _deliveries(self, ids: Collection[int]) -> dict[int, DeliveryRow]:
        rows = await self._session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.id.in_(ids))
            .order_by(DeliveryRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return {row.id: row for row in rows}

    async def _end(self, statement: ReturningUpdate[int], tries: Collection[tuple[int, int, int]], end: "_End") -> int:
        """End tries (id, claims, delivery) that are still as they were found; how many."""
        if not tries:
            return 0
        # In one order, whoever ends them.
        await self._session.post(_HOLD, [{"delivery": one} for one in sorted({delivery for *_, delivery in tries})])
        waits = end.state is DeliveryState.REFUSED and not end.ends_all
        key, facts = (end.reason.key, dict(end.reason.facts)) if end.reason else (None, None)
        told = {
            "to_state": end.state.value, "told_id": end.outside_id, "why": key, "why_facts": facts, "rest": end.rest,
            "ends_channel": end.over and end.state is not DeliveryState.DELIVERED,
            "now": None if end.state is DeliveryState.UNKNOWN else self._now,
        }  # fmt: skip
        owners = await self._session.scalars(
            statement, [told | {"try": one, "token": claims} for one, claims, _ in sorted(tries)]
        )
        ended = owners.all()
        if ended:
            moved = {
                "to_state": DeliveryState.WAITING.value if waits else end.state.value,
                "next_look": end.look_at if waits else None, "why": key, "why_facts": facts,
                "now": None if waits else self._now,  # of an unknown end: when it became that
            }  # fmt: skip
            await self._session.post(_MOVE, [moved | {"delivery": one} for one in ended])
        return len(ended)

    async def _mark(self, deliveries: Collection[int], state: DeliveryState) -> None:
        await self._session.execute(
            update(DeliveryRow).where(DeliveryRow.id.in_(deliveries)).values(state=state.value),
            execution_options=_QUIET,
        )


def _known(row: DeliveryTryRow) -> tuple[int, int, int]:
    return row.id, row.claims, row.delivery_id


def parcel_key(first: DeliveryId, attempt: int) -> str:
    """What tries that go out as one message are called; channels that know a repeat know it by this."""
    return f"d{first}-{attempt}"


async def claim_try(
    session: ScopedSession,
    queue: Queue,
    delivery: DeliveryId,
    channel: ChannelId,
    *,
    parcel: str,
    attempt: int,
    now: datetime,
    lease: timedelta,
) -> Claimed:
    """Write down a try that is being carried out from now on."""
    row = {
        "tenant_id": queue.tenant, "brand_id": queue.brand, "delivery_id": delivery, "channel_id": channel,
        "parcel": parcel, "attempt": attempt, "claimed_at": now, "lease": lease,
    }  # fmt: skip
    made = await session.scalar(_CLAIM, row)
    return Claimed(TryId(int(made or 0)), delivery, attempt, 1)


def to_delivery(row: DeliveryRow, past: dict[ChannelId, Past], *, needed: bool) -> Delivery:
    """A row with what became of it so far."""
    return Delivery(
        id=DeliveryId(row.id),
        kind=PushKind(row.kind),
        subject=row.subject,
        made_at=row.made_at,
        valid_until=row.valid_until,
        attempts=row.attempts,
        past=past,
        only=ChannelId(row.only_channel_id) if row.only_channel_id is not None else None,
        urgent=row.urgent,
        needed=needed,
    )


def to_claimed(row: DeliveryTryRow) -> Claimed:
    """A try in hand."""
    return Claimed(TryId(row.id), DeliveryId(row.delivery_id), row.attempt, row.claims)
