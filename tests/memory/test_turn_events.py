"""Followers of a turn miss nothing and see nothing twice, in any process and over a lost connection."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from pydantic import JsonValue

from memory.database import Database
from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Ending, Fence
from memory.domain.errors import NotFound
from memory.domain.ids import TurnId
from memory.domain.workspace import Scope
from memory.wakeups import CHANNEL, LONGEST_PAYLOAD
from tests.memory.test_units import begin_turn
from tests.support.database import Office, TestServer, make_workspace, opened

_ROOT = Path(__file__).parents[2]


async def _write(database: Database, scope: Scope, fence: Fence, *texts: str) -> None:
    events: Sequence[tuple[TurnEventKind, dict[str, JsonValue]]] = [
        (TurnEventKind.TEXT, {"text": each}) for each in texts
    ]
    async with database.unit(scope, fence=fence) as unit:
        await unit.turns.add_events(fence, events)


async def _end(database: Database, scope: Scope, fence: Fence) -> None:
    async with database.unit(scope, fence=fence) as unit:
        await unit.turns.end(fence, Ending(Reply(text="done")), now=unit.now)


async def _all(events: AsyncIterator[TurnEvent]) -> list[TurnEvent]:
    async with asyncio.timeout(20):
        return [event async for event in events]


async def test_events_arrive_as_they_are_committed_and_end_with_the_turn(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    stream = database.turn_events.follow(scope, fence.turn)
    async with asyncio.timeout(20):
        assert (await anext(stream)).data == {"attempt": 1}
        await _write(database, scope, fence, "找到", "二十位")
        assert [(await anext(stream)).data["text"] for _ in range(2)] == ["找到", "二十位"]
        await _end(database, scope, fence)
        last = await anext(stream)
        assert (last.seq, last.kind, last.is_last) == (4, TurnEventKind.ANSWER, True)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_a_follower_that_comes_back_resumes_where_it_was(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    await _write(database, scope, fence, "a", "b", "c")
    await _end(database, scope, fence)
    assert [event.seq for event in await _all(database.turn_events.follow(scope, fence.turn, after=2))] == [3, 4, 5]
    assert await _all(database.turn_events.follow(scope, fence.turn, after=5)) == []


async def test_an_event_too_long_for_a_notice_is_read_from_its_row(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    long = "长" * LONGEST_PAYLOAD
    following = asyncio.create_task(_all(database.turn_events.follow(scope, fence.turn, after=1)))
    await _write(database, scope, fence, long, "short")
    await _end(database, scope, fence)
    assert [event.data.get("text", "") for event in await following] == [long, "short", ""]


async def test_nobody_follows_a_turn_out_of_their_scope(database: Database, office: Office) -> None:
    _, fence = await begin_turn(database, office.operator(0))
    rival = await make_workspace(database, name="Rival")
    for scope in (rival.operator(), office.operator(1)):
        with pytest.raises(NotFound):
            await _all(database.turn_events.follow(scope, fence.turn))
    with pytest.raises(NotFound):
        await _all(database.turn_events.follow(office.operator(0), TurnId(404)))


def _listeners(server: TestServer, database: Database) -> list[int]:
    name = database.url.split("/")[3].split("?")[0]
    with psycopg.connect(server.url("postgres", user="postgres")) as connection:
        found = connection.execute(
            "select pid from pg_stat_activity where datname = %s and query = %s", [name, f"listen {CHANNEL}"]
        )
        return [pid for (pid,) in found]


def _cut(server: TestServer, pid: int) -> None:
    with psycopg.connect(server.url("postgres", user="postgres")) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", [pid])


async def test_a_lost_listening_connection_costs_no_event(
    database: Database, office: Office, postgres: TestServer
) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    await database.wakeups.ready()
    following = asyncio.create_task(_all(database.turn_events.follow(scope, fence.turn)))
    for round_ in range(3):
        async with asyncio.timeout(20):
            await database.wakeups.ready()
        (listener,) = await _until_listening(postgres, database)
        _cut(postgres, listener)
        # Written while nobody listens: the reconnected follower must look at the rows.
        await _write(database, scope, fence, f"round {round_}")
    await _end(database, scope, fence)
    assert [event.seq for event in await following] == [1, 2, 3, 4, 5]


async def _until_listening(server: TestServer, database: Database) -> list[int]:
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(_listeners, server, database)):
            continue
    return found


@asynccontextmanager
async def _follower(
    database: Database, scope: Scope, turn: TurnId, after: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    given = (scope.tenant, scope.brand or 0, scope.member, turn, after)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.memory.follow_turn", database.url, *map(str, given),
        cwd=_ROOT, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _lines(process: asyncio.subprocess.Process, count: int) -> list[list[object]]:
    assert process.stdout is not None
    found: list[list[object]] = []
    async with asyncio.timeout(60):
        while len(found) < count and (line := await process.stdout.readline()):
            found.append(json.loads(line))
    return found


async def test_another_process_follows_and_one_killed_midway_resumes(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    await _write(database, scope, fence, "a")
    async with _follower(database, scope, fence.turn, 0) as first:
        assert await _lines(first, 2) == [[1, "started"], [2, "text"]]
        await _write(database, scope, fence, "b")
        assert await _lines(first, 1) == [[3, "text"]]
    await _write(database, scope, fence, "c")
    async with _follower(database, scope, fence.turn, 3) as second:
        assert await _lines(second, 1) == [[4, "text"]]
        await _end(database, scope, fence)
        assert await _lines(second, 2) == [[5, "answer"]]
        async with asyncio.timeout(20):
            assert await second.wait() == 0


async def test_a_bell_rings_for_its_topic_in_every_process(database: Database, office: Office) -> None:
    async with opened(database.url) as elsewhere:
        await elsewhere.wakeups.ready()
        with elsewhere.wakeups.bell("dispatch") as bell, elsewhere.wakeups.bell("other") as other:
            async with database.unit(office.operator()) as unit:
                unit.announce("dispatch", "brand 1")
            assert await bell.heard(within_seconds=20) == "brand 1"
            assert await other.heard(within_seconds=0) is None
