"""How channels do, as a scope may see it, and a test of one of them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.channels import ChannelSetting, ChannelStore
from memory.domain.chat_stores import Fence
from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.ids import BrandId, ChannelId
from memory.domain.lines import Line
from memory.domain.outreach import Flag
from memory.domain.stores import Unit
from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel with its last success and its last failure. `pausing`: it asked to be left alone for a while.

    `line`: of a channel on a connection that one process holds, None before any did. `waiting`: answers that are owed
    over it; `unhandled`: callbacks that came and nobody has handled.
    """

    channel: ChannelSetting
    delivered_at: datetime | None
    failed_at: datetime | None
    reason: Flag | None
    pausing: bool
    line: Line | None = None
    waiting: int = 0
    unhandled: int = 0

    @property
    def is_failing(self) -> bool:
        """Whether the last thing that happened was a failure."""
        return self.failed_at is not None and (self.delivered_at is None or self.failed_at >= self.delivered_at)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A push that ended badly: refused, or nobody knows. `channel`: the last one tried; `ended_at`: when it did."""

    kind: PushKind
    state: DeliveryState
    reason: Flag | None
    made_at: datetime
    channel: str
    ended_at: datetime


class DeliveryBook(Protocol):
    """Deliveries of the scope's brand."""

    async def states(self) -> Sequence[ChannelState]:
        """Channels in sight and how each does, by name."""
        ...

    async def waiting(self) -> int:
        """How many deliveries wait that may go over any channel."""
        ...

    async def undelivered(self, *, days: int = 7, limit: int = 50) -> Sequence[Undelivered]:
        """What was refused or became unknown in so many days, newest first."""
        ...

    async def test(self, channel: ChannelId, *, brand: BrandId, by: str) -> bool:
        """Make a test of one channel, to be sent at once; whether a channel could carry it."""
        ...


class ChannelUnit(Unit, Protocol):
    """A scope's transaction that reaches channels and what was pushed over them."""

    @property
    def channels(self) -> ChannelStore:
        """Channels."""
        ...

    @property
    def pushes(self) -> DeliveryBook:
        """What was pushed."""
        ...


class ChannelUnits(Protocol):
    """The door to such transactions."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[ChannelUnit]:
        """See `memory.domain.stores.Units.unit`."""
        ...
