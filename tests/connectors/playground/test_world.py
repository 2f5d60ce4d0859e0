"""The playground world in a real database: made once, sent to once per key, answered by creators in their day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from connectors.playground.answers import PlaygroundAnswers
from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.settings import PlaygroundSettings
from connectors.playground.source import PlaygroundSource
from connectors.playground.world import World
from connectors.ports.platforms import SendFate
from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, CreatorId, SendId, StepId
from memory.domain.outreach import SendTicket

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CREATORS = 160
CALM = PlaygroundSettings(per_minute=10_000, down_bp=0, lost_request_bp=0, lost_answer_bp=0, closed_bp=0)
OFFER = "Hi! We would love to send you a free sample of our litter box. You earn 20% commission."

# Each finds rows that contradict others; none may be found.
BROKEN = (
    """select 1 from playground.refund r join playground.order_line o on o.id = r.order_line
       where r.quantity > o.quantity""",
    """select 1 from playground.sample s
       where posted_at <= delivered_at or delivered_at <= shipped_at or shipped_at <= asked_at""",
    """select 1 from playground.sample s join playground.order_line o using (number, product)
       where s.posted_at is null or o.placed_at < s.posted_at""",
    """select 1 from playground.sample s where not exists
       (select 1 from playground.message m where m.number = s.number and m.at < s.asked_at)""",
    """select 1 from playground.order_line o where not exists
       (select 1 from playground.post p where p.number = o.number and p.selling and p.posted_at < o.placed_at)""",
)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    world = await World.open(database_url)
    await world.make(creators=CREATORS, seed=5, now=NOW)
    yield world
    await world.close()


async def everyone(world: World) -> list[CreatorFacts]:
    return [facts async for page in PlaygroundSource(world).creators() for facts in page]


def ticket(facts: CreatorFacts, *, key: str = "", text: str = OFFER) -> SendTicket:
    return SendTicket(
        SendId(1), StepId(1), BrandId(1), CreatorId(1), facts.handle, facts.platform, text, key or f"key-{facts.handle}"
    )


def row(facts: CreatorFacts, source: str = "playground") -> Creator:
    return Creator(CreatorId(1), None, facts, Source(source, NOW))


async def test_a_world_that_was_never_made_is_empty(database_url: str) -> None:
    world = await World.open(database_url)
    assert await everyone(world) == []
    assert await PlaygroundAnswers(world).answers(after=None, now=NOW) == ([], None)
    assert await world.next_due() is None
    await world.close()


async def test_making_the_same_world_again_changes_nothing_and_another_replaces_it(world: World) -> None:
    before = await everyone(world)
    assert not await world.make(creators=CREATORS, seed=5, now=NOW + timedelta(days=3))
    assert await everyone(world) == before
    heard: list[tuple[int, int]] = []
    assert await world.make(creators=20, seed=6, now=NOW, progress=lambda done, of: heard.append((done, of)))
    assert len(await everyone(world)) == 20
    assert heard == [(20, 20)]


async def test_another_process_learns_that_the_world_was_made(database_url: str) -> None:
    early, maker = await World.open(database_url), await World.open(database_url)
    await maker.make(creators=20, seed=1, now=NOW)
    facts = (await everyone(maker))[0]
    assert not early.has(facts.platform, facts.handle)
    await early.refresh()
    assert early.has(facts.platform, facts.handle)
    await early.close()
    await maker.close()


async def test_only_its_own_creators_are_accepted(world: World) -> None:
    messenger = PlaygroundMessenger(world, CALM)
    facts = (await everyone(world))[0]
    stranger = CreatorFacts(handle="somebody_real")
    assert messenger.accepts(row(facts)) is None
    for creator in (row(facts, "file"), row(stranger), row(stranger, "file")):
        flag = messenger.accepts(creator)
        assert flag is not None
        assert flag.key == "no_channel"
    with pytest.raises(Refused):
        await messenger.send(ticket(stranger), now=NOW)


async def test_a_key_is_accepted_once_even_by_racing_senders(world: World) -> None:
    messenger = PlaygroundMessenger(world, CALM)
    facts = (await everyone(world))[0]
    receipts = await asyncio.gather(*(messenger.send(ticket(facts), now=NOW) for _ in range(8)))
    assert len(set(receipts)) == 1
    assert await messenger.fate(ticket(facts)) is SendFate.ACCEPTED
    assert await messenger.fate(ticket(facts, key="other")) is SendFate.NEVER_SEEN


async def test_creators_answer_in_their_day_and_each_answer_is_handed_out_once(world: World) -> None:
    people = (await everyone(world))[:120]
    messenger, source = PlaygroundMessenger(world, CALM), PlaygroundAnswers(world)
    for facts in people:
        await messenger.send(ticket(facts), now=NOW)
    due = await source.next_due()
    assert due is not None
    assert due >= NOW + timedelta(hours=1)
    first, cursor = await source.answers(after=None, now=due)
    rest, last = await source.answers(after=cursor, now=NOW + timedelta(days=4))
    nothing, same = await source.answers(after=last, now=NOW + timedelta(days=9))
    got = [*first, *rest]
    assert (nothing, same) == ([], last)
    assert len({answer.outside_id for answer in got}) == len(got)
    assert 50 < len(got) < 120
    assert [answer.written_at for answer in got] == sorted(answer.written_at for answer in got)
    zones = {facts.handle: facts.zone for facts in people}
    for answer in got:
        if zone := zones[answer.handle]:
            assert 6 <= answer.written_at.astimezone(ZoneInfo(zone)).hour < 23
    assert (await source.answers(after=None, now=NOW))[0] == got


async def test_an_answer_that_becomes_due_behind_the_cursor_is_not_lost(world: World) -> None:
    messenger, source = PlaygroundMessenger(world, CALM), PlaygroundAnswers(world)
    people = await everyone(world)
    for facts in people[:40]:
        await messenger.send(ticket(facts), now=NOW)
    _, cursor = await source.answers(after=None, now=NOW + timedelta(days=5))
    for facts in people[40:80]:
        await messenger.send(ticket(facts), now=NOW)
    late, _ = await source.answers(after=cursor, now=NOW + timedelta(days=5))
    assert late


async def test_it_throttles_and_fails_as_its_settings_say(world: World) -> None:
    one, two, *_ = await everyone(world)
    slow = PlaygroundMessenger(world, CALM.model_copy(update={"per_minute": 1}))
    await slow.send(ticket(one), now=NOW)
    with pytest.raises(Unavailable, match="playground_throttled"):
        await slow.send(ticket(two), now=NOW)
    await slow.send(ticket(two), now=NOW + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("setting", "error", "fate"),
    [
        ("down_bp", Unavailable, SendFate.NEVER_SEEN),
        ("closed_bp", Refused, SendFate.NEVER_SEEN),
        ("lost_request_bp", Unclear, SendFate.NEVER_SEEN),
        ("lost_answer_bp", Unclear, SendFate.ACCEPTED),
    ],
)
async def test_each_failure_says_the_truth_afterwards(
    world: World, setting: str, error: type[Exception], fate: SendFate
) -> None:
    messenger = PlaygroundMessenger(world, CALM.model_copy(update={setting: 10_000}))
    facts = (await everyone(world))[0]
    with pytest.raises(error):
        await messenger.send(ticket(facts), now=NOW)
    assert await messenger.fate(ticket(facts)) is fate


async def test_the_rows_agree_with_each_other(world: World, database_url: str) -> None:
    facts = {f.handle: f for f in await everyone(world)}
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        sums = await connection.execute(
            "select handle, sum(price_minor * quantity) filter (where placed_at > %s) from playground.creator"
            " left join playground.order_line using (number) group by handle",
            (NOW - timedelta(days=30),),
        )
        for handle, minor in await sums.fetchall():
            gmv = facts[handle].gmv_30d
            if gmv is not None:
                assert gmv.low <= (minor or 0) <= gmv.high
        for broken in BROKEN:
            assert await (await connection.execute(broken)).fetchall() == []
        outside = "select 1 from playground.order_line where placed_at > %s or placed_at < %s"
        assert await (await connection.execute(outside, (NOW, NOW - timedelta(days=181)))).fetchall() == []


async def test_other_roles_see_nothing_of_it(world: World, database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("set local role daren_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("select * from playground.trait")
        await connection.rollback()
