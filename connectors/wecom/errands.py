"""Work that goes on after a callback was acknowledged: each thing once, and none takes another with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

import structlog

from memory.domain.errors import AppError

log = structlog.get_logger()

PATIENCE_SECONDS: Final = 2.0


@dataclass(slots=True, eq=False)
class Place:
    """Of an answer among those to one person: it is said when the one before it was, or has had `patience` for it.

    One that is not said after all is given up with `leave`.
    """

    before: asyncio.Event | None
    patience: float  # seconds
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def reached(self) -> AsyncIterator[None]:
        """To say it in; the next may be said when this ends, however it does."""
        try:
            if self.before is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.patience):
                        await self.before.wait()
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """Nobody waits for it any more."""
        self.over.set()


@dataclass(slots=True, eq=False)
class Order:
    """What one person says is carried out in the order in which it came, and answered in it as far as may be.

    The second deed does not wait until the answer to the first is said; the second answer does, for a while.
    """

    _of: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)
    _last: "WeakValueDictionary[str, asyncio.Event]" = field(default_factory=WeakValueDictionary)

    def of(self, who: str) -> asyncio.Lock:
        """To be held while it is carried out. Whoever waits longest has it next."""
        return self._of.setdefault(who, asyncio.Lock())

    def place(self, who: str, *, patience: float = PATIENCE_SECONDS) -> Place:
        """Of the answer to what was carried out; to be asked for before anything else of theirs is."""
        place = Place(self._last.get(who), patience)
        self._last[who] = place.over
        return place


@dataclass(slots=True, eq=False)
class Errands:
    """What one channel's process has under way."""

    what: str
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    _named: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    def begin(self, name: str, work: Coroutine[None, None, None]) -> "asyncio.Task[None] | None":
        """Do something; None where something of this name is being done here."""
        if name in self._named:
            work.close()
            return None
        task = self.start(work)
        self._named[name] = task
        task.add_done_callback(lambda _: self._named.pop(name))
        return task

    async def ended(self, name: str) -> None:
        """Return once nothing of this name is being done here, however it ended."""
        task = self._named.get(name)
        if task is not None:
            await asyncio.wait({task})

    def start(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Do something."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._tasks

    async def settle(self) -> None:
        """Return once nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Drop what is under way."""
        for task in set(self._tasks):
            task.cancel()
        await self.settle()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """What nobody expected is logged whole."""
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, AppError):
            log.warning("errand.failed", of=self.what, key=failure.text_key)
        elif failure is not None:
            log.error("errand.broke", of=self.what, exc_info=failure)
