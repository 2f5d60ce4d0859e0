"""A creator erased for good: no table of the tenant speaks of them, nothing brings them back, others keep theirs."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import psycopg
import pytest
from openpyxl import Workbook
from psycopg import sql

from agent.erasing import Eraser
from agent.imports import Imports
from connectors.files.reader import FileReader
from connectors.ports.platforms import Answer
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.cards import RepliesCard, ReplyRow
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from memory.domain.collaborations import Collaboration, CollaborationStatus, Invited, Rated
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Unclear
from memory.domain.ids import CreatorId
from memory.domain.outreach import DraftStatus, Gist, Intent
from memory.domain.shops import SellerShop
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.stores import Change, Unit
from prompts.render import texts
from tests.support.database import TestServer

HANDLE, NAME, EMAIL = "lily_paws.77", "Lilia Marchetti", "lilia.m@example.test"
SAID = 'I love cats, "really"!\nSend it to 12 Elm Street.'
WROTE = "Hi Lilia, we make a litter box your three cats will love."
ABOUT = CreatorFacts(
    handle=HANDLE, name=NAME, email=EMAIL, bio="Three cats and a camera in Ohio", market="US", captions=("Cat tax day",)
)
TRACES = (HANDLE, NAME, EMAIL, "12 Elm Street", WROTE, "Three cats and a camera", "Cat tax day", "asks for a discount")


@dataclass
class Forgetful:
    """An index that says what it was told to forget."""

    gone: list[CreatorId] = field(default_factory=list)

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        self.gone += ids


def eraser(shop: SellingOffice, index: Forgetful) -> Eraser:
    return Eraser(shop.database.unit, index)  # type: ignore[arg-type]  # only `delete` is asked


async def known(shop: SellingOffice) -> CreatorId:
    """Somebody written down in every table a creator comes into."""
    async with shop.database.unit(shop.operator) as unit:
        await unit.creators.upsert([ABOUT], source="file:creators.csv", as_of=unit.now)
        creator = (await unit.creators.by_handles([HANDLE]))[HANDLE].id
        talk = (await unit.conversations.start(connector="web", chat="direct", now=unit.now)).id
    batch = await shop.draft([creator], texts=[WROTE], conversation=talk)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    async with shop.database.unit(shop.operator) as unit:
        gist = Gist(Intent.ADDRESS, 85, questions=(), quotes=("Send it to 12 Elm Street.",))
        message = await unit.creator_messages.store(
            creator, brand=shop.brand, source="eval", outside_id="m1", text=SAID, gist=gist, received_at=unit.now
        )
        assert message is not None
        row = ReplyRow(
            id=message.id, handle=HANDLE, received_at=unit.now, text=SAID, heading="h", summary=("「12 Elm Street」",),
            translation=None, intent="address",
        )  # fmt: skip
        reply = Reply(text=f"@{HANDLE} 回信了", cards=(RepliesCard(total=1, items=(row,)),))
        await unit.conversations.say(talk, author=Author.NOTICE, reply=reply, now=unit.now)
        await unit.relations.update([creator], add_tags=["vip"], note="asks for a discount")
        await invited(unit, creator, shop)
        await unit.samples.lock([creator], brand=shop.brand)
        sample = await unit.samples.begin(creator, brand=shop.brand)
        await unit.samples.save(replace(sample, content_link=f"https://video.test/@{HANDLE}/1"))
        await unit.shortlists.add(
            talk, [NewShortlistItem(creator, ())], total=1, criteria={"exclude_handles": [HANDLE]}, name="cats"
        )
        await unit.files.keep(name="list.csv", media_type="text/csv", content=f"handle\n{HANDLE}\n".encode())
        await unit.files.keep(name="list.xlsx", media_type="application/xlsx", content=workbook())
        await unit.files.keep(name="other.csv", media_type="text/csv", content=b"handle\nsomebody\n")
        await unit.preferences.add(f"never @{HANDLE} on Mondays", {"handles": [HANDLE]})
        await unit.audit.record("reply.pasted", subject="message:1", after={"text": SAID, "handle": HANDLE})
    await shop.draft([creator], texts=[f"{WROTE} Again."])
    return creator


async def invited(unit: Unit, creator: CreatorId, shop: SellingOffice) -> None:
    """They are in a target collaboration of the brand's shop."""
    link = await unit.shops.begin(shop.brand, by=shop.operator.member)
    link = await unit.shops.connect(link.id, [SellerShop("7001", "Acme US", "US")])
    product, guest = Rated("1729", "Cat tree", 2_000), Invited("u1", HANDLE)
    ends = unit.now + timedelta(days=9)
    found = Collaboration("c1", "Autumn", CollaborationStatus.LIVE, ends, True, False, (product,), (guest,))
    await unit.collaborations.keep(link, [found], creators={HANDLE: creator})
    assert await unit.collaborations.of([creator], brand=shop.brand) == [found]


def workbook() -> bytes:
    made = Workbook()
    made.create_sheet().append([NAME, HANDLE])
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def traces(postgres: TestServer, url: str) -> dict[str, set[str]]:
    """Which words of the person stand in which column of which table; a file counts by its bytes."""
    found: dict[str, set[str]] = {}
    name = url.split("/")[3].split("?", maxsplit=1)[0]
    with psycopg.connect(postgres.url(name, user="postgres")) as everything:
        columns = everything.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
            " and data_type in ('text', 'jsonb', 'json', 'character varying', 'bytea', 'ARRAY')"
        ).fetchall()
        for table, column, kind in columns:
            held = sql.SQL("encode({}, 'escape')" if kind == "bytea" else "{}::text").format(sql.Identifier(column))
            there = everything.execute(
                sql.SQL(
                    "select distinct word from {} join unnest(%s::text[]) word"
                    " on position(lower(word) in lower({})) > 0"
                ).format(sql.Identifier(table), held),
                (list(TRACES),),
            ).fetchall()
            if there:
                found[f"{table}.{column}"] = {word for (word,) in there}
    return found


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def test_no_table_speaks_of_a_creator_who_was_erased(
    shop: SellingOffice, database_url: str, postgres: TestServer
) -> None:
    creator, index = await known(shop), Forgetful()
    before = traces(postgres, database_url)
    assert {"creator.email", "draft_version.text", "message.reply", "stored_file.content", "relation.notes"} <= set(
        before
    )
    await eraser(shop, index).run(shop.lead, creator)
    assert traces(postgres, database_url) == {"suppression.handle_key": {HANDLE}}
    assert index.gone == [creator]
    async with shop.database.unit(shop.operator) as unit:
        assert [one.creators for one in await unit.collaborations.all(limit=9)] == [()]
    async with shop.database.unit(shop.owner) as unit:
        assert await unit.creators.by_handles([HANDLE]) == {}
        assert await unit.creators.to_index(after=CreatorId(0), limit=10) == []
        batches = [await unit.drafts.batch(code) for code in ("K1", "K2")]
    assert [draft.status for batch in batches if batch for draft in batch.drafts] == [
        DraftStatus.SENT,
        DraftStatus.FAILING,
    ]
    await eraser(shop, index).run(shop.lead, creator)  # once more changes nothing


async def test_a_neighbour_who_knows_the_same_person_keeps_them(
    shop: SellingOffice, database_url: str, postgres: TestServer
) -> None:
    other = await open_office(shop.database)
    theirs = await known(other)
    alone = traces(postgres, database_url)
    mine = await known(shop)
    await eraser(shop, Forgetful()).run(shop.lead, mine)
    after = traces(postgres, database_url)
    assert after.pop("suppression.handle_key") == {HANDLE}
    assert after == alone
    async with shop.database.unit(other.operator) as unit:
        assert (await unit.creators.by_handles([HANDLE]))[HANDLE].id == theirs
        assert theirs not in await unit.relations.hidden()


async def test_neither_an_import_nor_an_answer_brings_them_back(
    shop: SellingOffice, database_url: str, postgres: TestServer
) -> None:
    creator = await known(shop)
    await eraser(shop, Forgetful()).run(shop.lead, creator)
    imports = Imports(shop.database, FileReader(), texts())
    file = f"handle,followers\n{HANDLE.upper()},2000\nnew_cat_mum,3000\n"
    run = await imports.preview(shop.lead, name="again.csv", content=file.encode(), kind="creators")
    await imports.start(shop.lead, run, {})
    await imports.carry_out(shop.lead, run)
    view = await imports.view(shop.lead, run)
    assert (view.added, [said for _, said in view.problems]) == (1, [texts().say("import_erased", "zh")])
    assert traces(postgres, database_url) == {"suppression.handle_key": {HANDLE}}
    async with shop.database.unit(shop.lead) as unit:
        assert await unit.creators.upsert([ABOUT], source="shop", as_of=unit.now) == [Change.REFUSED]
    async with shop.database.across_tenants("an answer of somebody erased") as work:
        answer = Answer("a1", "tiktok", HANDLE, "hello again", work.now)
        to = await work.answers.addressee(shop.lead.tenant, platform=answer.platform, handle=answer.handle)
    assert to is None


async def test_what_may_have_gone_stays_taken_and_what_waits_never_goes(shop: SellingOffice) -> None:
    [unclear, planned] = await shop.creators(2)
    shop.messenger.script["creator00000"] = [Unclear("lost")]
    await shop.approved([unclear])
    await shop.dispatch()
    batch = await shop.approved([planned])
    for creator in (unclear, planned):
        await eraser(shop, Forgetful()).run(shop.lead, creator)
    await shop.move_clock(timedelta(days=2))
    await shop.dispatch()
    assert shop.messenger.received == []
    assert [draft.status for draft in await shop.read(batch)] == [DraftStatus.STOPPED]


async def test_nobody_below_a_lead_erases(shop: SellingOffice) -> None:
    [creator] = await shop.creators(1)
    index = Forgetful()
    await eraser(shop, index).run(shop.anna, creator)
    assert index.gone == []
    async with shop.database.unit(shop.owner) as unit:
        assert creator in await unit.creators.by_ids([creator])
