"""A campaign made on a page, written by a job: in pieces, once, whatever ends it, and however many it is for."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from agent.campaigns.writer import CampaignWriter
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.campaign import Campaign, CampaignStep, CampaignView, NewCampaign, Scenario, Writing
from memory.domain.follow_ups import Condition
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from memory.domain.templates import Wording, version_of
from tests.support.fake_drafting import Acceptor
from tools.campaigns.presets import presets
from tools.drafting.fitting import fitting

NEXT = Purpose.FOLLOW_UP
INVITE = Wording("Hi {name}, we pay for {product}.", "{name}，{product} 有佣金。", "en")
OTHER = Wording("{name}, would {product} be for you?", "{name}，{product} 合适吗？", "en")
NUDGE = Wording("Hi {name}, did you see this?", "{name}，看到了吗？", "en")
PRICED = Wording("Hi {name}, {product} is {price}.", "{name}，{product} 卖 {price}。", "en")


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


async def made(shop: SellingOffice, creators: list[CreatorId], *, rounds: int = 2, name: str = "key") -> Campaign:
    """A campaign for these, none of it written."""
    async with shop.database.unit(shop.lead) as unit:
        product = await unit.products.save(None, {"name": "猫砂盆 litter box"}, brand=shop.brand)
        steps = presets()[Scenario.PROMOTION].steps(rounds, every_days=3)
        day = date(2026, 11, 1)
        plan = NewCampaign("黑五", name, Scenario.PROMOTION, steps, day, products=(product.id,), offer=Offer(2000))
        kept = await unit.campaigns.keep(plan, brand=shop.brand)
        await unit.campaigns.add_creators(kept, creators)
    return kept


def writer(shop: SellingOffice) -> CampaignWriter:
    return CampaignWriter(shop.database, Acceptor(), 72)


async def view(shop: SellingOffice, kept: Campaign) -> CampaignView:
    async with shop.database.unit(shop.lead) as unit:
        (found,) = await unit.campaigns.views([kept])
    return found


async def test_it_is_written_in_pieces_and_each_creator_once(shop: SellingOffice) -> None:
    creators = await shop.creators(205)
    async with shop.database.unit(shop.lead) as unit:
        await unit.relations.update([creators[3]], blocked=True)
    kept = await made(shop, creators)
    assert (await view(shop, kept)).writing == Writing(waiting=205)
    at_work = writer(shop)
    await at_work.run(shop.operator, kept.id)
    assert (await view(shop, kept)).writing == Writing(waiting=5, written=199, reasons=(("blocked", 1),))
    for _ in range(3):
        await at_work.run(shop.operator, kept.id)
    found = await view(shop, kept)
    assert found.writing == Writing(written=204, reasons=(("blocked", 1),))
    assert [(batch.round, batch.drafts) for batch in found.batches] == [(1, 199), (1, 5), (2, 199), (2, 5)]
    assert found.audience == 204


async def test_a_later_round_follows_the_first_message_and_repeats_its_offer(shop: SellingOffice) -> None:
    kept = await made(shop, await shop.creators(2), rounds=3)
    await writer(shop).run(shop.operator, kept.id)
    async with shop.database.unit(shop.lead) as unit:
        codes = [batch.code for batch in (await view(shop, kept)).batches]
        first, second, third = [batch for code in codes if (batch := await unit.drafts.batch(code))]
    assert [batch.purpose for batch in (first, second, third)] == [Purpose.INVITE, Purpose.FOLLOW_UP, Purpose.FOLLOW_UP]
    follow = third.drafts[0].follow
    assert follow is not None
    assert (follow.after, follow.root, follow.round, follow.delay_days) == (
        second.drafts[0].id, first.drafts[0].id, 2, 3,
    )  # fmt: skip
    assert [batch.drafts[1].version.content.offer.commission_bp for batch in (first, second, third)] == [2000] * 3
    assert first.conversation is None


async def test_two_who_write_at_once_keep_one_set_of_drafts(shop: SellingOffice) -> None:
    kept = await made(shop, await shop.creators(3), rounds=1)
    at_work = writer(shop)
    await asyncio.gather(*(at_work.run(shop.operator, kept.id) for _ in range(2)))
    assert [batch.drafts for batch in (await view(shop, kept)).batches] == [3]


async def test_a_cancelled_campaign_and_a_viewer_write_nothing(shop: SellingOffice) -> None:
    kept = await made(shop, await shop.creators(1))
    await writer(shop).run(shop.viewer, kept.id)
    assert (await view(shop, kept)).writing == Writing(waiting=1)
    async with shop.database.unit(shop.lead) as unit:
        await unit.campaigns.cancel(kept.id)
    await writer(shop).run(shop.operator, kept.id)
    assert (await view(shop, kept)).batches == ()


async def test_what_cannot_be_written_is_left_out_with_its_reason(shop: SellingOffice) -> None:
    kept = await made(shop, await shop.creators(2))
    gone = replace(kept.plan, products=())
    async with shop.database.unit(shop.lead) as unit:
        await unit.campaigns.keep(gone, brand=shop.brand)
    await writer(shop).run(shop.operator, kept.id)
    assert (await view(shop, kept)).writing == Writing(reasons=(("product_gone", 2),))


async def test_a_campaign_left_behind_is_found_by_the_sweep(shop: SellingOffice) -> None:
    kept = await made(shop, await shop.creators(1))
    async with shop.database.across_tenants("test") as work:
        (waiting,) = await work.sweeps.campaigns()
    assert (waiting.id, waiting.member, waiting.brand) == (kept.id, shop.lead.member, shop.brand)
    await writer(shop).run(shop.operator, kept.id)
    async with shop.database.across_tenants("test") as work:
        assert await work.sweeps.campaigns() == []


async def test_it_is_written_from_the_teams_templates_each_with_the_product_that_fits(shop: SellingOffice) -> None:
    kept = await made(shop, creators := await shop.creators(4))
    async with shop.database.unit(shop.lead) as unit:
        more = await unit.products.save(None, {"name": "饮水机 water fountain"}, brand=shop.brand)
        own = [
            await unit.templates.keep(name, wording, purpose=purpose, brand=shop.brand)
            for name, wording, purpose in (
                ("甲", INVITE, Purpose.INVITE),
                ("乙", OTHER, Purpose.INVITE),
                ("催", NUDGE, NEXT),
            )
        ]
        steps = (
            CampaignStep(Purpose.INVITE, templates=(own[0].id, own[1].id)),
            CampaignStep(NEXT, 3, Condition.NO_REPLY, (own[2].id,)),
        )
        plan = replace(kept.plan, products=(*kept.plan.products, more.id), steps=steps, starts_on=date(2030, 1, 1))
        kept = await unit.campaigns.keep(plan, brand=shop.brand)
        known = await unit.creators.by_ids(creators)
        products = await unit.products.all()
    await writer(shop).run(shop.operator, kept.id)
    async with shop.database.unit(shop.lead) as unit:
        first, second = [await unit.drafts.batch(batch.code) for batch in (await view(shop, kept)).batches]
    assert first is not None
    assert second is not None
    made_of = Counter(version_of(draft.version.content.template) for draft in first.drafts)
    assert made_of == {own[0].in_force.id: 2, own[1].in_force.id: 2}
    assert {version_of(draft.version.content.template) for draft in second.drafts} == {own[2].in_force.id}
    for batch in (first, second):
        fits = fitting(products)
        assert {draft.creator: draft.product for draft in batch.drafts} == {
            one: fits(known[one]).id for one in creators
        }
    assert [{draft.starts_on for draft in batch.drafts} for batch in (first, second)] == [{date(2030, 1, 1)}, {None}]


async def test_a_template_out_of_use_or_in_want_of_an_offer_leaves_everybody_out_and_says_why(
    shop: SellingOffice,
) -> None:
    for wording, retired, why in ((INVITE, True, "template_gone"), (PRICED, False, "template_needs")):
        kept = await made(shop, await shop.creators(1), name=why)
        async with shop.database.unit(shop.lead) as unit:
            own = await unit.templates.keep(why, wording, purpose=Purpose.INVITE, brand=shop.brand)
            await unit.templates.retire(own.id, retired=retired)
            steps = (CampaignStep(Purpose.INVITE, templates=(own.id,)),)
            kept = await unit.campaigns.keep(replace(kept.plan, steps=steps), brand=shop.brand)
        await writer(shop).run(shop.operator, kept.id)
        assert (await view(shop, kept)).writing == Writing(reasons=((why, 1),))
