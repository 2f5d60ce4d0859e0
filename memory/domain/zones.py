"""Which time zone a creator lives in, how we know, and how sure that is."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memory.domain.markets import MARKETS

NOWHERE = ZoneInfo("America/New_York")


class ZoneSource(StrEnum):
    """How a zone is known, and so how sure it is, surest first.

    A source gave it; the market has one clock; it is the main one of a market with several; nobody said anything.
    """

    GIVEN = "given"
    MARKET = "market"
    MAIN_OF_MARKET = "main_of_market"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class HomeZone:
    """A zone and how it is known."""

    zone: ZoneInfo
    source: ZoneSource = ZoneSource.GIVEN

    @property
    def estimated(self) -> bool:
        """Whether no source gave it (shown as 估)."""
        return self.source is not ZoneSource.GIVEN


@cache
def home_zone(zone: str | None, market: str | None) -> HomeZone:
    """The zone a source gave, else that of the market, else its main one, else New York's."""
    if zone:
        try:
            return HomeZone(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError):
            pass  # A file may hold anything; an unreadable zone counts as none.
    known = MARKETS.get((market or "").upper())
    if known is None:
        return HomeZone(NOWHERE, ZoneSource.NOBODY)
    return HomeZone(known.zone, ZoneSource.MAIN_OF_MARKET if known.spans_zones else ZoneSource.MARKET)
