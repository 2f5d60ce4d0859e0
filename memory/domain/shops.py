"""Shops of a platform that brands let us into: which one is worked with, until when, and how its sync does.

Tokens and ciphers are not here: they are kept sealed (`memory.domain.kept`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from memory.domain.ids import BrandId, MemberId, ShopLinkId, TenantId
from memory.domain.outreach import Flag

DAILY = timedelta(hours=24)
AGAIN_AFTER = timedelta(minutes=15)  # a sync that could not go on
COMPLAINED_OF = timedelta(days=7)
LEASE = timedelta(minutes=5)  # a sync that says nothing for so long died with its process


class SyncState(StrEnum):
    """How the last sync of a shop's creators stands."""

    NEVER = "never"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SellerShop:
    """One shop of the seller who agreed. `region` is ISO 3166 alpha-2, or empty."""

    id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Sync:
    """A sync of creators. `found`: so far, repetitions across a broken run counted once a page. Workspace time.

    `bare`: those of them whose figures were asked for and did not come.
    """

    state: SyncState = SyncState.NEVER
    found: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    trouble: Flag | None = None
    position: str = field(default="", repr=False)
    bare: int = 0


@dataclass(frozen=True, slots=True)
class Hearing:
    """How creators' answers come in. `told_at`: the platform last told of something; `refused_at`: something last came
    that was not signed as it should be; `read_at`: conversations were last read; `trouble`: why they are not now.
    """

    told_at: datetime | None = None
    refused_at: datetime | None = None
    read_at: datetime | None = None
    trouble: Flag | None = None

    def is_refused(self, now: datetime) -> bool:
        """Whether what came last, within a week, was not signed as it should be: anybody may send such a thing once."""
        if self.refused_at is None or now - self.refused_at >= COMPLAINED_OF:
            return False
        return self.told_at is None or self.refused_at > self.told_at


@dataclass(frozen=True, slots=True)
class ShopLink:
    """A brand's shop. `shops`: all of its seller; `shop`: the id of the one worked with, empty before that.

    `revoked_at`: since then the seller has not allowed it any more, told by the platform; None once connected again.
    """

    id: ShopLinkId
    tenant: TenantId
    brand: BrandId
    active: bool
    shop: str
    shops: tuple[SellerShop, ...]
    authorised_at: datetime | None
    sync: Sync
    hearing: Hearing = field(default_factory=Hearing)
    revoked_at: datetime | None = None

    @property
    def chosen(self) -> SellerShop | None:
        """The shop that is worked with."""
        return next((one for one in self.shops if one.id == self.shop), None)

    @property
    def connected(self) -> bool:
        """Whether it is worked with."""
        return self.active and self.chosen is not None


@dataclass(frozen=True, slots=True)
class LevelQuota:
    """What a platform allows for creators of some levels: of the period, and a bonus that is used first."""

    levels: tuple[int, ...]
    period: int
    period_used: int
    bonus: int
    bonus_used: int

    @property
    def bonus_left(self) -> int:
        """Used before anything else."""
        return max(self.bonus - self.bonus_used, 0)

    @property
    def period_left(self) -> int:
        """Used once the bonus is gone."""
        return max(self.period - self.period_used, 0)


@dataclass(frozen=True, slots=True)
class PlatformQuota:
    """How many unconnected creators a platform lets a shop contact in a period, by its own count. `allowed` None: any.

    `read_at` is the machine's time, `ends_at` the platform's; UTC. `levels`: the same by level, where it tells.
    `most_followers`: nobody with more may be contacted (None: it does not say).
    """

    used: int
    allowed: int | None
    ends_at: datetime | None
    read_at: datetime
    levels: tuple[LevelQuota, ...] = ()
    most_followers: int | None = None

    @property
    def left(self) -> int | None:
        """How many more; None: any number."""
        return None if self.allowed is None else max(self.allowed - self.used, 0)


# A platform's count for a brand's shop, at most an hour old; None: no shop, no answer.
WeekOf = Callable[[BrandId], Awaitable[PlatformQuota | None]]


async def no_week(brand: BrandId) -> PlatformQuota | None:
    """No brand has a shop."""
    del brand
    return None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What a platform says of writing to one creator first. `connected`: it costs no contact.

    `small_enough`: the shop's tier may contact somebody with so many followers; `has_room`: a contact of their level
    is left.
    """

    level: int | None
    blocked: bool
    connected: bool
    small_enough: bool
    has_room: bool


class ShopStore(Protocol):
    """Shops in sight: a scope's own, or in a service's transaction those of all."""

    async def of_brand(self, brand: BrandId) -> ShopLink | None:
        """A brand's, connected or not."""
        ...

    async def by_id(self, link: ShopLinkId) -> ShopLink | None:
        """One."""
        ...

    async def connected(self) -> Sequence[ShopLink]:
        """All that are worked with, oldest first."""
        ...

    async def begin(self, brand: BrandId, *, by: MemberId) -> ShopLink:
        """The brand's, made if there is none, ready to keep what comes of an authorisation."""
        ...

    async def connect(self, link: ShopLinkId, shops: Sequence[SellerShop]) -> ShopLink:
        """The seller agreed; the shop chosen before stays so where it is among them, else the first is."""
        ...

    async def choose(self, link: ShopLinkId, shop: str) -> None:
        """Work with another one of the seller's. Raises NotFound("shop_not_authorised")."""
        ...

    async def disconnect(self, link: ShopLinkId) -> None:
        """Work with it no more. The marks of its messages stay: what is unclear is found when it is connected again."""
        ...

    async def revoke(self, link: ShopLinkId, *, at: datetime) -> bool:
        """The seller took the permission back then: work with it no more, and say why.

        False for one that was authorised since, or is not worked with: what is told late changes nothing.
        """
        ...

    async def sync_to(self, link: ShopLinkId, sync: Sync) -> None:
        """How its sync stands now."""
        ...

    async def due(self, *, now: datetime) -> Sequence[ShopLink]:
        """Those whose sync should run, longest due first."""
        ...

    async def of_shop(self, shop: str) -> Sequence[ShopLink]:
        """All that work with one shop of the platform, oldest first."""
        ...

    async def told(self, links: Sequence[ShopLinkId]) -> None:
        """The platform told of something in their shop."""
        ...

    async def refused(self) -> None:
        """Something came that was not signed as it should be: whose shop it is about nobody knows, so all are told."""
        ...

    async def read(self, link: ShopLinkId, trouble: Flag | None) -> None:
        """Its conversations were read, or why they were not."""
        ...
