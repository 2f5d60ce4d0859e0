"""Who may still reverse a change: whoever may make it today."""

from memory.domain.errors import NotAllowed
from memory.domain.stores import Unit
from memory.domain.workspace import Role


def needs(unit: Unit, role: Role) -> None:
    """Raises NotAllowed where the scope's role does not cover one (not retryable)."""
    if not unit.scope.role.covers(role):
        raise NotAllowed("needs_role", role=role)
