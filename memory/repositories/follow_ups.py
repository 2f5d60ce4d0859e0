"""Follow-ups of one scope: what they come after, which wait, and their end. Their rows are in `follow_up_rows.py`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.chat_stores import Fence
from memory.domain.follow_ups import Before, Progress
from memory.domain.ids import BrandId, CreatorId, DraftId, TenantId
from memory.domain.outreach import Draft, DraftStatus, StepState
from memory.models.books import AuditEventRow
from memory.models.outreach import BatchRow, DraftRow, FollowUpRow, StepRow
from memory.repositories.draft_rows import REJECTED, read_drafts, select_drafts
from memory.repositories.first_messages import FirstMessageRepository
from memory.repositories.follow_up_rows import read_progress
from memory.repositories.messages_before import APPROVED, GONE, UNDECIDED, WAITING, may_be_decided, read_before

CANCELLED = "follow_up_cancelled"
_PAST = frozenset({DraftStatus.SENDING, DraftStatus.UNKNOWN, DraftStatus.SENT, DraftStatus.STOPPED, DraftStatus.FAILED})
_MOST = 1_000
_QUIET = {"synchronize_session": False}


class FollowUpRepository(FirstMessageRepository):
    """Satisfies `memory.domain.follow_up_stores.FollowUpStore`; never commits."""

    async def progress(self, drafts: Collection[DraftId]) -> dict[DraftId, Progress]:
        """See `FollowUpStore.progress`."""
        return await read_progress(self._session, drafts, now=self._now) if drafts else {}

    async def before(self, drafts: Collection[DraftId]) -> dict[DraftId, Before]:
        """See `FollowUpStore.before`."""
        return await read_before(self._session, drafts, now=self._now) if drafts else {}

    async def behind(self, drafts: Collection[DraftId]) -> dict[DraftId, tuple[Draft, ...]]:
        """See `FollowUpStore.behind`. A round is asked for at a time: there are few."""
        start_of: dict[int, DraftId] = {draft: draft for draft in drafts}
        level: dict[int, DraftId] = dict(start_of)
        order: list[int] = []
        while level:
            rows = await self._session.execute(
                select(FollowUpRow.draft_id, FollowUpRow.after_id)
                .where(FollowUpRow.after_id.in_(level))
                .order_by(FollowUpRow.draft_id)
            )
            level = {row.draft_id: level[row.after_id] for row in rows}
            start_of |= level
            order += level
        found: dict[DraftId, tuple[Draft, ...]] = dict.fromkeys(drafts, ())
        if order:
            read = await read_drafts(self._session, select_drafts().where(DraftRow.id.in_(order)), now=self._now)
            by_id = {draft.id: draft for draft in read}
            for one in order:
                if DraftId(one) in by_id:
                    found[start_of[one]] += (by_id[DraftId(one)],)
        return found

    async def last_messages(
        self, creators: Sequence[CreatorId], *, brand: BrandId, fence: Fence | None = None
    ) -> dict[CreatorId, Draft]:
        """See `FollowUpStore.last_messages`."""
        is_open = may_be_decided(self._now)
        own = and_(BatchRow.turn_id == fence.turn, BatchRow.turn_attempt == fence.attempt) if fence else None
        written = or_(is_open, own) if own is not None else is_open
        sure = or_(StepRow.state.in_(GONE), APPROVED, *([own] if own is not None else []))
        rows = await self._session.execute(
            select(DraftRow.id, DraftRow.creator_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
            .where(
                DraftRow.creator_id.in_(creators),
                DraftRow.brand_id == brand,
                ~REJECTED,
                or_(
                    StepRow.state.in_(GONE),
                    and_(FollowUpRow.id.is_(None), or_(APPROVED, and_(UNDECIDED, written))),
                ),
            )
            .order_by(DraftRow.creator_id, case((sure, 0), else_=1), DraftRow.batch_id.desc())
        )
        newest: dict[int, int] = {}
        for row in rows:
            newest.setdefault(row.creator_id, row.id)
        query = select_drafts().where(DraftRow.id.in_(newest.values()))
        return {draft.creator: draft for draft in await read_drafts(self._session, query, now=self._now)}

    async def follow_ups(self, *, creators: Sequence[CreatorId] | None = None, since: datetime) -> list[Draft]:
        """See `FollowUpStore.follow_ups`."""
        query = select_drafts().where(
            FollowUpRow.id.is_not(None),
            BatchRow.published_at.is_not(None),
            or_(StepRow.id.is_(None), StepRow.state.in_(WAITING), BatchRow.made_at >= since),
        )
        if creators is not None:
            query = query.where(DraftRow.creator_id.in_(creators))
        found = await read_drafts(self._session, query.limit(_MOST), now=self._now)
        waiting = [draft for draft in found if draft.waits]
        past = [draft for draft in found if draft.status in _PAST and not draft.waits]
        return [*sorted(waiting, key=lambda draft: (draft.due_at is None, draft.due_at or self._now)), *past]

    async def cancel_follow_ups(self, drafts: Sequence[DraftId]) -> list[DraftId]:
        """See `FollowUpStore.cancel_follow_ups`."""
        rows = (
            await self._session.execute(
                select(FollowUpRow, DraftRow.brand_id)
                .join(DraftRow, DraftRow.id == FollowUpRow.draft_id)
                .where(FollowUpRow.draft_id.in_(drafts), FollowUpRow.ended_at.is_(None))
                .order_by(FollowUpRow.draft_id)
                .with_for_update(of=[DraftRow, FollowUpRow])
                .execution_options(populate_existing=True)
            )
        ).all()
        steps = {
            step.draft_id: step
            for step in await self._session.scalars(
                select(StepRow)
                .where(StepRow.draft_id.in_([row.draft_id for row, _ in rows]))
                .order_by(StepRow.draft_id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        }
        ended: list[DraftId] = []
        for row, brand in rows:
            step = steps.get(row.draft_id)
            if step is not None and step.state not in WAITING:
                continue
            row.ended_at, row.ended_key = self._now, CANCELLED
            if step is not None:
                step.state = StepState.STOPPED.value
                step.reason_key, step.reason_facts = CANCELLED, {}
            ended.append(DraftId(row.draft_id))
            self._session.add(
                AuditEventRow(
                    member_id=self._scope.member,
                    brand_id=brand,
                    event="follow_up.cancelled",
                    subject=f"draft:{row.draft_id}",
                    before={"approved": step is not None},
                    after={"ended": CANCELLED},
                    at=self._now,
                )
            )
        await self._session.flush()
        return ended

    async def restore_follow_ups(self, drafts: Sequence[DraftId]) -> list[DraftId]:
        """See `FollowUpStore.restore_follow_ups`."""
        locked = await self._session.scalars(
            select(DraftRow.id).where(DraftRow.id.in_(drafts)).order_by(DraftRow.id).with_for_update()
        )
        mine = locked.all()
        stopped = await self._session.scalars(select(StepRow.draft_id).where(StepRow.draft_id.in_(mine)))
        gone = [DraftId(draft) for draft in stopped]
        if gone:
            return gone
        await self._session.execute(
            update(FollowUpRow)
            .where(FollowUpRow.draft_id.in_(mine), FollowUpRow.ended_key == CANCELLED)
            .values(ended_at=None, ended_key=None),
            execution_options=_QUIET,
        )
        return []


async def lock_undecided(
    session: AsyncSession, *, tenant: TenantId, creator: CreatorId, brand: BrandId | None
) -> list[FollowUpRow]:
    """A creator's follow-ups that nobody approved, under their drafts' locks. `brand` None: of every brand.

    Who approves one at this moment is waited for: its step is then found by whoever looks for steps after this.
    """
    query = (
        select(FollowUpRow)
        .join(DraftRow, DraftRow.id == FollowUpRow.draft_id)
        .where(FollowUpRow.tenant_id == tenant, FollowUpRow.creator_id == creator, FollowUpRow.ended_at.is_(None))
        .order_by(FollowUpRow.draft_id)
        .with_for_update(of=[DraftRow, FollowUpRow])
        .execution_options(populate_existing=True)
    )
    rows = (await session.scalars(query if brand is None else query.where(FollowUpRow.brand_id == brand))).all()
    if not rows:
        return []
    found = await session.scalars(select(StepRow.draft_id).where(StepRow.draft_id.in_([row.draft_id for row in rows])))
    decided = set(found)
    return [row for row in rows if row.draft_id not in decided]
