"""How fast one chat is spoken into: the platforms drop or refuse what comes faster."""

from collections import deque
from dataclasses import dataclass, field

from connectors.wecom.timing import Time

MESSAGES_A_MINUTE = 30
UPDATES_A_MINUTE = 20
MINUTE = 60.0


@dataclass(slots=True)
class Pace:
    """What goes into one chat in a minute: answers, updates and pushes together, at most `most`."""

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
