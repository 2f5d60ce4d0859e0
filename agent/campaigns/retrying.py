"""What was refused for certain, tried again on a member's word: on the page, or by a line in chat."""

from agent.approval.pausing import go_on
from agent.approval.rights import needs_decider
from agent.cards import wording
from memory.domain import jobs
from memory.domain.campaign import Campaign
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import CampaignId
from memory.domain.stores import Unit
from prompts.render import Texts
from tools.campaigns.names import named


async def retry(unit: Unit, campaign: Campaign, texts: Texts, *, reason: str = "") -> Reply:
    """Plan what failed anew at the brand's pace. The approval still counts; the claim checks everything again.

    Raises NotAllowed (who may not decide), BadRequest ("campaign_is_cancelled", "campaign_nothing_to_retry").
    """
    await needs_decider(unit, "retry_not_allowed", campaign.brand)
    if campaign.cancelled_at is not None:
        raise BadRequest("campaign_is_cancelled", name=campaign.name)
    waiting = await unit.drafts.try_again(campaign.id, reason=reason)
    if not waiting:
        raise BadRequest("campaign_nothing_to_retry", name=campaign.name)
    done = await go_on(unit, (), waiting, subject=f"campaign:{campaign.id}")
    after = {"count": done.count, "reason": reason}
    await unit.audit.record("outreach.tried_again", subject=f"campaign:{campaign.id}", after=after)
    await unit.defer(jobs.dispatch())
    lang = unit.scope.lang
    left = [one for one in (await unit.campaigns.failures([campaign.id])).get(campaign.id, ()) if not one.retryable]
    said = texts.say("campaign_retried", lang, name=campaign.name, count=done.count)
    if left:
        said += texts.say("campaign_still_unclear", lang, count=sum(one.count for one in left))
    return Reply(text=said)


async def retry_by_id(unit: Unit, campaign: CampaignId, texts: Texts, *, reason: str) -> Reply:
    """Of the campaign of a page. Raises as `retry`, and NotFound."""
    await needs_decider(unit, "retry_not_allowed", unit.scope.brand)
    found = await unit.campaigns.by_id(campaign)
    if found is None:
        raise NotFound("campaign_gone")
    return await retry(unit, found, texts, reason=reason)


async def retry_by_name(unit: Unit, name: str | None, texts: Texts) -> Reply:
    """Of the campaign named in a line; without a name, of the only one in which something failed.

    Raises as `retry` and `named`, and BadRequest ("campaign_retry_which", "campaigns_nothing_to_retry").
    """
    campaigns = [one for one in await unit.campaigns.all() if one.cancelled_at is None]
    if name is not None:
        return await retry(unit, named(campaigns, name), texts)
    failures = await unit.campaigns.failures([one.id for one in campaigns])
    failed = [one for one in campaigns if any(each.retryable for each in failures.get(one.id, ()))]
    if not failed:
        raise BadRequest("campaigns_nothing_to_retry")
    if len(failed) > 1:
        names = wording.listed([one.name for one in failed], unit.scope.lang)
        raise BadRequest("campaign_retry_which", names=names, name=failed[0].name)
    return await retry(unit, failed[0], texts)
