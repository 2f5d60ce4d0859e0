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
from memory.domain.outreach import FIRST_MESSAGES, REOPENED, Purpose, StepState, Verdict
from memory.models.outreach import (
    BatchRow,
    CreatorMessageRow,
    DecisionRow,
    DraftRow,
    FollowUpRow,
    SendRow,
    StepRow,
)
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
    may_go: bool
    answered_at: datetime | None


async def read_before(session: AsyncSession, drafts: Collection[DraftId], *, now: datetime) -> dict[DraftId, Before]:
    """What was written to the creators of those of the drafts that are follow-ups of no plan, before they were.

    Rounds that wait under a plan of their own come later by that plan's word, and hold nothing up. What nobody
    approved counts where it is a first message: another wording of the follow-up is nothing to come after.
    """
    later, plan = aliased(DraftRow), aliased(FollowUpRow)
    answered = (
        select(func.max(CreatorMessageRow.received_at))
        .where(CreatorMessageRow.creator_id == later.creator_id, CreatorMessageRow.brand_id == later.brand_id)
        .scalar_subquery()
    )
    # What ended after the follow-up was approved: rejected, run out undecided, refused by the platform.
    own = aliased(StepRow)
    ended = or_(
        select(DecisionRow.id)
        .where(
            DecisionRow.draft_id == DraftRow.id,
            DecisionRow.voided_at.is_(None),
            DecisionRow.verdict == Verdict.REJECT.value,
            DecisionRow.decided_at > own.made_at,
        )
        .exists(),
        and_(UNDECIDED, BatchRow.decide_by > own.made_at, BatchRow.decide_by <= now),
        and_(
            StepRow.state == StepState.FAILED.value,
            select(SendRow.id).where(SendRow.step_id == StepRow.id, SendRow.settled_at > own.made_at).exists(),
        ),
    )
    first = DraftRow.purpose.in_([purpose.value for purpose in FIRST_MESSAGES])
    may_be = and_(UNDECIDED, first, may_be_decided(now))
    may_go = and_(FollowUpRow.id.is_(None), ~REJECTED, or_(APPROVED, may_be))
    rows = await session.execute(
        select(later.id, BatchRow.code, StepRow.state, StepRow.due_at, StepRow.sent_at, UNDECIDED, may_go, answered)
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
        .outerjoin(own, own.draft_id == later.id)
        .where(
            later.id.in_(drafts),
            later.purpose == Purpose.FOLLOW_UP.value,
            plan.id.is_(None),
            or_(StepRow.state.in_(GONE), may_go, and_(first, ended)),
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
    under_way = [one for one in earlier if one.state != StepState.SENT and (one.state in GONE or one.may_go)]
    sure = [one for one in under_way if not one.undecided]
    waiting = sure or (under_way if sent_at is None else [])
    answered_at = earlier[0].answered_at
    return Before(
        sent_at=sent_at,
        answered=sent_at is not None and answered_at is not None and answered_at > sent_at,
        waits=waiting[-1].batch if waiting else None,
        lost=sent_at is None and not waiting,
        due_at=max((one.due_at for one in waiting if one.due_at and not one.undecided), default=None),
    )
