"""A pasted answer is told where the message was written too, in a workspace no source brings answers to."""

import pytest

from agent.jobs.upkeep import Upkeep
from connectors.ports.custody import Cursors
from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.talking import Talk, open_talk
from memory.database import Database
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.workspace import Scope
from prompts.render import texts


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


def upkeep(shop: SellingOffice) -> Upkeep:
    async def of_tenant(tenant: TenantId) -> Scope | None:
        return shop.owner if tenant == shop.owner.tenant else None

    async def of_member(tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        return next((one for one in (shop.operator, shop.anna, shop.ben) if one.member == member), None)

    def no_cursors(scope: Scope) -> Cursors:
        raise LookupError(scope)

    database = shop.database
    return Upkeep(
        units=database,
        services=database,
        outreach=database,
        cards=database,
        cursors=no_cursors,
        scope_of_tenant=of_tenant,
        messengers=shop.messengers,
        sources=(),
        scope_of=of_member,
        texts=texts(),
    )


async def sent_from(shop: SellingOffice, talk: Talk) -> None:
    batch = await talk.draft(2)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2])
    assert (await shop.dispatch()).sent == 2


async def heard(talk: Talk) -> list[str]:
    """What the conversation was told without asking."""
    async with talk.office.database.unit(talk.who) as unit:
        lines = await unit.conversations.transcript(talk.conversation)
    return [line.reply.text for line in lines if line.author == "notice"]


async def test_the_conversation_that_wrote_is_told_once_and_the_one_that_pasted_not_again(shop: SellingOffice) -> None:
    writer, other = await open_talk(shop, shop.operator), await open_talk(shop, shop.ben)
    await sent_from(shop, writer)
    assert "记下了 @creator00000 的回复" in await other.say("@creator00000 回复：How much do you pay?")
    for _ in range(2):
        await upkeep(shop).collect_answers()
    assert await heard(writer) == [texts().say("answers_in", "zh", count=1)]
    assert await heard(other) == []
    await other.say("@creator00000 回复：how much do you  pay?")
    await upkeep(shop).collect_answers()
    assert len(await heard(writer)) == 1


async def test_pasted_where_it_was_written_it_is_told_there_and_nowhere_else(shop: SellingOffice) -> None:
    writer = await open_talk(shop, shop.operator)
    await sent_from(shop, writer)
    await writer.say("@creator00001 回复：Love it!")
    await upkeep(shop).collect_answers()
    assert await heard(writer) == []
