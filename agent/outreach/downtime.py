"""After sleep or a stopped machine: what was due while nobody ran is planned anew, and remembered to be told."""

from datetime import timedelta

import structlog

from agent.outreach.pacing import plan_anew
from memory.domain.dispatch import Service

log = structlog.get_logger(__name__)

HEART = "outreach"
# A longer silence on the machine's clock is downtime; moving a demo's clock is none.
GAP = timedelta(minutes=10)


async def after_downtime(service: Service, *, gap: timedelta = GAP) -> int:
    """Show that somebody runs; after a gap, plan what was missed anew. How many messages got a new time.

    Outside its creator's window a message goes when the window opens next, inside it goes at the brand's normal pace.

    Raises:
        Unavailable: the database does not answer (retryable).
    """
    count = 0
    async with service.across_tenants("look for downtime") as unit:
        silent = await unit.outages.beat(HEART)
        if silent <= gap:
            return 0
        for backlog in await unit.outages.backlog(now=unit.now):
            due = plan_anew(backlog.waiting, backlog.policy, now=unit.now)
            await unit.outages.plan_again(backlog, due, began_at=unit.now - silent)
            count += len(due)
    log.info("outreach.downtime", seconds=int(silent.total_seconds()), replanned=count)
    return count
