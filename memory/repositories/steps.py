"""Steps of outreach as a decision makes them; claiming and settling them is in `dispatch.py` and `ledger.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, CreatorId, DraftId, StepId
from memory.domain.outage_stores import Outage
from memory.domain.outreach import (
    FIRST_MESSAGES,
    STEP_MOVES,
    Channel,
    Flag,
    Step,
    StepState,
)
from memory.domain.outreach_stores import StepPlan
from memory.models.creators import RelationRow
from memory.models.outreach import DraftRow, StepRow
from memory.repositories.draft_rows import reason_of
from memory.repositories.follow_ups import FollowUpRepository
from memory.repositories.outages import untold

_WAITING = (StepState.PLANNED.value, StepState.HELD.value)
_OVER = (StepState.STOPPED.value, StepState.FAILED.value)


class StepRepository(FollowUpRepository):
    """Steps of one scope; never commits. It inherits `follow_ups.py`, and with it `first_messages.py`."""

    async def plan(self, plans: Sequence[StepPlan], *, brand: BrandId) -> dict[DraftId, Flag]:
        """See `StepStore.plan`. In the order of creators, so that two who plan at once wait and never lock up."""
        if not plans:
            return {}
        ordered = sorted(plans, key=lambda plan: plan.draft.creator)
        await self._ensure_relations([plan.draft.creator for plan in ordered], brand)
        rows = await self._session.scalars(
            select(StepRow)
            .where(StepRow.draft_id.in_([plan.draft.id for plan in ordered]))
            .order_by(StepRow.draft_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        made = {row.draft_id: row for row in rows}
        lost: dict[DraftId, Flag] = {}
        for plan in ordered:
            if (row := made.get(plan.draft.id)) is None:
                continue
            if row.state in _WAITING:
                _bring_back(row, plan)
            else:
                key = "draft_ended" if row.state == StepState.STOPPED else "already_sending"
                lost[plan.draft.id] = Flag(key, {"number": plan.draft.number})
        await self._session.flush()
        return lost | await self._make([plan for plan in ordered if plan.draft.id not in made], brand)

    async def stop_waiting(self, drafts: Sequence[DraftId], reason: Flag) -> None:
        """See `StepStore.stop_waiting`."""
        await self._session.execute(
            update(StepRow)
            .where(StepRow.draft_id.in_(drafts), StepRow.state.in_(_WAITING))
            .values(
                state=StepState.STOPPED.value,
                look_at=StepRow.due_at,
                reason_key=reason.key,
                reason_facts=dict(reason.facts),
            ),
            execution_options={"synchronize_session": False},
        )

    async def of_drafts(self, drafts: Sequence[DraftId]) -> dict[DraftId, Step]:
        """See `StepStore.of_drafts`."""
        rows = await self._session.scalars(
            select(StepRow).where(StepRow.draft_id.in_(drafts)).execution_options(populate_existing=True)
        )
        return {DraftId(row.draft_id): to_step(row) for row in rows}

    async def move(
        self, step: StepId, to: StepState, *, reason: Flag | None = None, due_at: datetime | None = None
    ) -> None:
        """See `StepStore.move`."""
        row = await self._locked(StepRow.id == step)
        if row is None:
            raise NotFound("step_not_found")
        if to not in STEP_MOVES[StepState(row.state)]:
            raise Conflict("step_cannot_move", state=row.state, to=to.value)
        row.may_have_gone = row.may_have_gone or (row.state == StepState.UNKNOWN and to is StepState.STOPPED)
        row.state = to.value
        row.due_at = due_at or row.due_at
        row.look_at = row.due_at
        row.reason_key, row.reason_facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        await self._session.flush()

    async def wake_held(self) -> int:
        """See `StepStore.wake_held`."""
        woken = await self._session.scalars(
            update(StepRow)
            .where(StepRow.state == StepState.HELD.value)
            .values(look_at=self._now)
            .returning(StepRow.id),
            execution_options={"synchronize_session": False},
        )
        return len(woken.all())

    async def next_due(self) -> datetime | None:
        """See `StepStore.next_due`."""
        found: datetime | None = await self._session.scalar(
            select(func.min(StepRow.due_at)).where(StepRow.state == StepState.PLANNED.value, StepRow.due_at > self._now)
        )
        return found

    async def going_out(self) -> int:
        """See `StepStore.going_out`."""
        due = (StepRow.state == StepState.PLANNED.value) & (StepRow.due_at <= self._now)
        called = StepRow.channel != Channel.BY_HAND.value
        found: int | None = await self._session.scalar(
            select(func.count()).select_from(StepRow).where(called, due | (StepRow.state == StepState.SENDING.value))
        )
        return found or 0

    async def unclear(self) -> int:
        """See `StepStore.unclear`."""
        asked = (StepRow.channel != Channel.BY_HAND.value) & (StepRow.state == StepState.UNKNOWN.value)
        found: int | None = await self._session.scalar(select(func.count()).select_from(StepRow).where(asked))
        return found or 0

    async def untold_outages(self) -> list[Outage]:
        """See `OutageNews.untold_outages`."""
        return await untold(self._session, now=self._now)

    async def _locked(self, condition: object) -> StepRow | None:
        found: StepRow | None = await self._session.scalar(
            select(StepRow)
            .where(condition)  # type: ignore[arg-type]  # a comparison of a mapped column
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return found

    async def _make(self, plans: Sequence[StepPlan], brand: BrandId) -> dict[DraftId, Flag]:
        """New steps of drafts that have none; why not, of those whose place somebody took."""
        if not plans:
            return {}
        ids = [plan.draft.id for plan in plans]
        drafts = await self._session.execute(select(DraftRow.id, DraftRow.occasion).where(DraftRow.id.in_(ids)))
        occasions = {row.id: row.occasion for row in drafts}
        made = await self._session.scalars(
            insert(StepRow).on_conflict_do_nothing().returning(StepRow.draft_id),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "brand_id": brand,
                    "draft_id": plan.draft.id,
                    "creator_id": plan.draft.creator,
                    "channel": plan.draft.channel.value,
                    "occasion": occasions[plan.draft.id],
                    "idempotency_key": uuid4().hex,
                    "first_message": plan.draft.purpose in FIRST_MESSAGES,
                    "attempts": 0,
                    "may_have_gone": False,
                    "made_at": self._now,
                    **_planned(plan),
                }
                for plan in plans
            ],
        )
        left = set(ids) - set(made)
        if not left:
            return {}
        taken = await self._session.scalars(
            select(StepRow.occasion).where(
                StepRow.occasion.in_([occasions[draft] for draft in left]),
                or_(StepRow.state.not_in(_OVER), StepRow.may_have_gone),
            )
        )
        used = set(taken)
        return {
            plan.draft.id: Flag(
                "occasion_used" if occasions[plan.draft.id] in used else "first_message_exists",
                {"number": plan.draft.number},
            )
            for plan in plans
            if plan.draft.id in left
        }

    async def _ensure_relations(self, creators: Sequence[CreatorId], brand: BrandId) -> None:
        """A claim holds the relation's row while it checks it, so there must be one."""
        await self._session.execute(
            insert(RelationRow).on_conflict_do_nothing(index_elements=["brand_id", "creator_id"]),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "brand_id": brand,
                    "creator_id": creator,
                    "changed_at": self._now,
                }
                for creator in dict.fromkeys(creators)
            ],
        )


def _planned(plan: StepPlan) -> dict[str, Any]:
    """What a plan says of a step's row."""
    return {
        "state": (StepState.HELD if plan.held else StepState.PLANNED).value,
        "due_at": plan.due_at,
        "look_at": plan.due_at,
        "reason_key": plan.held.key if plan.held else None,
        "reason_facts": dict(plan.held.facts) if plan.held else None,
    }


def _bring_back(row: StepRow, plan: StepPlan) -> None:
    for name, value in _planned(plan).items():
        setattr(row, name, value)


def to_step(row: StepRow) -> Step:
    """A step as the domain knows it."""
    return Step(
        id=StepId(row.id),
        draft=DraftId(row.draft_id),
        creator=CreatorId(row.creator_id),
        brand=BrandId(row.brand_id),
        channel=Channel(row.channel),
        state=StepState(row.state),
        due_at=row.due_at,
        reason=reason_of(row),
    )
