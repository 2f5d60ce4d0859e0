"""Who may decide, as the members' rows say now and not as they were when somebody signed in."""

from memory.domain.errors import NotAllowed
from memory.domain.stores import Unit
from memory.domain.workspace import Member, Role


async def needs_decider(unit: Unit, key: str) -> Member:
    """The unit's member, who may decide.

    Raises:
        NotAllowed: they may not; `key` names the sentence, which is told their role and who may (not retryable).
    """
    members = await unit.people.members()
    member = next((each for each in members if each.id == unit.scope.member), None)
    if member is None or not member.active or not member.role.covers(Role.APPROVER):
        may = [each.name for each in members if each.active and each.role.covers(Role.APPROVER)]
        role = member.role if member else unit.scope.role
        raise NotAllowed(key, role=role.value, who="、".join(may[:5]) or "-")
    return member
