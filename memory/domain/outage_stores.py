"""Protocols of downtime: how long nobody ran, what was due meanwhile, and who was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from memory.domain.ids import BrandId, StepId, TenantId
from memory.domain.pausing_stores import Waiting
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import HomeZone


@dataclass(frozen=True, slots=True)
class Backlog:
    """Steps of one brand that are overdue, locked, and what the brand allows."""

    tenant: TenantId
    brand: BrandId
    policy: BrandPolicy
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which nothing ran, on the workspace's clock, and what of a brand was planned anew after it.

    `home`: where the creator lives whose message goes first; None once nothing goes at that time any more.
    """

    brand: BrandId
    began_at: datetime
    ended_at: datetime
    replanned: int
    first_due: datetime | None
    home: HomeZone | None = None


class OutageStore(Protocol):
    """Heartbeats and backlogs of every tenant, for the dispatcher."""

    async def beat(self, name: str) -> timedelta:
        """Note that something runs; how long ago it last did, on the machine's clock (zero the first time).

        Of several processes that come back at once, one is told of the gap: the others wait for its transaction.
        """
        ...

    async def backlog(self, *, now: datetime) -> list[Backlog]:
        """Planned steps that are due by now, brand by brand; what is stopped or held by another is left out."""
        ...

    async def plan_again(self, backlog: Backlog, due: Mapping[StepId, datetime], *, began_at: datetime) -> None:
        """Plan a brand's backlog for new times and remember the outage."""
        ...


class OutageNews(Protocol):
    """What a member has not heard yet."""

    async def untold_outages(self) -> list[Outage]:
        """Outages of the scope's brands nobody was told of, oldest first; they count as told from here on."""
        ...
