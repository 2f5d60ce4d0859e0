"""Campaigns: planned for creators, listed, shown. A plan is drafts and follow-ups like any others; nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from memory.domain.campaign import Campaign, CampaignStep, NewCampaign, Scenario
from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.follow_ups import LONGEST_DELAY, MOST_ROUNDS, Condition
from memory.domain.ids import BatchId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Flag
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Brand, Role
from tools.campaigns.doubts import doubts
from tools.campaigns.names import going_on, kept_key, named, plain, usual_name
from tools.campaigns.presets import Preset, presets_with, sale_day_in, scenario_in
from tools.campaigns.results import CampaignList, CampaignPlanned, CampaignShown
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.drafting.batching import DECIDE_HOURS, LeftOut
from tools.drafting.limits import basis_points
from tools.drafting.messengers import Messengers
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant
from tools.drafting.tool import Drafted, DraftMessagesArgs, draft_messages
from tools.follow_ups.arguments import ScheduleFollowUpArgs
from tools.follow_ups.schedule_tool import FollowUpsPlanned, schedule_follow_up
from tools.naming import Segment, meant_creators

USUAL_ROUNDS = 2
MOST_LISTED = 50


class CampaignsArgs(Arguments):
    """`plan` puts creators (ranks, handles, a segment, or the shortlist) into the campaign of a name, new or not.

    `rounds` counts the first message; `every_days` lie between two. `promotion_date` is the day of the sale.
    `failed`: show what was not sent, by its reason.
    """

    action: Literal["list", "show", "plan"]
    name: str | None = Field(default=None, max_length=80)
    scenario: Scenario | None = None
    rounds: int | None = Field(default=None, ge=1, le=1 + MOST_ROUNDS)
    every_days: int | None = Field(default=None, ge=1, le=LONGEST_DELAY)
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    product: str | None = Field(default=None, max_length=200)
    commission_rate: float | None = None
    free_sample: bool | None = None
    promotion_date: date | None = None
    failed: bool | None = None


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is planned, and for whom. `present`: the campaign that goes on under its name."""

    brand: Brand
    plan: NewCampaign
    present: Campaign | None
    creators: tuple[Creator, ...]
    left_out: tuple[LeftOut, ...]
    product: str | None
    preset: Preset


def campaigns(
    units: Units, messengers: Messengers, model: TextModel | None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[CampaignsArgs]:
    """Plan, list and show campaigns."""
    write_first = draft_messages(units, messengers, model, decide_hours=decide_hours)
    write_later = schedule_follow_up(units, messengers, model, decide_hours=decide_hours)

    async def run(args: CampaignsArgs, turn: TurnContext) -> CampaignPlanned | CampaignList | CampaignShown:
        """A list or one campaign; or a plan, of which every round waits for a decision of its own.

        Raises NotFound ("no_campaigns", "campaign_unknown"); for a plan those of `draft_messages`, BadRequest
        ("campaign_nobody_new", "campaign_day_past") and NotAllowed (a viewer).
        """
        if args.action == "plan":
            return await plan(args, turn)
        async with units.unit(turn.scope) as unit:
            found = await unit.campaigns.all(limit=MOST_LISTED)
            if args.action == "list":
                return CampaignList(tuple(await unit.campaigns.views(found)), unit.now)
            (view,) = await unit.campaigns.views([named(found, args.name)])
            product = view.campaign.plan.product
            known = await unit.products.by_id(product) if product is not None else None
            failures = None
            if args.failed:
                failures = (await unit.campaigns.failures([view.campaign.id])).get(view.campaign.id, ())
            return CampaignShown(view, known.name if known else None, unit.now, failures)

    async def plan(args: CampaignsArgs, turn: TurnContext) -> CampaignPlanned:
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            aim = await _aim(unit, args, turn)
        first = await write_first.run(_first_message(aim), turn)
        if not isinstance(first, Drafted):
            raise TypeError(type(first))
        later = await _later(aim.plan.steps, first.batch, turn)
        batches = (first.batch, *later.batches)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            before = aim.present.plan.steps if aim.present else ()
            steps = max(before, aim.plan.steps, key=len)  # who was put in with more rounds keeps them
            kept = replace(aim.plan, product=first.batch.drafts[0].product, steps=steps)
            campaign = await unit.campaigns.keep(kept, brand=aim.brand.id)
            rounds: dict[BatchId, int] = {batch.id: number for number, batch in enumerate(batches, start=1)}
            await unit.campaigns.attach(campaign, rounds)
            audience = len(await unit.campaigns.audience(campaign.id, fence=turn.fence))
            day = unit.now.astimezone(ZoneInfo(aim.brand.team_zone)).date()
            in_first = {draft.creator for draft in first.batch.drafts}
            markets = [creator.facts.market for creator in aim.creators if creator.id in in_first]
            return CampaignPlanned(
                campaign=campaign,
                first=first,
                later=later.batches,
                left_out=(*aim.left_out, *first.left_out, *later.left_out),
                preset=aim.preset,
                doubts=doubts(kept, aim.preset.figures, audience=audience, markets=markets, today=day),
                audience=audience,
                again=aim.present is not None,
                policy=await unit.people.policy(aim.brand.id),
                team_zone=aim.brand.team_zone,
                now=unit.now,
            )

    async def _later(steps: Sequence[CampaignStep], first: Batch, turn: TurnContext) -> FollowUpsPlanned:
        """The rounds behind the first as follow-ups of it; who has one already from elsewhere gets no second."""
        if len(steps) == 1:
            return FollowUpsPlanned((), ())
        behind = steps[1]
        args = ScheduleFollowUpArgs(
            handles=tuple(draft.handle for draft in first.drafts),
            after_days=behind.delay_days,
            every_days=behind.delay_days,
            condition=behind.condition or Condition.NO_REPLY,
            rounds=len(steps) - 1,
            purpose=behind.purpose,
        )
        try:
            found = await write_later.run(args, turn)
        except BadRequest as nobody:
            if nobody.text_key != "nobody_to_follow":
                raise
            why = Flag("campaign_followed_already", {}, blocking=False)
            return FollowUpsPlanned((), tuple(LeftOut(draft.handle, why) for draft in first.drafts))
        if not isinstance(found, FollowUpsPlanned):
            raise TypeError(type(found))
        return found

    about = (
        "Campaigns: plan one for creators (first messages and rounds behind them, each a batch that waits for"
        " approval), list them, or show how far one is."
    )
    return Tool("campaigns", Effect.DRAFTS, CampaignsArgs, run, about)


async def _aim(unit: Unit, args: CampaignsArgs, turn: TurnContext) -> _Aim:
    """Everything about a plan that is known before anything is written."""
    brand = await brand_of(unit)
    today = unit.now.astimezone(ZoneInfo(brand.team_zone)).date()
    if args.promotion_date is not None and args.promotion_date < today:
        raise BadRequest("campaign_day_past", day=args.promotion_date.isoformat())
    scenario = args.scenario or scenario_in(args.name or "") or Scenario.DAILY
    name = plain(args.name) if args.name and plain(args.name) else usual_name(scenario, today, turn.lang)
    day = args.promotion_date or _sale_day(name, today)
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
    plan = _plan(args, present, NewCampaign(name, key, scenario, (), today, day, day), usual)
    product = await _product(unit, args, present)
    return _Aim(brand, plan, present, new, already, product, usual[plan.scenario])


def _plan(
    args: CampaignsArgs, present: Campaign | None, new: NewCampaign, usual: Mapping[Scenario, Preset]
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
        rounds = args.rounds or (len(before.steps) if before else USUAL_ROUNDS)
        steps = usual[scenario].steps(rounds, every_days=args.every_days or _between(before))
    day = args.promotion_date or (before.promotion_on if before else None) or new.promotion_on
    named_so = replace(new, name=before.name, key=before.key, starts_on=before.starts_on) if before else new
    return replace(named_so, scenario=scenario, steps=steps, ends_on=day, promotion_on=day, offer=offer)


def _between(before: NewCampaign | None) -> int | None:
    return before.steps[1].delay_days if before and len(before.steps) > 1 else None


def _sale_day(name: str, today: date) -> date | None:
    found = sale_day_in(name)
    return found.next_from(today) if found else None


async def _product(unit: Unit, args: CampaignsArgs, present: Campaign | None) -> str | None:
    """The product by name: the one said, else the campaign's own; None leaves it to whoever drafts."""
    products = await unit.products.all()
    if args.product:
        return product_meant(products, args.product).name
    own = present.plan.product if present else None
    return next((product.name for product in products if product.id == own), None)


def _first_message(aim: _Aim) -> DraftMessagesArgs:
    offer = aim.plan.offer
    return DraftMessagesArgs(
        purpose=aim.plan.steps[0].purpose,
        handles=tuple(creator.handle for creator in aim.creators),
        product=aim.product,
        commission_rate=offer.commission_bp / 10_000 if offer.commission_bp is not None else None,
        free_sample=offer.free_sample,
    )
