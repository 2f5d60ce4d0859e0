"""In what order callbacks are handled that are stored: one of each member at a time, so many in all.

What must not wait behind its member's own turn is begun at once. The rest of a busy hour waits in the inbox, where it
costs nothing and outlives the process.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from connectors.ports.callbacks import Inbox

Work = Callable[[], Coroutine[None, None, None]]


@dataclass(slots=True, eq=False)
class Taking:
    """`most` under way at a time, those that cannot wait not counted. `cannot_wait` judges what somebody wrote."""

    inbox: Inbox
    cannot_wait: Callable[[str], bool]
    most: int
    _of: "dict[str, deque[tuple[str, Work]]]" = field(default_factory=dict)
    _ready: "deque[str]" = field(default_factory=deque)
    _names: set[str] = field(default_factory=set)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    _under_way: int = 0

    def __bool__(self) -> bool:
        """Whether anything waits or is under way."""
        return bool(self._names)

    def __contains__(self, name: str) -> bool:
        """Whether it waits or is under way."""
        return name in self._names

    def at_once(self, name: str, work: Work) -> None:
        """Begin it now, whatever else is under way."""
        self._names.add(name)
        self._start(name, work)

    def in_turn(self, name: str, user: str, work: Work) -> None:
        """Begin it when nothing of the same user is under way and there is room."""
        self._names.add(name)
        if user not in self._of:
            self._of[user] = deque()
            self._ready.append(user)
        self._of[user].append((name, work))
        self._fill()

    async def settle(self) -> None:
        """Return once nothing waits or is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Drop what waits and what is under way: it lies in the inbox."""
        self._of.clear()
        self._ready.clear()
        for task in self._tasks:
            task.cancel()
        await self.settle()
        self._names.clear()

    def _fill(self) -> None:
        while self._ready and self._under_way < self.most:
            user = self._ready.popleft()
            name, work = self._of[user].popleft()
            self._under_way += 1
            self._start(name, work).add_done_callback(lambda _, user=user: self._is_over(user))  # type: ignore[misc]  # a default keeps its value

    def _is_over(self, user: str) -> None:
        self._under_way -= 1
        if waiting := self._of.get(user):
            self._ready.append(user)
        elif waiting is not None:
            del self._of[user]
        self._fill()

    def _start(self, name: str, work: Work) -> "asyncio.Task[None]":
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(name, ended))
        return task

    def _ended(self, name: str, task: "asyncio.Task[None]") -> None:
        self._names.discard(name)
        self._tasks.discard(task)
