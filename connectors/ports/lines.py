"""Channels that live on a connection which one process alone holds."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from connectors.ports.channels import OpenChannel
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError
from memory.domain.ids import ChannelId
from memory.domain.lines import LineState
from memory.domain.workspace import Scope


class Looks(Protocol):
    """Tries channels without saying anything to anybody."""

    async def look_at(self, scope: Scope, channel: ChannelId) -> AppError | None:
        """What is wrong with a channel of theirs, with what to do; None: it would work.

        Raises:
            NotAllowed: anybody but a lead (not retryable).
            NotFound: no active channel that they may see (not retryable).
            Unavailable: the rows cannot be read (retryable).
        """
        ...


class OpenLine(Protocol):
    """A connection that is kept up."""

    def state(self) -> LineState:
        """How it stands now."""
        ...

    async def catch_up(self) -> None:
        """Begin to say what is owed and nobody says. Raises Unavailable (retryable)."""
        ...


class LineKeeper(Protocol):
    """Keeps connections of channels of one kind; whoever calls it sees to it that no other process does."""

    @property
    def kind(self) -> ChannelKind:
        """Whose channels it serves."""
        ...

    def name(self, channel: OpenChannel) -> str:
        """What one process may hold: the same for two rows that would fight over one connection. No secret."""
        ...

    def opened(self, channel: OpenChannel) -> AbstractAsyncContextManager[OpenLine]:
        """Keep the connection up for the block, hear what people say and answer it."""
        ...

    async def try_out(self, channel: OpenChannel) -> None:
        """Connect once and let go. Raises Refused (wrong secret), Unavailable (retryable)."""
        ...
