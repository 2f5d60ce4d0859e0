"""Channels the platform calls back: each at an address nobody can guess; satisfied by `agent/channels/callbacks.py`."""

from typing import Protocol

from connectors.ports.channels import OpenChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId


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
