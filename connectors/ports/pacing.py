"""How fast a chat is spoken into by all processes together; implemented elsewhere, over rows."""

from collections.abc import Sequence
from typing import Protocol

from connectors.ports.channels import OpenChannel


class Paced(Protocol):
    """A chat into which `wanted` messages are to go, of which `most` may within `seconds`."""

    @property
    def chat(self) -> str:
        """Whose, as the platform names it."""
        ...

    @property
    def wanted(self) -> int:
        """How many are to go, as far as anybody knows."""
        ...

    @property
    def most(self) -> int:
        """How many may within `seconds`."""
        ...

    @property
    def seconds(self) -> float:
        """Within how long."""
        ...

    def grant(self, waits: Sequence[float]) -> None:
        """They may go after so many seconds each (0.0: now); at least one and perhaps fewer than were wanted."""
        ...


class Paces(Protocol):
    """Gives moments out, each for one message and to one process."""

    async def take(self, channel: OpenChannel, paced: Paced) -> None:
        """Grant as many as are wanted. Raises Unavailable when the rows cannot be reached (retryable)."""
        ...
