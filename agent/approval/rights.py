"""Who may decide, as the members' rows say now and not as they were when somebody signed in."""

from typing import Final

from memory.domain.deputies import deciders
from memory.domain.errors import NotAllowed
from memory.domain.ids import BrandId
from memory.domain.stores import Unit

_NAMED: Final = 5


async def who_decides(unit: Unit, brand: BrandId | None) -> tuple[str, ...]:
    """Names of those who may decide for a brand (None: for every brand), as many as one reads."""
    members, deputies = await unit.people.members(), await unit.people.deputies()
    found = deciders(members, deputies, brand=brand, at=unit.now)
    return tuple(member.name for member in found[:_NAMED])


async def needs_decider(unit: Unit, key: str, brand: BrandId | None) -> None:
    """Whether the unit's member may decide for a brand, standing in for somebody or not.

    Raises:
        NotAllowed: they may not; `key` names the sentence, which is told their role and who may (not retryable).
    """
    members, deputies = await unit.people.members(), await unit.people.deputies()
    found = deciders(members, deputies, brand=brand, at=unit.now)
    if all(member.id != unit.scope.member for member in found):
        own = next((member.role for member in members if member.id == unit.scope.member), unit.scope.role)
        who = "、".join(member.name for member in found[:_NAMED])
        raise NotAllowed(key, role=own.value, who=who or "-")
