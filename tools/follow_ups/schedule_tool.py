"""The tool that plans follow-ups: each round is a batch of drafts that waits for a decision of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from memory.domain.creator import Creator, Relation, Stage
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.follow_ups import Condition
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import FIRST_MESSAGES, Batch, Draft, Purpose, Tone
from memory.domain.stores import Unit, Units
from memory.domain.templates import Template
from memory.domain.workspace import Brand, Role
from tools.contract import Effect, TextModel, Tool, TurnContext
from tools.drafting.batching import (
    DECIDE_HOURS,
    LeftOut,
    Prepared,
    Wish,
    WrittenBatch,
    keep_batch,
    outside_flags,
    sort_out,
    write_batch,
    write_own,
)
from tools.drafting.choosing import TemplateUse, offer_of, template_named
from tools.drafting.composing import Said
from tools.drafting.known import Occasion
from tools.drafting.messengers import Messengers
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant
from tools.drafting.tool import AT_MOST, MOST_BY_MODEL
from tools.follow_ups.arguments import ScheduleFollowUpArgs
from tools.follow_ups.rounds import begins, follow_up, is_past, needs_none, purpose_of
from tools.follow_ups.standing import planned_already, stages_of
from tools.naming import Segment, meant_creators

_NOT_AFTERWARDS = FIRST_MESSAGES | {Purpose.REPLY}
_SEGMENT_OF: Mapping[Condition, Segment] = {
    Condition.NO_REPLY: "no_reply",
    Condition.DELIVERED: "delivered",
    Condition.NOT_POSTED: "no_content",
}


@dataclass(frozen=True, slots=True)
class FollowUpsPlanned:
    """One batch a round, in the order of the rounds. `whole`: a decision on one covers those behind it.

    `made_from`: which of the brand's own templates made which numbers, by the batch's code.
    """

    batches: tuple[Batch, ...]
    left_out: tuple[LeftOut, ...]
    whole: bool = False
    made_from: Mapping[str, TemplateUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Round:
    """What one round is made of; `template` None: written as usual."""

    prepared: Prepared
    template: Template | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Whom a plan is about: what each got last, and where the brand stands with them."""

    brand: Brand
    last: Mapping[CreatorId, Draft]
    stages: Mapping[CreatorId, Stage]
    rounds: tuple[_Round, ...]

    @property
    def size(self) -> int:
        """How many creators it is about."""
        return len(self.rounds[0].prepared.occasions)


def schedule_follow_up(
    units: Units, messengers: Messengers, model: TextModel | None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[ScheduleFollowUpArgs]:
    """Write the rounds of a plan; nothing is sent, and each round is approved by itself."""

    async def run(args: ScheduleFollowUpArgs, turn: TurnContext) -> FollowUpsPlanned:
        """Plan up to six rounds for at most two hundred creators who got a message from us before.

        Raises BadRequest ("follow_up_purpose", "follow_up_past", "too_many_drafts", "nobody_to_follow",
        "templates_beyond_rounds", "template_not_afterwards", "unknown_template" and those of `meant_creators` and
        `write_own`), NotAllowed (a viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if purpose_of(args) in _NOT_AFTERWARDS:
            raise BadRequest("follow_up_purpose")
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            plan, left = await _plan(unit, args, turn, messengers)
        writer = model if plan.size <= MOST_BY_MODEL else None
        rounds, written, lacking = await _written(plan.rounds, turn, writer)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            batches = await _keep(unit, args, replace(plan, rounds=rounds), written, turn, decide_hours=decide_hours)
        whole = plan.rounds[0].prepared.policy.whole_sequences
        return FollowUpsPlanned(batches, (*left, *lacking), whole, _uses(rounds, batches))

    about = (
        "Plan follow-ups to creators we wrote to: after so many days or at a moment, while they do not reply (or have"
        " the sample, or have not posted), in rounds. Each round is a batch that waits for approval."
    )
    return Tool("schedule_follow_up", Effect.DRAFTS, ScheduleFollowUpArgs, run, about)


async def _plan(
    unit: Unit, args: ScheduleFollowUpArgs, turn: TurnContext, messengers: Messengers
) -> tuple[_Plan, tuple[LeftOut, ...]]:
    brand = await brand_of(unit)
    if is_past(args, now=unit.now, team=ZoneInfo(brand.team_zone)):
        raise BadRequest("follow_up_past", at=args.at or "")
    templates = await _templates(unit, args)
    meant, left = await sort_out(unit, await _meant(unit, args, turn))
    if len(meant) > AT_MOST:
        raise BadRequest("too_many_drafts", count=len(meant), limit=AT_MOST)
    ids = [creator.id for creator in meant]
    last = await unit.steps.last_messages(ids, brand=brand.id, fence=turn.fence)
    relations = await unit.relations.of(ids)
    stages = await stages_of(unit, ids, relations, brand=brand.id)
    waiting = await planned_already(unit, ids, args.condition)
    kept: list[Creator] = []
    for creator in meant:
        why = needs_none(
            last.get(creator.id),
            condition=args.condition,
            stage=stages[creator.id],
            planned=waiting,
            creator=creator.id,
        )
        if why is None:
            kept.append(creator)
        else:
            left.append(LeftOut(creator.handle, why))
    if not kept:
        raise BadRequest("nobody_to_follow", handles=" ".join(f"@{out.handle}" for out in left[:5]))
    usual = purpose_of(args)
    prepared: dict[Purpose, Prepared] = {}
    for purpose in {template.purpose if template else usual for template in templates}:
        prepared[purpose] = await _prepare(unit, purpose, brand, kept, last, relations, messengers)
    rounds = tuple(
        _offering(_Round(prepared[template.purpose if template else usual], template)) for template in templates
    )
    return _Plan(brand, last, stages, rounds), tuple(left)


async def _templates(unit: Unit, args: ScheduleFollowUpArgs) -> list[Template | None]:
    """The brand's own template of each round, where one is named."""
    if len(args.templates) > args.rounds:
        raise BadRequest("templates_beyond_rounds", count=len(args.templates), rounds=args.rounds)
    kept = await unit.templates.all() if any(args.templates) else []
    found = [template_named(kept, name) if name else None for name in args.templates]
    first = next((one for one in found if one is not None and one.purpose in _NOT_AFTERWARDS), None)
    if first is not None:
        raise BadRequest("template_not_afterwards", name=first.name)
    return [*found, *[None] * (args.rounds - len(found))]


def _offering(one: _Round) -> _Round:
    """A template offers what it was saved with where nothing was offered before."""
    if one.template is None:
        return one
    occasions = tuple(
        replace(occasion, offer=offer_of(one.template, occasion.offer, sample=None))
        for occasion in one.prepared.occasions
    )
    return replace(one, prepared=replace(one.prepared, occasions=occasions))


async def _prepare(
    unit: Unit,
    purpose: Purpose,
    brand: Brand,
    creators: Sequence[Creator],
    last: Mapping[CreatorId, Draft],
    relations: Mapping[CreatorId, Relation],
    messengers: Messengers,
) -> Prepared:
    """What a round is about: product and way of the message before; a nudge repeats its offer, others make none."""
    products = await unit.products.all()
    by_id = {product.id: product for product in products}
    occasions = []
    for creator in creators:
        before = last[creator.id]
        known = by_id.get(before.product) if before.product is not None else None
        occasions.append(
            Occasion(
                creator,
                brand,
                purpose,
                before.channel,
                known or product_meant(products, None),
                before.version.content.offer if purpose is Purpose.FOLLOW_UP else Offer(),
                relations.get(creator.id),
            )
        )
    channels = {creator.id: last[creator.id].channel for creator in creators}
    outside = await outside_flags(
        unit, creators, brand=brand.id, purpose=purpose, channels=channels, messengers=messengers
    )
    return Prepared(tuple(occasions), await unit.people.policy(brand.id), outside)


async def _written(
    rounds: Sequence[_Round], turn: TurnContext, model: TextModel | None
) -> tuple[tuple[_Round, ...], list[WrittenBatch], list[LeftOut]]:
    """Every round written; whom a template cannot be filled for is out of that round, and said."""
    said, wish = Said(), Wish(Tone.WARM)
    kept: list[_Round] = []
    written: list[WrittenBatch] = []
    left: list[LeftOut] = []
    for one in rounds:
        if one.template is None:
            written.append(await write_batch(one.prepared, wish, lang=turn.lang, model=model, said=said))
            kept.append(one)
            continue
        chosen = {occasion.creator.id: one.template for occasion in one.prepared.occasions}
        fitting, filled, lacking = write_own(one.prepared, wish, chosen)
        kept.append(replace(one, prepared=fitting))
        written.append(filled)
        left += lacking
    return tuple(kept), written, left


async def _keep(
    unit: Unit,
    args: ScheduleFollowUpArgs,
    plan: _Plan,
    written: Sequence[WrittenBatch],
    turn: TurnContext,
    *,
    decide_hours: int,
) -> tuple[Batch, ...]:
    """Store the rounds one after another: each draft knows the one before it."""
    team = ZoneInfo(plan.brand.team_zone)
    before = dict(plan.last)
    batches: list[Batch] = []
    for number, (round_, one) in enumerate(zip(plan.rounds, written, strict=True), start=1):
        drafts = tuple(
            replace(
                draft,
                follow=follow_up(
                    args,
                    number,
                    before=before[occasion.creator.id],
                    root=plan.last[occasion.creator.id],
                    stage=plan.stages[occasion.creator.id],
                    at=begins(args, occasion.creator, team=team),
                ),
            )
            for draft, occasion in zip(one.drafts, round_.prepared.occasions, strict=True)
        )
        kept = replace(one, drafts=drafts)
        batch = await keep_batch(unit, round_.prepared, kept, turn, decide_hours=decide_hours)
        before |= {draft.creator: draft for draft in batch.drafts}
        batches.append(batch)
    return tuple(batches)


def _uses(rounds: Sequence[_Round], batches: Sequence[Batch]) -> dict[str, TemplateUse]:
    return {
        batch.code: TemplateUse(one.template.name, one.template.current, tuple(draft.number for draft in batch.drafts))
        for one, batch in zip(rounds, batches, strict=True)
        if one.template is not None
    }


async def _meant(unit: Unit, args: ScheduleFollowUpArgs, turn: TurnContext) -> list[Creator]:
    """Who is named; nobody and without a shortlist: everybody whom the condition is about."""
    segment = args.segment
    if not (args.ranks or args.handles or segment) and await unit.shortlists.current(turn.conversation) is None:
        segment = _SEGMENT_OF[args.condition]
    return await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=segment)
