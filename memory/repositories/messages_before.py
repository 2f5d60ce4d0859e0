"""Messages that went to a creator or may still go: which of them a follow-up without a plan comes after."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from memory.domain.follow_ups import Before
from memory.domain.ids import DraftId
from memory.domain.outreach import REOPENED, Purpose, StepState
from memory.models.outreach import BatchRow, CreatorMessageRow, DraftRow, FollowUpRow, StepRow
from memory.repositories.draft_rows import REJECTED

WAITING = (StepState.PLANNED.value, StepState.HELD.value)
# On its way, or there.
GONE = (StepState.SENDING.value, StepState.UNKNOWN.value, StepState.SENT.value)
UNDECIDED = or_(StepRow.id.is_(None), and_(StepRow.state == StepState.HELD, StepRow.reason_key.in_(REOPENED)))
APPROVED = and_(StepRow.state.in_(WAITING), ~UNDECIDED)


def may_be_decided(now: datetime) -> ColumnElement[bool]:
    """Whether a draft of this batch may be approved now."""
    return and_(BatchRow.published_at.is_not(None), BatchRow.stopped_at.is_(None), BatchRow.decide_by > now)


@dataclass(frozen=True, slots=True)
class _Earlier:
    later: int
    batch: str
    state: str | None
    due_at: datetime | None
    sent_at: datetime | None
    undecided: bool
    answered_at: datetime | None


async def read_before(session: AsyncSession, drafts: Collection[DraftId], *, now: datetime) -> dict[DraftId, Before]:
    """What was written to the creators of those of the drafts that are follow-ups of no plan, before they were.

    Rounds that wait under a plan of their own come later by that plan's word, and hold nothing up.
    """
    later, plan = aliased(DraftRow), aliased(FollowUpRow)
    answered = (
        select(func.max(CreatorMessageRow.received_at))
        .where(CreatorMessageRow.creator_id == later.creator_id, CreatorMessageRow.brand_id == later.brand_id)
        .scalar_subquery()
    )
    may_go = and_(FollowUpRow.id.is_(None), ~REJECTED, or_(APPROVED, and_(UNDECIDED, may_be_decided(now))))
    rows = await session.execute(
        select(later.id, BatchRow.code, StepRow.state, StepRow.due_at, StepRow.sent_at, UNDECIDED, answered)
        .select_from(later)
        .join(
            DraftRow,
            and_(
                DraftRow.creator_id == later.creator_id,
                DraftRow.brand_id == later.brand_id,
                DraftRow.id < later.id,
            ),
        )
        .join(BatchRow, BatchRow.id == DraftRow.batch_id)
        .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
        .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
        .outerjoin(plan, plan.draft_id == later.id)
        .where(
            later.id.in_(drafts),
            later.purpose == Purpose.FOLLOW_UP.value,
            plan.id.is_(None),
            or_(StepRow.state.in_(GONE), may_go),
        )
        .order_by(DraftRow.id)
    )
    found: defaultdict[DraftId, list[_Earlier]] = defaultdict(list)
    for row in rows:
        found[DraftId(row.id)].append(_Earlier(*row))
    return {draft: _before(earlier) for draft, earlier in found.items()}


def _before(earlier: Sequence[_Earlier]) -> Before:
    """What nobody approved yet counts only where nothing else went or waits: it may never be."""
    sent_at = max((one.sent_at for one in earlier if one.state == StepState.SENT and one.sent_at), default=None)
    sure = [one for one in earlier if one.state != StepState.SENT and not one.undecided]
    waiting = sure or ([one for one in earlier if one.undecided] if sent_at is None else [])
    answered_at = earlier[0].answered_at
    return Before(
        sent_at=sent_at,
        answered=sent_at is not None and answered_at is not None and answered_at > sent_at,
        waits=waiting[-1].batch if waiting else None,
        due_at=max((one.due_at for one in waiting if one.due_at and not one.undecided), default=None),
    )
