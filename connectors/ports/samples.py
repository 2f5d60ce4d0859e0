"""Samples that creators ask for through a shop's platform: read, and answered once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from connectors.ports.shops import LinkedShop
from memory.domain.applications import Application


class Refusal(StrEnum):
    """Why a seller says no."""

    NOT_MATCH = "not_match"
    OFFLINE = "offline"
    OUT_OF_STOCK = "out_of_stock"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """Some applications, and where to go on; an empty position is the end."""

    found: Sequence[Application]
    position: str = field(repr=False)


class SamplePlatform(Protocol):
    """All methods raise Unavailable (retryable), Refused and Misconfigured (not); `review` raises Unclear too."""

    def applications(self, at: LinkedShop, *, after: str) -> AsyncIterator[ApplicationPage]:
        """Every one, the newest first, from a position on; empty begins anew."""
        ...

    async def application(self, at: LinkedShop, id_: str, *, handle: str, product: str) -> Application | None:
        """One as it is now, found by whose and of what it is."""
        ...

    async def told(self, at: LinkedShop, raw: str) -> Sequence[Application]:
        """What a webhook is about, as it is now; nothing where it is about no application."""
        ...

    async def review(self, at: LinkedShop, id_: str, *, refusal: Refusal | None) -> None:
        """Approve it (`refusal` None), or refuse it. Raises Refused for one that waits no more."""
        ...
