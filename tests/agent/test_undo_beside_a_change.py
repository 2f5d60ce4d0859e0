"""Undo beside where something was changed: which change an answer offers, and what blocks none before it."""

from datetime import timedelta
from itertools import count

import pytest

from agent.undo.offering import offered_after
from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.talking import Talk, open_talk
from memory.database import Database
from memory.domain.chat import (
    Decided,
    EditDraft,
    Inbound,
    Reply,
    SavePolicy,
    SaveProduct,
    ToolCall,
    Undo,
    UpdateRelation,
)
from memory.domain.errors import Conflict
from memory.domain.ids import CreatorId

_IDS = count(1)


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    """One brand with people of every role; it is noon in New York."""
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def stage(shop: SellingOffice, creator: CreatorId) -> str:
    async with shop.database.unit(shop.lead) as unit:
        return (await unit.relations.of([creator]))[creator].stage


async def answered(talk: Talk, text: str) -> Reply:
    receipt = await talk.desk.receive(
        talk.who, Inbound(connector="web", outside_id=f"a{next(_IDS)}", text=text, conversation=talk.conversation)
    )
    assert isinstance(receipt, Decided)
    return receipt.reply


async def blocked(shop: SellingOffice, talk: Talk) -> list[CreatorId]:
    """Two changes of the member, of which the newer one was changed again by somebody else."""
    creators = await shop.creators(2)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    await talk.submit(UpdateRelation(handle="creator00001", stage="replied"))
    other = await open_talk(shop, shop.ben)
    await other.submit(UpdateRelation(handle="creator00001", stage="agreed"))
    return creators


async def test_a_refusal_is_told_once_and_the_change_before_it_is_next(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    creators = await blocked(shop, talk)
    said = await talk.say("撤销")
    assert said == "「@creator00001」后来又改过，没有撤销，什么都没动。再回一次「撤销」，就撤它前面的一处改动。"
    assert "@creator00000" in await talk.say("撤销")
    assert [await stage(shop, creator) for creator in creators] == ["new", "agreed"]
    assert await talk.say("撤销") == "「@creator00001」后来又改过，没有撤销，什么都没动。"


async def test_a_refusal_told_by_a_form_is_remembered_as_well(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    creators = await blocked(shop, talk)
    with pytest.raises(Conflict, match="undo_next"):
        await talk.submit(Undo())
    assert "@creator00000" in (await talk.submit(Undo())).text
    assert await stage(shop, creators[0]) == "new"


async def test_what_was_refused_goes_back_as_soon_as_it_can(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    creators = await blocked(shop, talk)
    await talk.say("撤销")
    await (await open_talk(shop, shop.ben)).say("撤销")
    assert "@creator00001" in await talk.say("撤销")
    assert [await stage(shop, creator) for creator in creators] == ["replied", "new"]


async def test_many_that_can_never_go_back_are_told_of_once(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    (creator,) = await shop.creators(1)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    for name in ("Fountain", "Leash", "Bowl"):
        await talk.submit(SaveProduct(name=name))
    assert "「Bowl」" in await talk.say("撤销")
    assert "@creator00000" in await talk.say("撤销")
    assert await stage(shop, creator) == "new"


async def test_a_role_that_shrank_blocks_only_what_it_no_longer_covers(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.lead)
    (creator,) = await shop.creators(1)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    await talk.submit(SavePolicy(own_drafts_approvable=False, commission_ceiling="15%"))
    smaller = await open_talk(shop, shop.lead.__class__(shop.lead.tenant, shop.brand, shop.lead.member, shop.anna.role))
    assert "再回一次「撤销」" in await smaller.say("撤销")
    await smaller.say("撤销")
    assert await stage(shop, creator) == "new"


async def test_a_button_reverses_the_very_change_it_stands_beside(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    creators = await shop.creators(2)
    first = await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    await talk.submit(UpdateRelation(handle="creator00001", stage="replied"))
    other = await open_talk(shop, shop.ben)
    with pytest.raises(Conflict, match="undo_gone"):
        await other.submit(Undo(change=first.undo))
    assert "@creator00000" in (await talk.submit(Undo(change=first.undo))).text
    assert [await stage(shop, creator) for creator in creators] == ["new", "replied"]
    with pytest.raises(Conflict, match="undo_gone"):
        await talk.submit(Undo(change=first.undo))
    last = await talk.submit(UpdateRelation(handle="creator00000", stage="agreed"))
    await shop.move_clock(timedelta(hours=25))
    with pytest.raises(Conflict, match="undo_gone"):
        await talk.submit(Undo(change=last.undo))


async def test_every_answer_that_made_a_change_names_it_and_no_other_does(shop: SellingOffice) -> None:
    talk, lead = await open_talk(shop, shop.anna), await open_talk(shop, shop.lead)
    creators = await shop.creators(1)
    batch = await shop.draft(creators, texts=["Earn 18%"], conversation=talk.conversation)
    await talk.see(batch)
    added = await talk.submit(SaveProduct(name="Fountain"))
    async with shop.database.unit(shop.anna) as unit:
        (product,) = await unit.products.all()
    edit = EditDraft(draft=batch.drafts[0].id, seen_digest=batch.drafts[0].version.digest, text="Hello")
    named = [
        await talk.submit(SaveProduct(id=product.id, name="Fountain Pro")),
        await talk.submit(edit),
        await talk.submit(UpdateRelation(handle="creator00000", stage="replied")),
        await lead.submit(SavePolicy(own_drafts_approvable=True, commission_ceiling="20%")),
    ]
    assert len({reply.undo for reply in named} - {None}) == len(named)
    undone = await answered(talk, "撤销")
    assert (added.undo, undone.undo, (await answered(talk, f"批准 {batch.code} 1")).undo) == (None, None, None)
    again = await answered(talk, "撤销")
    assert again.decision is not None
    assert (again.decision.batch, again.decision.revised) == (batch.code, (1,))
    assert [card.kind for card in again.cards] == ["drafts"]


async def test_a_turn_names_what_its_tools_changed_and_nothing_from_before(shop: SellingOffice) -> None:
    await shop.creators(1)
    talk = await open_talk(shop, shop.operator)
    await talk.submit(UpdateRelation(handle="creator00000", stage="replied"))
    await shop.move_clock(timedelta(minutes=1))
    changing = Reply(text="", tool_calls=(ToolCall(name="crm_update", arguments={}, ok=True),))
    async with shop.database.unit(shop.operator) as unit:
        began = unit.now
        assert (await offered_after(unit, changing, began_at=began)).undo is None
    change = await talk.submit(UpdateRelation(handle="creator00000", stage="agreed"))
    async with shop.database.unit(shop.operator) as unit:
        assert (await offered_after(unit, changing, began_at=began)).undo == change.undo
        assert (await offered_after(unit, Reply(text=""), began_at=began)).undo is None
        failed = changing.model_copy(update={"tool_calls": (ToolCall(name="crm_update", arguments={}, ok=False),)})
        assert (await offered_after(unit, failed, began_at=began)).undo is None
