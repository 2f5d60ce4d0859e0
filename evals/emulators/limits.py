"""How often: sliding windows over virtual time."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from evals.emulators.clock import Clock

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in any `seconds`."""

    most: int
    seconds: float


@dataclass(slots=True)
class Limits:
    """Counts by key. A refused one does not count."""

    clock: Clock
    _taken: dict[tuple[str, ...], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, key: tuple[str, ...], *rates: Rate) -> bool:
        """Whether one more fits into every rate; if so it is counted."""
        taken = self._taken[key]
        longest = max(rate.seconds for rate in rates)
        while taken and taken[0] <= self.clock.now - longest:
            taken.popleft()
        for rate in rates:
            if sum(at > self.clock.now - rate.seconds for at in taken) >= rate.most:
                return False
        taken.append(self.clock.now)
        return True
