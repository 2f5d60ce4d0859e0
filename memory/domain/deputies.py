"""Deputies: who may decide as somebody else until a date, and what role that makes. Pure, but for the Protocol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.ids import BrandId, DeputyId, MemberId
from memory.domain.workspace import Member, Role


@dataclass(frozen=True, slots=True)
class Deputy:
    """`member` may act as `stands_for` until a moment (UTC, not included); taken back, it never counted."""

    id: DeputyId
    member: MemberId
    stands_for: MemberId
    until: datetime
    given_by: MemberId
    given_at: datetime
    revoked_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether it was in force at a moment, as it stands today."""
        return self.revoked_at is None and self.given_at <= moment < self.until


class DeputyStore(Protocol):
    """Deputies of the scope's tenant."""

    async def deputies(self) -> list[Deputy]:
        """Those in force now, soonest to end first."""
        ...

    async def save_deputy(self, member: MemberId, *, stands_for: MemberId, until: datetime) -> Deputy:
        """Let one member stand in for another; where that is in force already, only its end moves."""
        ...

    async def revoke_deputy(self, deputy: DeputyId) -> Deputy:
        """Take one back, its date passed or not: what it signed counts no more. Raises NotFound."""
        ...


def reaches(member: Member, brand: BrandId | None) -> bool:
    """Whether a member works for a brand (None: for every brand)."""
    return member.brand in (None, brand)


def highest(own: Role, principals: Iterable[Member], *, brand: BrandId | None) -> Role:
    """The highest of a role and of those stood in for: active, with the brand in their reach. It is not handed on."""
    lent = [one.role for one in principals if one.active and reaches(one, brand)]
    return max([own, *lent], key=list(Role).index)


def effective_role(
    member: Member, members: Iterable[Member], deputies: Iterable[Deputy], *, brand: BrandId | None, at: datetime
) -> Role:
    """What a member may do for a brand at a moment."""
    stood_for = {one.stands_for for one in deputies if one.member == member.id and one.covers(at)}
    return highest(member.role, [one for one in members if one.id in stood_for], brand=brand)


def deciders(
    members: Sequence[Member], deputies: Sequence[Deputy], *, brand: BrandId | None, at: datetime
) -> list[Member]:
    """Active members who may decide for a brand now (None: for every brand), deputies included."""
    return [
        one
        for one in members
        if one.active
        and reaches(one, brand)
        and effective_role(one, members, deputies, brand=brand, at=at).covers(Role.APPROVER)
    ]


def count_deciders(members: Sequence[Member], deputies: Sequence[Deputy], *, brand: BrandId, at: datetime) -> int:
    """How many active members may decide for a brand now, deputies included."""
    return len(deciders(members, deputies, brand=brand, at=at))
