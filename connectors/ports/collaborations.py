"""Target collaborations of a shop through its platform: read, made, replaced, removed. Writes may end unclear."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.shops import LinkedShop
from memory.domain.collaborations import Collaboration, OpenPlan


@dataclass(frozen=True, slots=True)
class CollaborationPage:
    """Some collaborations, and where to go on; an empty position is the end."""

    found: Sequence[Collaboration]
    position: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenPlanPage:
    """Some products of the open plan, and where to go on; an empty position is the end."""

    found: Sequence[OpenPlan]
    position: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Clash:
    """A creator who has a live collaboration with the shop for a product already."""

    handle: str
    product: str
    collaboration: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Who stands against an invitation: `unknown` are handles that the platform does not have."""

    clashes: tuple[Clash, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCollaboration:
    """What is to be made. `rates_bp`: the platform's product → commission; samples are always reviewed by a person.

    `name` is how it is found again when the answer is lost: no other one may have it.
    """

    name: str
    ends_at: datetime
    rates_bp: Mapping[str, int]
    handles: tuple[str, ...]
    gives_sample: bool
    message: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. `id` None: nothing was made, for the reasons listed."""

    id: str | None
    clashes: tuple[Clash, ...] = ()
    unknown_handles: tuple[str, ...] = ()
    unknown_products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What of a collaboration is to be otherwise; None: as it is. `add` and `drop` are handles."""

    rates_bp: Mapping[str, int] | None = None
    ends_at: datetime | None = None
    gives_sample: bool | None = None
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    email: str = ""


class CollaborationPlatform(Protocol):
    """All methods raise Unavailable (retryable), Refused and Misconfigured (not); those that write Unclear too."""

    def collaborations(self, at: LinkedShop, *, after: str) -> AsyncIterator[CollaborationPage]:
        """Every one that is live or being cancelled, whole, from a position on; empty begins anew."""
        ...

    async def collaboration(self, at: LinkedShop, id_: str) -> Collaboration:
        """One, as it is now."""
        ...

    async def named(self, at: LinkedShop, name: str) -> Collaboration | None:
        """The one of exactly this name that is live; how one is found whose making was not answered."""
        ...

    async def check(self, at: LinkedShop, *, handles: Sequence[str], products: Sequence[str]) -> Checked:
        """Who has a live one for a product already, and whom it does not know by now. A request for each."""
        ...

    def plans(self, at: LinkedShop, *, after: str) -> AsyncIterator[OpenPlanPage]:
        """Every product that any creator may sell, from a position on; empty begins anew."""
        ...

    async def take_out(self, at: LinkedShop, clashes: Sequence[Clash]) -> Sequence[str]:
        """Take creators out of the collaborations they are in; the handles of those it could not be done for."""
        ...

    async def create(self, at: LinkedShop, wanted: NewCollaboration) -> Made:
        """Invite."""
        ...

    async def change(self, at: LinkedShop, id_: str, changes: Changes) -> Sequence[str]:
        """Replace it as a whole by what it is now with the changes; what could not be done, in the platform's names."""
        ...

    async def remove(self, at: LinkedShop, id_: str) -> None:
        """Cancel it."""
        ...

    async def link(self, at: LinkedShop, id_: str) -> str:
        """Where an invited creator adds its products."""
        ...
