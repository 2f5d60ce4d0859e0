"""One send: call the messenger for a claimed ticket and settle what it said, each in its own transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog

from agent.outreach.windows import Window, next_open
from connectors.ports.platforms import Messenger
from memory.domain.dispatch import Candidate, Service
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.outreach import Channel, Flag, SendState, SendTicket, StepState

log = structlog.get_logger(__name__)

# A claim of a process that went away is given up after the lease; a call may take at most its patience, so that a
# living process never calls for a claim that was given up.
LEASE = timedelta(seconds=120)
PATIENCE_SECONDS = 30.0
# How long a message may still be under way before its platform is asked about it.
UNCLEAR_REST = timedelta(seconds=20)
MOST_ATTEMPTS = 6
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A ticket in hand, with what is needed to end it. `claimed`: this process's monotonic seconds."""

    ticket: SendTicket
    candidate: Candidate
    window: Window
    claimed: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    state: SendState
    outside_id: str | None = None
    reason: Flag | None = None
    again: bool = False


def wait_before(attempt: int) -> timedelta:
    """How long to wait after an attempt that a platform was too busy for: 1, 2, 4 … minutes, an hour at most."""
    doublings: int = 2 ** min(attempt - 1, 10)
    return min(_LONGEST_WAIT, _FIRST_WAIT * doublings)


def pick(messengers: Sequence[Messenger], candidate: Candidate) -> Messenger:
    """The messenger of its channel that accepts a candidate; a guard made sure that there is one."""
    serving = [messenger for messenger in messengers if messenger.channel is candidate.channel]
    return min(serving, key=lambda messenger: messenger.accepts(candidate.creator) is not None)


def of_channel(messengers: Sequence[Messenger], channel: Channel) -> Messenger | None:
    """Who can be asked about a channel's sends."""
    return next((messenger for messenger in messengers if messenger.channel is channel), None)


async def carry_out(
    service: Service, claim: Claim, messenger: Messenger, *, now: datetime, lease: timedelta = LEASE
) -> StepState | None:
    """Send a claimed ticket and settle it; where its step is now (None: somebody else settled it)."""
    outcome = await _call(claim, messenger, now=now, lease=lease)
    async with service.across_tenants("settle a send") as unit:
        step = await unit.ledger.settle(
            claim.ticket.send,
            state=outcome.state,
            outside_id=outcome.outside_id,
            reason=outcome.reason,
            retry_at=_retry_at(claim, unit.now) if outcome.again else None,
            rest=UNCLEAR_REST,
            now=unit.now,
        )
    log.info("send.settled", send=claim.ticket.send, step=claim.ticket.step, state=str(outcome.state))
    return step


async def _call(claim: Claim, messenger: Messenger, *, now: datetime, lease: timedelta) -> Outcome:
    attempt = claim.candidate.attempts + 1
    if monotonic() - claim.claimed + PATIENCE_SECONDS > lease.total_seconds():
        return Outcome(SendState.REFUSED, reason=Flag("not_called", {}), again=True)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            receipt = await messenger.send(claim.ticket, now=now)
    except Unavailable as busy:
        return Outcome(SendState.REFUSED, reason=_flag(busy), again=attempt < MOST_ATTEMPTS)
    except Refused as refused:
        return Outcome(SendState.REFUSED, reason=_flag(refused))
    except (Unclear, TimeoutError) as lost:
        return Outcome(SendState.UNKNOWN, reason=_flag(lost) if isinstance(lost, Unclear) else Flag("unclear", {}))
    return Outcome(SendState.ACCEPTED, outside_id=receipt.outside_id)


def _retry_at(claim: Claim, now: datetime) -> datetime:
    wait = wait_before(claim.candidate.attempts + 1)
    return next_open(now + wait, claim.candidate.home.zone, claim.window)


def _flag(failure: Unavailable | Refused | Unclear) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
