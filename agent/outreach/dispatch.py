"""Claims what is due and sends it: check and ledger row in one transaction, then the call, then the settlement."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from agent.approval.policy import POLICY, Policy
from agent.outreach.guards import HELD_REST, Moment, Objection, hours, objection
from agent.outreach.quota import allowance, contacts_left
from agent.outreach.send import LEASE, Claim, carry_out, pick
from agent.outreach.windows import day_start, next_open
from connectors.ports.platforms import Messenger
from memory.domain.contacts import Contacts
from memory.domain.dispatch import BrandDay, Candidate, Queue, Service, ServiceUnit
from memory.domain.outreach import StepState
from memory.domain.weeks import week_start

log = structlog.get_logger(__name__)

# Claimed together and called side by side; a stop comes between two groups.
GROUP = 10


@dataclass(slots=True)
class DispatchReport:
    """What one round did. `next_at`: when a brand that reached its limit may send again."""

    sent: int = 0
    claimed: int = 0
    ends: Counter[StepState] = field(default_factory=Counter)
    held: int = 0
    stopped: int = 0
    later: int = 0
    next_at: datetime | None = None

    def wait_until(self, moment: datetime) -> None:
        """Look again at a moment, or earlier."""
        self.next_at = min(self.next_at, moment) if self.next_at else moment


async def dispatch_due(
    service: Service,
    messengers: Sequence[Messenger],
    *,
    policy: Policy = POLICY,
    lease: timedelta = LEASE,
    group: int = GROUP,
    rounds: int = 10_000,
) -> DispatchReport:
    """Send everything that is due now, brand by brand, within each brand's limits. Any number may run at once.

    Raises:
        Unavailable: the database does not answer; what was claimed is asked about later (retryable).
    """
    report = DispatchReport()
    async with service.across_tenants("find due messages") as unit:
        queues = await unit.dispatch.queues(now=unit.now)
    for queue in queues:
        for _ in range(rounds):
            if not await _round(service, queue, messengers, report, policy=policy, lease=lease, group=group):
                break
    if report.claimed or report.held:
        log.info("dispatch.done", claimed=report.claimed, sent=report.sent, held=report.held)
    return report


async def _round(
    service: Service,
    queue: Queue,
    messengers: Sequence[Messenger],
    report: DispatchReport,
    *,
    policy: Policy,
    lease: timedelta,
    group: int,
) -> bool:
    """Claim and send one group of a brand; whether there may be more to do at once."""
    async with service.across_tenants("claim due messages") as unit:
        claims, looked = await _claim(unit, queue, messengers, report, policy=policy, lease=lease, group=group)
        now = unit.now
    async with asyncio.TaskGroup() as calls:
        tasks = [
            calls.create_task(carry_out(service, claim, pick(messengers, claim.candidate), now=now, lease=lease))
            for claim in claims
        ]
    report.claimed += len(claims)
    report.ends.update(end for task in tasks if (end := task.result()) is not None)
    report.sent = report.ends[StepState.SENT]
    return looked == group


async def _claim(
    unit: ServiceUnit,
    queue: Queue,
    messengers: Sequence[Messenger],
    report: DispatchReport,
    *,
    policy: Policy,
    lease: timedelta,
    group: int,
) -> tuple[list[Claim], int]:
    """Check a group of due steps and claim those that pass: (claims, how many were looked at)."""
    now = unit.now
    zone = await unit.dispatch.shop_zone(queue)
    day = await unit.dispatch.open_brand(queue, now=now, day_start=day_start(now, zone))
    candidates = await unit.dispatch.candidates(queue, now=now, limit=group)
    moment = Moment(now, day.policy, messengers, policy)
    allowed = allowance(day, now=now)
    left = allowed.count
    contacts = await _contacts(unit, queue, day, candidates)
    claims: list[Claim] = []
    for candidate in candidates:
        against = objection(candidate, moment) or _too_many(candidate, moment, contacts)
        if against is None and left == 0:
            report.wait_until(allowed.look_again_at)
            report.later += 1
            await _leave(unit, candidate, Objection(StepState.PLANNED), look_at=allowed.look_again_at)
        elif against is None:
            left -= 1
            contacts = contacts.after(candidate.creator.id)
            ticket = await unit.dispatch.claim(candidate, now=now, lease=lease)
            claims.append(Claim(ticket, candidate, hours(candidate, moment), monotonic()))
        else:
            _count(report, against)
            look_at = now + HELD_REST if against.to is StepState.HELD else against.due_at or now
            await _leave(unit, candidate, against, look_at=look_at)
    return claims, len(candidates)


async def _contacts(unit: ServiceUnit, queue: Queue, day: BrandDay, candidates: Sequence[Candidate]) -> Contacts:
    """What is left of the week; nothing is counted for a brand without a limit."""
    if day.policy.contacts_per_week is None:
        return Contacts(None, frozenset(), unit.now)
    creators = [candidate.creator.id for candidate in candidates]
    week = await unit.dispatch.contacts(queue, creators, week_start=week_start(unit.now, day.shop_zone))
    return contacts_left(day, week, now=unit.now)


def _too_many(candidate: Candidate, moment: Moment, contacts: Contacts) -> Objection | None:
    """The week's contacts are used up: it goes when they are counted anew."""
    if not contacts.bars(candidate.creator.id):
        return None
    opens = next_open(contacts.again_at, candidate.home.zone, hours(candidate, moment))
    return Objection(StepState.PLANNED, due_at=opens)


async def _leave(unit: ServiceUnit, candidate: Candidate, against: Objection, *, look_at: datetime) -> None:
    await unit.dispatch.settle_claim(
        candidate, against.to, due_at=against.due_at, look_at=look_at, reason=against.reason
    )


def _count(report: DispatchReport, against: Objection) -> None:
    if against.to is StepState.HELD:
        report.held += 1
    elif against.to is StepState.STOPPED:
        report.stopped += 1
    else:
        report.later += 1
