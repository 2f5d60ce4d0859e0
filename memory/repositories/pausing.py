"""What is taken back before it is sent: stops of batches, and approvals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from memory.domain.errors import Conflict
from memory.domain.ids import BatchId, BrandId, CampaignId, ConversationId, DraftId, StepId
from memory.domain.outreach import REOPENED, UNSETTLED, Batch, StepState, Verdict
from memory.domain.pausing_stores import Waiting
from memory.domain.zones import home_zone
from memory.models.campaigns import CampaignRow
from memory.models.creators import HOME, CreatorRow
from memory.models.outreach import BatchRow, DecisionRow, DraftRow, StepRow
from memory.repositories.decisions import DecisionRepository
from memory.repositories.draft_rows import read_batches

_WAITING = (StepState.PLANNED.value, StepState.HELD.value)
_OVER = (StepState.STOPPED.value, StepState.FAILED.value)
# Nothing frees a stopped step but its batch's resumption, so the dispatcher does not look at it again and again.
_LEFT_ALONE = timedelta(days=1)
_QUIET = {"synchronize_session": False}


class PausingRepository(DecisionRepository):
    """Satisfies `PausingStore`; never commits."""

    async def stop(self, batch: BatchId | None, *, now: datetime) -> int:
        """See `PausingStore.stop`. Batches first, then steps: a claim holds its batch shared while it checks it."""
        running = await self._lock_batches(batch, stopped=False)
        if not running:
            return 0
        await self._session.execute(
            update(BatchRow).where(BatchRow.id.in_(running)).values(stopped_at=now, stopped_by=self._scope.member),
            execution_options=_QUIET,
        )
        rows = await self._session.execute(
            select(StepRow.id, StepRow.state, StepRow.reason_key)
            .where(StepRow.draft_id.in_(_drafts_of(running)), StepRow.state.in_(_WAITING))
            .order_by(StepRow.id)
            .with_for_update()
        )
        waiting = [row for row in rows if row.state == StepState.PLANNED or row.reason_key not in REOPENED]
        planned = [row.id for row in waiting if row.state == StepState.PLANNED]
        await self._session.execute(
            update(StepRow)
            .where(StepRow.id.in_(planned))
            .values(state=StepState.HELD.value, reason_key="batch_stopped", reason_facts={}, look_at=now + _LEFT_ALONE),
            execution_options=_QUIET,
        )
        return len(waiting)

    async def in_flight(self, batch: BatchId | None) -> int:
        """See `PausingStore.in_flight`."""
        sending = select(func.count()).select_from(StepRow).where(StepRow.state == StepState.SENDING.value)
        if batch is not None:
            sending = sending.where(StepRow.draft_id.in_(_drafts_of([batch])))
        found: int | None = await self._session.scalar(sending)
        return found or 0

    async def lift_stop(self, batch: BatchId | None) -> tuple[list[str], list[Waiting]]:
        """See `PausingStore.lift_stop`. What was held for a reason of its own keeps it, and is looked at at once."""
        stopped = await self._lock_batches(batch, stopped=True)
        if not stopped:
            return [], []
        codes = await self._session.scalars(
            update(BatchRow)
            .where(BatchRow.id.in_(stopped))
            .values(stopped_at=None, stopped_by=None)
            .returning(BatchRow.code),
            execution_options=_QUIET,
        )
        rows = await self._session.execute(
            select(StepRow, *HOME)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .where(DraftRow.batch_id.in_(stopped), StepRow.state.in_(_WAITING))
            .order_by(StepRow.draft_id)
            .with_for_update(of=[DraftRow, StepRow])
            .execution_options(populate_existing=True)
        )
        again: list[Waiting] = []
        for step, *home in rows:
            if step.state == StepState.PLANNED or step.reason_key == "batch_stopped":
                again.append(_waiting(step, *home))
            else:
                step.look_at = self._now
        await self._session.flush()
        return sorted(codes), again

    async def try_again(self, campaign: CampaignId, *, reason: str = "") -> list[Waiting]:
        """See `PausingStore.try_again`. An occasion goes once, and a creator has one open first message."""
        other = aliased(StepRow)
        taken = (
            select(other.id)
            .where(
                other.id != StepRow.id,
                or_(
                    (other.occasion == StepRow.occasion) & or_(other.state.not_in(_OVER), other.may_have_gone),
                    StepRow.first_message
                    & other.first_message
                    & (other.brand_id == StepRow.brand_id)
                    & (other.creator_id == StepRow.creator_id)
                    & other.state.in_([state.value for state in UNSETTLED]),
                ),
            )
            .exists()
        )
        rows = await self._session.execute(
            select(StepRow, *HOME)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .where(
                BatchRow.campaign_id == campaign,
                BatchRow.stopped_at.is_(None),
                StepRow.state == StepState.FAILED.value,
                StepRow.reason_key == reason if reason else true(),
                ~taken,
            )
            .order_by(StepRow.draft_id)
            .with_for_update(of=[DraftRow, StepRow])
            .execution_options(populate_existing=True)
        )
        found: dict[str, Waiting] = {}
        for step, *home in rows:
            if step.occasion in found:
                continue
            step.state, step.due_at, step.look_at = StepState.PLANNED.value, self._now, self._now
            step.reason_key = step.reason_facts = None
            found[step.occasion] = _waiting(step, *home)
        try:
            await self._session.flush()
        except IntegrityError as taken_now:
            raise Conflict("conflict") from taken_now
        return list(found.values())

    async def plan_again(self, due: Mapping[StepId, datetime]) -> None:
        """See `PausingStore.plan_again`."""
        await plan_again(self._session, due)

    async def approved_batches(self, conversation: ConversationId) -> list[Batch]:
        """See `PausingStore.approved_batches`."""
        approved = (
            select(DecisionRow.id)
            .join(DraftRow, DraftRow.id == DecisionRow.draft_id)
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .where(
                DraftRow.batch_id == BatchRow.id,
                DecisionRow.voided_at.is_(None),
                DecisionRow.verdict == Verdict.APPROVE.value,
                or_(StepRow.id.is_(None), StepRow.state.in_(_WAITING)),
            )
            .exists()
        )
        rows = await self._session.scalars(
            select(BatchRow)
            .where(BatchRow.conversation_id == conversation, BatchRow.published_at.is_not(None), approved)
            .order_by(BatchRow.id.desc())
        )
        return await read_batches(self._session, rows.all(), now=self._now)

    async def take_back(self, drafts: Sequence[DraftId]) -> None:
        """See `PausingStore.take_back`."""
        await self._session.execute(
            update(DecisionRow)
            .where(
                DecisionRow.draft_id.in_(drafts),
                DecisionRow.voided_at.is_(None),
                DecisionRow.verdict == Verdict.APPROVE.value,
            )
            .values(voided_at=self._now),
            execution_options=_QUIET,
        )
        await self._session.execute(
            update(StepRow)
            .where(StepRow.draft_id.in_(drafts), StepRow.state.in_(_WAITING))
            .values(state=StepState.HELD.value, reason_key="withdrawn", reason_facts={}),
            execution_options=_QUIET,
        )

    async def _lock_batches(self, batch: BatchId | None, *, stopped: bool) -> Sequence[int]:
        """Published batches of the scope that are stopped, or run, locked in the order of their ids."""
        wanted = select(BatchRow.id).where(BatchRow.published_at.is_not(None)).order_by(BatchRow.id)
        wanted = wanted.where(BatchRow.stopped_at.is_not(None) if stopped else BatchRow.stopped_at.is_(None))
        if stopped:  # what a campaign's end stopped stays so
            ended = select(CampaignRow.id).where(CampaignRow.cancelled_at.is_not(None))
            wanted = wanted.where(or_(BatchRow.campaign_id.is_(None), BatchRow.campaign_id.not_in(ended)))
        if batch is not None:
            wanted = wanted.where(BatchRow.id == batch)
        return (await self._session.scalars(wanted.with_for_update(key_share=True))).all()


async def plan_again(session: AsyncSession, due: Mapping[StepId, datetime]) -> None:
    """Plan locked steps for new times: one statement a time."""
    at: defaultdict[datetime, list[StepId]] = defaultdict(list)
    for step, moment in due.items():
        at[moment].append(step)
    for moment, steps in at.items():
        await session.execute(
            update(StepRow)
            .where(StepRow.id.in_(steps), StepRow.state.in_(_WAITING))
            .values(state=StepState.PLANNED.value, due_at=moment, look_at=moment, reason_key=None, reason_facts=None),
            execution_options=_QUIET,
        )


def _waiting(step: StepRow, zone: str | None, market: str | None, likely: str | None) -> Waiting:
    home = home_zone(zone, market, likely)
    return Waiting(StepId(step.id), BrandId(step.brand_id), step.due_at, home, market, step.first_message)


def _drafts_of(batches: Iterable[int]) -> Select[int]:
    return select(DraftRow.id).where(DraftRow.batch_id.in_(list(batches)))
