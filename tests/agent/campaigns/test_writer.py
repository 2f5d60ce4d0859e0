"""A campaign made on a page, written by a job: in pieces, once, whatever ends it, and however many it is for."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from agent.campaigns.writer import CampaignWriter
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.campaign import Campaign, CampaignView, NewCampaign, Scenario, Writing
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from tests.support.fake_drafting import Acceptor
from tools.campaigns.presets import presets


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


async def made(shop: SellingOffice, creators: list[CreatorId], *, rounds: int = 2) -> Campaign:
    """A campaign for these, none of it written."""
    async with shop.database.unit(shop.lead) as unit:
        product = await unit.products.save(None, {"name": "猫砂盆 litter box"}, brand=shop.brand)
        steps = presets()[Scenario.PROMOTION].steps(rounds, every_days=3)
        day = date(2026, 11, 1)
        plan = NewCampaign("黑五", "key", Scenario.PROMOTION, steps, day, products=(product.id,), offer=Offer(2000))
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
