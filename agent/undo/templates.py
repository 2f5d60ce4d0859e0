"""A brand's own templates as they were: another version in force, the old name, in use again."""

from collections.abc import Sequence

from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import TemplateId
from memory.domain.stores import Unit
from memory.domain.templates import Template
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts


async def saved_template(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """The version before is in force again; a template that was new is taken out of use.

    What waits of the version taken back needs a new approval. Raises Conflict where it was changed since.
    """
    template, change = await _of(unit, changes)
    if template.current != (change.after or {}).get("current") or template.retired_at is not None:
        raise Conflict("undo_changed_since", what=template.name)
    if change.before is None:
        await unit.templates.retire(template.id)
        return texts.say("undo_template_new", unit.scope.lang, name=template.name)
    before = await unit.templates.put_in_force(template.id, int(change.before["current"]))
    await unit.templates.void_others(before)
    return texts.say("undo_template_saved", unit.scope.lang, name=before.name, version=before.current)


async def renamed_template(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where it was renamed since, or its old name is used by another one."""
    template, change = await _of(unit, changes)
    if template.name != (change.after or {}).get("name"):
        raise Conflict("undo_changed_since", what=template.name)
    before = await unit.templates.rename(template.id, str((change.before or {})["name"]))
    return texts.say("undo_template_renamed", unit.scope.lang, name=before.name)


async def retired_template(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where it is in use again."""
    template, _ = await _of(unit, changes)
    if template.retired_at is None:
        raise Conflict("undo_changed_since", what=template.name)
    await unit.templates.retire(template.id, retired=False)
    return texts.say("undo_template_retired", unit.scope.lang, name=template.name)


async def _of(unit: Unit, changes: Sequence[Change]) -> tuple[Template, Change]:
    """Raises NotAllowed for a viewer, Conflict where there is no such template."""
    needs(unit, Role.OPERATOR)
    (change,) = changes
    template = await unit.templates.by_id(TemplateId(change.row))
    if template is None:
        raise Conflict("undo_changed_since", what="-")
    return template, change
