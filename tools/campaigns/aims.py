"""What is planned, and for whom, before anything is written: what was said, what a campaign has, what is usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from memory.domain.campaign import (
    FIRST_PURPOSES,
    FURTHEST_START,
    LATER_PURPOSES,
    MOST_PRODUCTS,
    Campaign,
    CampaignStep,
    NewCampaign,
    Scenario,
    waits_until,
)
from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import TemplateId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Flag
from memory.domain.stores import Unit
from memory.domain.templates import Template
from memory.domain.workspace import Brand
from tools.campaigns.arguments import CampaignsArgs
from tools.campaigns.names import going_on, kept_key, plain, usual_name
from tools.campaigns.presets import Preset, presets_with, sale_day_in, scenario_in
from tools.contract import TurnContext
from tools.drafting.batching import LeftOut
from tools.drafting.choosing import own_templates, template_named
from tools.drafting.limits import basis_points
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import products_meant
from tools.naming import meant_creators

USUAL_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Aim:
    """What is planned, and for whom. `present`: the campaign that goes on under its name.

    `products`: those said, else the campaign's own; none leaves it to whoever drafts. `templates`: of each round, the
    brand's own by name. `starts_on`: the day before which none of these messages goes.
    """

    brand: Brand
    plan: NewCampaign
    present: Campaign | None
    creators: tuple[Creator, ...]
    left_out: tuple[LeftOut, ...]
    products: tuple[Product, ...]
    templates: tuple[tuple[str, ...], ...]
    preset: Preset
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class _Said:
    """A call's days and own templates, read."""

    today: date
    start: date | None
    templates: tuple[tuple[Template, ...], ...]


async def aim_of(unit: Unit, args: CampaignsArgs, turn: TurnContext) -> Aim:
    """Everything about a plan that is known before anything is written. Raises as `campaigns`."""
    brand = await brand_of(unit)
    today = unit.now.astimezone(ZoneInfo(brand.team_zone)).date()
    if args.promotion_date is not None and args.promotion_date < today:
        raise BadRequest("campaign_day_past", day=args.promotion_date.isoformat())
    scenario = args.scenario or scenario_in(args.name or "") or Scenario.DAILY
    name = plain(args.name) if args.name and plain(args.name) else usual_name(scenario, today, turn.lang)
    day = args.promotion_date or sale_day(name, today)
    key = kept_key(name, day)
    going = [one for one in await unit.campaigns.all() if one.brand == brand.id and one.cancelled_at is None]
    present = going_on(going, name, key=key, today=today)
    meant = await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
    inside = await unit.campaigns.audience(present.id, fence=turn.fence) if present else set()
    new = tuple(creator for creator in meant if creator.id not in inside)
    if not new:
        raise BadRequest("campaign_nobody_new", name=name, count=len(meant))
    already = tuple(
        LeftOut(creator.handle, Flag("campaign_has_them", {}, blocking=False))
        for creator in meant
        if creator.id in inside
    )
    usual = presets_with(await unit.campaigns.figures(brand.id))
    said = _Said(today, args.start_date, await _templates(unit, args))
    plan = _plan(args, present, NewCampaign(name, key, scenario, (), today, day, day), usual, said)
    starts = args.start_date or plan.starts_on
    check_start(args.start_date, today=today, day=plan.promotion_on)
    check_window(plan.starts_on, plan.promotion_on)
    made_on = present.made_at.astimezone(ZoneInfo(brand.team_zone)).date() if present and not args.start_date else today
    products = await _products(unit, args, present)
    ids = dict.fromkeys((*(present.plan.products if present else ()), *(product.id for product in products)))
    if len(ids) > MOST_PRODUCTS:
        raise BadRequest("campaign_too_many_products", count=len(ids), most=MOST_PRODUCTS)
    return Aim(
        brand=brand,
        plan=replace(plan, products=tuple(ids)),
        present=present,
        creators=new,
        left_out=already,
        products=products,
        templates=await _names(unit, plan.steps),
        preset=usual[plan.scenario],
        starts_on=waits_until(starts, said_on=made_on),
    )


def check_start(start: date | None, *, today: date, day: date | None) -> None:
    """Raises BadRequest ("campaign_start_past", "campaign_start_far", "campaign_start_after_day") with the days."""
    if start is None:
        return
    if start < today:
        raise BadRequest("campaign_start_past", start=start.isoformat())
    if start > today + timedelta(days=FURTHEST_START):
        raise BadRequest("campaign_start_far", start=start.isoformat(), most=FURTHEST_START)
    check_window(start, day)


def check_window(start: date, day: date | None) -> None:
    """Raises BadRequest ("campaign_start_after_day") for a sale before the start."""
    if day is not None and start > day:
        raise BadRequest("campaign_start_after_day", start=start.isoformat(), day=day.isoformat())


def check_template(template: Template, number: int) -> None:
    """Raises BadRequest ("template_not_first", "template_not_afterwards") for one that is not for this round."""
    if number == 1 and template.purpose not in FIRST_PURPOSES:
        raise BadRequest("template_not_first", name=template.name)
    if number > 1 and template.purpose not in LATER_PURPOSES:
        raise BadRequest("template_not_afterwards", name=template.name)


def with_templates(
    steps: Sequence[CampaignStep], templates: Sequence[Sequence[Template]], *, before: Sequence[CampaignStep] = ()
) -> tuple[CampaignStep, ...]:
    """The rounds with the brand's own templates of each, which say what is written; what a round had before stays.

    Raises BadRequest ("templates_beyond_rounds", and those of `check_template`).
    """
    if len(templates) > len(steps):
        raise BadRequest("templates_beyond_rounds", count=len(templates), rounds=len(steps))
    found = []
    for number, step in enumerate(steps, start=1):
        own = templates[number - 1] if number <= len(templates) else ()
        for template in own:
            check_template(template, number)
        if own:
            ids = tuple(template.id for template in own)
            found.append(replace(step, purpose=own[0].purpose, templates=ids))
        elif number <= len(before) and before[number - 1].templates:
            kept = before[number - 1]
            found.append(replace(step, purpose=kept.purpose, templates=kept.templates))
        else:
            found.append(step)
    return tuple(found)


def sale_day(name: str, today: date) -> date | None:
    """The next day of the sale that a name speaks of."""
    found = sale_day_in(name)
    return found.next_from(today) if found else None


def _plan(
    args: CampaignsArgs, present: Campaign | None, new: NewCampaign, usual: Mapping[Scenario, Preset], said: _Said
) -> NewCampaign:
    """What is to be kept: what was said now, else what its campaign has, else what is usual."""
    before = present.plan if present else None
    scenario = args.scenario or (before.scenario if before else new.scenario)
    offer = before.offer if before else Offer()
    if args.commission_rate is not None:
        offer = replace(offer, commission_bp=basis_points(args.commission_rate))
    if args.free_sample is not None:
        offer = replace(offer, free_sample=args.free_sample)
    if before is not None and args.rounds is None and args.every_days is None:
        steps = before.steps
    else:
        rounds = args.rounds or max(len(said.templates), len(before.steps) if before else USUAL_ROUNDS)
        steps = usual[scenario].steps(rounds, every_days=args.every_days or _between(before))
    steps = with_templates(steps, said.templates, before=before.steps if before else ())
    day = args.promotion_date or (before.promotion_on if before else None) or new.promotion_on
    named_so = replace(new, name=before.name, key=before.key, starts_on=before.starts_on) if before else new
    starts = min(before.starts_on, said.start) if before and said.start else said.start or named_so.starts_on
    return replace(
        named_so, scenario=scenario, steps=steps, starts_on=starts, ends_on=day, promotion_on=day, offer=offer
    )


def _between(before: NewCampaign | None) -> int | None:
    return before.steps[1].delay_days if before and len(before.steps) > 1 else None


async def _products(unit: Unit, args: CampaignsArgs, present: Campaign | None) -> tuple[Product, ...]:
    products = await unit.products.all()
    said = (*([args.product] if args.product else []), *args.products)
    if said:
        return products_meant(products, said)
    by_id = {product.id: product for product in products}
    own = present.plan.products if present else ()
    return tuple(by_id[product] for product in own if product in by_id)


async def _templates(unit: Unit, args: CampaignsArgs) -> tuple[tuple[Template, ...], ...]:
    """The brand's own templates of each round, as far as any are named."""
    if args.split and args.templates[:1] not in ((), ("",)):
        raise BadRequest("split_or_template")
    kept = await unit.templates.all() if any(args.templates) else []
    named = [(template_named(kept, name),) if name else () for name in args.templates]
    if not args.split:
        return tuple(named)
    return (await own_templates(unit, args.split), *named[1:])


async def _names(unit: Unit, steps: Sequence[CampaignStep]) -> tuple[tuple[str, ...], ...]:
    """The templates of each round by name. Raises BadRequest ("template_gone") for one that is out of use."""
    wanted: set[TemplateId] = {template for step in steps for template in step.templates}
    kept = {template.id: template.name for template in await unit.templates.all()} if wanted else {}
    if wanted - kept.keys():
        raise BadRequest("template_gone")
    return tuple(tuple(kept[template] for template in step.templates) for step in steps)
