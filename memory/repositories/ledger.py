"""Ends of sends: settled by whoever finds them out, the caller of the messenger or the one who asks afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.by_hand import HAND_LEASE
from memory.domain.creator import Stage
from memory.domain.dispatch import OpenSend
from memory.domain.ids import CreatorId, SendId, TenantId
from memory.domain.outreach import STEP_MOVES, Channel, Flag, SendState, StepState
from memory.models.creators import CreatorRow, RelationRow
from memory.models.outreach import CreatorMessageRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.repositories.card_sends import plan_cards
from memory.repositories.counting import count_outreach, counted_as
from memory.repositories.dispatch import to_ticket
from memory.repositories.made_of import keep_made_of
from memory.repositories.troubles import push_trouble

_OPEN = (SendState.CLAIMED.value, SendState.UNKNOWN.value)


class LedgerRepository:
    """Satisfies `LedgerStore` in a service unit; never commits."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def settle(
        self,
        send: SendId,
        *,
        state: SendState,
        outside_id: str | None = None,
        reason: Flag | None = None,
        retry_at: datetime | None = None,
        rest: timedelta = timedelta(0),
        now: datetime,
    ) -> StepState | None:
        """See `LedgerStore.settle`."""
        found = await self._lock(send)
        if found is None:
            return None
        row, step, draft = found
        if row.state not in _OPEN:
            return None
        to = _step_after(StepState(step.state), state, again=retry_at is not None)
        if to is not step.state and to not in STEP_MOVES[StepState(step.state)]:
            return None
        row.state = state.value
        row.settled_at = None if state is SendState.UNKNOWN else now
        row.outside_id = outside_id or row.outside_id
        row.reason_key, row.reason_facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        row.lease_until = func.clock_timestamp() + rest
        step.state = to.value
        step.reason_key, step.reason_facts = row.reason_key, row.reason_facts
        if to is StepState.PLANNED:
            step.due_at = step.look_at = retry_at or now
            step.sent_at = None
        if to is StepState.SENT:
            await self._contacted(step, draft, now=now)
            version = await keep_made_of(self._session, row, step)
            await plan_cards(self._session, row, version, now=now)
            step.sent_at = now
        await self._session.flush()
        if to in (StepState.FAILED, StepState.UNKNOWN):
            await push_trouble(self._session, step, occasion=f"send:{send}:{to}", now=now)
        return to

    async def abandon_expired(self) -> int:
        """See `LedgerStore.abandon_expired`."""
        # A person's lease ends on the workspace's clock too: a demo may be moved a day ahead.
        forgotten = SendRow.member_id.is_not(None) & (SendRow.claimed_at <= self._now - HAND_LEASE)
        expired = await self._session.execute(
            select(SendRow.id, SendRow.member_id.is_not(None))
            .where(
                SendRow.state == SendState.CLAIMED.value, or_(SendRow.lease_until < func.clock_timestamp(), forgotten)
            )
            .order_by(SendRow.id)
            .limit(500)
        )
        ended = [
            await self.settle(SendId(send), state=SendState.UNKNOWN, reason=_gone(by_hand=by_hand), now=self._now)
            for send, by_hand in expired.all()
        ]
        return len([state for state in ended if state is not None])

    async def unclear(self, *, limit: int) -> list[OpenSend]:
        """See `LedgerStore.unclear`."""
        rows = await self._session.execute(
            select(SendRow, StepRow, DraftVersionRow, CreatorRow)
            .join(StepRow, StepRow.id == SendRow.step_id)
            .join(DraftVersionRow, DraftVersionRow.id == SendRow.version_id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .where(
                SendRow.state == SendState.UNKNOWN.value,
                StepRow.state == StepState.UNKNOWN.value,
                StepRow.channel != Channel.BY_HAND.value,  # nobody but the member can tell
                SendRow.lease_until < func.clock_timestamp(),
            )
            .order_by(SendRow.id)
            .limit(limit)
        )
        return [
            OpenSend(
                ticket=to_ticket(send, step, version, creator),
                tenant=TenantId(send.tenant_id),
                channel=Channel(step.channel),
                attempt=send.attempt,
            )
            for send, step, version, creator in rows
        ]

    async def ask_again(self, send: SendId, *, after: timedelta) -> None:
        """See `LedgerStore.ask_again`."""
        await self._session.execute(
            update(SendRow)
            .where(SendRow.id == send, SendRow.state == SendState.UNKNOWN.value)
            .values(lease_until=func.clock_timestamp() + after),
            execution_options={"synchronize_session": False},
        )

    async def rest_no_longer(self) -> int:
        """Let unclear sends be asked about, and processes' claims be given up, at once: a restart is not waited for."""
        rows = await self._session.scalars(
            update(SendRow)
            .where(SendRow.state.in_(_OPEN), SendRow.member_id.is_(None))
            .values(lease_until=func.clock_timestamp())
            .returning(SendRow.id),
            execution_options={"synchronize_session": False},
        )
        return len(rows.all())

    async def _lock(self, send: SendId) -> tuple[SendRow, StepRow, DraftRow] | None:
        """Draft, then step, then the ledger's row."""
        owner = (
            await self._session.execute(
                select(StepRow.id, StepRow.draft_id)
                .join(SendRow, SendRow.step_id == StepRow.id)
                .where(SendRow.id == send)
            )
        ).one_or_none()
        if owner is None:
            return None
        fresh = {"populate_existing": True}
        draft = await self._session.scalar(
            select(DraftRow).where(DraftRow.id == owner.draft_id).with_for_update().execution_options(**fresh)
        )
        step = await self._session.scalar(
            select(StepRow).where(StepRow.id == owner.id).with_for_update().execution_options(**fresh)
        )
        row = await self._session.scalar(
            select(SendRow).where(SendRow.id == send).with_for_update().execution_options(**fresh)
        )
        return (row, step, draft) if row and step and draft else None

    async def _contacted(self, step: StepRow, draft: DraftRow, *, now: datetime) -> None:
        """What a sent message changes in our own books."""
        mine = (RelationRow.brand_id == step.brand_id, RelationRow.creator_id == step.creator_id)
        quiet = {"synchronize_session": False}
        await self._session.execute(
            update(RelationRow)
            .where(*mine)
            .values(last_contacted_at=now, version=RelationRow.version + 1, changed_at=now),
            execution_options=quiet,
        )
        await self._session.execute(
            update(RelationRow).where(*mine, RelationRow.stage == Stage.NEW.value).values(stage=Stage.CONTACTED.value),
            execution_options=quiet,
        )
        if draft.answers_id is not None:
            await self._session.execute(
                update(CreatorMessageRow)
                .where(
                    CreatorMessageRow.brand_id == step.brand_id,
                    CreatorMessageRow.creator_id == step.creator_id,
                    CreatorMessageRow.answered_at.is_(None),
                    CreatorMessageRow.id <= draft.answers_id,
                )
                .values(answered_at=now, read_at=func.coalesce(CreatorMessageRow.read_at, now)),
                execution_options=quiet,
            )
        await count_outreach(
            self._session,
            *counted_as(draft.purpose),
            tenant=TenantId(step.tenant_id),
            creator=CreatorId(step.creator_id),
            now=now,
        )


def _gone(*, by_hand: bool) -> Flag:
    return Flag("hand_forgotten", {}) if by_hand else Flag("sender_gone", {})


def _step_after(step: StepState, send: SendState, *, again: bool) -> StepState:
    """Where an attempt's end leaves its step. A refusal found out after the fact only plans it anew."""
    if send is SendState.ACCEPTED:
        return StepState.SENT
    if send is SendState.UNKNOWN:
        return StepState.UNKNOWN
    return StepState.PLANNED if again or step is StepState.UNKNOWN else StepState.FAILED
