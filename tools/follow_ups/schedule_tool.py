"""The tool that plans follow-ups: each round is a batch of drafts that waits for a decision of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from memory.domain.creator import Creator, Relation, Stage
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.follow_ups import Condition
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import FIRST_MESSAGES, Batch, Draft, Purpose, Tone
from memory.domain.stores import Unit, Units
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
)
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
    """One batch a round, in the order of the rounds. `whole`: a decision on one covers those behind it."""

    batches: tuple[Batch, ...]
    left_out: tuple[LeftOut, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """Whom a plan is about: what each got last, and where the brand stands with them."""

    brand: Brand
    creators: tuple[Creator, ...]
    last: Mapping[CreatorId, Draft]
    stages: Mapping[CreatorId, Stage]
    prepared: Prepared


def schedule_follow_up(
    units: Units, messengers: Messengers, model: TextModel | None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[ScheduleFollowUpArgs]:
    """Write the rounds of a plan; nothing is sent, and each round is approved by itself."""

    async def run(args: ScheduleFollowUpArgs, turn: TurnContext) -> FollowUpsPlanned:
        """Plan up to six rounds for at most two hundred creators who got a message from us before.

        Raises BadRequest ("follow_up_purpose", "follow_up_past", "too_many_drafts", "nobody_to_follow" and those of
        `meant_creators`), NotAllowed (a viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if purpose_of(args) in _NOT_AFTERWARDS:
            raise BadRequest("follow_up_purpose")
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            plan, left = await _plan(unit, args, turn, messengers)
        said, wish = Said(), Wish(Tone.WARM)
        writer = model if len(plan.creators) <= MOST_BY_MODEL else None
        written = [
            await write_batch(plan.prepared, wish, lang=turn.lang, model=writer, said=said) for _ in range(args.rounds)
        ]
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            batches = await _keep(unit, args, plan, written, turn, decide_hours=decide_hours)
        return FollowUpsPlanned(batches, left, plan.prepared.policy.whole_sequences)

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
    prepared = await _prepare(unit, args, brand, kept, last, relations, messengers)
    return _Plan(brand, tuple(kept), last, stages, prepared), tuple(left)


async def _prepare(
    unit: Unit,
    args: ScheduleFollowUpArgs,
    brand: Brand,
    creators: Sequence[Creator],
    last: Mapping[CreatorId, Draft],
    relations: Mapping[CreatorId, Relation],
    messengers: Messengers,
) -> Prepared:
    """What every round is about: product and way of the message before; a nudge repeats its offer, a reminder none."""
    products = await unit.products.all()
    by_id = {product.id: product for product in products}
    purpose = purpose_of(args)
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
    for number, one in enumerate(written, start=1):
        drafts = tuple(
            replace(
                draft,
                product=occasion.product.id if occasion.product else None,
                follow=follow_up(
                    args,
                    number,
                    before=before[occasion.creator.id],
                    root=plan.last[occasion.creator.id],
                    stage=plan.stages[occasion.creator.id],
                    at=begins(args, occasion.creator, team=team),
                ),
            )
            for draft, occasion in zip(one.drafts, plan.prepared.occasions, strict=True)
        )
        batch = await keep_batch(unit, plan.prepared, replace(one, drafts=drafts), turn, decide_hours=decide_hours)
        before |= {draft.creator: draft for draft in batch.drafts}
        batches.append(batch)
    return tuple(batches)


async def _meant(unit: Unit, args: ScheduleFollowUpArgs, turn: TurnContext) -> list[Creator]:
    """Who is named; nobody and without a shortlist: everybody whom the condition is about."""
    segment = args.segment
    if not (args.ranks or args.handles or segment) and await unit.shortlists.current(turn.conversation) is None:
        segment = _SEGMENT_OF[args.condition]
    return await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=segment)
