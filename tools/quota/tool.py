"""What may still be sent today, and what the team did of late."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from memory.domain.errors import AppError, Misconfigured, Refused, Unavailable
from memory.domain.ids import BrandId
from memory.domain.office_stores import DayActivity, QuotaStatus
from memory.domain.shops import PlatformQuota
from memory.domain.stores import Units
from tools.contract import Arguments, Effect, Tool, TurnContext

DAYS = 7
QuotaOf = Callable[[BrandId], Awaitable[PlatformQuota | None]]


class QuotaStatusArgs(Arguments):
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class QuotaShown:
    """One line a brand of the scope; for a member of all brands, the whole tenant's last days, newest first.

    `platform`: the platform's own count for the brand's shop; None without a shop, or why it is not known.
    """

    brands: tuple[QuotaStatus, ...]
    activity: tuple[DayActivity, ...] = ()
    platform: PlatformQuota | AppError | None = None


async def no_platform(brand: BrandId) -> PlatformQuota | None:
    """No brand has a shop on a platform."""
    del brand
    return None


def quota_status(units: Units, platform: QuotaOf = no_platform) -> Tool[QuotaStatusArgs]:
    """Look up limits and what of them is used."""

    async def run(args: QuotaStatusArgs, turn: TurnContext) -> QuotaShown:
        """Read the counters, then ask the platform for its own; never guesses that."""
        del args
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            brands, activity = await unit.counters.quota(), await unit.counters.activity(days=DAYS)
        own = await _own(turn.scope.brand)
        return QuotaShown(tuple(brands), tuple(activity), own)

    async def _own(brand: BrandId | None) -> PlatformQuota | AppError | None:
        try:
            return await platform(brand) if brand is not None else None
        except (Unavailable, Refused, Misconfigured) as failure:
            return failure

    return Tool("quota_status", Effect.READS, QuotaStatusArgs, run, "How many messages may still be sent today.")
