"""What is to be done in shops and waits for a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, ConversationId, MemberId, ProposalId, TenantId
from memory.domain.outreach import Flag, ProposalKind, Verdict
from memory.domain.proposals import (
    CHECK_AGAIN,
    DECIDE_WITHIN,
    LEASE,
    LETTER,
    MOVES,
    Deed,
    DeedState,
    NewProposal,
    ShopProposal,
    Way,
    digest_of,
)
from memory.domain.workspace import Scope
from memory.models.collaborations import ShopProposalRow, ShopProposalShownRow
from memory.repositories.shop_links import from_flag, to_flag
from memory.tenancy import ScopedSession

_TRIES = 20
_AT_ONCE = 20


class ProposalRepository:
    """Satisfies `memory.domain.proposals.ProposalStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(
        self, new: NewProposal, *, brand: BrandId, conversation: ConversationId | None
    ) -> ShopProposal:  # fmt: skip
        """See `ProposalStore.add`."""
        for _ in range(_TRIES):
            known = await self._one(ShopProposalRow.occasion == new.occasion)
            if known is not None:
                return _to_proposal(known)
            last = await self._session.scalar(select(func.max(ShopProposalRow.serial)).select_from(ShopProposalRow))
            await self._session.execute(
                insert(ShopProposalRow)
                .values(
                    serial=(last or 0) + 1, occasion=new.occasion, kind=new.kind.value, deed=new.deed.value,
                    content=dict(new.content), digest=digest_of(new), conversation_id=conversation, brand_id=brand,
                    made_by=self._scope.member, made_at=self._now, decide_by=self._now + DECIDE_WITHIN,
                    state=DeedState.OPEN.value, attempts=0, look_at=self._now + CHECK_AGAIN, outcome="",
                )
                .on_conflict_do_nothing()
            )  # fmt: skip
        raise Conflict

    async def by_code(self, code: str, *, lock: bool = False) -> ShopProposal | None:
        """See `ProposalStore.by_code`."""
        number = code.strip().upper().removeprefix(LETTER)
        row = await self._one(ShopProposalRow.serial == int(number), lock=lock) if number.isdecimal() else None
        return _to_proposal(row) if row is not None else None

    async def recent(self, *, limit: int) -> list[ShopProposal]:
        """See `ProposalStore.recent`."""
        rows = await self._session.scalars(_rows().order_by(ShopProposalRow.id.desc()).limit(limit))
        return [_to_proposal(row) for row in rows]

    async def show(self, proposal: ShopProposal) -> None:
        """See `ProposalStore.show`."""
        seen = {"digest": proposal.digest, "shown_at": self._now}
        await self._session.execute(
            insert(ShopProposalShownRow)
            .values(proposal_id=proposal.id, member_id=self._scope.member, brand_id=proposal.brand, **seen)
            .on_conflict_do_update(index_elements=["proposal_id", "member_id"], set_=seen)
        )

    async def is_shown(self, proposal: ShopProposal) -> bool:
        """See `ProposalStore.is_shown`."""
        digest = await self._session.scalar(
            select(ShopProposalShownRow.digest).where(
                ShopProposalShownRow.proposal_id == proposal.id,
                ShopProposalShownRow.member_id == self._scope.member,
            )
        )
        return digest == proposal.digest

    async def decide(self, proposal: ShopProposal, verdict: Verdict, *, way: Way | None = None) -> None:
        """See `ProposalStore.decide`."""
        row = await self._known(proposal.id)
        to = DeedState.APPROVED if verdict is Verdict.APPROVE else DeedState.REJECTED
        _move(row, to)
        row.decided_by, row.decided_at, row.look_at = self._scope.member, self._now, self._now
        row.way, row.reason = way.value if way is not None else None, None
        await self._session.flush()

    async def stop(self, code: str | None) -> list[str]:
        """See `ProposalStore.stop`."""
        wanted = _rows().where(ShopProposalRow.state == DeedState.APPROVED.value)
        if code is not None:
            wanted = wanted.where(ShopProposalRow.serial == int(code[1:]))
        rows = list(await self._session.scalars(wanted.order_by(ShopProposalRow.id).with_for_update()))
        for row in rows:
            _move(row, DeedState.REJECTED)
            row.decided_by, row.decided_at, row.reason = self._scope.member, self._now, None
        await self._session.flush()
        return [f"{LETTER}{row.serial}" for row in rows]

    async def begin(self, proposal: ShopProposal) -> None:
        """See `ProposalStore.begin`."""
        row = await self._known(proposal.id)
        _move(row, DeedState.DOING)
        row.attempts, row.begun_at, row.reason = row.attempts + 1, self._now, None
        row.look_at = self._now + LEASE
        await self._session.flush()

    async def _known(self, proposal: ProposalId) -> ShopProposalRow:
        row = await self._one(ShopProposalRow.id == proposal, lock=True)
        if row is None:
            raise NotFound("no_such_batch", batch=LETTER)
        return row

    async def _one(self, which: ColumnElement[bool], *, lock: bool = False) -> ShopProposalRow | None:
        wanted = _rows().where(which)
        return await self._session.scalar(wanted.with_for_update() if lock else wanted)


class DeedRepository:
    """Satisfies `memory.domain.proposals.DeedBook` in a service unit; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def to_do(self) -> Sequence[ShopProposal]:
        """See `DeedBook.to_do`."""
        return await self._due(ShopProposalRow.state == DeedState.APPROVED.value)

    async def unclear(self) -> Sequence[ShopProposal]:
        """See `DeedBook.unclear`: a claim holds for its lease, which is when it is looked at."""
        states = (DeedState.UNKNOWN.value, DeedState.DOING.value)
        return await self._due(or_(*(ShopProposalRow.state == state for state in states)))

    async def to_check(self) -> Sequence[ShopProposal]:
        """See `DeedBook.to_check`."""
        return await self._due(
            (ShopProposalRow.state == DeedState.OPEN.value)
            & (ShopProposalRow.deed == Deed.INVITE.value)
            & (ShopProposalRow.decide_by > self._now)
        )

    async def noted(self, proposal: ProposalId, reason: Flag | None, *, rest: timedelta) -> None:
        """See `DeedBook.noted`."""
        row = await self._session.scalar(_rows().where(ShopProposalRow.id == proposal).with_for_update())
        if row is not None and row.state == DeedState.OPEN.value:
            row.reason, row.look_at = from_flag(reason), self._now + rest
            await self._session.flush()

    async def settle(
        self, proposal: ProposalId, to: DeedState, *, reason: Flag | None = None, outcome: str = "",
        rest: timedelta = timedelta(0),
    ) -> bool:  # fmt: skip
        """See `DeedBook.settle`."""
        row = await self._session.scalar(_rows().where(ShopProposalRow.id == proposal).with_for_update())
        if row is None or (row.state != to.value and to not in MOVES[DeedState(row.state)]):
            return False
        row.state, row.reason, row.look_at = to.value, from_flag(reason), self._now + rest
        row.outcome = outcome or row.outcome
        await self._session.flush()
        return True

    async def _due(self, which: ColumnElement[bool]) -> list[ShopProposal]:
        rows = await self._session.scalars(
            _rows()
            .where(which, ShopProposalRow.look_at <= self._now)
            .order_by(ShopProposalRow.look_at, ShopProposalRow.id)
            .limit(_AT_ONCE)
        )
        return [_to_proposal(row) for row in rows]


def _rows() -> Select[ShopProposalRow]:
    return select(ShopProposalRow).execution_options(populate_existing=True)


def _move(row: ShopProposalRow, to: DeedState) -> None:
    if to not in MOVES[DeedState(row.state)]:
        raise Conflict("step_cannot_move", state=row.state, to=to.value)
    row.state = to.value


def _to_proposal(row: ShopProposalRow) -> ShopProposal:
    return ShopProposal(
        id=ProposalId(row.id),
        code=f"{LETTER}{row.serial}",
        tenant=TenantId(row.tenant_id),
        brand=BrandId(row.brand_id),
        kind=ProposalKind(row.kind),
        deed=Deed(row.deed),
        content=row.content,
        digest=row.digest,
        made_by=MemberId(row.made_by),
        made_at=row.made_at,
        decide_by=row.decide_by,
        conversation=ConversationId(row.conversation_id) if row.conversation_id is not None else None,
        state=DeedState(row.state),
        decided_by=MemberId(row.decided_by) if row.decided_by is not None else None,
        decided_at=row.decided_at,
        attempts=row.attempts,
        begun_at=row.begun_at,
        reason=to_flag(row.reason),
        outcome=row.outcome,
        way=Way(row.way) if row.way is not None else None,
    )
