"""Deliveries of every tenant, for the service that carries them out: what is due, claimed, made, no longer needed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, extract, func, or_, select, update

from memory.domain.campaign import WritingState
from memory.domain.deliveries import (
    AN_HOUR,
    Audience,
    CampaignNews,
    Delivery,
    DeliveryState,
    OpenBatch,
    Parcel,
    PushKind,
    Route,
    Subject,
    reason_of,
)
from memory.domain.dispatch import Queue
from memory.domain.ids import BatchId, BrandId, CampaignId, ChannelId, DeliveryId, MemberId, TenantId
from memory.domain.outreach import UNSETTLED, Flag, StepState
from memory.models.campaigns import CampaignCreatorRow, CampaignRow
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import DeliveryRow, DeliveryTryRow
from memory.models.outreach import BatchRow, DraftRow, FollowUpRow, StepRow
from memory.models.workspace import BrandRecord
from memory.repositories.channels import to_channel
from memory.repositories.delivery_tries import DeliveryTries, claim_try, parcel_key, to_delivery
from memory.repositories.draft_rows import REJECTED, read_batches
from memory.repositories.making_deliveries import carries, make_delivery
from memory.repositories.troubles import others_of, told_of

_WAITING = DeliveryState.WAITING.value
_PUSHED = DeliveryRow.kind != PushKind.REPLY.value  # answers are said by whoever holds the channel
_QUIET = {"synchronize_session": False}
_MINUTE = timedelta(minutes=1)


class DeliveryRepository(DeliveryTries):
    """Satisfies `memory.domain.deliveries.DeliveryStore` in a service unit; never commits. Ends: `DeliveryTries`."""

    async def queues(self, *, now: datetime) -> Sequence[Queue]:
        """See `DeliveryStore.queues`."""
        rows = await self._session.execute(
            select(DeliveryRow.tenant_id, DeliveryRow.brand_id)
            .where(_PUSHED, DeliveryRow.state == _WAITING, DeliveryRow.look_at <= now)
            .group_by(DeliveryRow.tenant_id, DeliveryRow.brand_id)
            .order_by(func.min(DeliveryRow.look_at))
        )
        return [Queue(TenantId(row.tenant_id), BrandId(row.brand_id)) for row in rows]

    async def routes(self, queue: Queue) -> Sequence[Route]:
        """See `DeliveryStore.routes`."""
        rows = (
            await self._session.scalars(
                select(ChannelSettingRow)
                .where(carries(queue.tenant, queue.brand))
                .order_by(ChannelSettingRow.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).all()
        machine = (await self._session.scalars(select(func.clock_timestamp()).select_from(BrandRecord).limit(1))).one()
        called = await self._session.execute(
            select(DeliveryTryRow.channel_id, func.count(DeliveryTryRow.parcel.distinct()))
            .where(
                DeliveryTryRow.channel_id.in_([row.id for row in rows]), DeliveryTryRow.called_at > machine - _MINUTE
            )
            .group_by(DeliveryTryRow.channel_id)
        )
        calls = {row[0]: row[1] for row in called}
        return [
            Route(
                to_channel(row),
                paused=row.paused_until is not None and row.paused_until > machine,
                last_minute=calls.get(row.id, 0),
            )
            for row in rows
        ]

    async def waiting(self, queue: Queue, *, now: datetime, limit: int) -> Sequence[Delivery]:
        """See `DeliveryStore.waiting`."""
        due = and_(
            _PUSHED, DeliveryRow.brand_id == queue.brand, DeliveryRow.state == _WAITING, DeliveryRow.look_at <= now
        )
        rows = (
            await self._session.scalars(
                select(DeliveryRow)
                .where(due)
                .order_by(DeliveryRow.look_at, DeliveryRow.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            )
        ).all()
        reasons = {reason_of(row.subject) for row in rows if row.kind == PushKind.TROUBLE}
        rows = [*rows, *await others_of(self._session, reasons, due=due, besides=[row.id for row in rows])]
        told = await told_of(self._session, queue, within=AN_HOUR, now=now) if reasons else {}
        past = await self.past([row.id for row in rows])
        settled = await self._settled_meanwhile(rows)
        found = [to_delivery(row, past.get(row.id, {}), needed=row.id not in settled) for row in rows]
        return [replace(one, told_at=told.get(one.reason)) if one.reason else one for one in found]

    async def claim(
        self, queue: Queue, route: Route, deliveries: Sequence[Delivery], audience: Audience, *, lease: timedelta
    ) -> Parcel:
        """See `DeliveryStore.claim`."""
        key = parcel_key(deliveries[0].id, deliveries[0].attempts + 1)
        tries = [
            await claim_try(
                self._session,
                queue,
                delivery.id,
                route.channel.id,
                parcel=key,
                attempt=delivery.attempts + 1,
                now=self._now,
                lease=lease,
            )
            for delivery in deliveries
        ]
        await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_([delivery.id for delivery in deliveries]))
            .values(state=DeliveryState.CLAIMED.value, attempts=DeliveryRow.attempts + 1),
            execution_options=_QUIET,
        )
        return Parcel(key, route.channel, tuple(tries), tuple(deliveries), audience)

    async def later(self, deliveries: Collection[DeliveryId], *, look_at: datetime) -> None:
        """See `DeliveryStore.later`."""
        await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(deliveries), DeliveryRow.state == _WAITING)
            .values(look_at=look_at),
            execution_options=_QUIET,
        )

    async def end(self, delivery: DeliveryId, state: DeliveryState, *, reason: Flag | None) -> None:
        """See `DeliveryStore.end`. What the last channel said is worth more than that none is left."""
        last = await self._session.scalar(
            select(DeliveryTryRow)
            .where(DeliveryTryRow.delivery_id == delivery, DeliveryTryRow.reason_key.is_not(None))
            .order_by(DeliveryTryRow.attempt.desc())
            .limit(1)
        )
        kept = state is DeliveryState.REFUSED and last is not None
        key, facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery, DeliveryRow.state == _WAITING)
            .values(
                state=state.value,
                settled_at=self._now,
                reason_key=last.reason_key if kept and last else key,
                reason_facts=last.reason_facts if kept and last else facts,
            ),
            execution_options=_QUIET,
        )

    async def make(
        self,
        queue: Queue,
        kind: PushKind,
        *,
        occasion: str,
        subject: Subject,
        valid_until: datetime,
        look_at: datetime | None = None,
        only: ChannelId | None = None,
        urgent: bool = False,
        member: MemberId | None = None,
    ) -> bool:
        """See `DeliveryStore.make`."""
        return await make_delivery(
            self._session,
            kind,
            tenant=queue.tenant,
            brand=queue.brand,
            occasion=occasion,
            subject=subject,
            now=self._now,
            valid_until=valid_until,
            look_at=look_at,
            only=only,
            urgent=urgent,
            member=member,
        )

    async def open_batches(self, *, now: datetime) -> Sequence[OpenBatch]:
        """See `DeliveryStore.open_batches`."""
        reminded = (
            select(DeliveryRow.id)
            .where(
                DeliveryRow.tenant_id == BatchRow.tenant_id,
                DeliveryRow.occasion == func.concat("nudge:", BatchRow.id),
            )
            .exists()
        )
        carried = (
            select(ChannelSettingRow.id)
            .where(ChannelSettingRow.tenant_id == BatchRow.tenant_id, ChannelSettingRow.active)
            .exists()
        )
        undecided = (
            select(DraftRow.id)
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .where(
                DraftRow.batch_id == BatchRow.id,
                or_(StepRow.id.is_(None), StepRow.state == StepState.HELD.value),
                ~REJECTED,
            )
            .exists()
        )
        rows = (
            await self._session.scalars(
                select(BatchRow)
                .where(
                    BatchRow.published_at.is_not(None),
                    BatchRow.stopped_at.is_(None),
                    BatchRow.decide_by > now,
                    extract("epoch", now - BatchRow.made_at) * 4
                    >= extract("epoch", BatchRow.decide_by - BatchRow.made_at),
                    ~reminded,
                    carried,
                    undecided,
                )
                .order_by(BatchRow.made_at, BatchRow.id)
                .limit(200)
            )
        ).all()
        tenants = {row.id: TenantId(row.tenant_id) for row in rows}
        found = [
            OpenBatch(
                BatchId(batch.id), tenants[batch.id], batch.brand, batch.code, batch.made_at, batch.decide_by,
                sum(draft.approvable for draft in batch.drafts),
            )
            for batch in await read_batches(self._session, rows, now=now)
        ]  # fmt: skip
        return [batch for batch in found if batch.open]

    async def campaign_news(self, *, now: datetime) -> Sequence[CampaignNews]:
        """See `DeliveryStore.campaign_news`."""
        own = BatchRow.campaign_id == CampaignRow.id
        sent = (
            select(func.count())
            .select_from(StepRow)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .where(own, StepRow.state == StepState.SENT.value)
            .scalar_subquery()
        )
        goes_on = (
            select(DraftRow.id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
            .where(
                own,
                ~REJECTED,
                or_(
                    StepRow.state.in_([state.value for state in UNSETTLED]),
                    and_(StepRow.id.is_(None), FollowUpRow.ended_at.is_(None), BatchRow.decide_by > now),
                ),
            )
            .exists()
        )
        writes = (
            select(CampaignCreatorRow.id)
            .where(
                CampaignCreatorRow.campaign_id == CampaignRow.id,
                CampaignCreatorRow.state == WritingState.WAITING.value,
            )
            .exists()
        )
        carried = (
            select(ChannelSettingRow.id)
            .where(ChannelSettingRow.tenant_id == CampaignRow.tenant_id, ChannelSettingRow.active)
            .exists()
        )
        done = and_(~goes_on, ~writes)
        rows = await self._session.execute(
            select(CampaignRow, sent, done)
            .where(
                CampaignRow.cancelled_at.is_(None),
                carried,
                or_(~_told("started"), and_(~_told("done"), done)),
                sent > 0,
            )
            .order_by(CampaignRow.id)
            .limit(50)
        )
        news = []
        for row, count, is_done in rows:
            queue = Queue(TenantId(row.tenant_id), BrandId(row.brand_id))
            event: Literal["started", "done"] = "done" if is_done else "started"
            news.append(CampaignNews(queue, CampaignId(row.id), row.name, event, count))
        return news

    async def _settled_meanwhile(self, rows: Sequence[DeliveryRow]) -> set[int]:
        """Deliveries of what is so no longer: a step that went on, a batch that is decided."""
        steps = {row.id: int(row.subject["step"]) for row in rows if row.kind == PushKind.TROUBLE}
        states: dict[int, str] = {
            step.id: step.state
            for step in await self._session.execute(
                select(StepRow.id, StepRow.state).where(StepRow.id.in_(list(steps.values())))
            )
        } if steps else {}  # fmt: skip
        over = {row.id for row in rows if row.id in steps and states.get(steps[row.id]) != row.subject["state"]}
        nudges = {row.id: int(row.subject["batch_id"]) for row in rows if row.kind == PushKind.NUDGE}
        if nudges:
            found = await self._session.scalars(select(BatchRow).where(BatchRow.id.in_(list(nudges.values()))))
            batches = await read_batches(self._session, found.all(), now=self._now)
            open_ones = {batch.id for batch in batches if any(draft.approvable for draft in batch.drafts)}
            over |= {delivery for delivery, batch in nudges.items() if batch not in open_ones}
        return over


def _told(event: str) -> ColumnElement[bool]:
    """Whether it was told of a campaign; who was told that it is done needs no word of its beginning."""
    occasions = [func.concat("campaign:", CampaignRow.id, f":{one}") for one in {event, "done"}]
    return (
        select(DeliveryRow.id)
        .where(DeliveryRow.tenant_id == CampaignRow.tenant_id, DeliveryRow.occasion.in_(occasions))
        .exists()
    )
