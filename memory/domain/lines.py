"""How the connection of a channel stands that one process holds: written by that process, read by every page."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from memory.domain.channels import AnyChannelStore
from memory.domain.ids import ChannelId

# The holder says at least so often that it lives; a row older than `SILENT` was written by a process that is gone.
NOTED_EVERY, SILENT = timedelta(seconds=15), timedelta(seconds=60)


class LineEnd(StrEnum):
    """Why a connection stays down until a lead changes something."""

    TAKEN_OVER = "taken_over"
    WRONG_SECRET = "wrong_secret"  # noqa: S105  # a reason's name


@dataclass(frozen=True, slots=True)
class LineState:
    """Times on the machine's clock. `error`: the vendor's code or a word of ours for what went wrong last."""

    connected_since: datetime | None = None
    heard_at: datetime | None = None
    error: str = ""
    ended: LineEnd | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a row says. `silent`: whoever wrote it has not shown itself for a minute."""

    state: LineState
    silent: bool


class LineStore(Protocol):
    """Connections of every tenant's channels."""

    async def note(self, channel: ChannelId, state: LineState) -> None:
        """Write how it stands; what was heard before stays where nothing was heard since."""
        ...

    async def of(self, channel: ChannelId) -> Line | None:
        """How it stands; None where no process ever held it."""
        ...


class LineWork(Protocol):
    """A transaction across tenants as the holder of connections needs it."""

    @property
    def channels(self) -> AnyChannelStore:
        """Channels of every tenant."""
        ...

    @property
    def lines(self) -> LineStore:
        """How their connections stand."""
        ...


class LineServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[LineWork]:
        """Open a transaction; the reason is logged."""
        ...
