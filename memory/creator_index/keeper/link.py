"""A client's connections to the keeper: opened as needed, kept, and opened anew when the keeper was replaced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from memory.creator_index.keeper import wire
from memory.creator_index.keeper.folder import HeldError, Home, locked
from memory.creator_index.keeper.starting import Wanted, start_keeper
from memory.domain.errors import AppError, BadRequest, Misconfigured, NotFound, Unavailable

_LOCK_RETRY_SECONDS = 0.02
# A killed keeper's socket still accepts for a moment and then resets: a first retry may meet the same one.
_PAUSES = (0.0, 0.02, 0.1, 0.5)
_ERRORS: dict[str, type[AppError]] = {
    error.__name__: error for error in (BadRequest, NotFound, Unavailable, Misconfigured)
}
_GONE = (ConnectionError, FileNotFoundError)


@dataclass(frozen=True, slots=True)
class Connection:
    """One open connection; it carries one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, socket: Path) -> "Connection":
        """Connect. Raises ConnectionError or FileNotFoundError when nobody listens."""
        return cls(*await asyncio.open_unix_connection(socket, limit=wire.LONGEST_FRAME))

    async def ask(self, request: wire.Request) -> wire.Answer:
        """Send one request and read its answer. Raises ConnectionError when the keeper goes away."""
        await wire.send_request(self.writer, request)
        return await wire.read_answer(self.reader)

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return  # the keeper was faster


@dataclass(slots=True)
class Link:
    """Requests to whoever listens at a home's socket; nobody listening, a keeper is started."""

    home: Home
    wanted: Wanted
    start_seconds: float
    socket: Path | None = None  # a builder's, which is never started anew; None: the home's own
    _free: list[Connection] = field(default_factory=list)

    async def ask(self, request: wire.Request, *, seconds: float) -> wire.Answer:
        """Ask, and again on a new connection while the keeper is gone: every request may be repeated.

        Raises:
            Unavailable: no answer in time, no keeper comes up, or the disk is full (retryable).
            AppError: what the keeper itself answered.
        """
        try:
            return await self._ask_again(request, seconds=seconds)
        except (Unavailable, Misconfigured) as failure:
            # A keeper that finds no room dies, and its folder looks damaged: a rebuild would find none either.
            if self.home.is_full():
                raise Unavailable("disk_full") from failure
            raise

    async def _ask_again(self, request: wire.Request, *, seconds: float) -> wire.Answer:
        for pause in _PAUSES:
            try:
                answer = await self._ask_once(request, seconds=seconds)
            except _GONE:
                await self.hang_up()
                await asyncio.sleep(pause)
            else:
                if isinstance(answer, wire.Failed):
                    raise _ERRORS[answer.error](answer.key, **answer.facts)
                return answer
        raise Unavailable("index_unavailable")

    async def hang_up(self) -> None:
        """Close the connections nobody is using."""
        while self._free:
            await self._free.pop().close()

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Hold the lock under which keepers are started and replaced.

        Raises:
            Unavailable: another process holds it for too long (retryable).
        """
        try:
            async with asyncio.timeout(self.start_seconds) as patience:
                while True:
                    try:
                        with locked(self.home.path / "start.lock"):
                            patience.reschedule(None)
                            yield
                            return
                    except HeldError:
                        await asyncio.sleep(_LOCK_RETRY_SECONDS)
        except TimeoutError as late:
            raise Unavailable("index_unavailable") from late

    async def _ask_once(self, request: wire.Request, *, seconds: float) -> wire.Answer:
        connection = self._free.pop() if self._free else await self._connect()
        with ExitStack() as unless_answered:  # cancelled in the middle of an answer: nobody may read the rest of it
            unless_answered.callback(connection.writer.close)
            try:
                async with asyncio.timeout(seconds):
                    answer = await connection.ask(request)
            except TimeoutError as late:
                raise Unavailable("index_timeout") from late
            unless_answered.pop_all()
        self._free.append(connection)
        return answer

    async def _connect(self) -> Connection:
        if self.socket is not None:
            return await Connection.open(self.socket)
        try:
            return await Connection.open(self.home.socket)
        except _GONE:
            async with self.starting():
                try:
                    return await Connection.open(self.home.socket)  # somebody else has started one meanwhile
                except _GONE:
                    await start_keeper(self.home, self.wanted)
                    return await Connection.open(self.home.socket)
