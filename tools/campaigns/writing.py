"""The rounds of a campaign written for creators who were chosen on a page: read, written, kept, each by itself.

Drafts are made as the tools of chat make them; there is no turn, so they are there at once and belong to no talk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from memory.domain.campaign import Campaign, CampaignStep
from memory.domain.creator import Creator, Stage
from memory.domain.errors import BadRequest
from memory.domain.follow_ups import Condition, FollowUp
from memory.domain.ids import CreatorId, DraftId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Batch, Purpose, Tone
from memory.domain.stores import Unit
from memory.domain.workspace import BrandPolicy
from tools.drafting.batching import (
    Prepared,
    Wish,
    WrittenBatch,
    keep_batch,
    outside_flags,
    sort_out,
    write_from_templates,
)
from tools.drafting.composing import Said
from tools.drafting.known import Occasion
from tools.drafting.messengers import Messengers, channels_of
from tools.follow_ups.standing import planned_already, stages_of


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything read that the rounds are made of: a round's occasions, and where the brand stands with each creator.

    `left_out`: who may not be written to, with the key of why.
    """

    steps: tuple[CampaignStep, ...]
    rounds: tuple[Prepared, ...]
    stages: Mapping[CreatorId, Stage]
    left_out: Mapping[CreatorId, str]


async def read_rounds(unit: Unit, campaign: Campaign, creators: Sequence[Creator], messengers: Messengers) -> Ready:
    """What is needed to write for these creators; of those who may not be written to, why.

    Raises BadRequest ("product_gone") when the campaign's product is no more.
    """
    plan = campaign.plan
    product = await unit.products.by_id(plan.product) if plan.product is not None else None
    if product is None:
        raise BadRequest("product_gone")
    kept, left = await sort_out(unit, creators)
    ids = [creator.id for creator in kept]
    brand = await unit.people.brand(campaign.brand)
    policy = await unit.people.policy(campaign.brand)
    relations = await unit.relations.of(ids)
    channels = await channels_of(unit, kept, messengers)
    first = [
        Occasion(
            creator, brand, plan.steps[0].purpose, channels[creator.id], product, plan.offer, relations.get(creator.id)
        )
        for creator in kept
    ]
    condition = plan.steps[1].condition or Condition.NO_REPLY if len(plan.steps) > 1 else Condition.NO_REPLY
    elsewhere = await planned_already(unit, ids, condition) if len(plan.steps) > 1 else {}
    rounds = [await _prepared(unit, first, plan.steps[0].purpose, policy, messengers)]
    for step in plan.steps[1:]:
        later = [_later(occasion, step.purpose, product) for occasion in first if occasion.creator.id not in elsewhere]
        rounds.append(await _prepared(unit, later, step.purpose, policy, messengers))
    stages = await stages_of(unit, ids, relations, brand=brand.id)
    others = [creator.id for creator in creators if creator.id not in stages]
    return Ready(plan.steps, tuple(rounds), stages, dict(zip(others, (out.reason.key for out in left), strict=True)))


def write_rounds(ready: Ready) -> list[WrittenBatch]:
    """Every round from templates, none like another. Touches no store, and takes seconds of a processor."""
    said, wish = Said(), Wish(Tone.WARM)
    nothing = WrittenBatch((), 0)
    return [write_from_templates(one, wish, said=said) if one.occasions else nothing for one in ready.rounds]


async def keep_rounds(
    unit: Unit, campaign: Campaign, ready: Ready, written: Sequence[WrittenBatch], *, decide_hours: int
) -> tuple[Batch, ...]:
    """Store the rounds and make them the campaign's: each later draft knows the one before it."""
    batches: list[Batch] = []
    last: dict[CreatorId, DraftId] = {}
    for number, (step, prepared, one) in enumerate(zip(ready.steps, ready.rounds, written, strict=True), start=1):
        if not one.drafts:
            continue
        drafts = one.drafts
        if number > 1:
            roots = {draft.creator: draft.id for draft in batches[0].drafts}
            drafts = tuple(
                replace(
                    draft,
                    follow=FollowUp(
                        after=last[draft.creator],
                        root=roots[draft.creator],
                        round=number - 1,
                        condition=step.condition or Condition.NO_REPLY,
                        stage=ready.stages[draft.creator],
                        delay_days=step.delay_days,
                    ),
                )
                for draft in drafts
            )
        batch = await keep_batch(unit, prepared, replace(one, drafts=drafts), None, decide_hours=decide_hours)
        last |= {draft.creator: draft.id for draft in batch.drafts}
        batches.append(batch)
        await unit.campaigns.attach(campaign, {batch.id: number})
    return tuple(batches)


def _later(first: Occasion, purpose: Purpose, product: Product) -> Occasion:
    """A nudge repeats the offer of the first message, a reminder makes none."""
    offer = first.offer if purpose is Purpose.FOLLOW_UP else Offer()
    return replace(first, purpose=purpose, product=product, offer=offer)


async def _prepared(
    unit: Unit, occasions: Sequence[Occasion], purpose: Purpose, policy: BrandPolicy, messengers: Messengers
) -> Prepared:
    creators = [occasion.creator for occasion in occasions]
    channels = {occasion.creator.id: occasion.channel for occasion in occasions}
    brand = occasions[0].brand.id if occasions else None
    outside = (
        await outside_flags(unit, creators, brand=brand, purpose=purpose, channels=channels, messengers=messengers)
        if brand is not None
        else {}
    )
    return Prepared(tuple(occasions), policy, outside)
