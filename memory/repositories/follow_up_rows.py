"""Rows of follow-ups as nouns, and what a waiting one depends on, read in the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from memory.domain.creator import Stage
from memory.domain.follow_ups import Condition, Earlier, FollowUp, Progress, stage_by_book
from memory.domain.ids import DraftId
from memory.domain.outreach import StepState, Verdict
from memory.domain.sample import SampleStatus
from memory.domain.weeks import first_moment
from memory.domain.zones import home_zone
from memory.models.creators import HOME, CreatorRow, RelationRow
from memory.models.outreach import BatchRow, CreatorMessageRow, DecisionRow, DraftRow, FollowUpRow, StepRow
from memory.models.sales import OrderLineRow
from memory.models.samples import SampleRow

_OVER = (StepState.STOPPED.value, StepState.FAILED.value)


def to_row(follow: FollowUp, draft: DraftRow, *, now: datetime) -> FollowUpRow:
    """The row of a draft that was just kept."""
    return FollowUpRow(
        tenant_id=draft.tenant_id,
        brand_id=draft.brand_id,
        draft_id=draft.id,
        creator_id=draft.creator_id,
        after_id=follow.after,
        root_id=follow.root,
        round=follow.round,
        condition=follow.condition.value,
        stage=follow.stage.value,
        delay_days=follow.delay_days,
        not_before=follow.not_before,
        made_at=now,
    )


def to_follow_up(row: FollowUpRow) -> FollowUp:
    """A row as a noun."""
    return FollowUp(
        after=DraftId(row.after_id),
        root=DraftId(row.root_id),
        round=row.round,
        condition=Condition(row.condition),
        stage=Stage(row.stage),
        delay_days=row.delay_days,
        not_before=row.not_before,
        ended=row.ended_key,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    row: FollowUpRow
    batch: BatchRow
    step: StepRow | None
    rejected: bool
    before: FollowUpRow | None
    stage: str | None
    samples: list[str] | None
    answered_at: datetime | None
    sold_at: datetime | None
    zone: str | None
    market: str | None
    likely_zone: str | None

    @property
    def due_at(self) -> datetime | None:
        """When the message before is planned; before anybody approved it, the first moment of its day."""
        if self.step is not None:
            return self.step.due_at
        home = home_zone(self.zone, self.market, self.likely_zone)
        return first_moment(self.batch.starts_on, home.zone) if self.batch.starts_on else None

    @property
    def sent_at(self) -> datetime | None:
        """When the message before went; None again where that was taken back."""
        return self.step.sent_at if self.step is not None and self.step.state == StepState.SENT else None

    def over(self, now: datetime) -> bool:
        """Whether the message before will never go."""
        if self.rejected or (self.step is not None and self.step.state in _OVER):
            return True
        needless = self.before is not None and self.before.ended_at is not None
        return self.step is None and (needless or self.batch.decide_by <= now)


async def read_progress(
    session: AsyncSession, drafts: Collection[DraftId], *, now: datetime
) -> dict[DraftId, Progress]:
    """What those of the drafts that are follow-ups depend on."""
    before = aliased(FollowUpRow)
    rejected = (
        select(DecisionRow.id)
        .where(
            DecisionRow.draft_id == FollowUpRow.after_id,
            DecisionRow.voided_at.is_(None),
            DecisionRow.verdict == Verdict.REJECT.value,
        )
        .exists()
    )
    answered = (
        select(func.max(CreatorMessageRow.received_at))
        .where(
            CreatorMessageRow.creator_id == FollowUpRow.creator_id, CreatorMessageRow.brand_id == FollowUpRow.brand_id
        )
        .scalar_subquery()
    )
    samples = (
        select(func.array_agg(SampleRow.status))
        .where(SampleRow.creator_id == FollowUpRow.creator_id, SampleRow.brand_id == FollowUpRow.brand_id)
        .scalar_subquery()
    )
    sold = (
        select(func.max(OrderLineRow.placed_at))
        .where(OrderLineRow.creator_id == FollowUpRow.creator_id, OrderLineRow.brand_id == FollowUpRow.brand_id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(FollowUpRow, BatchRow, StepRow, rejected, before, RelationRow.stage, samples, answered, sold, *HOME)
        .join(DraftRow, DraftRow.id == FollowUpRow.after_id)
        .join(CreatorRow, CreatorRow.id == DraftRow.creator_id)
        .join(BatchRow, BatchRow.id == DraftRow.batch_id)
        .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
        .outerjoin(before, before.draft_id == DraftRow.id)
        .outerjoin(
            RelationRow,
            (RelationRow.brand_id == FollowUpRow.brand_id) & (RelationRow.creator_id == FollowUpRow.creator_id),
        )
        .where(FollowUpRow.draft_id.in_(drafts))
        .execution_options(populate_existing=True)
    )
    found = [_Read(*row) for row in rows]
    undecided = [DraftId(each.row.after_id) for each in found if each.step is None and each.before is not None]
    further = await read_progress(session, undecided, now=now) if undecided else {}
    return {DraftId(each.row.draft_id): _progress(each, further, now) for each in found}


def _progress(read: _Read, further: dict[DraftId, Progress], now: datetime) -> Progress:
    before = further.get(DraftId(read.row.after_id))
    due_at = before.earliest(now=now) if before is not None else read.due_at
    return Progress(
        follow=to_follow_up(read.row),
        earlier=Earlier(read.sent_at, due_at, read.over(now)),
        planned_at=read.row.made_at,
        answered_at=read.answered_at,
        stage=stage_by_book(
            Stage(read.stage) if read.stage else Stage.NEW, [SampleStatus(one) for one in read.samples or ()]
        ),
        sold_at=read.sold_at,
    )
