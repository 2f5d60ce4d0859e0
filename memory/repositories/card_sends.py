"""Cards that go after a text: made when the text has gone, locked after their draft, settled each by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.card_sends import CardCandidate, CardState, DueCard
from memory.domain.dispatch import Queue
from memory.domain.ids import BrandId, CardSendId, CreatorId, SendId, StepId, TenantId
from memory.domain.outreach import Channel, Flag, SendTicket
from memory.domain.shop_cards import ShopCard, to_card
from memory.models.creators import CreatorRow
from memory.models.outreach import CreatorMessageRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.models.shop_cards import CardSendRow
from memory.repositories.dispatch import DispatchRepository
from memory.repositories.troubles import push_trouble

_OPEN = (CardState.WAITING.value, CardState.SENDING.value, CardState.UNKNOWN.value)
_FRESH = {"populate_existing": True}
CardSelect = Select[CardSendRow, StepRow, DraftVersionRow, CreatorRow]


async def plan_cards(session: AsyncSession, send: SendRow, version: DraftVersionRow, *, now: datetime) -> None:
    """The text of a message went: its cards wait from now on, each once."""
    if version.cards:
        await session.execute(
            insert(CardSendRow)
            .values(
                [
                    {
                        "tenant_id": send.tenant_id, "brand_id": send.brand_id, "step_id": send.step_id,
                        "version_id": version.id, "position": position, "text_at": now,
                    }
                    for position in range(len(version.cards))
                ]
            )
            .on_conflict_do_nothing(index_elements=["step_id", "position"])
        )  # fmt: skip


class CardSendRepository:
    """Satisfies `memory.domain.card_sends.CardSendStore` in a service unit; never commits."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def due(self, *, limit: int) -> Sequence[DueCard]:
        """See `CardSendStore.due`."""
        rows = await self._session.execute(
            _cards()
            .where(CardSendRow.state.in_(_OPEN), CardSendRow.look_at <= func.clock_timestamp())
            .order_by(CardSendRow.look_at, CardSendRow.id)
            .limit(limit)
        )
        return [
            DueCard(
                CardSendId(row.id), Queue(TenantId(row.tenant_id), BrandId(row.brand_id)), Channel(step.channel),
                _ticket(row, step, version, creator), is_unclear=row.state != CardState.WAITING.value,
            )
            for row, step, version, creator in rows
        ]  # fmt: skip

    async def lock(self, card: DueCard) -> CardCandidate | None:
        """See `CardSendStore.lock`. The brand's row, which the caller holds, comes before it; then draft and card."""
        draft = await self._session.scalar(
            select(DraftRow)
            .join(StepRow, StepRow.draft_id == DraftRow.id)
            .where(StepRow.id == card.ticket.step)
            .with_for_update(of=[DraftRow])
            .execution_options(**_FRESH)
        )
        found = (
            await self._session.execute(
                _cards()
                .where(
                    CardSendRow.id == card.id, CardSendRow.state == CardState.WAITING.value,
                    CardSendRow.look_at <= func.clock_timestamp(),
                )
                .with_for_update(of=[CardSendRow])
            )
        ).one_or_none()  # fmt: skip
        if draft is None or found is None:
            return None
        row, step, version, creator = found
        steps = await DispatchRepository(self._session, self._now).named(card.queue, [StepId(step.id)])
        answered = await self._session.scalar(
            select(CreatorMessageRow.id)
            .where(
                CreatorMessageRow.brand_id == row.brand_id, CreatorMessageRow.creator_id == step.creator_id,
                CreatorMessageRow.received_at >= row.text_at,
            )
            .limit(1)
        )  # fmt: skip
        return CardCandidate(
            CardSendId(row.id), _card(row, version), _ticket(row, step, version, creator), row.attempts, row.text_at,
            answered is not None, steps[0],
        )  # fmt: skip

    async def claim(self, card: CardSendId, *, lease: timedelta) -> None:
        """See `CardSendStore.claim`."""
        row = await self._locked(card)
        row.state, row.attempts = CardState.SENDING.value, row.attempts + 1
        row.look_at = func.clock_timestamp() + lease
        row.reason_key = row.reason_facts = None
        await self._session.flush()

    async def leave(self, card: CardSendId, reason: Flag | None, *, rest: timedelta) -> None:
        """See `CardSendStore.leave`."""
        row = await self._locked(card)
        row.look_at = func.clock_timestamp() + rest
        row.reason_key, row.reason_facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        await self._session.flush()

    async def settle(
        self, card: CardSendId, to: CardState, *, outside_id: str | None = None, reason: Flag | None = None,
        rest: timedelta = timedelta(0),
    ) -> bool:  # fmt: skip
        """See `CardSendStore.settle`. Draft, then step, then card."""
        step_id = await self._session.scalar(select(CardSendRow.step_id).where(CardSendRow.id == card))
        draft = select(StepRow.draft_id).where(StepRow.id == step_id).scalar_subquery()
        await self._session.scalar(select(DraftRow).where(DraftRow.id == draft).with_for_update())
        step = await self._session.scalar(
            select(StepRow).where(StepRow.id == step_id).with_for_update().execution_options(**_FRESH)
        )
        row = await self._locked(card)
        if step is None or row.state not in _OPEN:
            return False
        row.state, row.outside_id = to.value, outside_id or row.outside_id
        row.settled_at = None if to in (CardState.WAITING, CardState.UNKNOWN) else self._now
        row.look_at = func.clock_timestamp() + rest
        row.reason_key, row.reason_facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        if to is CardState.DROPPED:
            await self._told(row, step, reason)
        await self._session.flush()
        return True

    async def _told(self, row: CardSendRow, step: StepRow, reason: Flag | None) -> None:
        """The message says from now on that a card of it did not go, and why; so does a push."""
        version = (
            await self._session.scalars(select(DraftVersionRow).where(DraftVersionRow.id == row.version_id))
        ).one()
        why = {"why": reason.key, **reason.facts} if reason else {}
        step.reason_key, step.reason_facts = f"card_{_card(row, version).kind}_not_sent", why
        await push_trouble(self._session, step, occasion=f"card:{row.id}", now=self._now)

    async def _locked(self, card: CardSendId) -> CardSendRow:
        found = select(CardSendRow).where(CardSendRow.id == card).with_for_update()
        return (await self._session.scalars(found.execution_options(**_FRESH))).one()


def _cards() -> CardSelect:
    return (
        select(CardSendRow, StepRow, DraftVersionRow, CreatorRow)
        .join(StepRow, StepRow.id == CardSendRow.step_id)
        .join(DraftVersionRow, DraftVersionRow.id == CardSendRow.version_id)
        .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
        .execution_options(**_FRESH)
    )


def _card(row: CardSendRow, version: DraftVersionRow) -> ShopCard:
    return to_card(version.cards[row.position])


def _ticket(row: CardSendRow, step: StepRow, version: DraftVersionRow, creator: CreatorRow) -> SendTicket:
    """What a messenger is asked to send; the key is the message's own with the card's place."""
    return SendTicket(
        send=SendId(0),  # a card is no line of the ledger: its text is
        step=StepId(step.id),
        brand=BrandId(step.brand_id),
        creator=CreatorId(creator.id),
        handle=creator.handle,
        platform=creator.platform,
        text="",
        idempotency_key=f"{step.idempotency_key}:card:{row.position}",
        card=_card(row, version),
    )
