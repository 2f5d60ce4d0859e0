"""The platform's time, going with ours until something comes to be: what was sent by then is there, and has no ack."""

from collections.abc import Callable
from dataclasses import dataclass

from evals.emulators.wecom.platform import Platform

STEP_SECONDS = 0.02
ACK_SECONDS = 0.05  # longer than a step: nothing is acknowledged in the step in which it arrives


def never() -> bool:
    """For a glass that nothing stops."""
    return False


@dataclass(slots=True)
class Hourglass:
    """Handed to `keep_time` as `goes`. Rows change without the platform's doing, so it rings at every step."""

    platform: Platform
    stop_when: Callable[[], bool] = never
    stands: bool = False

    def goes(self) -> bool:
        """Whether one more step is taken."""
        self.platform.records.ring()
        self.stands = self.stands or self.stop_when()
        return not self.stands

    def turn(self) -> None:
        """Nothing stops it any more."""
        self.stop_when, self.stands = never, False
