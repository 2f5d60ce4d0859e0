"""A change of more than ten creators waits for the word of the member who asked."""

from datetime import UTC, datetime

from memory.database import Database
from memory.domain.chat_stores import Fence
from memory.domain.creator import CreatorFacts, Stage
from memory.domain.ids import CreatorId, TurnId
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.workspace import Scope
from tests.support.database import Office
from tools.contract import TurnContext
from tools.crm.tool import CrmChanged, CrmUpdateArgs, CrmWaiting, apply_change, crm_update


async def asked(database: Database, scope: Scope, *, creators: int) -> tuple[TurnContext, list[CreatorId]]:
    """A running turn in a conversation whose shortlist has so many creators."""
    async with database.unit(scope) as unit:
        handles = [f"pet_{number}" for number in range(creators)]
        await unit.creators.upsert(
            [CreatorFacts(handle=handle) for handle in handles], source="file", as_of=datetime(2026, 11, 1, tzinfo=UTC)
        )
        found = await unit.creators.by_handles(handles)
        ids = [found[handle].id for handle in handles]
        conversation = await unit.conversations.start(connector="test", chat="direct", now=unit.now)
        items = [NewShortlistItem(one, ()) for one in ids]
        await unit.shortlists.add(conversation.id, items, total=creators, criteria={})
        turn, _ = await unit.turns.add(
            conversation.id, text="标记为谈判中", connector="test", outside_id="1", now=unit.now
        )
        begun = await unit.turns.begin(turn)
    assert begun is not None
    fence = Fence(TurnId(turn), begun.attempt)
    return TurnContext(scope, conversation.id, fence, "zh", f"turn:{turn}:0", ("标记为谈判中",)), ids


async def test_ten_change_at_once_and_a_repeated_turn_changes_nothing_more(database: Database, office: Office) -> None:
    turn, ids = await asked(database, office.operator(0), creators=10)
    tool = crm_update(database)
    first = await tool.run(CrmUpdateArgs(stage=Stage.NEGOTIATING, note="called"), turn)
    again = await tool.run(CrmUpdateArgs(stage=Stage.NEGOTIATING, note="called"), turn)
    assert isinstance(first, CrmChanged)
    assert isinstance(again, CrmChanged)
    assert (first.changed, again.changed) == (10, 0)
    async with database.unit(office.operator(0)) as unit:
        relations = await unit.relations.of(ids)
    assert {relation.notes for relation in relations.values()} == {("called",)}


async def test_eleven_wait_and_are_changed_once_by_the_member_who_asked(database: Database, office: Office) -> None:
    turn, ids = await asked(database, office.operator(0), creators=11)
    waiting = await crm_update(database).run(CrmUpdateArgs(stage=Stage.NEGOTIATING), turn)
    assert waiting == CrmWaiting("C1", 11, CrmUpdateArgs(stage=Stage.NEGOTIATING))
    async with database.unit(office.operator(0)) as unit:
        assert await unit.relations.of(ids) == {}
    async with database.unit(office.lead(0)) as unit:
        assert await unit.waiting.take("C1") is None
    async with database.unit(office.operator(0)) as unit:
        taken = await unit.waiting.take("c1")
        assert taken is not None
        assert await apply_change(unit, taken.creators, taken.change) == 11
    async with database.unit(office.operator(0)) as unit:
        assert await unit.waiting.take("C1") is None
        assert {relation.stage for relation in (await unit.relations.of(ids)).values()} == {Stage.NEGOTIATING}
