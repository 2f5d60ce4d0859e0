"""Campaigns paused, resumed, cancelled and copied over real rows."""

from dataclasses import replace
from datetime import date

import pytest

from agent.campaigns.sheets import may_copy, sheet
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.account_stores import NewBrand
from memory.domain.campaign import Campaign, CampaignState, CampaignView, NewCampaign, Scenario
from memory.domain.campaign_forms import CancelCampaign, CopyCampaign, PauseCampaign, ResumeCampaign
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import BrandId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, DraftStatus
from prompts.render import texts
from tests.agent.team.forms_at_work import audited, submit
from tools.campaigns.presets import presets

DAY = date(2099, 11, 27)


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def campaign(shop: SellingOffice, *rounds: Batch) -> Campaign:
    """A campaign with a batch a round."""
    steps = presets()[Scenario.PROMOTION].steps(2, every_days=3)
    plan = NewCampaign("黑五", "black_friday", Scenario.PROMOTION, steps, date(2026, 11, 1), DAY, DAY, (), Offer(2000))
    async with shop.database.unit(shop.operator) as unit:
        kept = await unit.campaigns.keep(plan, brand=shop.brand)
        await unit.campaigns.attach(kept, {batch.id: number for number, batch in enumerate(rounds, start=1)})
    return kept


async def view(shop: SellingOffice, kept: Campaign) -> CampaignView:
    async with shop.database.unit(shop.operator) as unit:
        return (await sheet(unit, kept.id, texts())).view


async def statuses(shop: SellingOffice, batch: Batch) -> list[DraftStatus]:
    return [draft.status for draft in await shop.read(batch)]


async def test_pausing_stops_every_batch_and_resuming_plans_them_anew(shop: SellingOffice) -> None:
    first = await shop.draft(await shop.creators(2))
    second = await shop.follow_up(first)
    kept = await campaign(shop, first, second)
    shown = await shop.show(first, shop.anna)
    await shop.decide(shown, shop.anna, approve=[1, 2], wait=False)
    reply = await submit(shop, shop.viewer, PauseCampaign(campaign=kept.id))
    assert reply.text == "活动「黑五」已暂停，2 条不会发出。继续请到活动页点「恢复」。"
    assert (await view(shop, kept)).state is CampaignState.PAUSED
    await shop.dispatch()
    assert shop.messenger.received == []
    with pytest.raises(NotAllowed, match="resume_not_allowed"):
        await submit(shop, shop.operator, ResumeCampaign(campaign=kept.id))
    reply = await submit(shop, shop.anna, ResumeCampaign(campaign=kept.id))
    assert reply.text == "活动「黑五」已恢复，2 条重新排期。"
    assert (await view(shop, kept)).state is CampaignState.RUNNING
    await shop.move_to_hour(12)
    await shop.dispatch()
    assert await statuses(shop, first) == [DraftStatus.SENT, DraftStatus.SENT]
    assert await statuses(shop, second) == [DraftStatus.OPEN, DraftStatus.OPEN]


async def test_cancelling_is_for_good_and_leaves_what_was_sent(shop: SellingOffice) -> None:
    first = await shop.draft(await shop.creators(1))
    second = await shop.follow_up(first)
    kept = await campaign(shop, first, second)
    await shop.decide(await shop.show(first, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    await shop.decide(await shop.show(second, shop.anna), shop.anna, approve=[1])
    reply = await submit(shop, shop.operator, CancelCampaign(campaign=kept.id))
    assert reply.text.startswith("活动「黑五」已取消，1 条不会发出。")
    assert (await statuses(shop, first), await statuses(shop, second)) == ([DraftStatus.SENT], [DraftStatus.STOPPED])
    assert (await view(shop, kept)).state is CampaignState.CANCELLED
    for form in (CancelCampaign(campaign=kept.id), ResumeCampaign(campaign=kept.id)):
        with pytest.raises(BadRequest, match="campaign_is_cancelled"):
            await submit(shop, shop.anna, form)
    assert len(await audited(shop, "campaign.cancelled")) == 1


async def test_a_lead_of_all_brands_copies_it_without_creators_and_product(shop: SellingOffice) -> None:
    kept = await campaign(shop, await shop.draft(await shop.creators(1)))
    async with shop.database.across_tenants("another brand") as unit:
        other = await unit.accounts.make_brand(shop.owner.tenant, NewBrand("Barkly", "Barkly", "US", "Asia/Shanghai"))
        foreign = await unit.accounts.make_tenant("Foreign")
        theirs = await unit.accounts.make_brand(foreign, NewBrand("Theirs", "Theirs", "US", "Asia/Shanghai"))
    owner = replace(shop.owner, brand=shop.brand)
    reply = await submit(shop, owner, CopyCampaign(campaign=kept.id, brand=other.id))
    assert reply.text == "已把活动「黑五」复制到 Barkly，没有带达人。"
    async with shop.database.unit(replace(shop.owner, brand=other.id)) as unit:
        (copy,) = await unit.campaigns.all()
        assert (await sheet(unit, copy.id, texts())).view.state is CampaignState.EMPTY
        assert await may_copy(unit)
    expected = replace(kept.plan, starts_on=copy.plan.starts_on)
    assert (copy.plan, copy.brand) == (expected, other.id)
    with pytest.raises(Conflict, match="campaign_copy_exists"):
        await submit(shop, owner, CopyCampaign(campaign=kept.id, brand=other.id))
    with pytest.raises(BadRequest, match="campaign_copy_same"):
        await submit(shop, owner, CopyCampaign(campaign=kept.id, brand=shop.brand))
    for beyond in (theirs.id, BrandId(10**9)):
        with pytest.raises(BadRequest, match="not_found"):
            await submit(shop, owner, CopyCampaign(campaign=kept.id, brand=beyond))
    with pytest.raises(NotAllowed, match="campaign_copy_everywhere"):
        await submit(shop, shop.lead, CopyCampaign(campaign=kept.id, brand=other.id))
    with pytest.raises(NotAllowed, match="needs_role"):
        await submit(shop, shop.anna, CopyCampaign(campaign=kept.id, brand=other.id))
