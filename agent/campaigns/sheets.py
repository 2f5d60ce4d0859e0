"""Campaigns as their page shows them."""

from collections.abc import Sequence

from agent.approval.rights import who_decides
from agent.campaigns.usual import usual_of
from agent.cards.campaigns import reasons_text, step_text, usual_text, why_text
from memory.domain.campaign import CampaignSheet, CampaignStep, CampaignView
from memory.domain.errors import NotFound
from memory.domain.ids import CampaignId
from memory.domain.stores import Unit
from memory.domain.workspace import Lang, Role
from prompts.render import Texts
from tools.campaigns.presets import presets
from tools.campaigns.tool import product_names


async def sheets(unit: Unit) -> list[CampaignSheet]:
    """All of the scope, those going on first."""
    return [_bare(view, unit.scope.lang) for view in await unit.campaigns.views(await unit.campaigns.all())]


async def sheet(unit: Unit, campaign: CampaignId, texts: Texts) -> CampaignSheet:
    """One of them with all there is to say. Raises NotFound ("campaign_gone")."""
    found = await unit.campaigns.by_id(campaign)
    if found is None:
        raise NotFound("campaign_gone")
    (view,) = await unit.campaigns.views([found])
    lang, plan = unit.scope.lang, found.plan
    stopped = any(batch.stopped for batch in view.batches)
    return CampaignSheet(
        view=view,
        scenario=presets()[plan.scenario].title(lang),
        products=await product_names(unit, plan.products),
        reasons=tuple(reasons_text(one, lang, texts) for one in view.rounds),
        steps=await steps_said(unit, plan.steps, texts),
        usual=usual_text((await usual_of(unit, found.brand))[plan.scenario], lang, texts),
        left_out=tuple(
            f"{why_text(key, lang, texts)} {count}" for key, count in (view.writing.reasons if view.writing else ())
        ),
        failures=tuple(
            (one, why_text(one.reason, lang, texts))
            for one in (await unit.campaigns.failures([campaign])).get(campaign, ())
        ),
        may_resume=await who_decides(unit, found.brand) if stopped else (),
    )


async def may_copy(unit: Unit) -> bool:
    """Whether the unit's member works for all brands, as a lead of their own."""
    me = next((member for member in await unit.people.members() if member.id == unit.scope.member), None)
    return me is not None and me.brand is None and me.role is Role.LEAD


async def steps_said(unit: Unit, steps: Sequence[CampaignStep], texts: Texts) -> tuple[str, ...]:
    """Each round in words, with the brand's own templates by name, retired or not."""
    wanted = {template for step in steps for template in step.templates}
    names = {one.id: one.name for one in await unit.templates.all(retired=True)} if wanted else {}
    return tuple(
        step_text(step, number, unit.scope.lang, texts, templates=[names.get(one, "-") for one in step.templates])
        for number, step in enumerate(steps, start=1)
    )


def _bare(view: CampaignView, lang: Lang) -> CampaignSheet:
    return CampaignSheet(view=view, scenario=presets()[view.campaign.plan.scenario].title(lang))
