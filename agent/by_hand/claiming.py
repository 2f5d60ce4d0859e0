"""Handing a text out claims its step for the member: every check of a claim, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.approval.policy import POLICY, Policy
from agent.by_hand.listing import hand_objection, is_night, until, waits_for_day
from agent.outreach.guards import Moment
from agent.outreach.quota import Allowance, allowance, contacts_left
from agent.outreach.windows import day_start
from connectors.ports.platforms import Messenger
from memory.domain.by_hand import HAND_LEASE, HandStep, HandUnit
from memory.domain.contacts import Contacts
from memory.domain.dispatch import BrandDay, Candidate
from memory.domain.errors import NotAllowed
from memory.domain.ids import BrandId, CreatorId, DraftId
from memory.domain.outreach import Flag, StepState
from memory.domain.weeks import week_start
from memory.domain.workspace import Role

_WAITS = (StepState.PLANNED, StepState.HELD)


@dataclass(frozen=True, slots=True)
class NotHandedOut:
    """Why an item stays where it is. `until`: when to ask again, where time alone decides."""

    step: HandStep
    why: Flag
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What the member holds now, texts included, and what they do not get."""

    steps: tuple[HandStep, ...]
    refused: tuple[NotHandedOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """How texts are handed out. `night`: the member confirmed to send outside the creators' daytime."""

    messengers: Sequence[Messenger]
    lease: timedelta = HAND_LEASE
    night: bool = False
    policy: Policy = field(default_factory=lambda: POLICY)


@dataclass(frozen=True, slots=True)
class _Left:
    """What the brand may still send today, and to whom it may begin to write this week."""

    allowed: Allowance
    contacts: Contacts

    def after(self, creator: CreatorId) -> "_Left":
        return _Left(replace(self.allowed, count=self.allowed.count - 1), self.contacts.after(creator))


async def hand_out(unit: HandUnit, drafts: Sequence[DraftId], terms: Terms) -> HandedOut:
    """Claim steps for the unit's member, or show again what they hold already.

    Two members at once: one gets it, the other is told who has it. Brands are locked in order of their ids.

    Raises:
        NotAllowed: a viewer only looks (not retryable).
    """
    if not unit.scope.role.covers(Role.OPERATOR):
        raise NotAllowed("needs_role", role=Role.OPERATOR)
    known = await unit.by_hand.by_drafts(drafts, lock=False)
    taken: list[HandStep] = []
    refused: list[NotHandedOut] = []
    for brand in sorted({step.brand for step in known}):
        mine = [step.draft for step in known if step.brand == brand]
        handed = await _of_brand(unit, brand, mine, terms)
        taken += handed.steps
        refused += handed.refused
    return HandedOut(tuple(taken), tuple(refused))


async def _of_brand(unit: HandUnit, brand: BrandId, drafts: Sequence[DraftId], terms: Terms) -> HandedOut:
    zone = await unit.by_hand.shop_zone(brand)
    day = await unit.by_hand.open_brand(brand, day_start=day_start(unit.now, zone))
    steps = await unit.by_hand.by_drafts(drafts, lock=True)
    candidates = await unit.by_hand.candidates(brand, [step.step for step in steps])
    moment = Moment(unit.now, day.policy, terms.messengers, terms.policy)
    left = _Left(allowance(day, now=unit.now), await _contacts(unit, brand, day, list(candidates.values())))
    taken: list[HandStep] = []
    refused: list[NotHandedOut] = []
    for step in steps:
        candidate = candidates.get(step.step)
        outcome = (
            await _one(unit, step, candidate, moment, terms, left)
            if candidate is not None
            else NotHandedOut(step, Flag("hand_one_first", {}))
        )
        if isinstance(outcome, NotHandedOut):
            refused.append(outcome)
            continue
        taken.append(outcome)
        if step.state in _WAITS:
            left = left.after(step.creator)
    fresh = await unit.by_hand.by_drafts([step.draft for step in taken], lock=False)
    return HandedOut(tuple(fresh), tuple(refused))


async def _contacts(unit: HandUnit, brand: BrandId, day: BrandDay, candidates: Sequence[Candidate]) -> Contacts:
    """What is left of the week; nothing is counted for a brand without a limit."""
    if day.policy.contacts_per_week is None:
        return Contacts(None, frozenset(), unit.now)
    creators = [candidate.creator.id for candidate in candidates]
    week = await unit.by_hand.contacts(brand, creators, since=week_start(unit.now, day.shop_zone))
    return contacts_left(day, week, now=unit.now)


async def _one(
    unit: HandUnit, step: HandStep, candidate: Candidate, moment: Moment, terms: Terms, left: _Left
) -> HandStep | NotHandedOut:
    if (gone := _not_open(unit, step)) is not None:
        return NotHandedOut(step, gone)
    against = hand_objection(candidate, moment, night=terms.night)
    if against is not None:
        if against.to is StepState.PLANNED:
            why = _night(terms, moment) if waits_for_day(candidate, moment) else Flag("hand_not_due", {})
            return NotHandedOut(step, why, until(candidate, against, moment))
        if step.state is StepState.PLANNED:
            await unit.by_hand.leave(candidate, against.to, reason=against.reason)
        return NotHandedOut(step, against.reason or Flag("hand_not_due", {}))
    if step.state is not StepState.SENDING:
        if left.allowed.count <= 0:
            return NotHandedOut(step, Flag("hand_limit", {}), left.allowed.look_again_at)
        if left.contacts.bars(step.creator):
            return NotHandedOut(step, Flag("hand_week", {}), left.contacts.again_at)
        await unit.by_hand.claim(candidate, lease=terms.lease)
    if is_night(candidate, moment):
        await unit.audit.record(
            "hand.night",
            subject=f"step:{step.step}",
            after={"batch": step.batch_code, "number": step.number, "digest": step.digest, "confirmed": True},
        )
    return step


def _not_open(unit: HandUnit, step: HandStep) -> Flag | None:
    """Why a step cannot be handed out whatever the time and the checks say."""
    if step.state in _WAITS or (step.state is StepState.SENDING and step.holder == unit.scope.member):
        return None
    if step.state is StepState.SENDING:
        return Flag("hand_taken", {"who": step.holder_name})
    if step.state is StepState.UNKNOWN:
        return Flag("hand_unsure", {"who": step.holder_name})
    if step.state is StepState.SENT:
        return Flag("hand_sent_already", {"who": step.holder_name})
    return Flag("hand_failed_before" if step.state is StepState.FAILED else "hand_over", {})


def _night(terms: Terms, moment: Moment) -> Flag:
    """It is night there; whether the member may confirm a send all the same."""
    return Flag("hand_night_ask" if moment.brand.night_by_hand and not terms.night else "hand_night", {})
