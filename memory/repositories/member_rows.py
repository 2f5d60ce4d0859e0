"""How a member is read from a row."""

from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Member, Role
from memory.models.workspace import MemberRow


def to_member(row: MemberRow) -> Member:
    """A row as a noun."""
    return Member(
        id=MemberId(row.id),
        login=row.login,
        name=row.name,
        role=Role(row.role),
        brand=BrandId(row.works_for) if row.works_for is not None else None,
        active=row.active,
        lang="en" if row.lang == "en" else "zh",
    )
