"""Campaigns: planned for creators, listed, shown. A plan is drafts and follow-ups like any others; nothing is sent."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.follow_ups import Condition
from memory.domain.ids import BatchId, ProductId
from memory.domain.outreach import Batch, Flag
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.campaigns.aims import Aim, aim_of
from tools.campaigns.arguments import CampaignsArgs
from tools.campaigns.doubts import doubts
from tools.campaigns.names import named
from tools.campaigns.results import CampaignList, CampaignPlanned, CampaignShown
from tools.contract import Effect, TextModel, Tool, TurnContext
from tools.drafting.batching import DECIDE_HOURS, LeftOut
from tools.drafting.messengers import Messengers
from tools.drafting.tool import Drafted, DraftMessagesArgs, draft_messages
from tools.follow_ups.arguments import ScheduleFollowUpArgs
from tools.follow_ups.schedule_tool import FollowUpsPlanned, schedule_follow_up

MOST_LISTED = 50


def campaigns(
    units: Units, messengers: Messengers, model: TextModel | None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[CampaignsArgs]:
    """Plan, list and show campaigns."""
    write_first = draft_messages(units, messengers, model, decide_hours=decide_hours)
    write_later = schedule_follow_up(units, messengers, model, decide_hours=decide_hours)

    async def run(args: CampaignsArgs, turn: TurnContext) -> CampaignPlanned | CampaignList | CampaignShown:
        """A list or one campaign; or a plan, of which every round waits for a decision of its own.

        Raises NotFound ("no_campaigns", "campaign_unknown"); for a plan those of `draft_messages`, BadRequest
        ("campaign_nobody_new", "campaign_day_past", "campaign_too_many_products", "split_or_template" and those of
        `check_start` and `with_templates`) and NotAllowed (a viewer).
        """
        if args.action == "plan":
            return await plan(args, turn)
        async with units.unit(turn.scope) as unit:
            found = await unit.campaigns.all(limit=MOST_LISTED)
            if args.action == "list":
                return CampaignList(tuple(await unit.campaigns.views(found)), unit.now)
            (view,) = await unit.campaigns.views([named(found, args.name)])
            products = await product_names(unit, view.campaign.plan.products)
            failures = None
            if args.failed:
                failures = (await unit.campaigns.failures([view.campaign.id])).get(view.campaign.id, ())
            return CampaignShown(view, products, unit.now, failures)

    async def plan(args: CampaignsArgs, turn: TurnContext) -> CampaignPlanned:
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            aim = await aim_of(unit, args, turn)
        first = await write_first.run(_first_message(aim), turn)
        if not isinstance(first, Drafted):
            raise TypeError(type(first))
        later = await _later(aim, first.batch, turn)
        batches = (first.batch, *later.batches)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            before = aim.present.plan.steps if aim.present else ()
            steps = max(before, aim.plan.steps, key=len)  # who was put in with more rounds keeps them
            offered = (draft.product for draft in first.batch.drafts if draft.product is not None)
            products = tuple(dict.fromkeys((*aim.plan.products, *offered)))
            kept = replace(aim.plan, products=products, steps=steps)
            campaign = await unit.campaigns.keep(kept, brand=aim.brand.id)
            rounds: dict[BatchId, int] = {batch.id: number for number, batch in enumerate(batches, start=1)}
            await unit.campaigns.attach(campaign, rounds, starts_on=aim.starts_on)
            audience = len(await unit.campaigns.audience(campaign.id, fence=turn.fence))
            day = unit.now.astimezone(ZoneInfo(aim.brand.team_zone)).date()
            in_first = {draft.creator for draft in first.batch.drafts}
            markets = [creator.facts.market for creator in aim.creators if creator.id in in_first]
            return CampaignPlanned(
                campaign=campaign,
                first=_starting(first, aim),
                later=later.batches,
                left_out=(*aim.left_out, *first.left_out, *later.left_out),
                preset=aim.preset,
                doubts=doubts(
                    kept,
                    aim.preset.figures,
                    audience=audience,
                    markets=markets,
                    begins=max(day, aim.starts_on or day),
                ),
                audience=audience,
                again=aim.present is not None,
                policy=await unit.people.policy(aim.brand.id),
                team_zone=aim.brand.team_zone,
                now=unit.now,
                starts_on=aim.starts_on,
                products=await product_names(unit, products),
                offered={product.id: product.name for product in await unit.products.all()},
                made_from=later.made_from,
            )

    async def _later(aim: Aim, first: Batch, turn: TurnContext) -> FollowUpsPlanned:
        """The rounds behind the first as follow-ups of it; who has one already from elsewhere gets no second."""
        steps = aim.plan.steps
        if len(steps) == 1:
            return FollowUpsPlanned((), ())
        behind = next((step for step in steps[1:] if not step.templates), steps[1])
        args = ScheduleFollowUpArgs(
            handles=tuple(draft.handle for draft in first.drafts),
            after_days=behind.delay_days,
            every_days=behind.delay_days,
            condition=behind.condition or Condition.NO_REPLY,
            rounds=len(steps) - 1,
            purpose=behind.purpose,
            templates=tuple(next(iter(names), "") for names in aim.templates[1:]),
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


async def product_names(unit: Unit, products: Sequence[ProductId]) -> tuple[str, ...]:
    """Products by name, as far as there are any of them still."""
    known = {product.id: product.name for product in await unit.products.all()} if products else {}
    return tuple(known[product] for product in products if product in known)


def _starting(first: Drafted, aim: Aim) -> Drafted:
    """The first messages as they are once they are the campaign's: they know on which day they may go."""
    drafts = tuple(replace(draft, starts_on=aim.starts_on) for draft in first.batch.drafts)
    return replace(first, batch=replace(first.batch, drafts=drafts))


def _first_message(aim: Aim) -> DraftMessagesArgs:
    offer, own = aim.plan.offer, aim.templates[0]
    return DraftMessagesArgs(
        purpose=aim.plan.steps[0].purpose,
        handles=tuple(creator.handle for creator in aim.creators),
        products=tuple(product.name for product in aim.products),
        commission_rate=offer.commission_bp / 10_000 if offer.commission_bp is not None else None,
        free_sample=offer.free_sample if offer.free_sample or not own else None,
        template=own[0] if len(own) == 1 else None,
        split=own if len(own) > 1 else (),
    )
