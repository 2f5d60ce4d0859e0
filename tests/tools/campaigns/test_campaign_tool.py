"""Campaigns planned, shown and listed by what a member asks for, over real rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from agent.approval.pausing import resume
from agent.cards.campaigns import listed, planned, shown
from evals.suites.selling_office import open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.campaign import CampaignState, CampaignView, Scenario
from memory.domain.creator import CreatorFacts
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, DraftStatus, Flag, Purpose
from memory.domain.shortlist_stores import NewShortlistItem
from prompts.render import texts
from tests.support.asking import Asking
from tests.support.fake_drafting import Acceptor
from tools.campaigns.arguments import CampaignsArgs
from tools.campaigns.results import CampaignList, CampaignPlanned, CampaignShown
from tools.campaigns.tool import campaigns
from tools.contract import TurnContext
from tools.drafting.messengers import PLAYGROUND_SOURCE
from tools.drafting.tool import DraftList, ListDraftsArgs, list_drafts
from tools.follow_ups.arguments import ScheduleFollowUpArgs
from tools.follow_ups.schedule_tool import schedule_follow_up

DAY = timedelta(days=1)


@dataclass(slots=True)
class Desk(Asking):
    """A member whose plans are published as at the end of a turn."""

    made: int = 0

    async def plan(self, **given: object) -> CampaignPlanned:
        """A plan, published as at the end of its turn."""
        turn = await self.turn()
        result = await self.planned_in(turn, **given)
        await self.end(turn)
        return result

    async def planned_in(self, turn: TurnContext, **given: object) -> CampaignPlanned:
        args = CampaignsArgs.model_validate({"action": "plan", **given})
        result = await campaigns(self.shop.database, Acceptor(), None).run(args, turn)
        assert isinstance(result, CampaignPlanned)
        return result

    async def show(self, name: str | None = None) -> CampaignShown:
        result = await campaigns(self.shop.database, Acceptor(), None).run(
            CampaignsArgs(action="show", name=name), await self.turn()
        )
        assert isinstance(result, CampaignShown)
        return result

    async def view(self) -> CampaignView:
        return (await self.show()).view

    async def listing(self) -> CampaignList:
        result = await campaigns(self.shop.database, Acceptor(), None).run(
            CampaignsArgs(action="list"), await self.turn()
        )
        assert isinstance(result, CampaignList)
        return result

    async def shortlist(self, creators: Sequence[CreatorId]) -> None:
        async with self.shop.database.unit(self.shop.operator) as unit:
            items = [NewShortlistItem(creator, ()) for creator in creators]
            await unit.shortlists.add(self.talk.conversation, items, total=len(items), criteria={})

    async def found(self, count: int) -> list[CreatorId]:
        """New creators who stand in the shortlist."""
        creators = await self.creators(count)
        await self.shortlist(creators)
        return creators

    async def creators(self, count: int) -> list[CreatorId]:
        """New creators whom the simulated shop brought, so that its messenger carries what they are written."""
        handles = [f"creator{self.made + number:05d}" for number in range(count)]
        self.made += count
        async with self.shop.database.unit(self.shop.owner) as unit:
            facts = [CreatorFacts(handle=handle, name=handle, market="US") for handle in handles]
            await unit.creators.upsert(facts, source=PLAYGROUND_SOURCE, as_of=unit.now)
            found = await unit.creators.by_handles(handles)
        return [found[handle].id for handle in handles]

    async def approve(self, batch: Batch, *numbers: int) -> None:
        chosen = numbers or tuple(draft.number for draft in batch.drafts)
        await self.shop.decide(await self.shop.show(batch, self.shop.anna), self.shop.anna, approve=chosen)

    def sent(self) -> list[str]:
        return [ticket.handle for ticket in self.shop.messenger.received]


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.lead) as unit:
        await unit.products.save(None, {"name": "Litter Box | 猫砂盆"}, brand=shop.brand)
    return Desk(shop, await open_talk(shop, shop.operator))


async def test_a_plan_is_first_messages_and_rounds_behind_them_and_sends_nothing(desk: Desk) -> None:
    creators = await desk.found(3)
    plan = await desk.plan(name="黑五活动", rounds=3, every_days=4, commission_rate=0.2)
    first, second, third = plan.batches
    assert [draft.creator for draft in first.drafts] == creators
    assert {draft.purpose for draft in first.drafts} == {Purpose.INVITE}
    assert {draft.version.content.offer for draft in (*first.drafts, *third.drafts)} == {Offer(2000)}
    for before, batch, number in ((first, second, 1), (second, third, 2)):
        for earlier, root, draft in zip(before.drafts, first.drafts, batch.drafts, strict=True):
            assert draft.follow is not None
            assert (draft.follow.after, draft.follow.root) == (earlier.id, root.id)
            assert (draft.follow.round, draft.follow.delay_days) == (number, 4)
    assert (plan.campaign.name, plan.campaign.plan.scenario) == ("黑五", Scenario.PROMOTION)
    assert plan.campaign.plan.promotion_on == plan.campaign.plan.ends_on
    await desk.shop.dispatch()
    assert desk.sent() == []
    view = await desk.view()
    assert [(one.round, one.total, one.waiting) for one in view.rounds] == [(1, 3, 3), (2, 3, 3), (3, 3, 3)]
    assert (view.audience, view.state) == (3, CampaignState.RUNNING)


async def test_the_preview_says_who_gets_what_when_by_both_clocks(desk: Desk) -> None:
    await desk.found(2)
    plan = await desk.plan(name="圣诞", rounds=2, every_days=3)
    said = planned(plan, "zh", texts())
    preview, *drafts = said.cards
    assert preview.kind == "report"
    assert preview.columns == ("达人", "第 1 轮", "第 2 轮")
    assert [row[0] for row in preview.rows] == ["@creator00000", "@creator00001"]
    assert all(" / " in cell for row in preview.rows for cell in row[1:])
    assert [card.kind for card in drafts] == ["drafts", "drafts"]
    assert f"批准 {plan.batches[0].code} 1-2" in said.text
    assert plan.batches[1].code in said.text
    assert "人数离通常差得多：这个活动 2 位，通常 100-300 位。" in said.text
    assert planned(plan, "en", texts()).cards[0].kind == "report"


async def test_planning_it_again_writes_nobody_twice(desk: Desk) -> None:
    creators = await desk.found(2)
    first = await desk.plan(name="黑五", rounds=2)
    with pytest.raises(BadRequest, match="campaign_nobody_new"):
        await desk.plan(name="Black Friday campaign", rounds=2)
    more = await desk.creators(1)
    await desk.shortlist([*creators, *more])
    again = await desk.plan(name="黑五活动")
    assert again.again
    assert (again.audience, [draft.creator for draft in again.first.batch.drafts]) == (3, more)
    assert [out.reason.key for out in again.left_out] == ["campaign_has_them", "campaign_has_them"]
    assert again.campaign.id == first.campaign.id
    assert again.campaign.plan.steps == first.campaign.plan.steps
    assert [batch.round for batch in (await desk.view()).batches] == [1, 1, 2, 2]
    assert "加进活动「黑五」" in planned(again, "zh", texts()).text


async def test_who_is_added_with_fewer_rounds_takes_none_from_the_others(desk: Desk) -> None:
    creators = await desk.found(2)
    await desk.plan(name="黑五", rounds=3)
    await desk.shortlist([*creators, *await desk.creators(1)])
    again = await desk.plan(name="黑五", rounds=2)
    assert (len(again.batches), len(again.campaign.plan.steps)) == (2, 3)


async def test_another_day_of_the_sale_moves_its_campaign(desk: Desk) -> None:
    await desk.found(1)
    first = await desk.plan(name="圣诞", rounds=1)
    day = (await desk.shop.now() + 20 * DAY).date()
    await desk.found(1)
    again = await desk.plan(name="圣诞", promotion_date=day.isoformat())
    assert (again.campaign.id, again.campaign.plan.promotion_on) == (first.campaign.id, day)
    with pytest.raises(BadRequest, match="campaign_day_past"):
        await desk.plan(name="圣诞", promotion_date="2020-12-25")


async def test_two_plans_at_one_moment_send_each_message_once(desk: Desk) -> None:
    """Neither sees the other's creators; the occasion of campaign, creator and step lets one of them go."""
    creators = await desk.found(2)
    turns = [await desk.turn()]
    other = await open_talk(desk.shop, desk.shop.operator)
    beside = Desk(desk.shop, other, turns=100)
    turns.append(await beside.turn())
    await beside.shortlist(creators)
    plans = await asyncio.gather(
        desk.planned_in(turns[0], name="清仓", rounds=2), beside.planned_in(turns[1], name="清仓", rounds=2)
    )
    for turn in turns:
        await desk.end(turn)
    assert plans[0].campaign.id == plans[1].campaign.id
    for batch in (batch for plan in plans for batch in plan.batches):
        await desk.approve(batch)
    await desk.shop.dispatch()
    for _ in range(5):
        await desk.shop.move_clock(DAY)
        await desk.shop.dispatch()
    assert sorted(desk.sent()) == ["creator00000", "creator00000", "creator00001", "creator00001"]


async def test_how_far_it_is_counts_as_its_drafts_stand(desk: Desk) -> None:
    await desk.found(6)
    plan = await desk.plan(name="大促", rounds=2)
    first, second = plan.batches
    await desk.approve(first, 1, 2, 3)
    await desk.shop.decide(await desk.shop.show(first, desk.shop.anna), desk.shop.anna, reject=[4])
    await desk.shop.dispatch()
    await desk.shop.answer(first.drafts[0].creator)
    await desk.approve(second, 2)
    async with desk.shop.database.unit(desk.shop.operator) as unit:
        await unit.drafts.add_version(
            first.drafts[4].id, first.drafts[4].version.content, (Flag("text_too_short", {"length": 1, "limit": 2}),)
        )
    view = await desk.view()
    one, two = view.rounds
    assert (one.total, one.waiting, one.sent, one.replied, one.held, one.over) == (6, 1, 3, 1, 1, 1)
    assert one.reasons == (("campaign_failing", 1), ("rejected", 1))
    assert (two.total, two.planned, two.over, two.waiting) == (6, 1, 1, 4)
    assert dict(two.reasons) == {"replied": 1}
    statuses = [draft.status for draft in await desk.shop.read(second)]
    assert statuses.count(DraftStatus.OPEN) == two.waiting
    assert statuses.count(DraftStatus.APPROVED) == two.planned
    assert statuses.count(DraftStatus.STOPPED) == two.over
    said = shown(await desk.show("大促活动"), "zh", texts())
    (card,) = said.cards
    assert card.kind == "report"
    assert card.rows[0] == ("1", "1", "0", "3", "1", "没过检查，要先改 1、已被拒 1", first.code)
    await desk.shop.stop(second, by=desk.shop.operator)
    assert (await desk.view()).state is CampaignState.PAUSED
    assert dict((await desk.view()).rounds[1].reasons) == {"batch_stopped": 5, "replied": 1}
    await desk.shop.move_clock(5 * DAY)
    assert dict((await desk.view()).rounds[0].reasons)["campaign_lapsed"] == 1


async def test_who_was_left_out_or_refused_can_be_planned_again(desk: Desk) -> None:
    await desk.found(2)
    plan = await desk.plan(name="清仓", rounds=1)
    await desk.shop.decide(
        await desk.shop.show(plan.first.batch, desk.shop.anna), desk.shop.anna, approve=[1], reject=[2]
    )
    again = await desk.plan(name="清仓")
    assert [draft.handle for draft in again.first.batch.drafts] == ["creator00001"]
    await desk.approve(again.first.batch)
    await desk.shop.dispatch()
    assert sorted(desk.sent()) == ["creator00000", "creator00001"]


async def test_who_is_followed_from_elsewhere_gets_the_first_round_alone(desk: Desk) -> None:
    creators = await desk.creators(1)
    await desk.shop.draft(creators)
    await desk.shortlist(creators)
    turn = await desk.turn()
    await schedule_follow_up(desk.shop.database, Acceptor(), None).run(ScheduleFollowUpArgs(), turn)
    await desk.end(turn)
    plan = await desk.plan(name="社区维护", rounds=3)
    assert (plan.campaign.plan.scenario, len(plan.batches)) == (Scenario.COMMUNITY, 1)
    assert plan.first.batch.purpose is Purpose.THANKS
    assert [out.reason.key for out in plan.left_out] == ["campaign_followed_already"]


async def test_a_list_names_them_and_their_drafts_are_found_by_name(desk: Desk) -> None:
    assert (await desk.listing()).views == ()
    assert "还没有活动" in listed(await desk.listing(), "zh", texts()).text
    with pytest.raises(NotFound, match="no_campaigns"):
        await desk.show("黑五")
    await desk.found(2)
    plan = await desk.plan(rounds=2)
    name = plan.campaign.name
    assert name.startswith("日常 ")
    (card,) = listed(await desk.listing(), "zh", texts()).cards
    assert card.kind == "report"
    assert card.rows == ((name, "日常", "进行中", "2", "4", "0", "0", "0"),)
    with pytest.raises(NotFound, match="campaign_unknown"):
        await desk.show("黑五")
    turn = await desk.turn()
    found = await list_drafts(desk.shop.database).run(ListDraftsArgs(campaign=name), turn)
    assert isinstance(found, DraftList)
    assert {draft.batch_code for draft in found.drafts} == {batch.code for batch in plan.batches}


async def test_a_viewer_only_looks(desk: Desk) -> None:
    await desk.found(1)
    turn = replace(await desk.turn(), scope=desk.shop.viewer)
    with pytest.raises(NotAllowed, match="needs_role"):
        await campaigns(desk.shop.database, Acceptor(), None).run(CampaignsArgs(action="plan"), turn)


async def test_what_a_cancelled_campaign_stopped_is_not_resumed(desk: Desk) -> None:
    await desk.found(1)
    plan = await desk.plan(name="清仓", rounds=1)
    await desk.approve(plan.first.batch)
    await desk.shop.stop(plan.first.batch, by=desk.shop.operator)
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        assert await unit.campaigns.cancel(plan.campaign.id)
        assert not await unit.campaigns.cancel(plan.campaign.id)
    async with desk.shop.database.unit(desk.shop.lead) as unit:
        assert (await resume(unit, None)).batches == ()
        assert (await resume(unit, plan.first.batch.code)).batches == ()
    await desk.shop.dispatch()
    assert desk.sent() == []
    assert (await desk.view()).state is CampaignState.CANCELLED
    await desk.found(1)
    assert (await desk.plan(name="清仓", rounds=1)).campaign.id != plan.campaign.id
