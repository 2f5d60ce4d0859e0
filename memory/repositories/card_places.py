"""Where drafts were shown outside our own pages."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.card_places import OpenCard, Standing
from memory.domain.deliveries import PushKind
from memory.domain.ids import BatchId, BrandId, ChannelId, MemberId, PresentationId
from memory.domain.places import Place
from memory.domain.workspace import Scope
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import CardPlaceRow
from memory.models.outreach import BatchRow, PresentationRow, PresentedRow
from memory.repositories.making_deliveries import make_delivery
from memory.tenancy import ScopedSession

_MOST = 10


class CardPlaceRepository:
    """Satisfies `memory.domain.card_places.CardPlaceStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def keep(self, place: Place, presentation: PresentationId) -> None:
        """See `CardPlaceStore.keep`."""
        shown = await self._session.scalar(select(PresentationRow).where(PresentationRow.id == presentation))
        channel = await self._session.scalar(select(ChannelSettingRow.id).where(ChannelSettingRow.id == place.channel))
        if shown is None or channel is None:
            return
        await self._session.execute(
            insert(CardPlaceRow).on_conflict_do_nothing(),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "brand_id": shown.brand_id,
                    "channel_id": channel,
                    "chat": place.chat,
                    "is_group": place.is_group,
                    "batch_id": shown.batch_id,
                    "presentation_id": shown.id,
                    "shown_at": self._now,
                }
            ],
        )

    async def shown(self, batch: BatchId, place: Place) -> Sequence[Standing]:
        """See `CardPlaceStore.shown`."""
        rows = await self._session.execute(
            select(PresentedRow.number, PresentedRow.digest, PresentedRow.in_full, PresentationRow.member_id)
            .join(PresentationRow, PresentationRow.id == PresentedRow.presentation_id)
            .join(CardPlaceRow, CardPlaceRow.presentation_id == PresentationRow.id)
            .where(
                *_in(place),
                CardPlaceRow.batch_id == batch,
                PresentationRow.delivered_at.is_not(None),
            )
            .order_by(PresentedRow.number, PresentationRow.id)
        )
        newest = {row.number: Standing(row.number, row.digest, row.in_full, MemberId(row.member_id)) for row in rows}
        return list(newest.values())

    async def batches(self, place: Place) -> Sequence[str]:
        """See `CardPlaceStore.batches`."""
        found = await self._session.scalars(
            select(BatchRow.code)
            .join(CardPlaceRow, CardPlaceRow.batch_id == BatchRow.id)
            .where(*_in(place), CardPlaceRow.closed_at.is_(None))
            .group_by(BatchRow.id)
            .order_by(BatchRow.id.desc())
            .limit(_MOST)
        )
        return list(found)

    async def batch_of(self, place: Place, presentation: PresentationId) -> str | None:
        """See `CardPlaceStore.batch_of`."""
        code: str | None = await self._session.scalar(
            select(BatchRow.code)
            .join(CardPlaceRow, CardPlaceRow.batch_id == BatchRow.id)
            .where(*_in(place), CardPlaceRow.presentation_id == presentation)
        )
        return code

    async def open(self, batch: BatchId) -> Sequence[OpenCard]:
        """See `CardPlaceStore.open`."""
        rows = (
            await self._session.scalars(
                select(CardPlaceRow)
                .where(CardPlaceRow.batch_id == batch, CardPlaceRow.closed_at.is_(None))
                .order_by(CardPlaceRow.id)
                .with_for_update()
            )
        ).all()
        numbers: defaultdict[int, set[int]] = defaultdict(set)
        if rows:
            presented = await self._session.execute(
                select(PresentedRow.presentation_id, PresentedRow.number).where(
                    PresentedRow.presentation_id.in_([row.presentation_id for row in rows])
                )
            )
            for presentation, number in presented:
                numbers[presentation].add(number)
        return [
            OpenCard(
                row.id,
                Place(channel=ChannelId(row.channel_id), chat=row.chat, is_group=row.is_group),
                frozenset(numbers[row.presentation_id]),
            )
            for row in rows
        ]

    async def close(self, cards: Collection[int]) -> None:
        """See `CardPlaceStore.close`."""
        if cards:
            await self._session.execute(
                update(CardPlaceRow).where(CardPlaceRow.id.in_(cards)).values(closed_at=self._now),
                execution_options={"synchronize_session": False},
            )

    async def tell(
        self, place: Place, *, brand: BrandId, batch: str, by: str, approved: str, rejected: str, over: bool
    ) -> None:
        """See `CardPlaceStore.tell`."""
        await make_delivery(
            self._session,
            PushKind.DECIDED,
            tenant=self._scope.tenant,
            brand=brand,
            occasion=f"decided:{uuid4().hex}",
            subject={
                "chat": place.chat,
                "group": place.is_group,
                "batch": batch,
                "by": by,
                "approved": approved,
                "rejected": rejected,
                "over": over,
            },
            now=self._now,
            only=place.channel,
            member=self._scope.member,
        )


def _in(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        CardPlaceRow.channel_id == place.channel,
        CardPlaceRow.chat == place.chat,
        CardPlaceRow.is_group.is_(place.is_group),
    )
