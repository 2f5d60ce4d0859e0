"""What may be done to a template that is there: each change is written down, so that it can be undone."""

from memory.domain.errors import BadRequest
from memory.domain.stores import Unit
from memory.domain.templates import Template, plain_name


async def renamed(unit: Unit, template: Template, name: str) -> Template:
    """Under its new name. Raises BadRequest ("template_needs_name"), Conflict ("template_name_taken")."""
    new = plain_name(name)
    if not new:
        raise BadRequest("template_needs_name")
    changed = await unit.templates.rename(template.id, new)
    await unit.audit.record(
        "template.renamed",
        subject=f"template:{template.id}",
        before={"name": template.name},
        after={"name": changed.name},
    )
    return changed


async def retired(unit: Unit, template: Template, *, retired: bool = True) -> Template:
    """Out of use, or in use again."""
    changed = await unit.templates.retire(template.id, retired=retired)
    await unit.audit.record(
        "template.retired",
        subject=f"template:{template.id}",
        before={"retired": not retired},
        after={"retired": retired},
    )
    return changed
