"""Who is written to, and by whom: brands with rules of their own, creators in fifteen zones, drawn from a seed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.ids import BrandId, CreatorId, TenantId
from memory.domain.workspace import BrandPolicy

# Market, zone; the zones of a market that has several come in turn.
PLACES: Final = (
    ("US", "America/New_York"), ("US", "America/Chicago"), ("US", "America/Denver"), ("US", "America/Los_Angeles"),
    ("CA", "America/Toronto"), ("GB", "Europe/London"), ("DE", "Europe/Berlin"), ("FR", "Europe/Paris"),
    ("ES", "Europe/Madrid"), ("MX", "America/Mexico_City"), ("BR", "America/Sao_Paulo"), ("JP", "Asia/Tokyo"),
    ("ID", "Asia/Jakarta"), ("VN", "Asia/Ho_Chi_Minh"), ("PH", "Asia/Manila"),
)  # fmt: skip
_SAID: Final = 0.7  # of creators whose zone a source gave


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand: where its shop counts days and weeks, and what it allows."""

    brand: BrandId
    market: str
    zone: ZoneInfo
    policy: BrandPolicy


@dataclass(slots=True, eq=False)
class Person:
    """A creator, and what they have done towards their brand so far."""

    creator: Creator
    brand: BrandId
    wrote_at: list[datetime] = field(default_factory=list)
    opted_out: bool = False
    blocked: bool = False


def shops(creators: int, days: int) -> tuple[Shop, ...]:
    """Five brands. Weekly limits grow with how many creators there are: one is twice what comes, one is too small."""
    weekly = max(2 * creators * 7 // (5 * days), 2)
    usual = BrandPolicy(rest_on_holidays=True, sends_per_day=2_000, sends_per_minute=60)
    early = replace(usual, rest_on_sundays=True, window_start=time(10), window_end=time(18))
    rules = (
        ("US", "America/New_York", replace(usual, contacts_per_week=weekly)),
        ("GB", "Europe/London", early),
        ("US", "America/New_York", replace(usual, contacts_per_week=max(weekly // 3, 1), rest_on_saturdays=True)),
        ("BR", "America/Sao_Paulo", BrandPolicy(sends_per_day=max(weekly // 4, 2), sends_per_minute=2)),
        ("JP", "Asia/Tokyo", BrandPolicy(rest_on_holidays=True, rest_on_saturdays=True, rest_on_sundays=True)),
    )
    return tuple(
        Shop(BrandId(number), market, ZoneInfo(zone), policy) for number, (market, zone, policy) in enumerate(rules, 1)
    )


def people(count: int, draw: Random, *, brands: int, since: datetime) -> list[Person]:
    """Creators of every place, dealt out to the brands in turn."""
    return [
        Person(_creator(number, draw, since=since), BrandId(number // len(PLACES) % brands + 1))
        for number in range(count)
    ]


def _creator(number: int, draw: Random, *, since: datetime) -> Creator:
    market, zone = PLACES[number % len(PLACES)]
    said = zone if draw.random() < _SAID else None
    facts = CreatorFacts(handle=f"creator{number:05}", market=market, zone=said)
    return Creator(CreatorId(number + 1), TenantId(1), facts, Source("schedule", since))
