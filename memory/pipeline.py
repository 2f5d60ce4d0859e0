"""Several statements to PostgreSQL in one message and their answers in another: libpq's pipeline by `psycopg.pq`.

A round trip costs ten times what one more statement in it does; neither SQLAlchemy nor the driver's cursors put several
into one message.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import AsyncConnection, OperationalError, errors, pq
from psycopg.abc import Buffer
from psycopg.abc import Transformer as Reader
from psycopg.adapt import PyFormat, Transformer

Row = tuple[Any, ...]
# What the server of one connection has prepared: names by statement and types of values.
Names = MutableMapping[tuple[bytes, tuple[int, ...]], bytes]


@dataclass(frozen=True, slots=True)
class Words:
    """One statement. `sql` holds $1, $2 … for `values`."""

    sql: bytes
    values: Sequence[object] = ()


_CANCEL_SECONDS = 2.0
_NUMBERS = count()  # of names: none is given twice
_REFUSED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE, pq.ExecStatus.NONFATAL_ERROR)


async def exchange(driver: AsyncConnection[Any], names: Names, words: Sequence[Words]) -> list[list[Row]]:
    """The rows of each statement, none where it gives none; the statements after one that is refused are not run.

    Raises:
        psycopg.Error: a statement was refused, or the connection was lost. Whoever does not wait for the end of it
            (a task that is cancelled) leaves the connection closed: nobody would read what still comes.
    """
    sealed = [_seal(driver, one) for one in words]  # a value that cannot be sent is noticed before anything is
    is_whole = False
    try:
        rows = await _exchange(driver.pgconn, names, sealed)
        is_whole = True
    except _Refused as refused:
        is_whole = True
        raise refused.why from None
    finally:
        if not is_whole:
            await _give_up(driver)
    return rows


async def _give_up(driver: AsyncConnection[Any]) -> None:
    """Let the server stop what nobody waits for, with what it holds, and close the connection."""
    try:
        if driver.pgconn.status == pq.ConnStatus.OK:
            with suppress(psycopg.Error):
                await driver.cancel_safe(timeout=_CANCEL_SECONDS)
    finally:
        driver.pgconn.finish()


class _Refused(Exception):
    """The server said no, and everything it had to say was read."""

    def __init__(self, why: errors.Error) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A statement with its values as they are sent, and what reads its rows."""

    key: tuple[bytes, tuple[int, ...]]
    values: Sequence[Buffer | None]
    formats: Sequence[pq.Format]
    reader: Reader


def _seal(driver: AsyncConnection[Any], words: Words) -> _Sealed:
    reader = Transformer(driver)
    values = reader.dump_sequence(words.values, [PyFormat.AUTO] * len(words.values))
    return _Sealed((words.sql, reader.types or ()), values, reader.formats or (), reader)


async def _exchange(pgconn: pq.abc.PGconn, names: Names, sealed: Sequence[_Sealed]) -> list[list[Row]]:
    pgconn.enter_pipeline_mode()
    fresh: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
    steps: list[_Sealed | None] = []  # None: a statement is prepared
    for one in sealed:
        name = names.get(one.key) or fresh.get(one.key)
        if name is None:
            name = fresh[one.key] = b"daren_%d" % next(_NUMBERS)
            pgconn.send_prepare(name, *one.key)
            steps.append(None)
        pgconn.send_query_prepared(name, one.values, one.formats)
        steps.append(one)
    pgconn.pipeline_sync()
    while pgconn.flush():
        await _ready(pgconn, writing=True)
        pgconn.consume_input()
    rows, why = [], None
    for step in steps:
        result = await _next(pgconn)
        if result.status in _REFUSED:
            why = why or errors.error_from_result(result)
        elif step is not None and why is None:
            step.reader.set_pgresult(result)
            rows.append(step.reader.load_rows(0, result.ntuples, tuple) if result.nfields else [])
        pgconn.get_result()  # the end of this one's
    while (await _next(pgconn)).status != pq.ExecStatus.PIPELINE_SYNC:
        pass
    pgconn.exit_pipeline_mode()
    if why is not None:
        raise _Refused(why)
    names.update(fresh)
    return rows


async def _next(pgconn: pq.abc.PGconn) -> pq.abc.PGresult:
    while pgconn.is_busy():
        await _ready(pgconn)
        pgconn.consume_input()
    result = pgconn.get_result()
    if result is None:
        raise OperationalError(pgconn.get_error_message())
    return result


async def _ready(pgconn: pq.abc.PGconn, *, writing: bool = False) -> None:
    """Wait until there is something to read, or room to write."""
    loop, socket = asyncio.get_running_loop(), pgconn.socket
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(socket, _tell, ready)
    if writing:
        loop.add_writer(socket, _tell, ready)
    try:
        await ready
    finally:
        loop.remove_reader(socket)
        if writing:
            loop.remove_writer(socket)


def _tell(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
