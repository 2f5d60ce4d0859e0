"""The tool of a brand's own message templates: listed, shown, saved from a draft, renamed, taken out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.outreach import Draft, DraftStatus, Flag, Purpose
from memory.domain.stores import Unit, Units
from memory.domain.templates import LONGEST_NAME, Template, key_of, plain_name
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.drafting.choosing import template_named, tone_of
from tools.drafting.occasions import occasion_of
from tools.templates.keeping import renamed, retired
from tools.templates.making import made_of

LIMIT = 100
Action = Literal["list", "show", "save", "rename", "retire"]


class TemplatesArgs(Arguments):
    """`save` takes a draft: `number` of a `batch`, else of the conversation's newest. `new_name` is for `rename`."""

    action: Action
    name: str | None = Field(default=None, max_length=LONGEST_NAME)
    batch: str | None = Field(default=None, max_length=12)
    number: int | None = Field(default=None, ge=1)
    new_name: str | None = Field(default=None, max_length=LONGEST_NAME)


@dataclass(frozen=True, slots=True)
class TemplatesShown:
    """Templates in use, or the one that was asked for or changed. `was`: its name before."""

    templates: tuple[Template, ...]
    action: Literal["list", "show", "rename", "retire"]
    was: str = ""


@dataclass(frozen=True, slots=True)
class TemplateSaved:
    """A version that is in force from now on.

    `source`: the draft it was made of; `guessed`: nobody said which. `literal`: figures that stay as they are.
    `voided`: drafts of other versions that need a new approval.
    """

    template: Template
    source: Draft
    guessed: bool
    remarks: tuple[Flag, ...]
    literal: tuple[str, ...]
    voided: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateRefused:
    """A draft that makes no template, and what is wrong with it; nothing was kept."""

    name: str
    source: Draft
    problems: tuple[Flag, ...]


def templates(units: Units) -> Tool[TemplatesArgs]:
    """Keep the wording of messages that work."""

    async def run(args: TemplatesArgs, turn: TurnContext) -> TemplatesShown | TemplateSaved | TemplateRefused:
        """What there is now.

        Raises BadRequest ("template_needs_name", "template_name_built_in", "template_no_draft", "batch_unknown",
        "number_missing", "template_of_reply", "too_many_templates", "unknown_template"), Conflict
        ("template_other_purpose", "template_name_taken"), NotAllowed (a viewer who changes something).
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            kept = await unit.templates.all()
            if args.action == "list":
                return TemplatesShown(tuple(kept), "list")
            if not plain_name(args.name or ""):
                raise BadRequest("template_needs_name")
            name = plain_name(args.name or "")
            if args.action == "show":
                return TemplatesShown((template_named(kept, name),), "show")
            if not turn.scope.role.covers(Role.OPERATOR):
                raise NotAllowed("needs_role", role=Role.OPERATOR)
            if args.action == "save":
                return await _save(unit, name, args, turn, kept)
            return await _change(unit, template_named(kept, name), args)

    about = (
        "The team's own message templates: list, show, save a draft as one (a number of a batch), rename, retire."
        " draft_messages writes from one by its name."
    )
    return Tool("templates", Effect.CHANGES, TemplatesArgs, run, about)


async def _save(
    unit: Unit, name: str, args: TemplatesArgs, turn: TurnContext, kept: Sequence[Template]
) -> TemplateSaved | TemplateRefused:
    if any(tone_of(name.lower(), purpose) for purpose in Purpose):
        raise BadRequest("template_name_built_in", name=name)
    source = await _source(unit, args, turn)
    if source.purpose is Purpose.REPLY:
        raise BadRequest("template_of_reply")
    before = next((one for one in kept if key_of(one.name) == key_of(name)), None)
    if before is None and len(kept) >= LIMIT:
        raise BadRequest("too_many_templates", limit=LIMIT)
    occasion, policy = await occasion_of(unit, source)
    made = made_of(source, occasion, policy=policy)
    if not made.passes:
        return TemplateRefused(name, source, tuple(flag for flag in made.problems if flag.blocking))
    template = await unit.templates.keep(name, made.wording, purpose=source.purpose, brand=occasion.brand.id)
    await unit.audit.record(
        "template.saved",
        subject=f"template:{template.id}",
        before={"current": before.current} if before else None,
        after={"current": template.current},
    )
    voided = await unit.templates.void_others(template)
    found = [draft for one in voided if (draft := await unit.drafts.by_id(one)) is not None]
    return TemplateSaved(template, source, args.number is None, made.problems, made.literal, tuple(found))


async def _change(unit: Unit, template: Template, args: TemplatesArgs) -> TemplatesShown:
    if args.action == "retire":
        return TemplatesShown((await retired(unit, template),), "retire")
    return TemplatesShown((await renamed(unit, template, args.new_name or ""),), "rename", was=template.name)


async def _source(unit: Unit, args: TemplatesArgs, turn: TurnContext) -> Draft:
    """The draft meant; where only its batch is known, the first of it that passes its checks."""
    if args.batch:
        batch = await unit.drafts.batch(args.batch)
        if batch is None:
            raise BadRequest("batch_unknown", batch=args.batch.upper())
    else:
        here = [one for one in await unit.drafts.batches() if one.conversation == turn.conversation]
        if not here:
            raise BadRequest("template_no_draft")
        batch = here[0]
    if args.number is None:
        whole = [draft for draft in batch.drafts if draft.status is not DraftStatus.FAILING]
        return (whole or batch.drafts)[0]
    chosen = next((draft for draft in batch.drafts if draft.number == args.number), None)
    if chosen is None:
        raise BadRequest("number_missing", number=args.number, batch=batch.code)
    return chosen
