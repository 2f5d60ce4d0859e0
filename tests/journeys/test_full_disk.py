"""A full disk: whoever asks is told so, and when there is room again everything goes on with nothing lost."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from agent.bootstrap import Installation, installed, migrated
from agent.settings import Settings
from memory.creator_index.keeper.index import KeeperIndex, Patience
from memory.domain.chat import Accepted, Inbound
from memory.domain.chat_stores import Author
from memory.domain.creator import CreatorQuery, IndexEntry
from memory.domain.errors import Unavailable
from memory.domain.ids import ConversationId
from memory.domain.workspace import Scope
from tests.support.creator_index import OURS, WordEmbedder, entry
from tests.support.small_disk import fill, small_disk

pytestmark = pytest.mark.journey

LONG = "找美国做宠物用品的达人，" * 600
SHEET = "handle,bio\n" + "".join(f"creator{number},{'cats and dogs ' * 4}\n" for number in range(2_000))
TOLD = "磁盘满了，什么都没有改动。请清理出空间再试。"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of this test alone."""
    with small_disk(200) as place:
        if place is None:
            pytest.skip("NO REAL FULL DISK TRIED: mounting is not permitted here; only the refusal 53100 is played")
        yield place


async def say(daren: Installation, scope: Scope, number: int) -> ConversationId:
    inbound = Inbound(connector="webhook", outside_id=f"{number}", text=f"{number} {LONG}", chat="one")
    receipt = await daren.desk.receive(scope, inbound)
    assert isinstance(receipt, Accepted)
    return receipt.conversation


async def assert_refused_and_told(daren: Installation, scope: Scope, number: int) -> None:
    """Neither a message nor a file is taken, and the reason is said."""
    with pytest.raises(Unavailable) as refused:
        await say(daren, scope, number)
    assert daren.texts.say(refused.value.text_key, "zh", **refused.value.facts) == TOLD
    with pytest.raises(Unavailable) as no_file:
        await daren.desk.upload(scope, name="creators.csv", content=SHEET.encode(), kind="creators")
    assert no_file.value.text_key == "disk_full"


async def first_refused(daren: Installation, scope: Scope) -> int:
    """Say one thing after another until one is not taken; its number."""
    for number in range(1, 1_000):
        try:
            await say(daren, scope, number)
        except Unavailable:
            return number
    pytest.fail("the disk never got full")


async def heard(daren: Installation, scope: Scope, conversation: ConversationId) -> list[int]:
    """The numbers of the messages kept."""
    lines = await daren.queries.transcript(scope, conversation)
    return [int(line.reply.text.split()[0]) for line in lines if line.author is Author.MEMBER]


async def test_a_database_that_refuses_for_want_of_room_is_told_and_tried_again(empty_settings: Settings) -> None:
    async with installed(empty_settings) as daren:
        await daren.accounts.make_own()
        scope = await daren.accounts.local()
        conversation = await say(daren, scope, 1)
        with psycopg.connect(daren.database.url, autocommit=True) as full:
            full.execute(
                "create function full_disk() returns trigger language plpgsql as"
                " $$ begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$"
            )
            for table in ("message", "import_row"):
                full.execute(f"create trigger full_disk before insert on {table} execute function full_disk()".encode())
            await assert_refused_and_told(daren, scope, 2)
            full.execute("drop function full_disk cascade")
        assert await say(daren, scope, 2) == conversation
        assert await daren.desk.upload(scope, name="creators.csv", content=SHEET.encode(), kind="creators")
        assert await heard(daren, scope, conversation) == [1, 2]


async def test_a_database_on_a_full_disk_loses_nothing_it_acknowledged(disk: Path) -> None:
    settings = Settings(home=disk / "home")
    settings.home.mkdir()
    (disk / "rows").mkdir()
    (settings.home / "postgres.path").write_text(f"{disk / 'rows'}\n", encoding="utf-8")  # root keeps rows elsewhere
    await migrated(settings)
    async with installed(settings) as daren:
        await daren.accounts.make_own()
        scope = await daren.accounts.local()
        conversation = await say(daren, scope, 0)
        fill(disk / "filler")
        refused = await first_refused(daren, scope)
        await assert_refused_and_told(daren, scope, refused)
        (disk / "filler").unlink()
        await say(daren, scope, refused)
        assert await daren.desk.upload(scope, name="creators.csv", content=SHEET.encode(), kind="creators")
        assert await heard(daren, scope, conversation) == list(range(refused + 1))


async def test_an_index_on_a_full_disk_says_so_and_comes_back_from_rows(disk: Path) -> None:
    rows = [entry(number) for number in range(1, 21)]

    async def of_ours() -> AsyncIterator[Sequence[IndexEntry]]:
        yield rows

    index = KeeperIndex(disk, WordEmbedder(), of_ours, patience=Patience(linger=1, start=60))
    assert await index.count([CreatorQuery()], tenant=OURS) == [20]
    fill(disk / "filler")
    more = [entry(number, "cats") for number in range(21, 3_000)]
    with pytest.raises(Unavailable) as full:
        await index.upsert(more)
    assert full.value.text_key == "disk_full"
    (disk / "filler").unlink()
    rows += more[:5]
    assert await index.count([CreatorQuery()], tenant=OURS) == [25]
    await index.upsert(more[5:10])
    assert await index.count([CreatorQuery()], tenant=OURS) == [30]
    await index.stop()
