"""What may still be sent today, who may still be written to first this week, and what the team did of late."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import Field

from memory.domain.errors import AppError, BadRequest, Misconfigured, Refused, Unavailable
from memory.domain.ids import BrandId
from memory.domain.office_stores import DayActivity, QuotaStatus
from memory.domain.shops import Eligibility, PlatformQuota, no_week
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Brand
from memory.domain.zones import home_zone
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.quota.asking import Pool, WeekPlan, plan_week, read_pool

DAYS = 7
MOST_ASKED = 20  # somebody waits; each creator not met before is one more request


class QuotaStatusArgs(Arguments):
    """`who`: which creators may still be contacted this week, and whose turn comes later, besides the counts."""

    who: bool = Field(default=False, description="True for who can still be contacted this week, in which order.")


@dataclass(frozen=True, slots=True)
class QuotaShown:
    """One line a brand of the scope; for a member of all brands, the whole tenant's last days, newest first.

    `platform`: the platform's own count for the brand's shop; None without a shop, or why it is not known. `contacts`:
    our own count of this week's new contacts, for a brand; `week`: whose turn is when, where that was asked.
    """

    brands: tuple[QuotaStatus, ...]
    activity: tuple[DayActivity, ...] = ()
    platform: PlatformQuota | AppError | None = None
    contacts: int | None = None
    week: WeekPlan | None = None


class PlatformCounts(Protocol):
    """What a platform says of a brand's shop. Else they raise Unavailable (retryable), Refused, Misconfigured (not)."""

    async def quota(self, brand: BrandId) -> PlatformQuota | None:
        """Its own count of the week's new contacts; None without a shop."""
        ...

    async def week(self, brand: BrandId) -> PlatformQuota | None:
        """The same as it was read within the hour; None besides where it does not answer. Raises nothing."""
        ...

    async def eligible(self, brand: BrandId, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """Whether creators may be written to first, by handle; of whom it says nothing is missing."""
        ...


class NoPlatform:
    """No brand has a shop on a platform."""

    async def quota(self, brand: BrandId) -> PlatformQuota | None:
        """See `PlatformCounts.quota`."""
        del brand
        return None

    async def week(self, brand: BrandId) -> PlatformQuota | None:
        """See `PlatformCounts.week`."""
        return await no_week(brand)

    async def eligible(self, brand: BrandId, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """See `PlatformCounts.eligible`."""
        del brand, handles
        return {}


def quota_status(units: Units, platform: PlatformCounts | None = None) -> Tool[QuotaStatusArgs]:
    """Look up limits and what of them is used."""
    counts = platform or NoPlatform()

    async def run(args: QuotaStatusArgs, turn: TurnContext) -> QuotaShown:
        """Read the counters, then ask the platform for its own; never guesses that.

        Raises BadRequest("choose_a_brand") where who is asked of several brands at once.
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            brands, activity, brand = await asyncio.gather(
                unit.counters.quota(), unit.counters.activity(days=DAYS), _brand(unit)
            )
            pool = await read_pool(unit, turn, brand) if args.who and brand is not None else None
            contacts = pool.week.used if pool is not None else await _contacts(unit, brand)
        if args.who and brand is None:
            raise BadRequest("choose_a_brand")
        own = await _own(brand.id if brand is not None else None)
        shown = QuotaShown(tuple(brands), tuple(activity), own, contacts)
        if pool is None:
            return shown
        return replace(shown, week=await _planned(pool, own if isinstance(own, PlatformQuota) else None))

    async def _planned(pool: Pool, own: PlatformQuota | None) -> WeekPlan:
        """Who comes first is asked about at the platform; where it does not answer, it is planned without that."""
        week = plan_week(pool, own)
        asked = {turn.worth.creator.facts.handle: turn.worth.creator for turn in week.turns if not turn.free}
        if own is None or not asked:
            return week
        handles = list(asked)[:MOST_ASKED]
        try:
            said = await counts.eligible(pool.brand.id, handles)
        except (Unavailable, Refused, Misconfigured) as failure:
            return replace(week, unasked=failure)
        return plan_week(pool, own, {asked[handle].id: one for handle, one in said.items()})

    async def _own(brand: BrandId | None) -> PlatformQuota | AppError | None:
        try:
            return await counts.quota(brand) if brand is not None else None
        except (Unavailable, Refused, Misconfigured) as failure:
            return failure

    about = "How many messages may still be sent today; with who, whom we can still contact this week."
    return Tool("quota_status", Effect.READS, QuotaStatusArgs, run, about)


async def _brand(unit: Unit) -> Brand | None:
    """The brand in sight, or the only one there is."""
    if unit.scope.brand is not None:
        return await unit.people.brand(unit.scope.brand)
    brands = await unit.people.brands()
    return brands[0] if len(brands) == 1 else None


async def _contacts(unit: Unit, brand: Brand | None) -> int | None:
    if brand is None:
        return None
    return (await unit.counters.contacts(brand.id, (), zone=home_zone(None, brand.market).zone)).used
