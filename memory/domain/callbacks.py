"""Callbacks as they came: kept before they are acknowledged, gone once they are handled. What they say is sealed."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memory.domain.ids import ChannelId, TenantId


@dataclass(frozen=True, slots=True)
class SealedCallback:
    """One callback. `name`: its own, the same however often it comes; `heard_at` is the machine's time."""

    name: str
    tenant: TenantId
    channel: ChannelId
    heard_at: datetime
    sealed: bytes = field(repr=False)


class CallbackStore(Protocol):
    """Callbacks of every tenant that are not handled yet."""

    async def add(self, callbacks: Sequence[SealedCallback]) -> frozenset[ChannelId]:
        """Keep each that is not kept already; which of their channels are on: of the others nothing is kept."""
        ...

    async def forget(self, names: Sequence[str]) -> None:
        """They are handled. Unknown names are no error."""
        ...

    async def left(self, channel: ChannelId, *, before: datetime, limit: int) -> Sequence[SealedCallback]:
        """Those that came before a moment, oldest first."""
        ...


class CallbackWork(Protocol):
    """A transaction across tenants that reaches callbacks."""

    @property
    def callbacks(self) -> CallbackStore:
        """What came and is not handled."""
        ...


class CallbackServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[CallbackWork]:
        """Open a transaction; the reason is logged."""
        ...
