"""How many messages a brand may send at this moment, and to how many creators it does not know yet. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.outreach.windows import next_day
from memory.domain.contacts import Contacts, ContactWeek
from memory.domain.dispatch import BrandDay
from memory.domain.shops import PlatformQuota
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


def contacts_over_a_shop(quota: PlatformQuota, week: ContactWeek, *, since_read: int, zone: ZoneInfo) -> Contacts:
    """What the platform's own limit leaves, of its count as it was read or of ours, whichever is more: theirs lags.

    `since_read`: new contacts over the shop by our own count since the platform's was read.
    """
    used = max(quota.used + since_read, week.used)
    left = None if quota.allowed is None else max(quota.allowed - used, 0)
    return Contacts(left, week.new, quota.ends_at or next_week(quota.read_at, zone))
