"""Reminds of a decision that waits, once a batch: made in the transaction that finds it due."""

import structlog

from agent.deliveries.rules import reminds_at
from memory.domain.deliveries import DeliveryService, PushKind
from memory.domain.dispatch import Queue

log = structlog.get_logger(__name__)


async def remind(service: DeliveryService) -> int:
    """Make the reminders that are due; how many. Any number may run at once.

    Raises:
        Unavailable: the database does not answer (retryable).
    """
    made = 0
    async with service.across_tenants("decisions that wait") as work:
        for batch in await work.deliveries.open_batches(now=work.now):
            if reminds_at(batch.made_at, batch.decide_by) > work.now:
                continue
            made += await work.deliveries.make(
                Queue(batch.tenant, batch.brand),
                PushKind.NUDGE,
                occasion=f"nudge:{batch.id}",
                subject={
                    "batch": batch.code,
                    "batch_id": batch.id,
                    "open": batch.open,
                    "decide_by": batch.decide_by.isoformat(),
                },
                valid_until=batch.decide_by,
            )
    if made:
        log.info("deliveries.reminders", count=made)
    return made
