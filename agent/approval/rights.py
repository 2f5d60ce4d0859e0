"""Who may decide, as the members' rows say now and not as they were when somebody signed in."""

from memory.domain.deputies import effective_role
from memory.domain.errors import NotAllowed
from memory.domain.stores import Unit
from memory.domain.workspace import Role


async def needs_decider(unit: Unit, key: str) -> None:
    """Go on where the unit's member may decide, in their own right or standing in for somebody.

    Raises:
        NotAllowed: they may not; `key` names the sentence, which is told their role and who may (not retryable).
    """
    members, deputies = await unit.people.members(), await unit.people.deputies()
    roles = {
        each.id: effective_role(each, members, deputies, brand=unit.scope.brand, at=unit.now)
        for each in members
        if each.active
    }
    role = roles.get(unit.scope.member)
    if role is None or not role.covers(Role.APPROVER):
        may = [each.name for each in members if each.id in roles and roles[each.id].covers(Role.APPROVER)]
        raise NotAllowed(key, role=(role or unit.scope.role).value, who="、".join(may[:5]) or "-")
