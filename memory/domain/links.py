"""Promo codes and tracking links: whose a sale is where the platform names neither post nor creator."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CampaignId, CreatorId

# Letters and digits nobody mistakes for one another when reading them aloud.
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 7
_LONGEST_TARGET: Final = 1_000
# Names alone: an address in figures leads to a machine, and what a browser reads otherwise than we do leads anywhere.
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_INSIDE: Final = frozenset({"local", "localhost", "internal", "lan", "home", "arpa"})


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code a creator tells their followers; compared without case and space."""

    code: str
    creator: CreatorId
    campaign: CampaignId | None = None


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """A short code of ours, the address it leads to, and how often it was followed: a visitor once a day."""

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


def code_key(code: str) -> str:
    """A code as it is compared."""
    return "".join(code.split()).upper()


def with_utm(target: str, *, creator: str, campaign: str, code: str) -> str:
    """The address with the five marks that shops' own reports read; those it has already stay.

    Raises:
        BadRequest: "link_target_unsafe", not an https address of a named host.
    """
    try:
        parts = urlsplit(target.strip()) if len(target) <= _LONGEST_TARGET else urlsplit("")
        host, _ = parts.hostname or "", parts.port
    except ValueError as bad:
        raise BadRequest("link_target_unsafe") from bad
    inside = host.rpartition(".")[2] in _INSIDE
    if parts.scheme != "https" or not _HOST.fullmatch(host) or inside or parts.username is not None:
        raise BadRequest("link_target_unsafe")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    marks = {
        "utm_source": "tiktok",
        "utm_medium": "creator",
        "utm_campaign": campaign,
        "utm_content": code,
        "utm_term": creator,
    }
    marked = [*(marks | {name: value for name, value in asked if name in marks}).items()]
    return urlunsplit(parts._replace(query=urlencode([*marked, *(one for one in asked if one[0] not in marks)])))
