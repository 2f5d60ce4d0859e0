"""A campaign paused, resumed, cancelled or copied on its page: its batches are stopped like any others."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from agent.approval.pausing import go_on
from agent.approval.rights import needs_decider
from agent.campaigns.retrying import retry_by_id
from agent.team.rights import needs, needs_own
from memory.domain.campaign import CampaignView
from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
)
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, Conflict, NotAllowed, NotFound
from memory.domain.ids import CampaignId
from memory.domain.office_units import OfficeUnits
from memory.domain.pausing_stores import Waiting
from memory.domain.stores import Unit
from memory.domain.workspace import Role, Scope
from prompts.render import Texts

CANCELLED = "campaign.cancelled"
COPIED = "campaign.copied"


async def act_on(
    unit: Unit, form: PauseCampaign | ResumeCampaign | CancelCampaign | RetryCampaign, texts: Texts
) -> Reply:
    """Raises NotFound, BadRequest ("campaign_is_cancelled"), and NotAllowed by what each takes."""
    match form:
        case PauseCampaign(campaign=campaign):
            return await _pause(unit, campaign, texts)
        case ResumeCampaign(campaign=campaign):
            return await _resume(unit, campaign, texts)
        case CancelCampaign(campaign=campaign):
            return await _cancel(unit, campaign, texts)
        case RetryCampaign(campaign=campaign, reason=reason):
            return await retry_by_id(unit, campaign, texts, reason=reason)


async def copy_campaign(units: OfficeUnits, scope: Scope, form: CopyCampaign, texts: Texts) -> Reply:
    """The same plan for another brand of the tenant, by a lead who works for all of them.

    Raises NotFound, NotAllowed, BadRequest ("campaign_copy_same"), Conflict ("campaign_copy_exists").
    """
    async with units.unit(scope) as unit:
        members = await unit.people.members()
        needs_own(unit, members, Role.LEAD)
        campaign = (await _view(unit, form.campaign)).campaign
        me = next(member for member in members if member.id == scope.member)
        if me.brand is not None:
            raise NotAllowed("campaign_copy_everywhere")
        if form.brand == campaign.brand:
            raise BadRequest("campaign_copy_same")
    async with units.unit(replace(scope, brand=None)) as unit:
        brand = next((one for one in await unit.people.brands() if one.id == form.brand), None)
    if brand is None:
        raise NotFound("not_found")
    async with units.unit(replace(scope, brand=brand.id)) as unit:
        going = [one.plan.key for one in await unit.campaigns.all() if one.cancelled_at is None]
        if campaign.plan.key in going:
            raise Conflict("campaign_copy_exists", name=campaign.name, brand=brand.name)
        today = unit.now.astimezone(ZoneInfo(brand.team_zone)).date()
        over = campaign.plan.ends_on is not None and campaign.plan.ends_on < today
        day = None if over else campaign.plan.promotion_on
        steps = tuple(replace(step, templates=()) for step in campaign.plan.steps)
        starts = max(today, campaign.plan.starts_on)
        plan = replace(campaign.plan, products=(), steps=steps, starts_on=starts, ends_on=day, promotion_on=day)
        copy = await unit.campaigns.keep(plan, brand=brand.id)
        await unit.audit.record(COPIED, subject=f"campaign:{copy.id}", after={"from": campaign.id})
    return Reply(text=texts.say("campaign_copied", scope.lang, name=campaign.name, brand=brand.name))


async def _pause(unit: Unit, campaign: CampaignId, texts: Texts) -> Reply:
    view = await _view(unit, campaign)
    count = await _stop(unit, view)
    key = "campaign_paused" if count else "campaign_paused_nothing"
    return Reply(text=texts.say(key, unit.scope.lang, name=view.campaign.name, count=count))


async def _resume(unit: Unit, campaign: CampaignId, texts: Texts) -> Reply:
    await needs_decider(unit, "resume_not_allowed", unit.scope.brand)
    view = await _view(unit, campaign)
    if view.campaign.cancelled_at is not None:
        raise BadRequest("campaign_is_cancelled", name=view.campaign.name)
    codes: list[str] = []
    waiting: list[Waiting] = []
    for batch in view.batches:
        lifted, steps = await unit.drafts.lift_stop(batch.id) if batch.stopped else ([], [])
        codes += lifted
        waiting += steps
    done = await go_on(unit, codes, waiting, subject=f"campaign:{campaign}")
    return Reply(text=texts.say("campaign_resumed", unit.scope.lang, name=view.campaign.name, count=done.count))


async def _cancel(unit: Unit, campaign: CampaignId, texts: Texts) -> Reply:
    needs(unit, Role.OPERATOR)
    view = await _view(unit, campaign)
    count = await _stop(unit, view)
    if not await unit.campaigns.cancel(campaign):
        raise BadRequest("campaign_is_cancelled", name=view.campaign.name)
    await unit.audit.record(CANCELLED, subject=f"campaign:{campaign}", after={"stopped": count})
    return Reply(text=texts.say("campaign_cancelled_now", unit.scope.lang, name=view.campaign.name, count=count))


async def _stop(unit: Unit, view: CampaignView) -> int:
    running = [batch.id for batch in view.batches if not batch.stopped]
    count = sum([await unit.drafts.stop(batch, now=unit.now) for batch in running])
    if running:
        await unit.audit.record(
            "outreach.stopped",
            subject=f"campaign:{view.campaign.id}",
            after={"stopped": count, "batches": len(running)},
        )
    return count


async def _view(unit: Unit, campaign: CampaignId) -> CampaignView:
    found = await unit.campaigns.by_id(campaign)
    if found is None:
        raise NotFound("campaign_gone")
    (view,) = await unit.campaigns.views([found])
    return view
