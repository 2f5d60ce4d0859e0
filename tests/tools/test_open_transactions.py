"""While a model or the index works no transaction is open: nobody waits, and what was written undoes no change."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
import pytest
from pydantic import JsonValue

from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.chat import Reply
from memory.domain.chat_stores import Ending, Fence
from memory.domain.creator import CreatorQuery, Hit, Shortlist
from memory.domain.errors import BadRequest, Conflict, Unavailable
from memory.domain.ids import ConversationId, CreatorId, TenantId
from memory.domain.money import Money
from memory.domain.outreach import Batch, Gist, Intent
from memory.domain.stores import CreatorIndex
from memory.domain.workspace import Scope
from tests.memory.test_units import begin_turn
from tests.support.fake_drafting import Acceptor
from tools.contract import Arguments, Tool, TurnContext
from tools.creator_search.arguments import SearchCreatorsArgs, SimilarCreatorsArgs
from tools.creator_search.tool import search_creators, similar_creators
from tools.drafting.revise_tool import DraftsRevised, ReviseDraftsArgs, revise_drafts
from tools.drafting.tool import Drafted, DraftMessagesArgs, draft_messages
from tools.replies.tool import ListRepliesArgs, list_replies
from tools.translation.tool import TranslateArgs, translate

WISH = "写得像老朋友聊天"  # a wish only a model can carry out
_OPEN = (
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and (state like 'idle in transaction%' or (state = 'active' and xact_start is not null))"
)


@dataclass
class WatchingModel:
    """A model that looks, while it is asked, for open transactions; `meanwhile` is what others do in that time."""

    url: str
    answers: dict[str, dict[str, JsonValue]]  # by the handle of whom it is asked about
    meanwhile: Callable[[], Awaitable[None]] | None = None
    found_open: list[int] = field(default_factory=list)

    async def write(self, *, system: str, user: str, purpose: str, max_tokens: int = 800) -> str:
        """See `TextModel.write`."""
        await self.look()
        return "译文"

    async def write_json(
        self, *, system: str, user: str, purpose: str, schema: dict[str, JsonValue], max_tokens: int = 1200
    ) -> dict[str, JsonValue]:
        """See `TextModel.write_json`."""
        await self.look()
        if purpose == "intent":
            return {"intent": "price", "confidence": 90}
        return next(answer for handle, answer in self.answers.items() if handle in user)

    async def look(self) -> None:
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            row = await (await connection.execute(_OPEN.encode())).fetchone()
        assert row is not None
        self.found_open.append(row[0])
        if self.meanwhile is not None:
            work, self.meanwhile = self.meanwhile, None
            await work()


@dataclass
class WatchingIndex:
    """An index over every creator of the office that looks, while it is asked, for open transactions."""

    watch: WatchingModel
    ids: list[CreatorId]

    async def search(self, query: CreatorQuery, *, tenant: TenantId, limit: int, offset: int = 0) -> list[Hit]:
        """See `CreatorIndex.search`."""
        await self.watch.look()
        return [Hit(each, 1.0, 1.0) for each in self.ids[:limit]]

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> list[Hit]:
        """See `CreatorIndex.similar`."""
        return [hit for hit in await self.search(query, tenant=tenant, limit=limit) if hit.id != creator]

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> list[int]:
        """See `CreatorIndex.count`."""
        await self.watch.look()
        return [len(self.ids)] * len(queries)


@dataclass
class Desk:
    """An operator's turn in an office with a product, creators and a batch of two drafts."""

    shop: SellingOffice
    turn: TurnContext
    batch: Batch

    @property
    def database(self) -> Database:
        return self.shop.database

    async def run(self, tool: Tool[Any], args: Arguments) -> object:
        return await tool.run(args, self.turn)

    async def texts(self) -> list[str]:
        return [draft.version.content.text for draft in await self.shop.read(self.batch)]


@pytest.fixture
async def desk(database: Database) -> Desk:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.lead) as unit:
        fields = {"name": "Leash", "price": Money(1999), "selling_points": ("strong",), "sample": True}
        await unit.products.save(None, fields, brand=shop.brand)
    await shop.creators(2)
    thread, fence = await begin_turn(database, shop.operator)
    turn = turn_of(shop.operator, thread, fence)
    wanted = {"purpose": "invite", "handles": ["creator00000", "creator00001"], "channel": "playground"}
    made = await draft_messages(database, Acceptor(), None).run(DraftMessagesArgs.model_validate(wanted), turn)
    assert isinstance(made, Drafted)
    async with database.unit(shop.operator, fence=fence) as unit:
        await unit.turns.end(fence, Ending(Reply(text="…")), now=unit.now)
    thread, fence = await begin_turn(database, shop.operator, "2")
    return Desk(shop, turn_of(shop.operator, thread, fence), made.batch)


def turn_of(scope: Scope, thread: ConversationId, fence: Fence) -> TurnContext:
    return TurnContext(scope, thread, fence, "zh", "turn:1:0")


def said_anew(batch: Batch) -> dict[str, dict[str, JsonValue]]:
    """Each draft in other words that pass every check."""
    texts = {draft.handle: draft.version.content for draft in batch.drafts}
    return {
        handle: {"text": content.text.replace("Hi ", "Hey "), "text_zh": content.text_zh.replace("你好", "嗨")}
        for handle, content in texts.items()
    }


async def hear_from_the_first(desk: Desk) -> None:
    async with desk.database.unit(desk.shop.owner) as unit:
        await unit.creator_messages.store(
            desk.batch.drafts[0].creator,
            brand=desk.shop.brand,
            source="test",
            outside_id="1",
            text="Love it, tell me more",
            gist=Gist(Intent.INTERESTED, 90),
            received_at=unit.now,
        )


async def test_drafting_revising_reading_and_translating_hold_no_transaction_open(desk: Desk) -> None:
    await hear_from_the_first(desk)
    model = WatchingModel(desk.database.url, said_anew(desk.batch))
    invite = {"purpose": "invite", "handles": ["creator00000"]}
    reply = {"purpose": "reply", "handles": ["creator00000"]}
    calls: list[tuple[Tool[Any], Arguments]] = [
        (draft_messages(desk.database, Acceptor(), model), DraftMessagesArgs.model_validate(invite)),
        (draft_messages(desk.database, Acceptor(), model), DraftMessagesArgs.model_validate(reply)),
        (
            revise_drafts(desk.database, model),
            ReviseDraftsArgs(batch=desk.batch.code, numbers=(1,), instruction=WISH),
        ),
        (list_replies(desk.database, Acceptor(), model), ListRepliesArgs(status="all")),
        (translate(model), TranslateArgs(text="Love it", to="zh")),
    ]
    for tool, args in calls:
        model.found_open.clear()
        await desk.run(tool, args)
        assert model.found_open, tool.name
        assert set(model.found_open) == {0}, tool.name


async def test_searching_holds_no_transaction_open_while_the_index_is_asked(desk: Desk) -> None:
    watch = WatchingModel(desk.database.url, {})
    index = cast(CreatorIndex, WatchingIndex(watch, [draft.creator for draft in desk.batch.drafts]))
    calls: list[tuple[Tool[Any], Arguments]] = [
        (search_creators(desk.database, index), SearchCreatorsArgs(topic="pets")),
        (similar_creators(desk.database, index), SimilarCreatorsArgs(handle="creator00000")),
    ]
    for tool, args in calls:
        watch.found_open.clear()
        found = await desk.run(tool, args)
        assert isinstance(found, Shortlist)
        assert found.items, tool.name
        assert len(watch.found_open) >= 2, tool.name
        assert set(watch.found_open) == {0}, tool.name


async def test_a_draft_changed_while_the_model_wrote_keeps_the_other_change(desk: Desk) -> None:
    async def another_edits_the_second() -> None:
        await desk.shop.edit(desk.batch.drafts[1], "Mine", by=desk.shop.operator)

    model = WatchingModel(desk.database.url, said_anew(desk.batch), another_edits_the_second)
    revised = await desk.run(
        revise_drafts(desk.database, model), ReviseDraftsArgs(batch=desk.batch.code, instruction=WISH)
    )
    assert isinstance(revised, DraftsRevised)
    assert [draft.number for draft in revised.changed] == [1]
    assert (revised.settled, revised.overtaken) == ((), (2,))
    first, second = await desk.texts()
    assert first.startswith("Hey ")
    assert second == "Mine"


async def test_when_every_draft_was_changed_meanwhile_it_is_said_and_nothing_is_lost(desk: Desk) -> None:
    async def another_edits_it() -> None:
        await desk.shop.edit(desk.batch.drafts[0], "Mine", by=desk.shop.operator)

    model = WatchingModel(desk.database.url, said_anew(desk.batch), another_edits_it)
    asked = ReviseDraftsArgs(batch=desk.batch.code, numbers=(1,), instruction=WISH)
    with pytest.raises(Conflict) as refused:
        await desk.run(revise_drafts(desk.database, model), asked)
    assert (refused.value.text_key, refused.value.facts) == (
        "drafts_overtaken", {"batch": desk.batch.code, "numbers": "1"},
    )  # fmt: skip
    assert (await desk.texts())[0] == "Mine"


async def test_a_draft_on_its_way_before_the_model_was_done_stays_as_it_was_approved(desk: Desk) -> None:
    before = await desk.texts()

    async def everything_is_approved_and_sent() -> None:
        anna = desk.shop.anna
        await desk.shop.decide(await desk.shop.show(desk.batch, anna), anna, approve=[1, 2])
        assert (await desk.shop.dispatch()).sent == 2

    model = WatchingModel(desk.database.url, said_anew(desk.batch), everything_is_approved_and_sent)
    with pytest.raises(BadRequest) as refused:
        await desk.run(revise_drafts(desk.database, model), ReviseDraftsArgs(batch=desk.batch.code, instruction=WISH))
    assert refused.value.text_key == "drafts_settled"
    assert await desk.texts() == before


async def test_one_draft_the_model_cannot_write_leaves_all_as_they_were(desk: Desk) -> None:
    before = await desk.texts()
    answers = {**said_anew(desk.batch), "creator00001": {"text": "only one side"}}
    model = WatchingModel(desk.database.url, answers)  # type: ignore[arg-type]  # not what it was asked for
    with pytest.raises(Unavailable, match="model_no_draft"):
        await desk.run(revise_drafts(desk.database, model), ReviseDraftsArgs(batch=desk.batch.code, instruction=WISH))
    assert await desk.texts() == before
