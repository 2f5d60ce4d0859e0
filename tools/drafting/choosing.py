"""Which template a batch is written from: a built-in one by tone, one of the brand's own, or two split by chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Flag, Purpose, Tone
from memory.domain.stores import Unit
from memory.domain.templates import Template, key_of
from tools.drafting.own import placeholders_in


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """Which numbers of a batch a template made."""

    name: str
    version: int
    numbers: tuple[int, ...]


async def own_templates(unit: Unit, names: Sequence[str]) -> tuple[Template, ...]:
    """The brand's own templates of these names.

    Raises BadRequest: "unknown_template" with what there is, "templates_same", "templates_differ" (in purpose or
    product).
    """
    kept = await unit.templates.all()
    found = tuple(template_named(kept, name) for name in names)
    check_alike(found)
    return found


def check_alike(templates: Sequence[Template]) -> None:
    """Raises BadRequest ("templates_same", "templates_differ") for some that cannot be split by chance."""
    if len({template.id for template in templates}) < len(templates):
        raise BadRequest("templates_same", name=templates[0].name)
    kinds = {(template.purpose, template.in_force.wording.product) for template in templates}
    if len(kinds) > 1:
        raise BadRequest("templates_differ", names="、".join(template.name for template in templates))


def template_named(kept: Sequence[Template], name: str) -> Template:
    """The template of a name, or the only one whose name holds it. Raises BadRequest ("unknown_template")."""
    key = key_of(name)
    exact = [template for template in kept if key_of(template.name) == key]
    holding = [template for template in kept if key and key in key_of(template.name)]
    if exact or len(holding) == 1:
        return (exact or holding)[0]
    names = [template.name for template in kept] or list(Tone)
    raise BadRequest("unknown_template", template=name, templates="、".join(names[:20]))


def tone_of(template: str, purpose: Purpose) -> Tone | None:
    """The tone of a built-in template: "warm", "invite.warm"; None for any other name."""
    family, _, named = template.partition(".")
    if family in list(Tone) and not named:
        return Tone(family)
    return Tone(named) if family == purpose.value and named in list(Tone) else None


def offer_of(template: Template, asked: Offer, *, sample: bool | None) -> Offer:
    """What a message of it offers: what is asked for, else what it was saved with. `sample` None: nobody said."""
    saved = template.in_force.wording.offer
    return Offer(
        asked.commission_bp if asked.commission_bp is not None else saved.commission_bp,
        asked.flat_fee or saved.flat_fee,
        saved.free_sample or asked.free_sample if sample is None else sample,
    )


def unsaid(template: Template, asked: Offer) -> tuple[Flag, ...]:
    """Remarks on what is offered now and the template has no place for."""
    wording = template.in_force.wording
    places = placeholders_in(wording.text, wording.text_zh)
    offered = {"commission": asked.commission_bp is not None, "fee": asked.flat_fee is not None}
    return tuple(
        Flag(f"template_silent_{name}", {"name": template.name}, blocking=False)
        for name, given in offered.items()
        if given and name not in places
    )


def made_from(
    templates: Sequence[Template], chosen: Mapping[CreatorId, Template], written: Sequence[CreatorId]
) -> tuple[TemplateUse, ...]:
    """Which numbers each template made, of creators in the order of their numbers."""
    return tuple(
        TemplateUse(
            template.name,
            template.current,
            tuple(number for number, creator in enumerate(written, start=1) if chosen[creator].id == template.id),
        )
        for template in templates
    )
