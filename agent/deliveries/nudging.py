"""What is told because time passed: a decision that waits, a campaign that began or is done. Each once."""

from datetime import timedelta

import structlog

from agent.deliveries.rules import reminds_at
from memory.domain.deliveries import DeliveryService, PushKind
from memory.domain.dispatch import Queue

NEWS_FOR = timedelta(days=1)
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


async def tell_of_campaigns(service: DeliveryService) -> int:
    """Make the news of campaigns whose first or last message went; how many. Raises as `remind`."""
    made = 0
    async with service.across_tenants("campaigns begun and done") as work:
        for news in await work.deliveries.campaign_news(now=work.now):
            made += await work.deliveries.make(
                news.queue,
                PushKind.CAMPAIGN,
                occasion=f"campaign:{news.campaign}:{news.event}",
                subject={"name": news.name, "event": news.event, "count": news.count},
                valid_until=work.now + NEWS_FOR,
            )
    return made
