"""「撤销」: a member's own last change of the last 24 hours, reversed and said."""

from datetime import timedelta

from agent.undo.registry import REVERSERS
from memory.domain import jobs
from memory.domain.chat import Reply
from memory.domain.stores import Unit
from prompts.render import Texts

WITHIN = timedelta(hours=24)


async def undo(unit: Unit, texts: Texts) -> Reply:
    """Reverse the newest change that was not reversed yet; said twice, it reverses the one before as well.

    Raises:
        Conflict: somebody changed the same thing since, or it cannot be reversed; nothing was touched (not retryable).
        NotAllowed: the member's role no longer covers such a change (not retryable).
    """
    changes = await unit.audit.last_change(list(REVERSERS), since=unit.now - WITHIN)
    if not changes:
        return Reply(text=texts.say("undo_nothing", unit.scope.lang))
    said = await REVERSERS[changes[0].event](unit, changes, texts)
    await unit.audit.mark_undone(changes)
    await unit.audit.record("change.undone", subject=changes[0].subject, after=[change.id for change in changes])
    await unit.steps.wake_held()
    await unit.defer(jobs.dispatch())
    return Reply(text=said)
