"""Cancelled follow-ups that nobody had approved wait for their decision again; approved ones ended for good."""

from collections.abc import Sequence

from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import DraftId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts


async def cancelled_follow_ups(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where one of them had been approved; then all stay cancelled."""
    needs(unit, Role.OPERATOR)
    if await unit.steps.restore_follow_ups([DraftId(change.row) for change in changes]):
        raise Conflict("undo_follow_up_approved")
    return texts.say("undo_follow_ups", unit.scope.lang, count=len(changes))
