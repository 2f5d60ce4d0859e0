"""Digests of a scope's conversations, and those due of everybody. A day is claimed by its unique row."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.cards import ChartCard
from memory.domain.channels import PUSHING
from memory.domain.deliveries import DeliveryState, PushKind, Subject
from memory.domain.digest_stores import DueDigest
from memory.domain.digests import LATEST, News, Schedule, Subscription, Wish
from memory.domain.ids import BrandId, ChannelId, ConversationId, DigestId, MemberId, TenantId, TurnId
from memory.domain.outreach import Flag
from memory.domain.places import Place
from memory.domain.workspace import Scope
from memory.models.base import JsonObject
from memory.models.channels import ChannelSettingRow
from memory.models.chat import ConversationRow, TurnRow
from memory.models.deliveries import DeliveryRow
from memory.models.digests import DigestRow, DigestRunRow
from memory.models.workspace import BrandRecord
from memory.repositories.making_deliveries import carries, make_delivery
from memory.repositories.people import brand_or_none
from memory.tenancy import ScopedSession

_NOT_LOST = (DeliveryState.DELIVERED.value, DeliveryState.DROPPED.value)
_ABLE = [kind.value for kind in PUSHING]


class DigestRepository:
    """Satisfies `memory.domain.digest_stores.DigestStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def of(self, conversation: ConversationId) -> Subscription | None:
        """See `DigestStore.of`."""
        row = await self._session.scalar(select(DigestRow).where(DigestRow.conversation_id == conversation))
        return await self._read(row) if row is not None else None

    async def save(self, conversation: ConversationId, wish: Wish) -> Subscription:
        """See `DigestStore.save`. Whoever makes its digest at this moment is waited for."""
        row = await self._session.scalar(
            select(DigestRow).where(DigestRow.conversation_id == conversation).with_for_update()
        )
        last = await self._last_day(DigestId(row.id)) if row is not None else None
        day = wish.schedule.first(self._now, last=last)
        if row is None:
            row = DigestRow(conversation_id=conversation, brand_id=self._scope.brand, made_at=self._now)
            self._session.add(row)
        row.at = f"{wish.schedule.at:%H:%M}"
        row.zone = wish.schedule.zone
        row.days = list(wish.schedule.days)
        row.lang = wish.lang
        row.active = wish.active
        row.place = wish.place.model_dump(mode="json") if wish.place else None
        row.next_day = day
        row.next_at = wish.schedule.moment(day)
        row.changed_at = self._now
        await self._session.flush()
        return _to_subscription(row, last)

    async def place_of(self, turn: TurnId) -> Place | None:
        """See `DigestStore.place_of`: the answer owed to the turn says where."""
        subject = await self._session.scalar(
            select(DeliveryRow.subject)
            .join(ChannelSettingRow, ChannelSettingRow.tenant_id == DeliveryRow.tenant_id)
            .join(TurnRow, TurnRow.tenant_id == DeliveryRow.tenant_id)
            .where(
                TurnRow.id == turn,
                DeliveryRow.kind == PushKind.REPLY.value,
                DeliveryRow.only_channel_id == ChannelSettingRow.id,
                DeliveryRow.occasion == func.concat("reply:", ChannelSettingRow.id, ":", TurnRow.outside_id),
            )
        )
        return Place.model_validate(subject["place"]) if subject is not None else None

    async def speaks_in(self, place: Place) -> bool:
        """See `DigestStore.speaks_in`."""
        return await self._channel(place) is not None

    async def reaches_team(self) -> bool:
        """See `DigestStore.reaches_team`."""
        brand = await self._brand()
        if brand is None:
            return False
        able = select(ChannelSettingRow.id).where(carries(self._scope.tenant, brand)).limit(1)
        return await self._session.scalar(able) is not None

    async def next_due(self) -> datetime | None:
        """See `DigestStore.next_due`."""
        found: datetime | None = await self._session.scalar(select(func.min(DigestRow.next_at)).where(DigestRow.active))
        return found

    async def lock(self, digest: DigestId) -> Subscription | None:
        """See `DigestStore.lock`."""
        row = await self._session.scalar(
            select(DigestRow).where(DigestRow.id == digest, DigestRow.active).with_for_update(skip_locked=True)
        )
        return await self._read(row) if row is not None else None

    async def claim(self, digest: DigestId, day: date, *, due_at: datetime) -> bool:
        """See `DigestStore.claim`."""
        return await self._deal_with(digest, day, due_at=due_at, made=True)

    async def skip(self, digest: DigestId, days: Sequence[date]) -> None:
        """See `DigestStore.skip`."""
        for day in days:
            await self._deal_with(digest, day, due_at=None, made=False)

    async def go_on(self, subscription: Subscription, day: date) -> None:
        """See `DigestStore.go_on`."""
        await self._session.execute(
            update(DigestRow)
            .where(DigestRow.id == subscription.id)
            .values(next_day=day, next_at=subscription.wish.schedule.moment(day)),
            execution_options={"synchronize_session": False},
        )

    async def news(self, digest: DigestId, day: date) -> News:
        """See `DigestStore.news`."""
        of = select(DigestRunRow).where(DigestRunRow.digest_id == digest, DigestRunRow.day < day)
        last = await self._session.scalar(of.where(DigestRunRow.made).order_by(DigestRunRow.day.desc()).limit(1))
        skipped = of.where(~DigestRunRow.made).order_by(DigestRunRow.day)
        if last is not None:
            skipped = skipped.where(DigestRunRow.day > last.day)
        days = tuple(row.day for row in await self._session.scalars(skipped))
        lost = None
        if last is not None and last.occasion is not None:
            lost = await self._session.scalar(
                select(DeliveryRow).where(DeliveryRow.occasion == last.occasion, DeliveryRow.state.not_in(_NOT_LOST))
            )
        if last is None or lost is None:
            return News(days, since=last.at if last is not None else None)
        why = Flag(lost.reason_key, dict(lost.reason_facts or {})) if lost.reason_key else None
        return News(days, last.day, why, last.at)

    async def push(self, subscription: Subscription, day: date, *, text: str, chart: ChartCard | None = None) -> bool:
        """See `DigestStore.push`. Who asked for an hour in a chat is not kept waiting by the team's quiet hours."""
        place = subscription.wish.place
        channel = await self._channel(place) if place is not None else None
        brand = brand_or_none(channel.serves_id) if channel is not None else None
        brand = brand or await self._brand(any_of_them=channel is not None)
        if brand is None:
            return False
        subject: JsonObject = {"text": text, "day": day.isoformat()}
        if chart is not None:
            subject["chart"] = chart.model_dump(mode="json")
        occasion = f"digest:{subscription.id}:{day}"
        if channel is not None and place is not None:
            subject |= {"chat": place.chat, "group": place.is_group}
        else:
            occasion = f"digest:team:{brand}:{day}"
        made = await self._make(brand, occasion, subject, only=ChannelId(channel.id) if channel is not None else None)
        if made:
            await self._session.execute(
                update(DigestRunRow)
                .where(DigestRunRow.digest_id == subscription.id, DigestRunRow.day == day)
                .values(occasion=occasion),
                execution_options={"synchronize_session": False},
            )
        return made

    async def _make(self, brand: BrandId, occasion: str, subject: Subject, *, only: ChannelId | None) -> bool:
        return await make_delivery(
            self._session,
            PushKind.DIGEST,
            tenant=self._scope.tenant,
            brand=brand,
            occasion=occasion,
            subject=subject,
            now=self._now,
            valid_until=self._now + LATEST,
            only=only,
            urgent=only is not None,
            member=self._scope.member,
        )

    async def _deal_with(self, digest: DigestId, day: date, *, due_at: datetime | None, made: bool) -> bool:
        new = await self._session.scalar(
            insert(DigestRunRow).on_conflict_do_nothing().returning(DigestRunRow.id),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "brand_id": self._scope.brand,
                    "digest_id": digest,
                    "day": day,
                    "due_at": due_at,
                    "made": made,
                    "at": self._now,
                }
            ],
        )
        return new is not None

    async def _channel(self, place: Place) -> ChannelSettingRow | None:
        """The channel of a chat, where it may speak first."""
        return await self._session.scalar(
            select(ChannelSettingRow).where(
                ChannelSettingRow.id == place.channel, ChannelSettingRow.active, ChannelSettingRow.kind.in_(_ABLE)
            )
        )

    async def _brand(self, *, any_of_them: bool = False) -> BrandId | None:
        """Whose team is told: the scope's brand, or the only one there is."""
        if self._scope.brand is not None:
            return self._scope.brand
        brands = (await self._session.scalars(select(BrandRecord.id).order_by(BrandRecord.id).limit(2))).all()
        return BrandId(brands[0]) if len(brands) == 1 or (brands and any_of_them) else None

    async def _read(self, row: DigestRow) -> Subscription:
        return _to_subscription(row, await self._last_day(DigestId(row.id)))

    async def _last_day(self, digest: DigestId) -> date | None:
        found: date | None = await self._session.scalar(
            select(func.max(DigestRunRow.day)).where(DigestRunRow.digest_id == digest)
        )
        return found


class AnyDigestRepository:
    """Satisfies `memory.domain.digest_stores.AnyDigestStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def due(self, *, now: datetime, after: DigestId, limit: int) -> Sequence[DueDigest]:
        """See `AnyDigestStore.due`."""
        only = (
            select(func.min(BrandRecord.id))
            .where(BrandRecord.tenant_id == DigestRow.tenant_id)
            .having(func.count() == 1)
            .scalar_subquery()
        )
        about = func.coalesce(DigestRow.brand_id, only).label("about")
        own = (DigestRow.id, DigestRow.tenant_id, DigestRow.brand_id, DigestRow.place)
        rows = await self._session.execute(
            select(*own, ConversationRow.member_id, about)
            .join(ConversationRow, ConversationRow.id == DigestRow.conversation_id)
            .where(DigestRow.active, DigestRow.next_at <= now, DigestRow.id > after)
            .order_by(DigestRow.id)
            .limit(limit)
        )
        return [
            DueDigest(
                DigestId(row.id),
                TenantId(row.tenant_id),
                MemberId(row.member_id),
                brand_or_none(row.brand_id),
                _place(row.place),
                brand_or_none(row.about),
            )
            for row in rows
        ]

    async def turn_off(self, digest: DigestId) -> None:
        """See `AnyDigestStore.turn_off`."""
        await self._session.execute(
            update(DigestRow).where(DigestRow.id == digest).values(active=False, changed_at=self._now),
            execution_options={"synchronize_session": False},
        )


def _to_subscription(row: DigestRow, last_day: date | None) -> Subscription:
    hour, minute = row.at.split(":")
    schedule = Schedule(time(int(hour), int(minute)), row.zone, tuple(int(day) for day in row.days))
    return Subscription(
        id=DigestId(row.id),
        conversation=ConversationId(row.conversation_id),
        brand=brand_or_none(row.brand_id),
        wish=Wish(schedule, "en" if row.lang == "en" else "zh", row.active, _place(row.place)),
        next_day=row.next_day,
        last_day=last_day,
    )


def _place(kept: JsonObject | None) -> Place | None:
    return Place.model_validate(kept) if kept else None
