"""A brand's policy as it was before a lead changed it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

from pydantic import TypeAdapter

from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import BrandId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change, Snapshot
from memory.domain.workspace import BrandPolicy, Role
from prompts.render import Texts

_POLICY: Final = TypeAdapter(BrandPolicy)


async def changed_policy(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where the policy was changed since."""
    needs(unit, Role.LEAD)
    (change,) = changes
    brand = BrandId(change.row)
    present = await unit.people.policy(brand)
    if read_policy(present, change.after or {}) != present:
        raise Conflict("undo_changed_since", what=texts.say("undo_policy_name", unit.scope.lang))
    await unit.people.save_policy(brand, read_policy(present, change.before or {}))
    return texts.say("undo_policy", unit.scope.lang)


def read_policy(present: BrandPolicy, kept: Snapshot) -> BrandPolicy:
    """A policy out of its fields as text; a field that was not kept stays as it is."""
    known = {entry.name for entry in fields(BrandPolicy)}
    values = {name: None if value in (None, "None") else value for name, value in kept.items() if name in known}
    whole = {entry.name: getattr(present, entry.name) for entry in fields(BrandPolicy)} | values
    return replace(present, **{name: getattr(_POLICY.validate_python(whole), name) for name in values})
