"""What a transaction says goes together where it can, in order always, and nothing of it is left where it fails."""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import Executable, Insert, Text, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

import memory.creator_index
import memory.repositories
from memory.address import sqlalchemy_url
from memory.database import Database
from memory.domain.errors import Unclear
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.jobs import dispatch
from memory.domain.workspace import Role, Scope
from memory.migrations.guards import APP
from memory.models.books import OccasionRow, UsageCounterRow
from memory.narrowing import TenancyError
from memory.pipeline import Words
from memory.repositories.books import CounterRepository
from memory.standing import Standing, standing, standing_of
from memory.tenancy import ScopedSession
from memory.transactions import Door, OpenTransaction, transaction
from memory.wire import Wire
from tests.support.bots import until
from tests.support.database import Office

BEGIN, ONE = Words(b"begin"), Words(b"select 1")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_BRANDS = Scope(TenantId(1), BrandId(3), MemberId(2), Role.LEAD)
MARK = standing(insert(OccasionRow).returning(OccasionRow.occasion))
MARKED = standing(select(OccasionRow.occasion).order_by(OccasionRow.occasion))
SLOW = standing(select(func.count(OccasionRow.id)).where(func.pg_sleep(60).is_not(None)))
UNMARK = standing(delete(OccasionRow).where(OccasionRow.occasion == any_(bindparam("gone", type_=ARRAY(Text)))))


class Driver:
    """A connection whose messages are counted as libpq writes them down."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], folder: Path) -> None:
        self.connection = connection
        self._log = (folder / "trace").open("w+b")
        connection.pgconn.trace(self._log.fileno())

    def messages(self) -> int:
        """How often the server was asked."""
        self.connection.pgconn.untrace()
        self._log.seek(0)
        return sum(b"\tSync" in line for line in self._log.read().splitlines())

    def close(self) -> None:
        self._log.close()

    def wire(self) -> Wire:
        return Wire(self.connection, {})


@pytest.fixture
async def driver(database: Database, tmp_path: Path) -> AsyncIterator[Driver]:
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        driver = Driver(connection, tmp_path)
        yield driver
        driver.close()


async def test_what_is_asked_at_one_moment_goes_in_one_message_and_each_gets_its_own(driver: Driver) -> None:
    wire = driver.wire()
    wire.post(BEGIN)
    found = await asyncio.gather(
        *(wire.ask(Words(b"select $1::int", [number]), Words(b"select 'b'")) for number in range(5))
    )
    assert found == [[[(number,)], [("b",)]] for number in range(5)]
    assert driver.messages() == 1


async def test_what_is_posted_goes_before_what_is_asked_after_it(driver: Driver) -> None:
    wire = driver.wire()
    wire.post(BEGIN)
    wire.post(Words(b"create temporary table said (word text) on commit drop"))
    wire.post(*(Words(b"insert into said values ($1)", [word]) for word in "ab"))
    assert await wire.ask(Words(b"select word from said order by word")) == [[("a",), ("b",)]]
    await wire.commit()
    assert driver.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert driver.messages() == 2


VALUES: dict[str, tuple[object, ...]] = {
    "bigint": (None, 7, 10**12),
    "text": (None, "词", "x" * 5_000_000),
    "bytea": (b"\x00\xff", b"\x01" * 3_000_000),
    "boolean": (True, None),
    "float8": (1.5,),
    "timestamptz": (NOW,),
    "bigint[]": ([1, 2], []),
    "jsonb": (Jsonb({"a": [1, None]}),),
}


async def test_a_value_comes_back_as_it_went(driver: Driver) -> None:
    wire = driver.wire()
    for kind, values in VALUES.items():
        for value in [*values, *values]:  # prepared, then met again
            expected = value.obj if isinstance(value, Jsonb) else value
            assert await wire.ask(Words(f"select $1::{kind}".encode(), [value])) == [[(expected,)]]


async def test_a_refused_statement_takes_what_went_with_it_along_and_leaves_the_connection_whole(
    driver: Driver,
) -> None:
    wire = driver.wire()
    await wire.ask(BEGIN)
    results = await asyncio.gather(wire.ask(ONE), wire.ask(Words(b"select 1/0")), wire.ask(ONE), return_exceptions=True)
    assert [type(one).__name__ for one in results] == ["DataError"] * 3
    assert not wire.is_lost
    await driver.connection.rollback()
    assert await driver.wire().ask(ONE) == [[(1,)]]


async def test_a_value_that_cannot_be_sent_is_refused_before_anything_is(driver: Driver) -> None:
    wire = driver.wire()
    with pytest.raises(DBAPIError, match="cannot adapt"):
        await wire.ask(BEGIN, Words(b"select $1", [object()]))
    assert not wire.is_lost
    assert driver.messages() == 0


async def test_whoever_does_not_wait_for_the_answer_leaves_the_connection_closed(driver: Driver) -> None:
    wire = driver.wire()
    await wire.ask(BEGIN, ONE)
    slow = asyncio.create_task(wire.ask(Words(b"select pg_sleep(60)")))
    beside = asyncio.create_task(wire.ask(ONE))
    await until(lambda: driver.connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    with pytest.raises(OperationalError, match="given up"):
        await beside
    assert wire.is_lost
    with pytest.raises(OperationalError):
        await wire.ask(ONE)


async def test_a_connection_that_is_lost_is_said_so(driver: Driver, database: Database) -> None:
    wire = driver.wire()
    await wire.ask(BEGIN)
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s)", [driver.connection.info.backend_pid])
    with pytest.raises(OperationalError) as lost:
        await wire.commit()
    assert lost.value.connection_invalidated
    assert wire.is_lost


@pytest.fixture
async def door(database: Database) -> AsyncIterator[Door]:
    engine = create_async_engine(sqlalchemy_url(database.url), connect_args={"application_name": "wired"})
    yield Door(engine)
    await engine.dispose()


def _own(door: Door, scope: Scope) -> AbstractAsyncContextManager[OpenTransaction]:
    return transaction(door, role=APP, scope=scope)


async def _marks(session: ScopedSession) -> list[str]:
    return [str(one) for one in await session.scalars(MARKED)]


async def test_rows_of_a_session_and_of_the_wire_see_each_other_in_their_order(door: Door, office: Office) -> None:
    async with _own(door, office.operator()) as opened:
        session = opened.session
        session.add(OccasionRow(occasion="a", at=NOW))
        await session.post(MARK, {"occasion": "b", "at": NOW})
        assert await _marks(session) == ["a", "b"]
        await session.post(MARK, {"occasion": "c", "at": NOW})
        assert (await session.scalar(select(func.count()).select_from(OccasionRow))) == 3
        await session.post(UNMARK, {"gone": ["a", "c"]})
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == ["b"]


async def test_what_is_posted_and_refused_at_the_commit_leaves_nothing(door: Door, office: Office) -> None:
    async def mark_twice() -> None:
        async with _own(door, office.operator()) as opened:
            await opened.session.post(MARK, [{"occasion": "a", "at": NOW}, {"occasion": "a", "at": NOW}])

    with pytest.raises(IntegrityError):
        await mark_twice()
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == []


async def test_what_is_posted_and_refused_is_not_taken_for_a_job_that_waits_already(door: Door, office: Office) -> None:
    async def mark(*marks: str, jobs: int) -> None:
        async with _own(door, office.operator()) as opened:
            for one in marks:
                await opened.session.post(MARK, {"occasion": one, "at": NOW})
            opened.reach.jobs.extend([dispatch()] * jobs)

    await mark("kept", jobs=2)  # the second is one that waits already
    with pytest.raises(IntegrityError):
        await mark("lost", "kept", jobs=1)
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == ["kept"]


async def test_a_part_that_fails_takes_its_own_words_back_and_no_others(door: Door, office: Office) -> None:
    async def part(session: ScopedSession, *marks: str) -> None:
        async with session.savepoint():
            for mark in marks:
                await session.post(MARK, {"occasion": mark, "at": NOW})

    async with _own(door, office.operator()) as opened:
        await opened.session.post(MARK, {"occasion": "before", "at": NOW})
        with pytest.raises(IntegrityError):
            await part(opened.session, "inside", "before")
        await part(opened.session, "kept")
        await opened.session.post(MARK, {"occasion": "after", "at": NOW})
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == ["after", "before", "kept"]


async def test_what_was_prepared_before_a_rollback_is_prepared_again(door: Door, office: Office) -> None:
    """The driver lets the server drop every prepared statement after a rollback, ours among them."""

    async def fail() -> None:
        async with _own(door, office.operator()) as opened:
            for _ in range(7):  # often enough for the driver to prepare it
                await opened.session.execute(select(UsageCounterRow))
            await _marks(opened.session)
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await fail()
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == []


async def test_a_commit_without_an_answer_may_have_happened(door: Door, office: Office, database: Database) -> None:
    async def lose() -> None:
        async with _own(door, office.operator()) as opened:
            await opened.session.post(MARK, {"occasion": "a", "at": NOW})
            async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as other:
                await other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name = 'wired' and state = 'idle in transaction'"
                )

    with pytest.raises(Unclear, match="database_unclear"):
        await lose()
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == []


async def test_who_is_still_asking_when_the_transaction_ends_says_nothing_more(driver: Driver) -> None:
    wire = driver.wire()
    later: list[str] = []

    async def goes_on() -> None:
        await wire.ask(Words(b"select pg_sleep(0.2)"))
        try:
            await wire.ask(Words(b"create table stray (id int)"))
        except InvalidRequestError as refused:
            later.append(str(refused))

    async def fails() -> None:
        await until(lambda: driver.connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE)
        raise ZeroDivisionError

    await wire.ask(BEGIN)
    with pytest.raises(ZeroDivisionError):
        await asyncio.gather(goes_on(), fails())
    await wire.hang_up()  # waits for what is being said
    await driver.connection.rollback()
    assert await driver.wire().ask(Words(b"select to_regclass('stray')::text")) == [[(None,)]]
    await until(lambda: later == ["the transaction is over"])
    with pytest.raises(InvalidRequestError):
        wire.post(ONE)


async def test_what_is_cancelled_before_it_was_said_is_not_said(driver: Driver) -> None:
    wire = driver.wire()
    await wire.ask(BEGIN, Words(b"create temporary table said (word text) on commit drop"))
    asked = asyncio.create_task(wire.ask(Words(b"insert into said values ('a')")))
    asyncio.get_running_loop().call_soon(asked.cancel)
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await wire.ask(Words(b"select word from said")) == [[]]


def _sleeping(url: str) -> bool:
    with psycopg.connect(url) as connection:
        query = "select count(*) from pg_stat_activity where application_name = 'wired' and wait_event = 'PgSleep'"
        return bool((connection.execute(query).fetchone() or (0,))[0])


async def test_who_is_told_to_stop_in_the_middle_stops(door: Door, office: Office, database: Database) -> None:
    """A connection that is closed for it must not turn that into trouble with the database."""

    async def work() -> None:
        async with _own(door, office.operator()) as opened:
            opened.session.add(OccasionRow(occasion="a", at=NOW))
            await opened.session.flush()
            await opened.session.scalar(SLOW)

    for _ in range(2):
        task = asyncio.create_task(work())
        await until(lambda: _sleeping(database.url))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not _sleeping(database.url))
    async with _own(door, office.operator()) as opened:
        assert await _marks(opened.session) == []


async def test_only_a_standing_write_may_be_posted(door: Door, office: Office) -> None:
    async with _own(door, office.operator()) as opened:
        with pytest.raises(TenancyError, match="to post"):
            await opened.session.post(insert(OccasionRow), {"occasion": "a", "at": NOW})
        with pytest.raises(TenancyError, match="begin_nested"):
            opened.session.begin_nested()


async def test_a_counter_named_like_a_method_of_rows_is_read_as_itself(door: Door, office: Office) -> None:
    """`count` of a row is what rows count with."""
    async with _own(door, office.owner) as opened:
        counters = CounterRepository(opened.session, office.owner, opened.reach.now)
        await counters.bump("searches", 3)
        (today,) = [day for day in await counters.activity(days=1) if day.searches]
    assert today.searches == 3


def of_the_product() -> Iterator[Executable]:
    """Standing statements that modules of the product hold."""
    for package in (memory.repositories, memory.creator_index):
        for module in pkgutil.iter_modules(package.__path__):
            held = vars(importlib.import_module(f"{package.__name__}.{module.name}")).values()
            yield from (one for one in held if isinstance(one, Executable) and standing_of(one) is not None)


def test_every_standing_statement_can_be_told_in_every_shape_of_scope() -> None:
    told = 0
    for statement in of_the_product():
        known = standing_of(statement)
        assert known is not None
        for scope in (None, Scope(TenantId(1), None, MemberId(2), Role.LEAD), _BRANDS):
            columns = {one.name for one in statement.table.columns} if isinstance(statement, Insert) else set()
            sql = known.compiled(scope, frozenset(columns - {"id"})).sql
            assert b"POSTCOMPILE" not in sql
            if scope is not None and scope.brand is not None and b"FROM product" in sql:
                assert b"product.brand_id" in sql
            told += 1
    assert told > 150


def test_what_gives_rows_of_a_class_or_grows_with_its_values_is_no_standing_statement() -> None:
    for statement in (select(OccasionRow), insert(OccasionRow).returning(OccasionRow)):
        with pytest.raises(TenancyError, match="rows of a class"):
            Standing(statement).compiled(None)
    with pytest.raises(ValueError, match="no standing statement"):
        Standing(select(OccasionRow.id).where(OccasionRow.id.in_([1, 2]))).compiled(None)


def test_rows_of_one_insert_say_the_same_columns() -> None:
    known = Standing(insert(OccasionRow))
    rows = [{"occasion": "a", "at": NOW}, {"occasion": "b", "at": NOW, "tenant_id": 1}]
    with pytest.raises(TenancyError, match="different columns"):
        known.words(rows, None)
