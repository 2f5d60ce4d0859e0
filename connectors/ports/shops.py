"""Shops of a platform that sellers let us into: what an adapter offers, and what a page may ask and do about them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.platforms import Answer
from memory.domain.creator import CreatorFacts
from memory.domain.ids import BrandId, MemberId, ShopLinkId
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import Eligibility, PlatformQuota, SellerShop, ShopLink, Sync
from memory.domain.workspace import Scope

RETURN_PATH = "/tiktok-shop/authorized"
TOLD_PATH = "/tiktok-shop/webhook"


@dataclass(frozen=True, slots=True)
class CreatorPage:
    """Some creators, and where to go on; an empty position is the end. `bare`: so many without figures asked for."""

    facts: Sequence[CreatorFacts]
    position: str = field(repr=False)
    bare: int = 0


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """What creators wrote, oldest first, and where to read on."""

    answers: Sequence[Answer]
    position: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkedShop:
    """Which shop of which authorisation."""

    link: ShopLinkId
    shop: str


# Where a brand's messages go; None where no shop is connected.
ShopOf = Callable[[BrandId], Awaitable[LinkedShop | None]]


class ShopPlatform(Protocol):
    """One platform with shops. All methods raise Unavailable (retryable), Refused and Misconfigured (not retryable)."""

    @property
    def name(self) -> str:
        """The provenance written on each creator."""
        ...

    async def begin(self, link: ShopLinkId, *, member: MemberId) -> str:
        """Where the seller agrees: an address, good for one return of this member within ten minutes."""
        ...

    def link_of(self, state: str) -> ShopLinkId | None:
        """Which link a return is about; None for a state that cannot be ours."""
        ...

    async def decline(self, link: ShopLinkId, *, member: MemberId, state: str) -> None:
        """The seller came back without agreeing. Raises Refused("shop_state_unknown") for a return nobody waits for."""
        ...

    async def finish(self, link: ShopLinkId, *, member: MemberId, state: str, code: str) -> Sequence[SellerShop]:
        """The seller agreed: their shops."""
        ...

    async def forget(self, link: ShopLinkId) -> None:
        """Keep no token any more. The seller's own page can take the permission back too."""
        ...

    async def until(self, link: ShopLinkId) -> datetime | None:
        """When the seller has to agree again if nothing is renewed; None without an authorisation."""
        ...

    async def look(self, at: LinkedShop) -> None:
        """Try everything a working shop needs without changing anything there. Raises what is wrong."""
        ...

    async def quota(self, at: LinkedShop) -> PlatformQuota:
        """The platform's own count of who may still be written to for the first time."""
        ...

    async def eligible(self, at: LinkedShop, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """Whether creators may be written to first, by handle; of whom the platform says nothing is missing.

        Asked in hundreds; whoever is not remembered costs one more request.
        """
        ...

    def creators(self, at: LinkedShop, *, after: str) -> AsyncIterator[CreatorPage]:
        """Creators as the shop sees them, from a position on; empty begins anew."""
        ...

    async def answers(self, at: LinkedShop, *, after: str, since: datetime) -> AnswerPage:
        """What creators wrote in the shop's conversations after a position, some of it again; empty begins at `since`.

        One look takes about half a minute at most; what it leaves over comes with the next.
        """
        ...

    async def answer(self, at: LinkedShop, told: str) -> Answer | None:
        """What the platform told of, if a creator wrote it: the same answer that reading finds."""
        ...


class ShopEars(Protocol):
    """Takes what a platform tells by itself. All raise Unavailable and Unclear: it must be told again."""

    async def keep(self, shop: str, *, name: str, told: str) -> None:
        """Store it for all who work with a shop; once it returns it may be acknowledged.

        The same name is no second one. Nothing is kept of a shop nobody works with.
        """
        ...

    async def revoked(self, shop: str, *, at: datetime | None) -> None:
        """A shop's seller took the permission back then: nobody works with it any more, and its tokens are forgotten.

        Told twice, or late, it changes nothing: not where the seller has agreed since.
        """
        ...

    async def refused(self) -> None:
        """Something came that the app's secret has not signed."""
        ...


@dataclass(frozen=True, slots=True)
class ShopView:
    """A brand's shop on its page. `until`: see `ShopPlatform.until`; `comes_back_to`: what the app must be told.

    `barred`: a demo workspace, which no real shop is connected to. `told_at`: the address for webhooks, None where
    nothing out there reaches this machine. `sources`: how reading its lists stands.
    """

    link: ShopLink | None
    until: datetime | None
    comes_back_to: str
    barred: bool
    told_at: str | None = None
    sources: Mapping[ShopSource, Sync] = field(default_factory=dict)


class ShopDoor(Protocol):
    """What the page does. All but `view` raise NotAllowed for anybody but a lead of their own."""

    async def view(self, scope: Scope) -> ShopView:
        """The brand's shop."""
        ...

    async def begin(self, scope: Scope) -> str:
        """Where the seller agrees. Raises Refused("shop_not_in_demo")."""
        ...

    async def finish(self, scope: Scope, *, state: str, code: str) -> None:
        """The browser came back; without a code nobody agreed.

        Raises:
            Refused: nobody waits for this return, it was not agreed to, or there is no shop (not retryable).
            Unavailable: the platform does not answer: begin anew (retryable).
        """
        ...

    async def choose(self, scope: Scope, shop: str) -> None:
        """Work with another one of the seller's shops. Raises NotFound."""
        ...

    async def disconnect(self, scope: Scope) -> None:
        """Work with it no more: what waits to be sent over it is held, and says so."""
        ...

    async def sync(self, scope: Scope) -> None:
        """Fetch creators now, and again every day. Raises Refused("shop_not_connected")."""
        ...
