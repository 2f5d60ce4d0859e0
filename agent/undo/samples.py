"""Samples as they stood before; one that was begun by mistake is forgotten."""

from collections.abc import Sequence

from agent.cards import wording
from agent.undo.rights import needs
from memory.domain.errors import BadRequest, Conflict
from memory.domain.ids import CreatorId
from memory.domain.sample import Sample
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.samples.keeping import brought_back, same

_NAMED = 5


async def recorded_samples(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where one of them was changed since; then none is brought back."""
    needs(unit, Role.OPERATOR)
    lang, brand = unit.scope.lang, unit.scope.brand
    if brand is None:
        raise BadRequest("choose_a_brand")
    creators = list(dict.fromkeys(CreatorId(int((change.after or {})["creator"])) for change in changes))
    present = {sample.id: sample for sample in await unit.samples.lock(creators, brand=brand)}
    found = await unit.creators.by_ids(creators)
    names = [f"@{found[creator].handle}" for creator in creators if creator in found]
    who = wording.listed(names[:_NAMED], lang) + ("…" if len(names) > _NAMED else "")
    earlier: list[tuple[Sample, Change]] = []
    for change in changes:
        sample = next((one for one in present.values() if one.id == change.row), None)
        if sample is None or not same(sample, change.after or {}):
            raise Conflict("undo_changed_since", what=who)
        earlier.append((sample, change))
    for sample, change in earlier:
        if change.before:
            await unit.samples.save(brought_back(sample, change.before))
        else:
            await unit.samples.remove(sample)
    return texts.say("undo_samples", lang, who=who, count=len(changes))
