"""Sample requests answered: by a proposal that takes who may give goods away, once, and seen in our samples at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from agent.cards.collaborations import proposed, requests_listed
from agent.shops.sampled import SampleReading
from agent.shops.sources import SourceSync
from evals.emulators.tiktok_shop.applications import Application
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.errors import BadRequest
from memory.domain.money import Money
from memory.domain.proposals import UNDER_WAY, DeedState
from memory.domain.sample import Sample, SampleStatus
from memory.domain.shop_sources import ShopSource
from prompts.render import texts
from tests.support.heard_shop import heard_shop
from tests.support.inviting import Inviting
from tools.collaborations.results import Proposed, RequestList
from tools.samples.choosing import Wish
from tools.samples.recording import goods, intend

REVIEW = "samples/review"


@dataclass
class Requests:
    """Two requests of two creators, read."""

    at: Inviting
    asked: list[Application]

    async def answer(self, who: int = 0, *, approve: bool = True, **more: object) -> str:
        """Put forward by the operator; the code."""
        found = await self.at.ask_samples(
            action="approve" if approve else "reject", handles=[self.at.handles[who]], **more
        )  # fmt: skip
        assert isinstance(found, Proposed)
        return found.proposal.code

    async def signed(self, code: str) -> None:
        """An approver reads it and approves."""
        for _ in range(2):
            await self.at.say(self.at.office.anna, code)

    async def ours(self, who: int = 0) -> list[Sample]:
        async with self.at.office.database.unit(self.at.office.operator) as unit:
            creator = (await unit.creators.by_handles([self.at.handles[who]]))[self.at.handles[who]]
            return await unit.samples.find(creators=[creator.id])


@pytest.fixture
async def requests(database: Database) -> AsyncIterator[Requests]:
    async with heard_shop(await open_office(database)) as shop:
        at = await Inviting.at(shop)
        own, people = shop.emulator.platform.partner.seller.shops[0], list(shop.emulator.platform.people.values())
        asked = [shop.emulator.platform.applications.ask(own, creator, at.number) for creator in people[:2]]
        reading = {ShopSource.SAMPLES: SampleReading(shop.platform.samples(), shop.platform.name)}
        await SourceSync(database, reading, shop.hearing.scope_of_tenant).run(
            shop.link, shop.tenant, ShopSource.SAMPLES
        )
        yield Requests(at, asked)


async def test_those_that_wait_are_listed_and_one_is_named_for_an_answer(requests: Requests) -> None:
    found = await requests.at.ask_samples(action="list")
    assert isinstance(found, RequestList)
    card = requests_listed(found, "zh", texts()).cards[0]
    assert isinstance(card, ReportCard)
    assert {row[0] for row in card.rows} == {f"@{handle}" for handle in requests.at.handles[:2]}
    with pytest.raises(BadRequest, match="sample_requests_whose"):
        await requests.at.ask_samples(action="approve")
    with pytest.raises(BadRequest, match="sample_requests_nobody"):
        await requests.at.ask_samples(action="approve", handles=[requests.at.handles[3]])


async def test_an_approval_is_an_approvers_and_stands_in_our_samples_under_their_name(requests: Requests) -> None:
    at = requests.at
    asked = await at.ask_samples(action="approve", handles=[at.handles[0]])
    assert isinstance(asked, Proposed)
    card = proposed(asked, "zh", texts()).cards[0]
    assert isinstance(card, ReportCard)
    assert card.rows[0] == ("答复", "批准：店铺会生成样品订单，要寄货")
    assert card.rows[1] == ("申请", f"@{at.handles[0]} · Cat tree · 价格未填")
    await requests.signed(asked.proposal.code)
    await at.carried_out()
    assert [one.status for one in requests.asked] == ["AWAITING_SHIPMENT", "PENDING"]
    [sample] = await requests.ours()
    assert (sample.status, sample.approved_by) == (SampleStatus.APPROVED, at.office.anna.member)
    await at.carried_out()
    assert len(at.shop.emulator.platform.records.of(REVIEW)) == 1


async def test_a_refusal_names_its_reason_and_leaves_no_sample(requests: Requests) -> None:
    code = await requests.answer(approve=False, reason="out_of_stock")
    await requests.signed(code)
    await requests.at.carried_out()
    assert (requests.asked[0].status, requests.asked[0].reject_reason) == ("REJECT_CANCELLED", "OUT_OF_STOCK")
    assert await requests.ours() == []


async def test_a_lost_answer_is_looked_for(requests: Requests) -> None:
    at = requests.at
    for who, kind in enumerate((FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE)):
        code = await requests.answer(who)
        await requests.signed(code)
        at.lose(kind, REVIEW)
        await at.carried_out()
        assert (await at.one(code)).state is DeedState.UNKNOWN
        await at.carried_out(later=UNDER_WAY)
        await at.carried_out()
        assert (await at.one(code)).state is DeedState.DONE
        assert requests.asked[who].status == "AWAITING_SHIPMENT"


async def test_what_somebody_else_answered_otherwise_is_said(requests: Requests) -> None:
    code = await requests.answer()
    await requests.signed(code)
    requests.at.shop.emulator.platform.applications.move(requests.asked[0], "REJECT_CANCELLED")
    await requests.at.carried_out()
    assert (await requests.at.one(code)).state is DeedState.FAILED
    assert "没答成" in (await requests.at.told())[-1]


async def test_goods_above_the_ceiling_take_a_lead_and_chat_approves_none_behind_the_platforms_back(
    requests: Requests,
) -> None:
    at = requests.at
    async with at.office.database.unit(at.office.lead) as unit:
        policy = await unit.people.policy(at.office.brand)
        await unit.people.save_policy(at.office.brand, replace(policy, sample_ceiling_minor=1_000))
        [product] = await unit.products.all()
        await unit.products.save(product, {"price": Money(4_990, "USD")}, brand=at.office.brand)
    code = await requests.answer()
    assert (await at.say(at.office.anna, code)).text.startswith("这些样品超过了审批人的上限")
    async with at.office.database.unit(at.office.anna) as unit:
        creators = list((await unit.creators.by_handles([at.handles[0]])).values())
        intended = await intend(unit, creators, Wish(status=SampleStatus.APPROVED), brand=at.office.brand)
        with pytest.raises(BadRequest, match="sample_asked_on_platform"):
            await goods(unit, intended)
