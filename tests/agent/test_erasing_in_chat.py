"""Erasing asked for in chat and on the page: said first, confirmed once by the lead who asked, then queued."""

import psycopg
import pytest

from agent.desk import OpenDesk
from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.working_desk import inbound
from memory.database import Database
from memory.domain.chat import Decided, EraseCreator
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.ids import ConversationId
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.agent.approval.test_large_batch_in_chat import open_desk
from tests.support.database import TestServer


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    return await open_office(database)


async def say(shop: SellingOffice, desk: OpenDesk, who: Scope, text: str) -> str:
    async with shop.database.unit(who) as unit:
        talk: ConversationId = (await unit.conversations.start(connector="eval", chat="direct", now=unit.now)).id
    receipt = await desk.receive(who, inbound(text, talk))
    assert isinstance(receipt, Decided)
    return receipt.reply.text


def queued(postgres: TestServer, url: str) -> list[int]:
    """Creators whose erasure waits for a worker."""
    name = url.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(postgres.url(name, user="postgres")) as everything:
        jobs = everything.execute("select args->>'creator' from procrastinate_jobs where task_name = 'daren:erase'")
        return [int(creator) for (creator,) in jobs]


async def test_a_lead_asks_and_confirms_once(shop: SellingOffice, postgres: TestServer, database_url: str) -> None:
    [creator] = await shop.creators(1)
    desk = open_desk(shop)
    asked = await say(shop, desk, shop.lead, "彻底删除 @creator00000")
    assert "不能撤销" in asked
    assert "确认 C1" in asked
    assert queued(postgres, database_url) == []
    nothing = texts().say("nothing_to_confirm", "zh", code="C1")
    assert await say(shop, desk, shop.anna, "确认 C1") == nothing
    assert await say(shop, desk, shop.lead, "确认 C1") == texts().say("erase_confirmed", "zh")
    assert queued(postgres, database_url) == [creator]
    async with shop.database.unit(shop.operator) as unit:
        assert creator in await unit.relations.hidden()
    assert await say(shop, desk, shop.lead, "确认 C1") == nothing
    assert queued(postgres, database_url) == [creator]


async def test_who_may_not_and_whom_nobody_knows(shop: SellingOffice, postgres: TestServer, database_url: str) -> None:
    await shop.creators(1)
    desk = open_desk(shop)
    assert await say(shop, desk, shop.anna, "彻底删除 @creator00000") == texts().say("needs_role", "zh", role="lead")
    assert "nobody_here" in await say(shop, desk, shop.lead, "erase @nobody_here")
    await shop.stand_in(shop.anna, for_=shop.lead)
    lent = Scope(shop.anna.tenant, shop.anna.brand, shop.anna.member, shop.lead.role)
    assert "C1" not in await say(shop, desk, lent, "彻底删除 @creator00000")
    assert queued(postgres, database_url) == []


async def test_the_page_takes_the_same_two_steps_and_only_its_own_code(
    shop: SellingOffice, postgres: TestServer, database_url: str
) -> None:
    [first, _] = await shop.creators(2)
    forms = open_desk(shop).forms
    for number in (0, 1):
        reply = await forms.submit(shop.lead, EraseCreator(handle=f"creator0000{number}"))
        assert f"C{number + 1}" in reply.text
    with pytest.raises(NotFound):
        await forms.submit(shop.lead, EraseCreator(handle="creator00000", code="C2"))
    with pytest.raises(NotAllowed):
        await forms.submit(shop.anna, EraseCreator(handle="creator00000"))
    await forms.submit(shop.lead, EraseCreator(handle="creator00000", code=" c1 "))
    assert queued(postgres, database_url) == [first]
