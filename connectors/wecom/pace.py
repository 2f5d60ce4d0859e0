"""How fast one chat is spoken into: the platforms drop or refuse what comes faster."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.pacing import Paces
from connectors.wecom.timing import Time
from memory.domain.errors import Unavailable

log = structlog.get_logger()

MESSAGES_A_MINUTE = 30
UPDATES_A_MINUTE = 20
MINUTE = 60.0
LATE_SECONDS = 10.0  # after its moment a message may still go


@dataclass(slots=True)
class Pace:
    """What one process says into one chat in a minute: answers, updates and pushes together, at most `most`."""

    time: Time
    most: int = MESSAGES_A_MINUTE
    _sent: deque[float] = field(default_factory=deque)

    async def room(self) -> None:
        """Wait until one more message fits, and count it."""
        while (wait := self.full_for()) > 0:
            await self.time.sleep(wait)
        self._sent.append(self.time.seconds())

    def full_for(self) -> float:
        """Seconds until one more message fits; 0 for now."""
        return self._wait(self.most)

    def update_wait(self) -> float:
        """Seconds until an update may go that leaves room for real messages; 0 for now."""
        return self._wait(UPDATES_A_MINUTE)

    def count(self) -> None:
        """An update has gone."""
        self._sent.append(self.time.seconds())

    def _wait(self, most: int) -> float:
        now = self.time.seconds()
        while self._sent and self._sent[0] <= now - MINUTE:
            self._sent.popleft()
        return self._sent[-most] + MINUTE - now if len(self._sent) >= most else 0.0


@dataclass(slots=True)
class SharedPace:
    """What all processes say into one chat in a minute, at most `most`. Satisfies `Paced`; of one answer.

    `wanted`: how many messages are to go for which no moment was granted yet.
    """

    time: Time
    paces: Paces
    channel: OpenChannel
    chat: str
    most: int
    wanted: int = 0
    seconds: float = MINUTE + LATE_SECONDS
    _moments: deque[float] = field(default_factory=deque)

    def grant(self, waits: Sequence[float]) -> None:
        """See `Paced.grant`."""
        now = self.time.seconds()
        self._moments.extend(now + wait for wait in waits)
        self.wanted = max(0, self.wanted - len(waits))

    async def room(self) -> None:
        """Wait until one more message may go. Where nobody can count, they go evenly."""
        while self._moments and self._moments[0] + LATE_SECONDS < self.time.seconds():
            self._moments.popleft()
        if not self._moments:
            try:
                await self.paces.take(self.channel, self)
            except Unavailable as failure:
                log.warning("wecom.not_counted", key=failure.text_key)
                self.grant([MINUTE / self.most])
        wait = self._moments.popleft() - self.time.seconds()
        if wait > 0:
            await self.time.sleep(wait)


@dataclass(slots=True)
class Room:
    """Whether `wanted` messages may go into a chat now. Satisfies `Paced`; `full_for`: seconds until the last may."""

    chat: str
    wanted: int
    most: int
    seconds: float = MINUTE + LATE_SECONDS
    full_for: float = 0.0

    def grant(self, waits: Sequence[float]) -> None:
        """See `Paced.grant`."""
        self.full_for = max(waits)
