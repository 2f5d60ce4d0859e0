"""Sends the cards that go after texts, each at most once: looked at again, claimed, called and settled by itself.

A text that went is never sent again for a card's sake. A card whose end is unclear is looked for on the platform, and
sent again only where it is not there.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol

import structlog

from agent.approval.policy import POLICY
from agent.outreach.guards import (
    HELD_REST,
    Moment,
    Objection,
    batch_runs,
    creator_is_not_blocked,
    creator_listens,
    it_is_daytime,
    nobody_rejected,
    shop_is_connected,
)
from agent.outreach.reconcile import ASK_AGAIN
from agent.outreach.send import LEASE, MOST_ATTEMPTS, PATIENCE_SECONDS, UNCLEAR_REST, of_channel, wait_before
from agent.outreach.windows import day_start
from connectors.ports.platforms import Messenger, SendFate
from memory.domain.card_sends import CardCandidate, CardSendStore, CardState, DueCard
from memory.domain.collaborations import card_differs
from memory.domain.dispatch import DispatchStore
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.outreach import Flag

log = structlog.get_logger(__name__)

# A card that could not go for so long after its text belongs to nothing any more.
TOO_LATE: Final = timedelta(hours=24)
_MOST: Final = 500
# What makes a card wait. Whatever else is said against it drops it.
_FOR_NOW: Final = (batch_runs, shop_is_connected, it_is_daytime)
_FOR_GOOD: Final = (nobody_rejected, creator_listens, creator_is_not_blocked)


class CardUnit(Protocol):
    """A transaction across tenants that reaches cards."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def dispatch(self) -> DispatchStore:
        """Due steps; it holds a brand."""
        ...

    @property
    def cards(self) -> CardSendStore:
        """Cards of all."""
        ...


class CardService(Protocol):
    """The door to such transactions."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[CardUnit]:
        """Open a transaction; the reason is logged."""
        ...


@dataclass(frozen=True, slots=True)
class _End:
    """How a card's turn ended."""

    to: CardState
    outside_id: str | None = None
    reason: Flag | None = None
    rest: timedelta = timedelta(0)


async def send_cards(service: CardService, messengers: Sequence[Messenger]) -> int:
    """Send what waits, ask about what is unclear; how many went. Any number may run at once.

    Raises:
        Unavailable: the database does not answer; what was claimed is asked about later (retryable).
    """
    async with service.across_tenants("find cards that are due") as unit:
        due = await unit.cards.due(limit=_MOST)
    went = 0
    for card in due:
        messenger = of_channel(messengers, card.channel)
        if messenger is not None:
            went += await _turn(service, card, messenger)
    return went


async def _turn(service: CardService, card: DueCard, messenger: Messenger) -> bool:
    if card.is_unclear:
        return await _settle(service, card, await _fate(card, messenger))
    claimed = monotonic()
    async with service.across_tenants("claim a card") as unit:
        zone = await unit.dispatch.shop_zone(card.queue)
        day = await unit.dispatch.open_brand(card.queue, now=unit.now, day_start=day_start(unit.now, zone))
        found = await unit.cards.lock(card)
        if found is None:
            return False
        against = objection(found, Moment(unit.now, day.policy, [messenger], POLICY))
        if against is None:
            await unit.cards.claim(found.id, lease=LEASE)
        elif against.due_at is not None:
            await unit.cards.leave(found.id, against.reason, rest=min(against.due_at - unit.now, HELD_REST))
        now = unit.now
    if against is None:
        return await _settle(service, card, await _call(found, messenger, now=now, claimed=claimed))
    return await _settle(service, card, _End(CardState.DROPPED, reason=against.reason)) if not against.due_at else False


def objection(found: CardCandidate, moment: Moment) -> Objection | None:
    """Why a card does not go now. With `due_at` it waits, else it never goes. Pure."""
    step = found.step
    if moment.now - found.text_at >= TOO_LATE:
        return Objection(step.state, Flag("card_too_late", {}))
    if found.answered:
        return Objection(step.state, Flag("replied", {}))
    flag = card_differs(found.card, step.terms, step.card_facts)
    if flag is not None:
        return Objection(step.state, flag)
    for guard in _FOR_GOOD:
        if against := guard(step, moment):
            return Objection(step.state, against.reason)
    waits = next((against for guard in _FOR_NOW if (against := guard(step, moment))), None)
    return Objection(step.state, waits.reason, waits.due_at or moment.now + HELD_REST) if waits else None


async def _call(found: CardCandidate, messenger: Messenger, *, now: datetime, claimed: float) -> _End:
    attempt = found.attempts + 1
    if monotonic() - claimed + PATIENCE_SECONDS > LEASE.total_seconds():
        return _End(CardState.WAITING, reason=Flag("not_called", {}), rest=wait_before(attempt))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            receipt = await messenger.send(found.ticket, now=now)
    except Unavailable as busy:
        is_last = attempt >= MOST_ATTEMPTS
        return _End(CardState.DROPPED if is_last else CardState.WAITING, reason=_flag(busy), rest=wait_before(attempt))
    except Refused as refused:
        return _End(CardState.DROPPED, reason=_flag(refused))
    except (Unclear, TimeoutError):
        return _End(CardState.UNKNOWN, reason=Flag("unclear", {}), rest=UNCLEAR_REST)
    return _End(CardState.SENT, outside_id=receipt.outside_id)


async def _fate(card: DueCard, messenger: Messenger) -> _End:
    """What became of it, by reading; what is not there waits again."""
    try:
        fate = await messenger.fate(card.ticket)
    except Unavailable:
        return _End(CardState.UNKNOWN, reason=Flag("unclear", {}), rest=ASK_AGAIN)
    return _End(CardState.SENT if fate is SendFate.ACCEPTED else CardState.WAITING)


async def _settle(service: CardService, card: DueCard, end: _End) -> bool:
    async with service.across_tenants("settle a card") as unit:
        is_settled = await unit.cards.settle(
            card.id, end.to, outside_id=end.outside_id, reason=end.reason, rest=end.rest
        )  # fmt: skip
    log.info("card.settled", card=card.id, step=card.ticket.step, state=end.to.value)
    return is_settled and end.to is CardState.SENT


def _flag(failure: Unavailable | Refused) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
