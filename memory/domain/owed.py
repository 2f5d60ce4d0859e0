"""Answers owed in chats outside: each said once, by whoever holds the channel, however often it was asked for.

An owed answer is a delivery of its own kind, so the ledger of tries is the one every push has.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from memory.domain.by_hand import HandUnit
from memory.domain.card_places import CardPlaceStore
from memory.domain.chat import Reply
from memory.domain.chat_stores import Fence
from memory.domain.deliveries import Claimed, DeliveryStore
from memory.domain.ids import ChannelId, DeliveryId, MemberId, TenantId, TurnId
from memory.domain.pacing import PaceStore
from memory.domain.places import Place
from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer nobody has begun to say: that of a turn, or a reply that was made at once."""

    id: DeliveryId
    place: Place
    outside_id: str
    member: MemberId
    turn: TurnId | None = None
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class ClaimedAnswer:
    """An answer that is being said from now on, and whose it is."""

    tenant: TenantId
    claimed: Claimed


class OwedStore(Protocol):
    """Answers that a scope's member is owed."""

    async def owe(
        self, place: Place, *, outside_id: str, turn: TurnId | None = None, reply: Reply | None = None
    ) -> None:
        """Promise an answer to what was said under this id, once; nothing where the channel is off."""
        ...

    async def reply_to(self, channel: ChannelId, outside_id: str) -> Reply | None:
        """The reply that was made at once to what was said under this id; None where nothing was said yet."""
        ...


class AnyOwedStore(Protocol):
    """Answers owed in any chat, for whoever holds the channel."""

    async def waiting(self, channel: ChannelId, *, limit: int = 50) -> Sequence[Owed]:
        """What nobody has begun to say, oldest first."""
        ...

    async def is_waiting(self, channel: ChannelId, outside_id: str) -> bool:
        """Whether nobody has begun to say it."""
        ...

    async def claim(self, channel: ChannelId, outside_id: str, *, lease: timedelta) -> ClaimedAnswer | None:
        """Write the ledger: from here on it is being said. None when somebody says or has said it, or none is owed."""
        ...

    async def kept(self, channel: ChannelId, outside_id: str) -> ClaimedAnswer | None:
        """Lock an answer that is being said, or may have been; None where none is."""
        ...

    async def drop(self, owed: DeliveryId) -> None:
        """End an answer that nobody has begun to say and nobody may hear; nothing where somebody has."""
        ...


class DeskUnit(HandUnit, Protocol):
    """A scope's transaction as the desk needs it."""

    @property
    def owed(self) -> OwedStore:
        """Answers the member is owed in chats outside."""
        ...

    @property
    def card_places(self) -> CardPlaceStore:
        """Where cards were shown outside."""
        ...


class DeskUnits(Protocol):
    """The door to such transactions."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[DeskUnit]:
        """See `memory.domain.stores.Units.unit`."""
        ...


class OwedWork(Protocol):
    """A transaction across tenants as the saying of answers needs it."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """The ledger of tries."""
        ...

    @property
    def owed(self) -> AnyOwedStore:
        """Answers owed in any chat."""
        ...

    @property
    def paces(self) -> PaceStore:
        """When messages may go."""
        ...


class OwedService(Protocol):
    """The door for such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[OwedWork]:
        """Open a transaction; `reason` is logged."""
        ...


class OwedDoor(OwedService, DeskUnits, Protocol):
    """Both doors to what is owed: of one scope, and of all."""
