"""Templates as a page shows them, and what it hands in about one."""

from collections.abc import Sequence

from agent.cards.overview import with_names
from agent.team.rights import needs
from memory.domain.chat import Reply
from memory.domain.errors import NotFound
from memory.domain.stores import Unit
from memory.domain.template_forms import RenameTemplate, RetireTemplate
from memory.domain.templates import Template, TemplateSheet, VersionSheet
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.templates.keeping import renamed, retired


async def template_sheets(unit: Unit, texts: Texts) -> Sequence[TemplateSheet]:
    """All of them by name, those in use first; versions newest first."""
    found = await unit.templates.all(retired=True)
    return [_sheet(one, unit, texts) for one in sorted(found, key=lambda one: one.retired_at is not None)]


async def act_on_template(unit: Unit, form: RenameTemplate | RetireTemplate, texts: Texts) -> Reply:
    """Carry a form out. Raises NotAllowed for a viewer, NotFound, and what `renamed` raises."""
    needs(unit, Role.OPERATOR)
    template = await unit.templates.by_id(form.template)
    if template is None:
        raise NotFound("template_gone")
    match form:
        case RenameTemplate(name=name):
            await renamed(unit, template, name)
        case RetireTemplate(retired=out):
            await retired(unit, template, retired=out)
    return Reply(text=texts.say("saved", unit.scope.lang))


def _sheet(template: Template, unit: Unit, texts: Texts) -> TemplateSheet:
    lang = unit.scope.lang
    versions = tuple(
        VersionSheet(
            version.number,
            version.wording.language,
            with_names(version.wording.text, lang, texts),
            with_names(version.wording.text_zh, lang, texts),
            version.made_at,
            version.sent,
        )
        for version in reversed(template.versions)
    )
    purpose = texts.say(f"web_purpose_{template.purpose}", lang)
    return TemplateSheet(
        template.id, template.name, purpose, template.current, versions, retired=template.retired_at is not None
    )
