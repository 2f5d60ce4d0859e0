"""One LISTEN connection per process, shared by everything that waits for a commit somewhere else.

A notice is a hint, never the truth: after a reconnect every listener is told to look at the rows itself.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import make_conninfo

log = structlog.get_logger(__name__)

CHANNEL = "daren"
LONGEST_PAYLOAD = 7_800  # bytes; PostgreSQL takes 7,999
_KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def pack(topic: str, payload: str) -> str | None:
    """A notice as it travels; None when it is too long and only its topic can."""
    packed = json.dumps([topic, payload], ensure_ascii=False, separators=(",", ":"))
    return packed if len(packed.encode()) <= LONGEST_PAYLOAD else None


class Bell:
    """What one listener of one topic has not heard yet; None means: look yourself, notices may be missing."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[str | None] = asyncio.Queue()

    def ring(self, payload: str | None) -> None:
        """Let the listener know."""
        self._heard.put_nowait(payload)

    async def heard(self, *, within_seconds: float) -> str | None:
        """The next payload; None when nothing came in time or something may have been missed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                return await self._heard.get()
        return None


class Wakeups:
    """Listens for one process and rings whoever waits for a topic."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bells: dict[str, set[Bell]] = defaultdict(set)
        self._listening = asyncio.Event()

    @contextmanager
    def bell(self, topic: str) -> Iterator[Bell]:
        """Hear what is announced under a topic from now on."""
        bell = Bell()
        self._bells[topic].add(bell)
        try:
            yield bell
        finally:
            self._bells[topic].discard(bell)
            if not self._bells[topic]:
                del self._bells[topic]

    async def ready(self) -> None:
        """Wait until the connection listens."""
        await self._listening.wait()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen in the background, connecting again whenever the connection is lost."""
        task = asyncio.create_task(self._listen_for_ever(), name="wakeups")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                async with await AsyncConnection.connect(
                    make_conninfo(self._url, **_KEEPALIVES), autocommit=True
                ) as line:
                    await line.execute(f"listen {CHANNEL}")
                    failures = 0
                    self._listening.set()
                    self._ring_all()
                    async for notice in line.notifies():
                        self._pass_on(notice.payload)
            except OperationalError as lost:
                wait = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                log.warning("wakeups.lost", reason=str(lost).strip(), retry_seconds=wait)
                self._listening.clear()
                await asyncio.sleep(wait)

    def _pass_on(self, packed: str) -> None:
        topic, payload = json.loads(packed)
        for bell in self._bells.get(topic, ()):
            bell.ring(payload)

    def _ring_all(self) -> None:
        for bells in self._bells.values():
            for bell in bells:
                bell.ring(None)
