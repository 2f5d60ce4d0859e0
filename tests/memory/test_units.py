"""A unit is one transaction: its clock, its fence, its jobs, and what happens when it fails."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from memory.database import Database
from memory.domain import jobs
from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Author, Ending, Fence, Superseded, TurnState
from memory.domain.errors import Conflict, NotAllowed, Unavailable
from memory.domain.ids import ConversationId, TurnId
from memory.domain.jobs import Job, answer_turn, dispatch, reconcile
from memory.domain.workspace import Scope, WorkspaceKind
from tests.support.database import Office, TestServer, make_workspace


def _rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


async def begin_turn(database: Database, scope: Scope, outside_id: str = "1") -> tuple[ConversationId, Fence]:
    async with database.unit(scope) as unit:
        thread = await unit.conversations.find_or_start(connector="webchat", chat="direct", now=unit.now)
        turn, _ = await unit.turns.add(
            thread.id, text="hello", connector="webchat", outside_id=outside_id, now=unit.now
        )
    async with database.unit(scope) as unit:
        begun = await unit.turns.begin(turn)
        assert begun is not None
    return thread.id, Fence(turn, begun.attempt)


async def test_the_demo_clock_moves_and_a_real_one_never_does(database: Database, office: Office) -> None:
    async with database.across_tenants("clock") as service:
        await service.accounts.move_clock(by_seconds=7200)
    async with database.unit(office.operator()) as unit:
        ahead = unit.now - datetime.now(UTC)
    assert timedelta(minutes=119) < ahead < timedelta(minutes=121)


async def test_a_real_workspace_has_no_clock_to_move_and_is_made_once(database: Database) -> None:
    await make_workspace(database, kind=WorkspaceKind.REAL, brands=1)
    with pytest.raises(NotAllowed, match="real_time"):
        async with database.across_tenants("clock") as service:
            await service.accounts.move_clock(by_seconds=60)
    with pytest.raises(Conflict, match="workspace_exists"):
        async with database.across_tenants("again") as service:
            await service.accounts.make_workspace(WorkspaceKind.DEMO, name="Second")


async def test_a_unit_that_raises_leaves_nothing(database: Database, office: Office) -> None:
    async def fail_halfway() -> None:
        async with database.unit(office.operator()) as unit:
            await unit.counters.bump("searches")
            await unit.defer(dispatch())
            raise Conflict("halfway")

    with pytest.raises(Conflict, match="halfway"):
        await fail_halfway()
    async with database.unit(office.operator()) as unit:
        assert await unit.counters.today() == {}
    assert _rows(database.url, "select id from procrastinate_jobs") == []


async def test_a_job_is_queued_with_the_rows_it_is_about(database: Database, office: Office) -> None:
    scope = office.operator()
    async with database.unit(scope) as unit:
        await unit.counters.bump("searches", 2)
        await unit.counters.bump("searches")
        await unit.defer(answer_turn(TurnId(7), scope=scope, conversation=ConversationId(9)))
        assert _rows(database.url, "select id from procrastinate_jobs") == []
    async with database.unit(scope) as unit:
        assert await unit.counters.today() == {"searches": 3}
    found = _rows(
        database.url,
        "select queue_name, task_name, priority, lock, queueing_lock, args, status from procrastinate_jobs",
    )
    args = {"turn": 7, "tenant": scope.tenant, "member": scope.member, "brand": scope.brand}
    assert found == [("turns", jobs.TURN, 10, "conversation:9", None, args, "todo")]


async def test_one_waiting_job_is_enough_for_its_queueing_lock(database: Database, office: Office) -> None:
    for _ in range(2):
        async with database.unit(office.operator()) as unit:
            await unit.defer(dispatch())
            await unit.defer(dispatch())
            await unit.defer(Job(jobs.TURN, "turns"))
    tasks = [task for (task,) in _rows(database.url, "select task_name from procrastinate_jobs order by task_name")]
    assert tasks == [jobs.DISPATCH, jobs.TURN, jobs.TURN]


async def test_a_job_that_began_before_our_commit_is_followed_by_another(database: Database, office: Office) -> None:
    async with database.unit(office.operator()) as unit:
        await unit.defer(dispatch())

    async def approve() -> None:
        async with database.unit(office.operator()) as unit:
            await unit.counters.bump("approvals")
            await unit.defer(dispatch())
            await unit.defer(reconcile())

    async with await psycopg.AsyncConnection.connect(database.url) as rival:
        await rival.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock)"
            " values ('outreach', 'another', 'reconcile')"
        )
        approval = asyncio.create_task(approve())
        await _waiting_for_a_lock(database.url)
        # It has found its dispatch waiting already; now that one begins, and cannot see what is not committed.
        async with await psycopg.AsyncConnection.connect(database.url) as worker:
            await worker.execute("update procrastinate_jobs set status = 'doing' where task_name = %s", [jobs.DISPATCH])
        await rival.rollback()
        await approval
    found = sorted(_rows(database.url, "select task_name, status from procrastinate_jobs"))
    assert found == [(jobs.DISPATCH, "doing"), (jobs.DISPATCH, "todo"), (jobs.RECONCILE, "todo")]


async def test_an_occasion_happens_once_in_a_tenant(database: Database, office: Office) -> None:
    other = await make_workspace(database, name="Rival")
    answers = []
    for scope in (office.operator(0), office.operator(1), other.operator(0)):
        async with database.unit(scope) as unit:
            answers.append(await unit.first_time("message:42"))
    assert answers == [True, False, True]


async def test_the_same_occasion_at_once_happens_once(database: Database, office: Office) -> None:
    async def once() -> bool:
        async with database.unit(office.operator()) as unit:
            return await unit.first_time("double click")

    assert sorted(await asyncio.gather(*(once() for _ in range(5)))) == [False] * 4 + [True]


async def test_an_older_attempt_is_superseded(database: Database, office: Office) -> None:
    scope = office.operator()
    _, first = await begin_turn(database, scope)
    async with database.unit(scope) as unit:
        again = await unit.turns.begin(first.turn)
        assert again is not None
        assert again.attempt == first.attempt + 1
    with pytest.raises(Superseded):
        async with database.unit(scope, fence=first) as unit:
            pytest.fail("the old attempt got in")
    with pytest.raises(Superseded):
        async with database.unit(scope) as unit:
            await unit.turns.end(first, Ending(Reply(text="late")), now=unit.now)


async def test_a_turn_ends_once(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)

    async def end() -> bool:
        try:
            async with database.unit(scope, fence=fence) as unit:
                await unit.turns.end(fence, Ending(Reply(text="hi")), now=unit.now)
        except Superseded:
            return False
        return True

    assert sorted(await asyncio.gather(end(), end(), end())) == [False, False, True]
    async with database.unit(scope) as unit:
        turn = await unit.turns.by_id(fence.turn)
        assert turn is not None
        assert turn.state is TurnState.DONE
        assert await unit.turn_rows.since(turn.id, after=2) == ([], True)
        events, ended = await unit.turn_rows.since(turn.id, after=0) or ([], False)
        assert ended
        assert [(event.seq, event.kind) for event in events] == [(1, TurnEventKind.STARTED), (2, TurnEventKind.ANSWER)]
        assert await unit.turns.begin(fence.turn) is None
        assert await unit.turns.running(turn.conversation) is None


async def test_a_new_attempt_waits_for_the_transaction_of_the_old(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    async with database.unit(scope, fence=fence) as unit:
        await unit.turns.add_events(fence, [(TurnEventKind.TEXT, {"text": "a"})])

        async def begin_again() -> int:
            async with database.unit(scope) as other:
                begun = await other.turns.begin(fence.turn)
                assert begun is not None
                return begun.attempt

        rival = asyncio.create_task(begin_again())
        await _waiting_for_a_lock(database.url)
        assert not rival.done()
    assert await rival == fence.attempt + 1


async def _waiting_for_a_lock(url: str) -> None:
    query = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncio.timeout(10), await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while not await (await connection.execute(query)).fetchone():
            continue


async def test_a_repeated_message_is_one_turn(database: Database, office: Office) -> None:
    scope = office.operator()

    async def receive() -> tuple[TurnId, bool]:
        async with database.unit(scope) as unit:
            thread = await unit.conversations.find_or_start(connector="webchat", chat="direct", now=unit.now)
            return await unit.turns.add(thread.id, text="你好", connector="webchat", outside_id="m-1", now=unit.now)

    receipts = await asyncio.gather(*(receive() for _ in range(4)))
    assert len({turn for turn, _ in receipts}) == 1
    assert sorted(new for _, new in receipts) == [False, False, False, True]
    async with database.unit(scope) as unit:
        (thread,) = await unit.conversations.mine()
        assert thread.title == "你好"
        assert len(await unit.conversations.transcript(thread.id)) == 1


async def test_a_message_that_comes_twice_at_once_into_two_conversations_is_kept_once(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    async with database.unit(scope) as unit:
        threads = [await unit.conversations.start(connector="webchat", chat=chat, now=unit.now) for chat in "ab"]

    async def receive(thread: ConversationId) -> tuple[TurnId, bool]:
        async with database.unit(scope) as unit:
            return await unit.turns.add(thread, text="hi", connector="webchat", outside_id="m-1", now=unit.now)

    async with database.unit(scope) as unit:
        first = await unit.turns.add(threads[0].id, text="hi", connector="webchat", outside_id="m-1", now=unit.now)
        rival = asyncio.create_task(receive(threads[1].id))
        await _waiting_for_a_lock(database.url)
    assert (first[1], await rival) == (True, (first[0], False))
    async with database.unit(scope) as unit:
        assert [len(await unit.conversations.transcript(thread.id)) for thread in threads] == [1, 0]


async def test_a_turn_whose_member_left_its_brand_ends_unanswered(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    with psycopg.connect(database.url) as connection:
        connection.execute("set role daren_service")
        other = office.brands[1].id
        connection.execute("update member set works_for = %s where id = %s", [other, scope.member])
    async with database.unit(scope) as unit:
        assert await unit.turns.begin(fence.turn) is None
        turn = await unit.turns.by_id(fence.turn)
        assert turn is not None
        assert (turn.state, turn.attempt) == (TurnState.FAILED, fence.attempt)


async def test_what_a_turn_reads_nobody_has_seen_yet(database: Database, office: Office) -> None:
    scope = office.operator()
    thread, _ = await begin_turn(database, scope)
    async with database.unit(scope) as unit:
        await unit.conversations.say(thread, author=Author.NOTICE, reply=Reply(text="Ana replied"), now=unit.now)
        assert len(await unit.conversations.lines(thread, before=None, limit=10)) == 2
        found = await unit.conversations.by_id(thread)
        assert found is not None
        assert found.unread == 1
        await unit.conversations.transcript(thread)
        found = await unit.conversations.by_id(thread)
        assert found is not None
        assert found.unread == 0


async def test_a_dead_connection_is_replaced_and_a_dead_database_said(
    database: Database, office: Office, postgres: TestServer
) -> None:
    def cut_off() -> None:
        name = database.url.split("/")[3].split("?")[0]
        with psycopg.connect(postgres.url("postgres", user="postgres"), autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

    async with database.unit(office.operator()) as unit:
        await unit.counters.bump("searches")
    cut_off()
    async with database.unit(office.operator()) as unit:
        assert await unit.counters.today() == {"searches": 1}

    async def lose_it_halfway() -> None:
        async with database.unit(office.operator()) as unit:
            cut_off()
            await unit.counters.bump("searches")

    with pytest.raises(Unavailable):
        await lose_it_halfway()


async def test_model_and_tool_calls_are_kept(database: Database, office: Office) -> None:
    scope = office.operator()
    _, fence = await begin_turn(database, scope)
    async with database.unit(scope, fence=fence) as unit:
        await unit.turns.record_model_call(fence.turn, {"model": "m", "cost_micro_usd": 1200})
        await unit.turns.record_model_call(None, {"model": "m", "cost_micro_usd": 34})
        ending = Ending(
            Reply(text="hi"), tool_calls=[{"name": "search_creators", "ok": True}], summary="hello → search"
        )
        await unit.turns.end(fence, ending, now=unit.now)
        assert await unit.turns.month_cost_micro_usd() == 1234
    async with database.unit(office.operator(1)) as unit:
        assert await unit.turns.month_cost_micro_usd() == 1234
    with psycopg.connect(database.url) as connection:
        connection.execute("set role daren_service")
        kept = connection.execute("select details from tool_call").fetchall()
    assert json.dumps(kept[0][0], sort_keys=True) == '{"name": "search_creators", "ok": true}'
    async with database.unit(scope) as unit:
        (thread,) = await unit.conversations.mine()
        assert thread.summary == "hello → search"
