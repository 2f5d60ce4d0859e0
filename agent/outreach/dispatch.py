"""Claims what is due and sends it: check and ledger row in one transaction, then the call, then the settlement."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from agent.approval.policy import POLICY, Policy
from agent.outreach.contacts import read_budgets
from agent.outreach.guards import HELD_REST, Moment, Objection, hours, objection
from agent.outreach.quota import allowance
from agent.outreach.send import LEASE, Claim, carry_out, pick
from agent.outreach.windows import day_start
from connectors.ports.platforms import Messenger
from memory.domain.dispatch import Candidate, Queue, Service, ServiceUnit
from memory.domain.outreach import StepState
from memory.domain.shops import PlatformQuota, WeekOf, no_week

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


@dataclass(frozen=True, slots=True)
class _Terms:
    """How a brand's messages are claimed. `platform`: its shop's week as the platform counts it."""

    policy: Policy
    lease: timedelta
    group: int
    platform: PlatformQuota | None


async def dispatch_due(
    service: Service,
    messengers: Sequence[Messenger],
    *,
    policy: Policy = POLICY,
    lease: timedelta = LEASE,
    group: int = GROUP,
    rounds: int = 10_000,
    week_of: WeekOf = no_week,
) -> DispatchReport:
    """Send everything that is due now, brand by brand, within each brand's limits. Any number may run at once.

    `week_of` is asked before the claims of a brand, outside any transaction.

    Raises:
        Unavailable: the database does not answer; what was claimed is asked about later (retryable).
    """
    report = DispatchReport()
    async with service.across_tenants("find due messages") as unit:
        queues = await unit.dispatch.queues(now=unit.now)
    for queue in queues:
        terms = _Terms(policy, lease, group, await week_of(queue.brand))
        for _ in range(rounds):
            if not await _round(service, queue, messengers, report, terms):
                break
    if report.claimed or report.held:
        log.info("dispatch.done", claimed=report.claimed, sent=report.sent, held=report.held)
    return report


async def _round(
    service: Service,
    queue: Queue,
    messengers: Sequence[Messenger],
    report: DispatchReport,
    terms: _Terms,
) -> bool:
    """Claim and send one group of a brand; whether there may be more to do at once."""
    async with service.across_tenants("claim due messages") as unit:
        claims, looked = await _claim(unit, queue, messengers, report, terms)
        now = unit.now
    async with asyncio.TaskGroup() as calls:
        tasks = [
            calls.create_task(carry_out(service, claim, pick(messengers, claim.candidate), now=now, lease=terms.lease))
            for claim in claims
        ]
    report.claimed += len(claims)
    report.ends.update(end for task in tasks if (end := task.result()) is not None)
    report.sent = report.ends[StepState.SENT]
    return looked == terms.group


async def _claim(
    unit: ServiceUnit,
    queue: Queue,
    messengers: Sequence[Messenger],
    report: DispatchReport,
    terms: _Terms,
) -> tuple[list[Claim], int]:
    """Check a group of due steps and claim those that pass: (claims, how many were looked at)."""
    now = unit.now
    zone = await unit.dispatch.shop_zone(queue)
    day = await unit.dispatch.open_brand(queue, now=now, day_start=day_start(now, zone))
    candidates = await unit.dispatch.candidates(queue, now=now, limit=terms.group)
    moment = Moment(now, day.policy, messengers, terms.policy)
    allowed = allowance(day, now=now)
    left = allowed.count
    budgets = await read_budgets(unit, queue, day, candidates, terms.platform)
    claims: list[Claim] = []
    for candidate in candidates:
        against = objection(candidate, moment) or budgets.objection(candidate, moment)
        if against is None and left == 0:
            report.wait_until(allowed.look_again_at)
            report.later += 1
            await _leave(unit, candidate, Objection(StepState.PLANNED), look_at=allowed.look_again_at)
        elif against is None:
            left -= 1
            budgets = budgets.after(candidate)
            ticket = await unit.dispatch.claim(candidate, now=now, lease=terms.lease)
            claims.append(Claim(ticket, candidate, hours(candidate, moment), monotonic()))
        else:
            _count(report, against)
            look_at = now + HELD_REST if against.to is StepState.HELD else against.due_at or now
            await _leave(unit, candidate, against, look_at=look_at)
    return claims, len(candidates)


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
