"""How fast: a bucket that fills with virtual time."""

from dataclasses import dataclass, field

from evals.emulators.clock import Clock

NEARLY_ONE = 0.999  # a time of ten digits leaves seconds a little short


@dataclass(slots=True)
class Bucket:
    """Full at first with `burst` calls, and `per_second` more as time goes by."""

    clock: Clock
    per_second: float
    burst: int
    _held: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        """It begins full."""
        self._held, self._since = float(self.burst), self.clock.now

    def take(self) -> bool:
        """Whether it held one more."""
        now = self.clock.now
        self._held = min(float(self.burst), self._held + (now - self._since) * self.per_second)
        self._since = now
        if self._held < NEARLY_ONE:
            return False
        self._held -= 1.0
        return True
