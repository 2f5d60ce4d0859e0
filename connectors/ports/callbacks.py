"""Channels the platform calls back: each at an address nobody can guess; satisfied by `agent/channels/callbacks.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.channels import OpenChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag


@dataclass(frozen=True, slots=True)
class CallbackState:
    """How a channel that is called back does. `address`: for the platform's console, None without a public one.

    `called_at`: the last callback that could be read; `wrong`: what is so now, most pressing first. `shelved`: how many
    people have answers left that may be said once they say something.
    """

    address: str | None
    called_at: datetime | None = None
    wrong: tuple[Flag, ...] = ()
    shelved: int = 0


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


@dataclass(frozen=True, slots=True)
class LeftCallback:
    """One that nobody has handled: its name, and what was inside."""

    name: str
    text: str = field(repr=False)


class Inbox(Protocol):
    """Callbacks between their acknowledgement and their handling; satisfied by `agent/channels/inbox.py`."""

    async def keep(self, channel: OpenChannel, name: str, text: str) -> None:
        """Store one under its name; once it returns it may be acknowledged. The same again is no second one.

        Raises:
            Unavailable, Unclear: it must be delivered again.
            NotFound: the channel is off (not retryable).
        """
        ...

    def handled(self, name: str) -> None:
        """Forget one soon; return at once."""
        ...

    async def left(self, channel: ChannelId) -> Sequence[LeftCallback]:
        """What came some seconds ago and is not handled, here or by a process that died; oldest first.

        Raises Unavailable when the rows cannot be read (retryable).
        """
        ...
