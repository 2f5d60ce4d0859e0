"""What every form asks first and does last: the role it needs, and a look at what was held."""

from collections.abc import Iterable

from memory.domain import jobs
from memory.domain.errors import NotAllowed
from memory.domain.stores import Unit
from memory.domain.workspace import Member, Role


def needs(unit: Unit, role: Role) -> None:
    """Raises NotAllowed("needs_role") below a role; a deputy has the role they stand in for."""
    if not unit.scope.role.covers(role):
        raise NotAllowed("needs_role", role=role)


def needs_own(
    unit: Unit, members: Iterable[Member], role: Role, *, key: str = "not_while_standing_in"
) -> None:  # fmt: skip
    """The role itself, not lent: what outlives a deputy's date is not theirs to give. Raises NotAllowed(key)."""
    needs(unit, role)
    own = next((member.role for member in members if member.id == unit.scope.member), Role.VIEWER)
    if not own.covers(role):
        raise NotAllowed(key, role=role)


async def look_again(unit: Unit) -> None:
    """What was held may be free now: look at it at once, not at the next sweep."""
    await unit.steps.wake_held()
    await unit.defer(jobs.dispatch())
