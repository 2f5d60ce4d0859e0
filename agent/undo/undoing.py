"""「撤销」: a member's own last change of the last 24 hours, reversed and said."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from agent.undo.registry import REVERSERS, STAYS
from memory.domain import jobs
from memory.domain.by_hand import HandUnit
from memory.domain.chat import DecisionOutcome, Reply
from memory.domain.errors import Conflict, NotAllowed
from memory.domain.ids import DraftId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from prompts.render import Texts

WITHIN = timedelta(hours=24)
_EVENTS: Final = tuple(REVERSERS)
# The member's role no longer covers the change, somebody changed the same thing since, or it cannot be reversed.
Refusal = Conflict | NotAllowed


async def undo(unit: HandUnit, texts: Texts, *, change: int | None = None) -> Reply | Refusal:
    """Reverse the newest change that was not reversed yet, or the one named; why not, with nothing touched.

    One that cannot be reversed is told once; the next time the one before it is. A refusal is returned and not
    raised, because this transaction remembers that it was told.
    """
    since = unit.now - WITHIN
    if change is not None:
        named = await unit.audit.last_change(_EVENTS, since=since, of=change)
        return await _reverse(unit, named, texts) if named else Conflict("undo_gone")
    passed: list[int] = []
    told: set[str] = set()  # kinds of which nothing is ever reversed: once is enough for all of them
    newest: Refusal | None = None
    while changes := await unit.audit.last_change(_EVENTS, since=since, but=passed):
        outcome = await _reverse(unit, changes, texts)
        if isinstance(outcome, Reply):
            return outcome
        newest = newest or outcome
        passed += [each.id for each in changes]
        if changes[0].event in told or await unit.audit.was_refused(changes[0]):
            told |= STAYS & {changes[0].event}
            continue
        await unit.audit.mark_refused(changes[0], why=outcome.text_key)
        if not await unit.audit.last_change(_EVENTS, since=since, but=passed):
            return outcome
        why = texts.say(outcome.text_key, unit.scope.lang, **outcome.facts)
        return Conflict("undo_next", why=why)
    return newest or Reply(text=texts.say("undo_nothing", unit.scope.lang))


async def _reverse(unit: HandUnit, changes: Sequence[Change], texts: Texts) -> Reply | Refusal:
    """Reverse what one transaction did, whole or not at all: a reverser judges everything before it writes."""
    try:
        said = await REVERSERS[changes[0].event](unit, changes, texts)
    except (Conflict, NotAllowed) as refused:
        return refused
    await unit.audit.mark_undone(changes)
    await unit.audit.record("change.undone", subject=changes[0].subject, after=[change.id for change in changes])
    await unit.steps.wake_held()
    await unit.defer(jobs.dispatch())
    return Reply(text=said, decision=await _drafts_changed(unit, changes))


async def _drafts_changed(unit: Unit, changes: Sequence[Change]) -> DecisionOutcome | None:
    """The numbers whose text is another one now, for the cards that show them."""
    if changes[0].event != "draft.edited":
        return None
    found = [await unit.drafts.by_id(DraftId(change.row)) for change in changes]
    drafts = [draft for draft in found if draft is not None]
    return DecisionOutcome(batch=drafts[0].batch_code, revised=tuple(sorted(draft.number for draft in drafts)))
