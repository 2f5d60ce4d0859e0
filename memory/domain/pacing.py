"""How fast a chat is spoken into by all processes together: moments are given out, each for one message."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from memory.domain.ids import ChannelId, TenantId


class PaceStore(Protocol):
    """Moments at which messages may go into chats of every tenant."""

    async def take(
        self, tenant: TenantId, channel: ChannelId, chat: str, *, messages: int, most: int, seconds: float
    ) -> Sequence[float]:
        """Seconds until each of so many messages may go (0.0: now), in order, by the database's clock.

        Of the moments given out for a chat at most `most` lie within `seconds`, whoever took them; always the same
        `most` for one chat. At least one is given, and at most `most` at once. The chat stays locked until the
        transaction ends.
        """
        ...


class PaceWork(Protocol):
    """A transaction across tenants that reaches the moments."""

    @property
    def paces(self) -> PaceStore:
        """When messages may go."""
        ...


class PaceServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[PaceWork]:
        """Open a transaction; the reason is logged."""
        ...
