"""How many messages a brand may send at this moment. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.outreach.windows import next_day
from memory.domain.dispatch import BrandDay

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many may go now, and when to look again if fewer go than wait."""

    count: int
    look_again_at: datetime


def allowance(day: BrandDay, *, now: datetime) -> Allowance:
    """What the shop's minute and day limits leave."""
    left_today = day.policy.sends_per_day - day.today
    if left_today <= 0:
        return Allowance(0, next_day(now, day.shop_zone))
    left = min(left_today, day.policy.sends_per_minute - day.last_minute)
    return Allowance(max(left, 0), now + MINUTE)
