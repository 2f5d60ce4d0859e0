"""Which time zone a creator lives in, how we know, and how sure that is."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memory.domain.markets import MARKETS

NOWHERE = ZoneInfo("America/New_York")


class ZoneSource(StrEnum):
    """How a zone is known, and so how sure it is, surest first.

    A source gave it; the market has one clock; the hours of their posts speak for it; it is the main one of a market
    with several; nobody said anything.
    """

    GIVEN = "given"
    MARKET = "market"
    POSTS = "posts"
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


@dataclass(frozen=True, slots=True)
class LikelyZone:
    """Where a creator seems to live by the hours of so many posts (`posting_hours`); confidence in basis points."""

    zone: str
    confidence_bp: int
    posts: int


@cache
def home_zone(zone: str | None, market: str | None, likely: str | None = None) -> HomeZone:
    """The zone a source gave, else that of the market, else the `likely` one, else the market's main, else New York's.

    What posts say counts only where a market has several clocks, and only for one of them.
    """
    if zone:
        try:
            return HomeZone(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError):
            pass  # A file may hold anything; an unreadable zone counts as none.
    known = MARKETS.get((market or "").upper())
    if known is None:
        return HomeZone(NOWHERE, ZoneSource.NOBODY)
    if not known.spans_zones:
        return HomeZone(known.zone, ZoneSource.MARKET)
    if likely is not None and likely in known.clocks:
        return HomeZone(ZoneInfo(likely), ZoneSource.POSTS)
    return HomeZone(known.zone, ZoneSource.MAIN_OF_MARKET)
