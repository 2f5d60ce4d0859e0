"""Stage, tags, notes, owner and block of creators, brought back."""

from collections.abc import Sequence

from agent.cards import wording
from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import CreatorId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Lang, Role
from prompts.render import Texts

_NAMED = 5
_FIELDS = ("stage", "tags", "notes", "owner", "blocked")


async def updated_relations(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where somebody changed one of them since; then none is brought back."""
    needs(unit, Role.OPERATOR)
    lang = unit.scope.lang
    since = await unit.relations.restore(changes)
    if since:
        raise Conflict("undo_changed_since", what=await _names(unit, since, lang))
    fields = [
        field
        for field in _FIELDS
        if any((change.before or {}).get(field) != (change.after or {}).get(field) for change in changes)
    ]
    what = wording.listed([texts.say(f"undo_field_{field}", lang) for field in fields], lang)
    who = await _names(unit, [CreatorId(change.row) for change in changes], lang)
    return texts.say("undo_relations", lang, who=who, what=what, count=len(changes))


async def _names(unit: Unit, creators: Sequence[CreatorId], lang: Lang) -> str:
    found = await unit.creators.by_ids(list(creators))
    names = [f"@{found[creator].handle}" for creator in creators if creator in found]
    return wording.listed(names[:_NAMED], lang) + ("…" if len(names) > _NAMED else "")
