"""Channels the platform calls back: each at an address nobody can guess; satisfied by `agent/channels/callbacks.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.ports.channels import OpenChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag


@dataclass(frozen=True, slots=True)
class CallbackState:
    """How a channel that is called back does. `address`: for the platform's console, None without a public one.

    `called_at`: the last callback that could be read; `wrong`: what is so now, most pressing first.
    """

    address: str | None
    called_at: datetime | None = None
    wrong: tuple[Flag, ...] = ()


class CalledBack(Protocol):
    """Tells how channels of one kind do, without calling anybody."""

    async def state(self, channel: ChannelId) -> CallbackState:
        """How one does. Raises Unavailable when the rows cannot be read (retryable)."""
        ...


class CallbackPaths(Protocol):
    """The last part of each channel's address. Every method raises Misconfigured without the key of secrets."""

    def path(self, channel: ChannelId) -> str:
        """A channel's own: the same for good."""
        ...

    async def channel(self, kind: ChannelKind, path: str) -> OpenChannel | None:
        """The active channel of a path, as it was within the last seconds; None for any other path.

        Raises Unavailable when the rows cannot be read (retryable).
        """
        ...
