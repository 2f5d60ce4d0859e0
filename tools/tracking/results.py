"""What the tool of tracking links and promo codes brings back."""

from dataclasses import dataclass
from typing import Literal

from memory.domain.office_stores import StoredFile


@dataclass(frozen=True, slots=True)
class TrackedLink:
    """A tracking link as people name what it is of. `campaign` "": of none."""

    code: str
    handle: str
    campaign: str
    target: str
    clicks: int = 0


@dataclass(frozen=True, slots=True)
class TrackedCode:
    """A promo code as people name what it is of. `campaign` "": of none."""

    code: str
    handle: str
    campaign: str


@dataclass(frozen=True, slots=True)
class TrackingShown:
    """Links and codes, newest first. `new`: how many were made now; `total`: how many there are of what was asked.

    `address`: where others reach this workspace; None: nowhere, so that a link would lead nobody on.
    """

    action: Literal["list", "links", "codes"]
    links: tuple[TrackedLink, ...]
    codes: tuple[TrackedCode, ...]
    address: str | None
    new: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class TrackingExported:
    """A file of codes and links to upload to a shop. `demo`: marked as demo data."""

    file: StoredFile
    rows: int
    demo: bool
