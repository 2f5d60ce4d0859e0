"""A circuit breaker for the model endpoint: after several failures in a row it is left alone for a while."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class Breaker:
    """Opens after `threshold` failures in a row; lets one try through every `rest`."""

    threshold: int = 3
    rest: timedelta = timedelta(seconds=30)
    _failures: int = field(default=0, init=False)
    _closed_again_at: datetime | None = field(default=None, init=False)

    def allows(self, now: datetime) -> bool:
        """Whether a call may be tried; an open breaker lets one through per rest."""
        if self._closed_again_at is None:
            return True
        if now < self._closed_again_at:
            return False
        self._closed_again_at = now + self.rest
        return True

    def succeeded(self) -> None:
        """A call was answered: close."""
        self._failures = 0
        self._closed_again_at = None

    def failed(self, now: datetime, *, silent: bool = False) -> None:
        """A call was not answered; after a silent one, which cost its whole limit, the next caller need not wait."""
        self._failures = self.threshold if silent else self._failures + 1
        if self._failures >= self.threshold:
            self._closed_again_at = now + self.rest
