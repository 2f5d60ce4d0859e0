"""What a channel's adapter keeps between calls for every process: sealed, under a name, for a time.

Access tokens, one-use codes of cards, what was last heard. It is gone with its time; nothing here is a record.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memory.domain.channels import AnyChannelStore
from memory.domain.ids import ChannelId, TenantId


@dataclass(frozen=True, slots=True)
class SealedKept:
    """One thing that is kept. Times are the machine's."""

    tenant: TenantId
    name: str
    made_at: datetime
    good_until: datetime
    sealed: bytes = field(repr=False)


class KeptStore(Protocol):
    """Things kept for channels of every tenant."""

    async def read(self, channel: ChannelId, name: str, *, now: datetime) -> SealedKept | None:
        """What is kept under a name; None without it or once its time is over."""
        ...

    async def lock(self, channel: ChannelId, name: str) -> TenantId | None:
        """Hold a name against other processes until the transaction ends; whose channel it is, None without one."""
        ...

    async def keep(self, channel: ChannelId, kept: SealedKept) -> None:
        """Keep something in the place of what had its name; forget what is past its time."""
        ...

    async def find(self, channel: ChannelId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """Everything whose name begins so, oldest first."""
        ...

    async def take(self, channel: ChannelId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """Everything whose name begins so, oldest first, and forget it: who gets it is the only one who does."""
        ...


class KeptWork(Protocol):
    """A transaction across tenants that reaches what is kept."""

    @property
    def kept(self) -> KeptStore:
        """What is kept."""
        ...

    @property
    def channels(self) -> AnyChannelStore:
        """Channels of every tenant."""
        ...


class KeptServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[KeptWork]:
        """Open a transaction; the reason is logged."""
        ...
