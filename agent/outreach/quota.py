"""How many messages a brand may send at this moment, and to how many creators it does not know yet. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.outreach.windows import next_day
from memory.domain.contacts import Contacts, ContactWeek
from memory.domain.dispatch import BrandDay
from memory.domain.weeks import next_week

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


def contacts_left(day: BrandDay, week: ContactWeek, *, now: datetime) -> Contacts:
    """What the brand's weekly limit leaves; without one nobody is barred."""
    most = day.policy.contacts_per_week
    return Contacts(None if most is None else max(most - week.used, 0), week.new, next_week(now, day.shop_zone))
