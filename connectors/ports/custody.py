"""What an adapter keeps between calls; implemented elsewhere, so that no adapter has storage of its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from typing_extensions import TypeVar

from memory.domain.ids import ChannelId

Owner_contra = TypeVar("Owner_contra", contravariant=True, default=ChannelId)


class Cursors(Protocol):
    """Durable positions in outside streams, one per (tenant, source)."""

    async def read(self, source: str) -> str | None:
        """The stored position."""
        ...

    async def write(self, source: str, position: str) -> None:
        """Store a position."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """Something kept. Times are the machine's, UTC."""

    name: str
    value: str = field(repr=False)
    made_at: datetime
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """Something new to keep, and for how long."""

    value: str = field(repr=False)
    good_for: timedelta


class Safe(Protocol[Owner_contra]):
    """What a channel, or a shop, keeps for every process: encrypted, under a name, for a time.

    Every method raises Unavailable when the rows cannot be reached (retryable), Misconfigured without the key.
    """

    async def read(self, owner: Owner_contra, /, name: str) -> Kept | None:
        """What is kept under a name; None without it or once its time is over."""
        ...

    async def keep(self, owner: Owner_contra, /, name: str, fresh: Fresh) -> None:
        """Keep it in the place of what had its name."""
        ...

    async def find(self, owner: Owner_contra, /, start: str) -> Sequence[Kept]:
        """Everything whose name begins so, oldest first; it stays."""
        ...

    async def take(self, owner: Owner_contra, /, start: str) -> Sequence[Kept]:
        """Everything whose name begins so, oldest first, and forget it: of all processes one alone gets each."""
        ...

    async def renewed(
        self, owner: Owner_contra, /, name: str, renew: Callable[[Kept | None], Awaitable[Fresh | None]]
    ) -> Kept | None:
        """What is kept, renewed as `renew` says, which is asked by one process at a time; None of it keeps what is.

        Raises what `renew` raises; then nothing has changed.
        """
        ...
