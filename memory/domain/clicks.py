"""Who follows a tracking link: counted once a day, by a mark that nobody can lead back to them. Pure."""

import hashlib
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

_PHONE: Final = re.compile(r"iphone|ipad|android|mobile", re.IGNORECASE)
_COMPUTER: Final = re.compile(r"windows|macintosh|x11|linux|cros", re.IGNORECASE)


class Device(StrEnum):
    """What somebody followed a link on, as coarse as it is kept."""

    PHONE = "phone"
    COMPUTER = "computer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who follows a link, for as long as it takes to count them. Neither field is ever kept or logged."""

    address: str = field(repr=False)
    agent: str = field(repr=False)

    @property
    def device(self) -> Device:
        """On what."""
        if _PHONE.search(self.agent):
            return Device.PHONE
        return Device.COMPUTER if _COMPUTER.search(self.agent) else Device.OTHER

    def mark(self, salt: str) -> str:
        """The same for one visitor of one link on one day, and nobody's once the day's salt is gone."""
        return hashlib.sha256(f"{salt}\n{self.address}\n{self.agent}".encode()).hexdigest()[:32]


class ClickStore(Protocol):
    """Links of all tenants, found by their code alone."""

    async def follow(self, code: str, visitor: Visitor | None, *, at: datetime) -> str | None:
        """Where a link leads, marked for the shop's reports, its visitor counted; None where there is no such link.

        A visitor of None (a machine) is not counted. Raises BadRequest ("link_target_unsafe").
        """
        ...


class ClickWork(Protocol):
    """A transaction across tenants that reaches links."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def clicks(self) -> ClickStore:
        """Links that are followed."""
        ...


class ClickServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ClickWork]:
        """Open a transaction; the reason is logged."""
        ...
