"""Edited drafts: the older text again, as a new version that has to be approved anew."""

from collections import defaultdict
from collections.abc import Sequence

from agent.cards import wording
from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import BatchId, DraftId
from memory.domain.outreach import Draft, DraftVersion, StepState
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts

_WAITING = frozenset({StepState.PLANNED, StepState.HELD})


async def edited_drafts(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where one of them is on its way, has ended, or was edited since; then all stay as they are."""
    needs(unit, Role.OPERATOR)
    lang = unit.scope.lang
    older: list[tuple[Draft, DraftVersion]] = []
    for draft in await _locked(unit, changes):
        change = next(each for each in changes if each.row == draft.id)
        step = (await unit.steps.of_drafts([draft.id])).get(draft.id)
        if step is not None and step.state not in _WAITING:
            raise Conflict("undo_draft_gone", batch=draft.batch_code, number=draft.number)
        version = await unit.drafts.version(draft.id, int((change.before or {}).get("version", 0)))
        if version is None or draft.version.number != (change.after or {}).get("version"):
            raise Conflict("undo_changed_since", what=f"{draft.batch_code} {draft.number}")
        older.append((draft, version))
    for draft, version in older:
        await unit.drafts.add_version(draft.id, version.content, version.flags)
    numbers = wording.ranges([draft.number for draft, _ in older], lang)
    return texts.say("undo_drafts", lang, batch=older[0][0].batch_code, numbers=numbers)


async def _locked(unit: Unit, changes: Sequence[Change]) -> list[Draft]:
    """The drafts, batch by batch, under their locks."""
    numbers: defaultdict[BatchId, list[int]] = defaultdict(list)
    for change in changes:
        draft = await unit.drafts.by_id(DraftId(change.row))
        if draft is None:
            raise Conflict("undo_changed_since", what=change.subject)
        numbers[draft.batch].append(draft.number)
    return [draft for batch in sorted(numbers) for draft in await unit.drafts.lock(batch, numbers=numbers[batch])]
