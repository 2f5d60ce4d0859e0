"""Promo codes and tracking links: whose a sale is where the platform names neither post nor creator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CampaignId, CreatorId

# Letters and digits nobody mistakes for one another when reading them aloud.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 7
_LONGEST_TARGET: Final = 1_000


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code a creator tells their followers; compared without case and space."""

    code: str
    creator: CreatorId
    campaign: CampaignId | None = None


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """A short code of ours, the address it leads to, and how often it was followed."""

    code: str
    creator: CreatorId
    target: str
    campaign: CampaignId | None = None
    clicks: int = 0


class LinkStore(Protocol):
    """Codes and links of the scope's brands."""

    async def add_codes(self, codes: Sequence[PromoCode], *, brand: BrandId) -> int:
        """Keep codes, and let sales that redeemed them and are nobody's be their creators'; how many codes were new.

        Raises:
            BadRequest: "promo_code_taken" (code) by another creator; nothing is kept.
        """
        ...

    async def codes(self) -> list[PromoCode]:
        """Codes, newest first."""
        ...

    async def add_link(
        self, code: str, target: str, creator: CreatorId, *, brand: BrandId, campaign: CampaignId | None = None
    ) -> TrackingLink:
        """Keep a link under a code drawn for it. Raises Conflict when the code is taken: draw another."""
        ...

    async def links(self) -> list[TrackingLink]:
        """Links, newest first."""
        ...

    async def clicked(self, code: str, *, at: datetime) -> None:
        """Note that somebody followed a link of the scope; an unknown one is passed over."""
        ...


def code_key(code: str) -> str:
    """A code as it is compared."""
    return "".join(code.split()).upper()


def with_utm(target: str, *, creator: str, campaign: str, code: str) -> str:
    """The address with the five marks that shops' own reports read; those it has already stay.

    Raises:
        BadRequest: "link_target_unsafe", not an https address of a named host.
    """
    parts = urlsplit(target.strip()) if len(target) <= _LONGEST_TARGET else urlsplit("")
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or parts.username or host.replace(".", "").isdigit():
        raise BadRequest("link_target_unsafe")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    marks = {
        "utm_source": "tiktok",
        "utm_medium": "creator",
        "utm_campaign": campaign,
        "utm_content": code,
        "utm_term": creator,
    }
    return urlunsplit(parts._replace(query=urlencode({**marks, **asked})))
