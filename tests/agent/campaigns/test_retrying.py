"""What failed in a campaign: listed by its reason, and tried again where nothing can have gone."""

import pytest

from agent.commands.nouns import Retry
from agent.commands.parsing import may_be_command, parse
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.campaign import Failure
from memory.domain.campaign_forms import RetryCampaign
from memory.domain.errors import BadRequest, NotAllowed, Refused, Unclear
from memory.domain.ids import CampaignId
from memory.domain.outreach import Batch, DraftStatus
from tests.agent.approval.test_large_batch_in_chat import open_desk, say
from tests.agent.campaigns.test_commands import campaign
from tests.agent.team.forms_at_work import audited, submit

SENT, FAILED, UNKNOWN, APPROVED = DraftStatus.SENT, DraftStatus.FAILED, DraftStatus.UNKNOWN, DraftStatus.APPROVED


async def failed_campaign(shop: SellingOffice) -> tuple[Batch, CampaignId]:
    """Four first messages: one sent, two refused for two reasons, one of which nobody knows."""
    await shop.move_to_hour(12)
    batch = await shop.draft(await shop.creators(4))
    kept = await campaign(shop, batch)
    handles = [draft.handle for draft in batch.drafts]
    shop.messenger.script = {
        handles[1]: [Refused("shop_creator_gone")],
        handles[2]: [Refused("shop_refused", code=1, text="x")],
        handles[3]: [Unclear("shop_unclear")],
    }
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2, 3, 4])
    await shop.dispatch()
    return batch, kept.id


async def statuses(shop: SellingOffice, batch: Batch) -> list[DraftStatus]:
    return [draft.status for draft in await shop.read(batch)]


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


async def test_failures_are_grouped_and_only_a_definite_refusal_is_tried_again(shop: SellingOffice) -> None:
    batch, kept = await failed_campaign(shop)
    handles = [draft.handle for draft in batch.drafts]
    async with shop.database.unit(shop.anna) as unit:
        found = await unit.campaigns.failures([kept])
    assert set(found[kept]) == {
        Failure("shop_creator_gone", 1, (handles[1],), retryable=True),
        Failure("shop_refused", 1, (handles[2],), retryable=True),
        Failure("shop_unclear", 1, (handles[3],), retryable=False),
    }
    with pytest.raises(NotAllowed, match="retry_not_allowed"):
        await submit(shop, shop.operator, RetryCampaign(campaign=kept))
    reply = await submit(shop, shop.anna, RetryCampaign(campaign=kept, reason="shop_refused"))
    assert reply.text == (
        "活动「黑五」的 1 条重新排期，按正常节奏发送，发送前照样全部再查一遍。另有 1 条结果不明，只向平台核对，不重发。"
    )
    assert await statuses(shop, batch) == [SENT, FAILED, APPROVED, UNKNOWN]
    await shop.dispatch()
    assert await statuses(shop, batch) == [SENT, FAILED, SENT, UNKNOWN]
    assert shop.messenger.duplicates() == 0
    assert [event["after"] for event in await audited(shop, "outreach.tried_again")] == [
        {"count": 1, "reason": "shop_refused"}
    ]


async def test_a_line_tries_again_and_what_was_planned_anew_or_is_paused_is_left_alone(shop: SellingOffice) -> None:
    batch, kept = await failed_campaign(shop)
    again = await shop.draft([batch.drafts[1].creator])
    await shop.decide(await shop.show(again, shop.anna), shop.anna, approve=[1], wait=False)
    desk = open_desk(shop)
    async with shop.database.unit(shop.anna) as unit:
        talk = (await unit.conversations.start(connector="web", chat="direct", now=unit.now)).id
    await shop.stop(batch, by=shop.anna)
    assert "没有可以重试的" in (await say(desk, shop.anna, "重试黑五活动可以重试的", talk)).text
    async with shop.database.unit(shop.anna) as unit:
        await unit.drafts.lift_stop(batch.id)
    assert (await say(desk, shop.anna, "重试可以重试的", talk)).text.startswith("活动「黑五」的 1 条重新排期")
    assert (await statuses(shop, batch))[1:3] == [FAILED, APPROVED]
    with pytest.raises(BadRequest, match="campaign_nothing_to_retry"):
        await submit(shop, shop.anna, RetryCampaign(campaign=kept))


@pytest.mark.parametrize(
    ("text", "campaign_named"),
    [
        ("重试可以重试的", None),
        ("把失败的重试一下", None),
        ("重试「黑五」活动可以重试的", "黑五"),
        ("把黑五活动里失败的重试", "黑五"),
        ("retry what can be retried", None),
        ("Retry the failed ones of the Black Friday campaign", "black friday"),
    ],
)
def test_a_line_that_tries_again(text: str, campaign_named: str | None) -> None:
    assert parse(text, batch_sizes={}, quoted=None) == Retry(campaign_named)


@pytest.mark.parametrize("text", ["重试", "失败的", "重试失败的有哪些", "失败的能重试吗", "why did they fail"])
def test_a_question_about_failures_tries_nothing_again(text: str) -> None:
    assert not may_be_command(text)
