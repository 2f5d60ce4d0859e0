"""Who invited a creator, and when, reads as a person says it on every card that shows a draft."""

from datetime import timedelta

import pytest

from agent.cards.drafting import draft_list
from agent.cards.searching import reply_rows
from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.outreach import Batch, Flag, Gist, Intent, Purpose
from prompts.render import texts
from tools.drafting.tool import DraftList
from tools.replies.summary import heading_of
from tools.replies.tool import ReplyShown

SAID = "小李 K5 昨天已邀约"


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def flagged(shop: SellingOffice, *, purpose: Purpose = Purpose.INVITE, **more: object) -> Batch:
    """A draft to a creator whom 小李 invited yesterday."""
    when = (await shop.now() - timedelta(days=1)).isoformat()
    facts: dict[str, str | int | float] = {"who": "小李", "batch": "K5", "when": when, "zone": "Asia/Shanghai"}
    flag = Flag("already_invited", facts, blocking=False)
    return await shop.draft(await shop.creators(1), flags=(flag,), purpose=purpose, **more)  # type: ignore[arg-type]  # answers


async def test_a_card_that_is_presented_says_yesterday(shop: SellingOffice) -> None:
    talk, batch = await open_talk(shop, shop.anna), await flagged(shop)
    card = await talk.desk.present(shop.anna, batch.code)
    assert card.items[0].flags[0].startswith(SAID)


async def test_a_list_of_drafts_says_yesterday(shop: SellingOffice) -> None:
    batch = await flagged(shop)
    found = DraftList(batch.drafts, None, None, await shop.now())
    (card,) = draft_list(found, "zh", texts()).cards
    assert card.kind == "drafts"
    assert card.items[0].flags[0].startswith(SAID)


async def test_a_suggested_answer_says_yesterday(shop: SellingOffice) -> None:
    (creator,) = await shop.creators(1)
    async with shop.database.unit(shop.operator) as unit:
        message = await unit.creator_messages.store(
            creator, brand=shop.brand, source="test", outside_id="1", text="how much?",
            gist=Gist(Intent.PRICE, 90), received_at=unit.now,
        )  # fmt: skip
    assert message is not None
    await flagged(shop, purpose=Purpose.REPLY, answers=message.id)
    async with shop.database.unit(shop.operator) as unit:
        (found,) = await unit.creator_messages.find(status="all")
        shown = ReplyShown(found, heading_of(found), ())
        (row,) = reply_rows([shown], "zh", texts(), now=unit.now).items
    assert row.suggested is not None
    assert row.suggested.flags[0].startswith(SAID)
