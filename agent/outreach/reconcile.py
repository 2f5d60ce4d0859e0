"""Finds out what became of sends that ended without an answer: by asking the platform, never by sending again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from agent.outreach.send import of_channel
from connectors.ports.platforms import Messenger, SendFate
from memory.domain.dispatch import OpenSend, Service
from memory.domain.errors import Unavailable
from memory.domain.outreach import Flag, SendState, StepState

log = structlog.get_logger(__name__)

# How long a platform that could not tell is left alone.
ASK_AGAIN = timedelta(minutes=1)
_MOST = 500


@dataclass(slots=True)
class ReconcileReport:
    """What one round found out. `abandoned`: claims of processes that went away, unclear from now on."""

    abandoned: int = 0
    sent: int = 0
    never_seen: int = 0
    still_unclear: int = 0


async def reconcile(service: Service, messengers: Sequence[Messenger]) -> ReconcileReport:
    """Ask about every unclear send that has rested long enough. Any number may run at once.

    Raises:
        Unavailable: the database does not answer (retryable).
    """
    async with service.across_tenants("give up claims of dead processes") as unit:
        report = ReconcileReport(abandoned=await unit.ledger.abandon_expired())
    async with service.across_tenants("list unclear sends") as unit:
        unclear = await unit.ledger.unclear(limit=_MOST)
    for send in unclear:
        await _ask(service, send, of_channel(messengers, send.channel), report)
    return report


async def _ask(service: Service, send: OpenSend, messenger: Messenger | None, report: ReconcileReport) -> None:
    fate = await _fate(send, messenger)
    async with service.across_tenants("settle an unclear send") as unit:
        if fate is None:
            report.still_unclear += 1
            await unit.ledger.ask_again(send.ticket.send, after=ASK_AGAIN)
            return
        if fate is SendFate.ACCEPTED:
            step = await unit.ledger.settle(send.ticket.send, state=SendState.ACCEPTED, now=unit.now)
        else:
            step = await unit.ledger.settle(
                send.ticket.send,
                state=SendState.REFUSED,
                reason=Flag("never_seen", {}),
                retry_at=unit.now,
                now=unit.now,
            )
    report.sent += step is StepState.SENT
    report.never_seen += step is StepState.PLANNED
    log.info("send.reconciled", send=send.ticket.send, fate=fate.value, step=str(step))


async def _fate(send: OpenSend, messenger: Messenger | None) -> SendFate | None:
    if messenger is None:
        return None
    try:
        return await messenger.fate(send.ticket)
    except Unavailable:
        return None
