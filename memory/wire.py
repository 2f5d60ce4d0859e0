"""How one transaction speaks to its server: what is said at the same moment goes in one message."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg import AsyncConnection
from sqlalchemy import exc

from memory.pipeline import Names, Row, Words, exchange

_COMMIT = Words(b"commit")
_OVER = "the transaction is over"


@dataclass(slots=True, eq=False)
class _Letter:
    """What is asked together, and what came of it: the rows of each statement."""

    words: Sequence[Words]
    rows: list[list[Row]] = field(default_factory=list)
    failure: exc.DBAPIError | None = None
    is_back: bool = False

    def read(self) -> list[list[Row]]:
        """What came back. Raises what went wrong."""
        if not self.is_back:  # whoever carried it was cancelled, and the connection closed
            raise _as_sqlalchemy_says(psycopg.OperationalError("the connection was given up"), lost=True)
        if self.failure is not None:
            raise self.failure
        return self.rows


class Wire:
    """The only way past SQLAlchemy on a connection that both use: what SQLAlchemy says, it says in `apart`.

    Of several that ask at once one may fail, and the transaction end, while the others are still at it: what they say
    after that is refused, so that nothing of theirs reaches whoever has the connection next.
    """

    def __init__(self, driver: AsyncConnection[Any], names: Names) -> None:
        self._driver = driver
        self._names = names
        self._letters: list[_Letter] = []
        self._line = asyncio.Lock()
        self._is_over = False

    @property
    def is_lost(self) -> bool:
        """Whether the connection is closed, and nothing more can be said on it."""
        return self._driver.closed

    def post(self, *words: Words) -> None:
        """Say it with whatever is said next, at the latest with the commit; nobody reads what it gives.

        Where it is refused, whatever goes with it fails.
        """
        self._written(words)

    async def ask(self, *words: Words) -> list[list[Row]]:
        """The rows of each statement, none where it gives none.

        Raises:
            DBAPIError: one of those that went together was refused, or the connection was lost; as SQLAlchemy says it.
        """
        mine = self._written(words)
        try:
            await asyncio.sleep(0)  # whoever asks at this very moment comes along
            async with self._line:
                if mine in self._letters:
                    self._refuse_when_over()
                    await self._carry()
        finally:
            if mine in self._letters:
                self._letters.remove(mine)  # cancelled before it was said
        return mine.read()

    async def commit(self) -> None:
        """Commit, with what was posted; nothing is said after it.

        Raises:
            DBAPIError: as `ask`. Where the connection was lost it may have happened.
        """
        last = self._written([_COMMIT])
        self._is_over = True
        async with self._line:
            if last in self._letters:
                await self._carry()
        last.read()

    async def hang_up(self) -> None:
        """Say nothing more, and wait for what is being said; whoever cannot wait closes the connection."""
        self._is_over = True
        is_still = False
        try:
            async with self._line:
                is_still = True
        finally:
            if not is_still:
                self._driver.pgconn.finish()

    async def settle(self) -> None:
        """Say what was posted. Raises as `ask`."""
        async with self.apart():
            pass

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[None]:
        """The connection alone, when everything of ours is said: for SQLAlchemy, which knows nothing of us."""
        async with self._line:
            self._refuse_when_over()
            if self._letters:
                last = self._letters[-1]
                await self._carry()
                last.read()
            yield

    def unsay(self) -> None:
        """Drop what was posted and is not said."""
        self._letters.clear()

    def forget(self) -> None:
        """Take nothing for prepared: after a rollback the driver lets the server drop whatever is."""
        self._names.clear()

    def _written(self, words: Sequence[Words]) -> _Letter:
        self._refuse_when_over()
        letter = _Letter(words)
        self._letters.append(letter)
        return letter

    def _refuse_when_over(self) -> None:
        if self._is_over:
            raise exc.InvalidRequestError(_OVER)

    async def _carry(self) -> None:
        letters, self._letters = self._letters, []
        failure = None
        rows: list[list[Row]] = []
        try:
            rows = await exchange(self._driver, self._names, [one for letter in letters for one in letter.words])
        except psycopg.Error as refused:
            failure = _as_sqlalchemy_says(refused, lost=self._driver.closed)
        came = iter(rows)
        for letter in letters:
            letter.is_back, letter.failure = True, failure
            if failure is None:
                letter.rows = [next(came) for _ in letter.words]


def _as_sqlalchemy_says(refused: psycopg.Error, *, lost: bool) -> exc.DBAPIError:
    """The class that SQLAlchemy has for it; neither statement nor values are named."""
    said = exc.DBAPIError.instance(
        None, None, refused, psycopg.Error, hide_parameters=True, connection_invalidated=lost
    )
    return cast(exc.DBAPIError, said)
