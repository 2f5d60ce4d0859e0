"""How far an Official Account may go with each follower: windows opened by what they do, and what is left in them."""

from dataclasses import dataclass, field
from typing import Final

from evals.emulators.limits import HOUR, MINUTE
from evals.emulators.wecom.core.errors import ApiError, Errcode

AFTER_MESSAGE: Final = (5, 48 * HOUR)
AFTER_DOING: Final = (3, MINUTE)


@dataclass(slots=True)
class _Window:
    until: float
    left: int


@dataclass(slots=True)
class Follower:
    """One follower's windows: that of their last message, and that of their last click, scan or following."""

    _after_message: _Window | None = None
    _after_doing: _Window | None = None

    def wrote(self, now: float) -> None:
        """A message opens a window of five in 48 hours."""
        most, seconds = AFTER_MESSAGE
        self._after_message = _Window(now + seconds, most)

    def did(self, now: float) -> None:
        """A click, a scan, following: three in a minute."""
        most, seconds = AFTER_DOING
        self._after_doing = _Window(now + seconds, most)

    def left(self) -> None:
        """Who follows no more gets nothing more."""
        self._after_message = self._after_doing = None

    def take(self, now: float) -> None:
        """Count one message, from the window that closes first.

        Raises:
            ApiError: 45015 when no window is open, 45047 when every open one is used up.
        """
        open_ones = [one for one in (self._after_doing, self._after_message) if one is not None and now <= one.until]
        if not open_ones:
            raise ApiError(Errcode.OA_TOO_LATE)
        window = next((one for one in open_ones if one.left), None)
        if window is None:
            raise ApiError(Errcode.OA_QUOTA)
        window.left -= 1


@dataclass(slots=True)
class Followers:
    """Of one account, by the person's own name."""

    _known: dict[str, Follower] = field(default_factory=dict)

    def of(self, userid: str) -> Follower:
        """One of them."""
        return self._known.setdefault(userid, Follower())
