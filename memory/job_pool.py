"""The connections by which a worker fetches and ends its jobs."""

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

_RESTED_SECONDS = 1.0


class JobPool(AsyncConnectionPool[AsyncConnection[Any]]):
    """Looks whether a connection is alive only when it has rested: two questions a job instead of four."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 -- as there
        super().__init__(**given | {"check": self._look})
        self._used = WeakKeyDictionary[AsyncConnection[Any], float]()

    async def _look(self, connection: AsyncConnection[Any]) -> None:
        now = monotonic()
        if now - self._used.get(connection, -_RESTED_SECONDS) >= _RESTED_SECONDS:
            await self.check_connection(connection)
        self._used[connection] = now
