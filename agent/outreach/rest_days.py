"""Days of a creator's own calendar on which a brand writes to nobody first. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from holidays import country_holidays

from memory.domain.markets import MARKETS
from memory.domain.workspace import BrandPolicy

SATURDAY: Final = 5
SUNDAY: Final = 6


@dataclass(frozen=True, slots=True)
class RestDays:
    """Days of the week (0: Monday), and the market whose public holidays count; none without either."""

    weekdays: frozenset[int] = frozenset()
    market: str | None = None

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays or (self.market is not None and is_public_holiday(day, self.market))


NO_REST: Final = RestDays()


def rest_days_of(policy: BrandPolicy, market: str | None) -> RestDays:
    """What the brand keeps free for a creator of a market; an unknown market has no holidays."""
    chosen = ((SATURDAY, policy.rest_on_saturdays), (SUNDAY, policy.rest_on_sundays))
    weekdays = frozenset(day for day, rests in chosen if rests)
    return RestDays(weekdays, market if policy.rest_on_holidays else None)


def is_public_holiday(day: date, market: str) -> bool:
    """Whether a whole market of ours has a public holiday, the day it is made up for among them.

    Lunar and religious ones are the library's forecast for years to come. Holidays of one region are none.
    """
    code = market.upper()
    return code in MARKETS and day in _holidays(code, day.year)


@cache
def _holidays(market: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(market, years=year))
