"""Which time zone a creator lives in, as far as anybody said."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memory.domain.markets import MARKETS

NOWHERE = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class HomeZone:
    """A zone, and whether it is only the main zone of a market (shown as 估)."""

    zone: ZoneInfo
    estimated: bool


@cache
def home_zone(zone: str | None, market: str | None) -> HomeZone:
    """The zone a source gave, else the market's main zone, else New York's; all but the first are estimates."""
    if zone:
        try:
            return HomeZone(ZoneInfo(zone), estimated=False)
        except (ZoneInfoNotFoundError, ValueError):
            pass  # A file may hold anything; an unreadable zone counts as none.
    known = MARKETS.get((market or "").upper())
    return HomeZone(known.zone if known else NOWHERE, estimated=True)
