"""What a member wants remembered: forgotten again, or remembered again."""

from collections.abc import Sequence

from memory.domain.errors import Conflict
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from prompts.render import Texts


async def kept_preference(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where it was changed or forgotten since."""
    (change,) = changes
    after = change.after or {}
    kept = next((each for each in await unit.preferences.all() if each.text == after["text"]), None)
    if kept is None or kept.criteria != after["criteria"]:
        raise Conflict("undo_changed_since", what=str(after["text"]))
    if change.before:
        await unit.preferences.add(str(change.before["text"]), dict(change.before["criteria"]))
    else:
        await unit.preferences.forget(kept.id)
    return texts.say("undo_preference_kept", unit.scope.lang, text=kept.text)


async def forgotten_preference(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where the same is remembered already."""
    (change,) = changes
    before = change.before or {}
    if any(each.text == before["text"] for each in await unit.preferences.all()):
        raise Conflict("undo_changed_since", what=str(before["text"]))
    await unit.preferences.add(str(before["text"]), dict(before["criteria"]))
    return texts.say("undo_preference_forgotten", unit.scope.lang, text=str(before["text"]))
