"""What may still be sent today, and what the team did of late."""

from dataclasses import dataclass

from memory.domain.office_stores import DayActivity, QuotaStatus
from memory.domain.stores import Units
from tools.contract import Arguments, Effect, Tool, TurnContext

DAYS = 7


class QuotaStatusArgs(Arguments):
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class QuotaShown:
    """One line a brand of the scope; for a member of all brands, the whole tenant's last days, newest first."""

    brands: tuple[QuotaStatus, ...]
    activity: tuple[DayActivity, ...] = ()


def quota_status(units: Units) -> Tool[QuotaStatusArgs]:
    """Look up limits and what of them is used."""

    async def run(args: QuotaStatusArgs, turn: TurnContext) -> QuotaShown:
        """Read the counters; never guesses a platform's own count."""
        del args
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            return QuotaShown(tuple(await unit.counters.quota()), tuple(await unit.counters.activity(days=DAYS)))

    return Tool("quota_status", Effect.READS, QuotaStatusArgs, run, "How many messages may still be sent today.")
