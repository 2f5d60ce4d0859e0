"""Steps of outreach as a decision makes them; claiming and settling them is in `dispatch.py` and `ledger.py`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, CreatorId, DraftId, StepId
from memory.domain.outage_stores import Outage
from memory.domain.outreach import (
    FIRST_MESSAGES,
    STEP_MOVES,
    Channel,
    Draft,
    Flag,
    Step,
    StepState,
)
from memory.models.creators import RelationRow
from memory.models.outreach import DraftRow, StepRow
from memory.repositories.draft_rows import reason_of
from memory.repositories.first_messages import FirstMessageRepository
from memory.repositories.outages import untold


class StepRepository(FirstMessageRepository):
    """Steps of one scope; never commits. First messages are in `first_messages.py`, which this one inherits."""

    async def plan(self, draft: Draft, *, brand: BrandId, due_at: datetime, held: Flag | None = None) -> Step:
        """See `StepStore.plan`. The caller holds the draft's lock."""
        await self._ensure_relation(draft.creator, brand)
        state = StepState.HELD if held else StepState.PLANNED
        row = await self._locked(StepRow.draft_id == draft.id)
        if row is not None:
            if row.state not in (StepState.HELD, StepState.PLANNED):
                raise Conflict(
                    "already_sending" if row.state != StepState.STOPPED else "draft_ended", number=draft.number
                )
            row.state, row.due_at, row.look_at = state.value, due_at, due_at
            row.reason_key, row.reason_facts = (held.key, dict(held.facts)) if held else (None, None)
            await self._session.flush()
            return to_step(row)
        occasion = await self._session.scalar(select(DraftRow.occasion).where(DraftRow.id == draft.id))
        row = StepRow(
            tenant_id=self._scope.tenant,
            brand_id=brand,
            draft_id=draft.id,
            creator_id=draft.creator,
            channel=draft.channel.value,
            occasion=occasion,
            idempotency_key=uuid4().hex,
            first_message=draft.purpose in FIRST_MESSAGES,
            state=state.value,
            due_at=due_at,
            look_at=due_at,
            reason_key=held.key if held else None,
            reason_facts=dict(held.facts) if held else None,
            attempts=0,
            may_have_gone=False,
            made_at=self._now,
        )
        try:
            async with self._session.begin_nested():
                self._session.add(row)
                await self._session.flush()
        except IntegrityError as taken:
            first = "first_message" in str(taken.orig)
            raise Conflict("first_message_exists" if first else "occasion_used", number=draft.number) from taken
        return to_step(row)

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

    async def _ensure_relation(self, creator: CreatorId, brand: BrandId) -> None:
        """A claim holds the relation's row while it checks it, so there must be one."""
        await self._session.execute(
            insert(RelationRow)
            .values(tenant_id=self._scope.tenant, brand_id=brand, creator_id=creator, changed_at=self._now)
            .on_conflict_do_nothing(index_elements=["brand_id", "creator_id"])
        )


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
