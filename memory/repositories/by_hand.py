"""Steps that people carry out themselves: read for the list, claimed in a member's name, settled on their word."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.exc import IntegrityError

from memory.domain.by_hand import HAND_MOVES, MOST_LISTED, HandStep
from memory.domain.contacts import ContactWeek
from memory.domain.dispatch import BrandDay, Candidate, Queue
from memory.domain.errors import Conflict
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId, SendId, StepId
from memory.domain.outreach import Channel, Flag, SendState, StepState
from memory.domain.workspace import Scope
from memory.domain.zones import home_zone
from memory.models.creators import CreatorRow
from memory.models.outreach import BatchRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.models.workspace import MemberRow
from memory.repositories.counting import counted_as, uncount_outreach
from memory.repositories.dispatch import DispatchRepository
from memory.repositories.draft_rows import reason_of
from memory.repositories.ledger import LedgerRepository
from memory.tenancy import ScopedSession

_BY_HAND = StepRow.channel == Channel.BY_HAND.value
_ON_LIST = (
    StepState.PLANNED.value, StepState.HELD.value, StepState.SENDING.value, StepState.UNKNOWN.value,
)  # fmt: skip
_IN_HAND = (StepState.SENDING.value, StepState.UNKNOWN.value)

StepSelect = Select[StepRow, DraftRow, BatchRow, DraftVersionRow, CreatorRow, SendRow, str]  # the last two may be null


class HandRepository:
    """Satisfies `HandStore` in one scope; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now
        self._dispatch = DispatchRepository(session, now)
        self._ledger = LedgerRepository(session, now)

    async def steps(self, *, since: datetime, batch: str | None = None, most: int = MOST_LISTED) -> list[HandStep]:
        """See `HandStore.steps`."""
        failed = (StepRow.state == StepState.FAILED.value) & BatchRow.stopped_at.is_(None)
        sent = (StepRow.state == StepState.SENT.value) & (StepRow.sent_at >= since)
        urgency = case((StepRow.state.in_(_IN_HAND), 0), (StepRow.state.in_(_ON_LIST), 1), (failed, 2), else_=3)
        query = (
            _select()
            .where(or_(StepRow.state.in_(_ON_LIST), failed, sent))
            .order_by(None)
            .order_by(urgency, BatchRow.id, DraftRow.number)
            .limit(most)
        )
        return await self._read(query.where(BatchRow.code == batch.upper()) if batch else query)

    async def waiting(self) -> int:
        """See `HandStore.waiting`."""
        due = (StepRow.state == StepState.PLANNED.value) & (StepRow.due_at <= self._now)
        mine = StepRow.state.in_(_IN_HAND) & (SendRow.member_id == self._scope.member)
        found: int | None = await self._session.scalar(
            select(func.count(StepRow.id))
            .outerjoin(SendRow, (SendRow.step_id == StepRow.id) & (SendRow.attempt == StepRow.attempts))
            .where(_BY_HAND, or_(due, mine))
        )
        return found or 0

    async def by_drafts(self, drafts: Sequence[DraftId], *, lock: bool) -> list[HandStep]:
        """See `HandStore.by_drafts`."""
        if lock:
            await self._lock(drafts)
        return await self._read(_select().where(StepRow.draft_id.in_(drafts)))

    async def shop_zone(self, brand: BrandId) -> ZoneInfo:
        """See `HandStore.shop_zone`."""
        return await self._dispatch.shop_zone(self._queue(brand))

    async def open_brand(self, brand: BrandId, *, day_start: datetime) -> BrandDay:
        """See `HandStore.open_brand`."""
        return await self._dispatch.open_brand(self._queue(brand), now=self._now, day_start=day_start)

    async def contacts(self, brand: BrandId, creators: Sequence[CreatorId], *, since: datetime) -> ContactWeek:
        """See `HandStore.contacts`."""
        return await self._dispatch.contacts(self._queue(brand), creators, since=since)

    async def candidates(self, brand: BrandId, steps: Sequence[StepId]) -> dict[StepId, Candidate]:
        """See `HandStore.candidates`."""
        found = await self._dispatch.named(self._queue(brand), steps)
        return {candidate.step: candidate for candidate in found}

    async def claim(self, candidate: Candidate, *, lease: timedelta) -> None:
        """See `HandStore.claim`."""
        await self._dispatch.claim(candidate, now=self._now, lease=lease, member=self._scope.member)

    async def leave(self, candidate: Candidate, to: StepState, *, reason: Flag | None) -> None:
        """See `HandStore.leave`."""
        await self._dispatch.settle_claim(candidate, to, due_at=None, look_at=self._now, reason=reason)

    async def settle(self, send: SendId, state: SendState, *, reason: Flag | None = None, again: bool = False) -> bool:
        """See `HandStore.settle`."""
        retry_at = self._now if again else None
        ended = await self._ledger.settle(send, state=state, reason=reason, retry_at=retry_at, now=self._now)
        return ended is not None

    async def reopen(self, step: StepId) -> None:
        """See `HandStore.reopen`."""
        row = await self._held(step)
        _check(row, StepState.PLANNED)
        try:
            async with self._session.savepoint():
                row.state = StepState.PLANNED.value
                row.due_at = row.look_at = self._now
                row.reason_key = row.reason_facts = None
                await self._session.flush()
        except IntegrityError as taken:
            raise Conflict("hand_occasion_used") from taken

    async def unsettle(self, step: StepId) -> None:
        """See `HandStore.unsettle`."""
        row = await self._held(step)
        _check(row, StepState.UNKNOWN)
        send = (
            await self._session.scalars(
                select(SendRow)
                .where(SendRow.step_id == step, SendRow.state == SendState.ACCEPTED.value)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).one()
        try:
            async with self._session.savepoint():
                send.state, send.settled_at = SendState.UNKNOWN.value, None
                row.state = StepState.UNKNOWN.value
                row.reason_key, row.reason_facts = "hand_undone", {}
                await self._session.flush()
        except IntegrityError as taken:
            raise Conflict("hand_other_waits") from taken
        purpose = (await self._session.scalars(select(DraftRow.purpose).where(DraftRow.id == row.draft_id))).one()
        if row.sent_at is not None:
            await uncount_outreach(self._session, *counted_as(purpose), tenant=self._scope.tenant, at=row.sent_at)

    async def wrote_last(self, creator: CreatorId) -> BrandId | None:
        """See `HandStore.wrote_last`."""
        found = await self._session.scalar(
            select(StepRow.brand_id)
            .where(StepRow.creator_id == creator, StepRow.sent_at.is_not(None))
            .order_by(StepRow.sent_at.desc())
            .limit(1)
        )
        return BrandId(found) if found is not None else None

    async def _lock(self, drafts: Sequence[DraftId]) -> None:
        """Batches shared, then drafts, then steps, each in order."""
        of = select(DraftRow.batch_id).where(DraftRow.id.in_(drafts))
        await self._session.execute(
            select(BatchRow.id).where(BatchRow.id.in_(of)).order_by(BatchRow.id).with_for_update(read=True)
        )
        await self._session.execute(
            select(DraftRow.id).where(DraftRow.id.in_(drafts)).order_by(DraftRow.id).with_for_update()
        )
        await self._session.execute(
            select(StepRow.id).where(StepRow.draft_id.in_(drafts)).order_by(StepRow.draft_id).with_for_update()
        )

    async def _held(self, step: StepId) -> StepRow:
        return (
            await self._session.scalars(
                select(StepRow)
                .where(StepRow.id == step, _BY_HAND)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).one()

    def _queue(self, brand: BrandId) -> Queue:
        return Queue(self._scope.tenant, brand)

    async def _read(self, query: StepSelect) -> list[HandStep]:
        return [
            _to_step(step, draft, batch, version, creator, send, name)
            for step, draft, batch, version, creator, send, name in await self._session.execute(query)
        ]


def _select() -> StepSelect:
    return (
        select(StepRow, DraftRow, BatchRow, DraftVersionRow, CreatorRow, SendRow, MemberRow.name)
        .join(DraftRow, DraftRow.id == StepRow.draft_id)
        .join(BatchRow, BatchRow.id == DraftRow.batch_id)
        .join(DraftVersionRow, (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest))
        .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
        .outerjoin(SendRow, (SendRow.step_id == StepRow.id) & (SendRow.attempt == StepRow.attempts))
        .outerjoin(MemberRow, MemberRow.id == SendRow.member_id)
        .where(_BY_HAND)
        .order_by(BatchRow.id, DraftRow.number)
        .execution_options(populate_existing=True)
    )


def _check(row: StepRow, to: StepState) -> None:
    if to not in HAND_MOVES.get(StepState(row.state), frozenset()):
        raise Conflict("step_cannot_move", state=row.state, to=to.value)


def _public_profile(creator: CreatorRow) -> str | None:
    """Where anybody finds a creator of whom no source gave an address."""
    return f"https://www.tiktok.com/@{creator.handle}" if creator.platform == "tiktok" else None


def _to_step(
    step: StepRow,
    draft: DraftRow,
    batch: BatchRow,
    version: DraftVersionRow,
    creator: CreatorRow,
    send: SendRow | None,
    holder: str | None,
) -> HandStep:
    home = home_zone(creator.zone, creator.market, creator.likely_zone)
    member = send.member_id if send is not None else None
    return HandStep(
        step=StepId(step.id),
        draft=DraftId(draft.id),
        brand=BrandId(step.brand_id),
        creator=CreatorId(step.creator_id),
        batch_code=batch.code,
        number=draft.number,
        handle=creator.handle,
        platform=creator.platform,
        profile_url=creator.profile_url or _public_profile(creator),
        zone=str(home.zone),
        zone_estimated=home.estimated,
        language=version.language,
        text=version.text,
        digest=version.digest,
        state=StepState(step.state),
        due_at=step.due_at,
        reason=reason_of(step),
        attempt=step.attempts,
        send=SendId(send.id) if send is not None else None,
        holder=MemberId(member) if member is not None else None,
        holder_name=holder or "",
        claimed_at=send.claimed_at if send is not None else None,
        sent_at=step.sent_at,
    )
