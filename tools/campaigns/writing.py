"""The rounds of a campaign written for creators who were chosen on a page: read, written, kept, each by itself.

Drafts are made as the tools of chat make them; there is no turn, so they are there at once and belong to no talk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from memory.domain.campaign import Campaign, CampaignStep, waits_until
from memory.domain.creator import Creator, Stage
from memory.domain.errors import BadRequest
from memory.domain.follow_ups import Condition, FollowUp
from memory.domain.ids import CreatorId, DraftId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Purpose, Tone
from memory.domain.stores import Unit
from memory.domain.templates import Template
from memory.domain.workspace import BrandPolicy
from tools.drafting.batching import (
    LeftOut,
    Prepared,
    Wish,
    WrittenBatch,
    keep_batch,
    outside_flags,
    sort_out,
    write_from_templates,
    write_own,
)
from tools.drafting.choosing import offer_of
from tools.drafting.composing import Said
from tools.drafting.fitting import fitting
from tools.drafting.known import Occasion
from tools.drafting.messengers import Messengers, channels_of
from tools.drafting.splitting import split_at_random
from tools.follow_ups.standing import planned_already, stages_of


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything read that the rounds are made of: a round's occasions, and where the brand stands with each creator.

    `left_out`: who may not be written to, with the key of why. `templates`: the brand's own of each round; `seed`: what
    chance divides two of them by.
    """

    steps: tuple[CampaignStep, ...]
    rounds: tuple[Prepared, ...]
    stages: Mapping[CreatorId, Stage]
    left_out: Mapping[CreatorId, str]
    templates: tuple[tuple[Template, ...], ...]
    seed: str


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was written, a batch a round, with the creators of each. `lacking`: whom round one cannot be written for."""

    written: tuple[tuple[Prepared, WrittenBatch], ...]
    lacking: Mapping[CreatorId, str]


async def read_rounds(unit: Unit, campaign: Campaign, creators: Sequence[Creator], messengers: Messengers) -> Ready:
    """What is needed to write for these creators; of those who may not be written to, why.

    Raises BadRequest ("product_gone", "template_gone") when nothing is left of the campaign's products, or one of its
    templates is out of use.
    """
    plan = campaign.plan
    found = [await unit.products.by_id(product) for product in plan.products]
    products = [product for product in found if product is not None]
    if not products:
        raise BadRequest("product_gone")
    templates = await _templates(unit, plan.steps)
    kept, left = await sort_out(unit, creators)
    ids = [creator.id for creator in kept]
    brand = await unit.people.brand(campaign.brand)
    policy = await unit.people.policy(campaign.brand)
    relations = await unit.relations.of(ids)
    channels = await channels_of(unit, kept, messengers)
    fits = fitting(products)
    first = [
        Occasion(
            creator,
            brand,
            plan.steps[0].purpose,
            channels[creator.id],
            fits(creator),
            plan.offer,
            relations.get(creator.id),
        )
        for creator in kept
    ]
    condition = plan.steps[1].condition or Condition.NO_REPLY if len(plan.steps) > 1 else Condition.NO_REPLY
    elsewhere = await planned_already(unit, ids, condition) if len(plan.steps) > 1 else {}
    rounds = [await _prepared(unit, first, plan.steps[0].purpose, policy, messengers)]
    for step in plan.steps[1:]:
        later = [_later(occasion, step.purpose) for occasion in first if occasion.creator.id not in elsewhere]
        rounds.append(await _prepared(unit, later, step.purpose, policy, messengers))
    stages = await stages_of(unit, ids, relations, brand=brand.id)
    others = [creator.id for creator in creators if creator.id not in stages]
    left_out = dict(zip(others, (out.reason.key for out in left), strict=True))
    return Ready(plan.steps, tuple(rounds), stages, left_out, templates, f"campaign:{campaign.id}")


def write_rounds(ready: Ready) -> Rounds:
    """Every round from templates, none like another; whom round one cannot be written for gets no later one either.

    Touches no store, and takes seconds of a processor. Raises BadRequest as `write_own`.
    """
    said, wish = Said(), Wish(Tone.WARM)
    written: list[tuple[Prepared, WrittenBatch]] = []
    lacking: dict[CreatorId, str] = {}
    offered: dict[CreatorId, Offer] = {}
    for number, prepared in enumerate(ready.rounds, start=1):
        occasions = tuple(_repeating(each, offered) for each in prepared.occasions if each.creator.id not in lacking)
        one, own = replace(prepared, occasions=occasions), ready.templates[number - 1]
        if not occasions:
            written.append((one, WrittenBatch((), 0)))
        elif not own:
            written.append((one, write_from_templates(one, wish, said=said)))
        else:
            fitting, batch, left = _from_own(one, wish, own, seed=ready.seed)
            written.append((fitting, batch))
            if number == 1:
                inside = {each.creator.id for each in fitting.occasions}
                missing = [each.creator.id for each in occasions if each.creator.id not in inside]
                lacking = dict(zip(missing, (out.reason.key for out in left), strict=True))
                offered = {each.creator.id: each.offer for each in fitting.occasions}
    return Rounds(tuple(written), lacking)


def _repeating(occasion: Occasion, offered: Mapping[CreatorId, Offer]) -> Occasion:
    """A nudge offers what the first message did, also where a template brought that along."""
    if occasion.purpose is not Purpose.FOLLOW_UP or occasion.creator.id not in offered:
        return occasion
    return replace(occasion, offer=offered[occasion.creator.id])


def _from_own(
    prepared: Prepared, wish: Wish, own: Sequence[Template], *, seed: str
) -> tuple[Prepared, WrittenBatch, list[LeftOut]]:
    """A round of the brand's own templates, which offer what they were saved with where the campaign says nothing."""
    chosen = split_at_random([occasion.creator.id for occasion in prepared.occasions], own, seed=seed)
    occasions = tuple(
        replace(each, offer=offer_of(chosen[each.creator.id], each.offer, sample=None)) for each in prepared.occasions
    )
    return write_own(replace(prepared, occasions=occasions), wish, chosen)


async def keep_rounds(
    unit: Unit, campaign: Campaign, ready: Ready, rounds: Rounds, *, decide_hours: int
) -> tuple[Batch, ...]:
    """Store the rounds and make them the campaign's: each later draft knows the one before it."""
    brand = await unit.people.brand(campaign.brand)
    made_on = campaign.made_at.astimezone(ZoneInfo(brand.team_zone)).date()
    starts_on = waits_until(campaign.plan.starts_on, said_on=made_on)
    batches: list[Batch] = []
    last: dict[CreatorId, DraftId] = {}
    for number, (step, (prepared, one)) in enumerate(zip(ready.steps, rounds.written, strict=True), start=1):
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
        await unit.campaigns.attach(campaign, {batch.id: number}, starts_on=starts_on)
    return tuple(batches)


async def _templates(unit: Unit, steps: Sequence[CampaignStep]) -> tuple[tuple[Template, ...], ...]:
    """The templates of each round, as they are in force now."""
    wanted = any(step.templates for step in steps)
    kept = {template.id: template for template in await unit.templates.all()} if wanted else {}
    if any(template not in kept for step in steps for template in step.templates):
        raise BadRequest("template_gone")
    return tuple(tuple(kept[template] for template in step.templates) for step in steps)


def _later(first: Occasion, purpose: Purpose) -> Occasion:
    """A nudge repeats the offer of the first message, a reminder makes none."""
    offer = first.offer if purpose is Purpose.FOLLOW_UP else Offer()
    return replace(first, purpose=purpose, offer=offer)


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
