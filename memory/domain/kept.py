"""What an adapter keeps between calls for every process, for a channel or a shop: sealed, under a name, for a time.

Access tokens, one-use codes of cards, what was last heard. It is gone with its time; nothing here is a record.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from memory.domain.channels import AnyChannelStore
from memory.domain.ids import ChannelId, ShopLinkId, TenantId

Owner_contra = TypeVar("Owner_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class SealedKept:
    """One thing that is kept. Times are the machine's."""

    tenant: TenantId
    name: str
    made_at: datetime
    good_until: datetime
    sealed: bytes = field(repr=False)


class KeptStore(Protocol[Owner_contra]):
    """Things kept for channels, or shops, of every tenant."""

    async def read(self, owner: Owner_contra, /, name: str, *, now: datetime) -> SealedKept | None:
        """What is kept under a name; None without it or once its time is over."""
        ...

    async def lock(self, owner: Owner_contra, /, name: str) -> TenantId | None:
        """Hold a name until the transaction ends; its owner's tenant, None where the owner is not active."""
        ...

    async def keep(self, owner: Owner_contra, /, kept: SealedKept) -> None:
        """Keep something in the place of what had its name; forget what is past its time."""
        ...

    async def find(self, owner: Owner_contra, /, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """Everything whose name begins so, oldest first."""
        ...

    async def take(self, owner: Owner_contra, /, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """Everything whose name begins so, oldest first, and forget it: who gets it is the only one who does."""
        ...


class KeptWork(Protocol):
    """A transaction across tenants that reaches what is kept."""

    @property
    def kept(self) -> KeptStore[ChannelId]:
        """What is kept for channels."""
        ...

    @property
    def shop_kept(self) -> KeptStore[ShopLinkId]:
        """What is kept for shops."""
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
