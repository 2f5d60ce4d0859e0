"""Rows of who stands in for whom."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.deputies import Deputy
from memory.domain.errors import NotFound
from memory.domain.ids import DeputyId, MemberId, TurnId
from memory.domain.workspace import Member, Scope
from memory.models.chat import TurnRow
from memory.models.workspace import DeputyRow, MemberRow
from memory.repositories.member_rows import to_member
from memory.standing import as_rows, columns_of, standing
from memory.tenancy import ScopedSession

_STANDS = (DeputyRow.revoked_at.is_(None), DeputyRow.given_at <= bindparam("at"), DeputyRow.until > bindparam("at"))
_PRINCIPALS = standing(
    select(*columns_of(MemberRow))
    .join(DeputyRow, DeputyRow.stands_for_id == MemberRow.id)
    .where(DeputyRow.member_id == bindparam("deputy"), *_STANDS)
)
_OF_TURN = standing(
    select(*columns_of(MemberRow))
    .join(DeputyRow, DeputyRow.stands_for_id == MemberRow.id)
    .join(TurnRow, TurnRow.member_id == DeputyRow.member_id)
    .where(TurnRow.id == bindparam("turn"), *_STANDS)
)


class DeputyRepository:
    """Satisfies `memory.domain.deputies.DeputyStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def deputies(self) -> list[Deputy]:
        """See `DeputyStore.deputies`."""
        rows = await self._session.scalars(
            select(DeputyRow)
            .where(DeputyRow.revoked_at.is_(None), DeputyRow.until > self._now)
            .order_by(DeputyRow.until, DeputyRow.id)
        )
        return [to_deputy(row) for row in rows]

    async def save_deputy(self, member: MemberId, *, stands_for: MemberId, until: datetime) -> Deputy:
        """See `DeputyStore.save_deputy`. Holds the member's row, so that two leads at once make one."""
        await self._session.execute(select(MemberRow.id).where(MemberRow.id == member).with_for_update())
        row = await self._session.scalar(
            select(DeputyRow).where(
                DeputyRow.member_id == member,
                DeputyRow.stands_for_id == stands_for,
                DeputyRow.revoked_at.is_(None),
                DeputyRow.until > self._now,
            )
        )
        if row is None:
            row = DeputyRow(
                member_id=member,
                stands_for_id=stands_for,
                until=until,
                given_by=self._scope.member,
                given_at=self._now,
            )
            self._session.add(row)
        row.until = until
        await self._session.flush()
        return to_deputy(row)

    async def revoke_deputy(self, deputy: DeputyId) -> Deputy:
        """See `DeputyStore.revoke_deputy`. One whose date has passed is taken back too: what it signed is open."""
        row = await self._session.scalar(
            select(DeputyRow).where(DeputyRow.id == deputy, DeputyRow.revoked_at.is_(None)).with_for_update()
        )
        if row is None:
            raise NotFound("deputy_not_found")
        row.revoked_at = self._now
        await self._session.flush()
        return to_deputy(row)


async def lent_roles(session: AsyncSession, members: Collection[int]) -> list[tuple[Deputy, Member]]:
    """Every standing-in of some members that was not taken back, with the member stood in for as they are now."""
    if not members:
        return []
    rows = await session.execute(
        select(DeputyRow, MemberRow)
        .join(MemberRow, MemberRow.id == DeputyRow.stands_for_id)
        .where(DeputyRow.member_id.in_(members), DeputyRow.revoked_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return [(to_deputy(deputy), to_member(principal)) for deputy, principal in rows]


async def principals_of(session: AsyncSession, member: int, *, at: datetime) -> list[Member]:
    """Members whom one stands in for at a moment."""
    rows = await session.execute(_PRINCIPALS, {"deputy": member, "at": at})
    return [to_member(row) for row in as_rows(MemberRow, rows)]


async def principals_of_asker(session: AsyncSession, turn: TurnId, *, at: datetime) -> list[Member]:
    """Members whom the one who asked a turn stands in for at a moment."""
    rows = await session.execute(_OF_TURN, {"turn": turn, "at": at})
    return [to_member(row) for row in as_rows(MemberRow, rows)]


def to_deputy(row: DeputyRow) -> Deputy:
    """A row as a noun."""
    return Deputy(
        id=DeputyId(row.id),
        member=MemberId(row.member_id),
        stands_for=MemberId(row.stands_for_id),
        until=row.until,
        given_by=MemberId(row.given_by),
        given_at=row.given_at,
        revoked_at=row.revoked_at,
    )
