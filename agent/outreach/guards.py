"""What must still hold at the moment of sending: one pure function a guard, and the first that objects decides.

Step guards look at the step. Approval guards say which approvals count; enough of them must be left after each.
Sequence guards keep a follow-up behind the message it comes after, time guards inside the creator's day.
Tests take the guards away one by one: each stops something that no other one stops.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.approval.policy import NEEDED_ROLE, Policy, is_signed, may_sign_own, required_sign
from agent.outreach.windows import Window, hours_of, is_open, next_open, window_of
from connectors.ports.platforms import Messenger
from memory.domain.collaborations import cards_differ, contradiction
from memory.domain.creator import Creator
from memory.domain.dispatch import Candidate, Signature
from memory.domain.follow_ups import Holds
from memory.domain.outreach import REOPENED, Channel, Flag, StepState, Verdict
from memory.domain.weeks import first_moment
from memory.domain.workspace import BrandPolicy

# How long a held step rests before its reason is looked at again.
HELD_REST = timedelta(minutes=5)
# How long a follow-up whose condition has not come true rests before it is looked at again.
LOOK_AGAIN = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """The circumstances of a claim: the workspace's time, the brand's policy of today, who can deliver."""

    now: datetime
    brand: BrandPolicy
    messengers: Sequence[Messenger]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a step is not sent now: held (kept for later), stopped for good, or planned for a later time."""

    to: StepState
    reason: Flag | None = None
    due_at: datetime | None = None


StepGuard = Callable[[Candidate, Moment], Objection | None]
ApprovalGuard = Callable[[Signature, Candidate, Moment], Flag | None]


def objection(candidate: Candidate, moment: Moment) -> Objection | None:
    """The first objection to sending now, or None."""
    if found := _first(STEP_GUARDS, candidate, moment):
        return found
    sign = required_sign(candidate.signable, moment.brand, policy=moment.policy)
    approvals = [signature for signature in candidate.signatures if signature.verdict is Verdict.APPROVE]
    reason = Flag("policy_stricter" if approvals else _why_open(candidate), {})
    for check in APPROVAL_GUARDS.values():
        objections = [check(approval, candidate, moment) for approval in approvals]
        reason = next((flag for flag in objections if flag), reason)
        approvals = [approval for approval, flag in zip(approvals, objections, strict=True) if flag is None]
        if not approvals:
            break
    if not is_signed(approvals, sign):
        return Objection(StepState.HELD, reason)
    return out_of_turn(candidate, moment) or _first(TIME_GUARDS, candidate, moment)


def out_of_turn(candidate: Candidate, moment: Moment) -> Objection | None:
    """Why a follow-up may not go yet, whatever the hour."""
    return _first(SEQUENCE_GUARDS, candidate, moment)


def _first(guards: Mapping[str, StepGuard], candidate: Candidate, moment: Moment) -> Objection | None:
    return next((found for guard in guards.values() if (found := guard(candidate, moment))), None)


def _why_open(candidate: Candidate) -> str:
    """Why a step has no approval: it says so itself, or its text changed."""
    known = candidate.reason is not None and candidate.reason.key in REOPENED
    return candidate.reason.key if candidate.reason is not None and known else "draft_changed"


def batch_runs(candidate: Candidate, moment: Moment) -> Objection | None:
    """Nobody stopped its batch. What was held before keeps its own reason for the day the stop is lifted."""
    del moment
    reason = candidate.reason if candidate.state is StepState.HELD and candidate.reason else Flag("batch_stopped", {})
    return Objection(StepState.HELD, reason) if candidate.batch_stopped else None


def nobody_rejected(candidate: Candidate, moment: Moment) -> Objection | None:
    """No live rejection by anyone."""
    del moment
    rejected = any(signature.verdict is Verdict.REJECT for signature in candidate.signatures)
    return Objection(StepState.STOPPED, Flag("rejected", {})) if rejected else None


def creator_listens(candidate: Candidate, moment: Moment) -> Objection | None:
    """The creator did not ask to be left alone."""
    del moment
    return Objection(StepState.HELD, Flag("opted_out", {})) if candidate.opted_out else None


def creator_is_not_blocked(candidate: Candidate, moment: Moment) -> Objection | None:
    """The brand did not block the creator."""
    del moment
    return Objection(StepState.HELD, Flag("blocked", {})) if candidate.blocked else None


def cool_down_is_over(candidate: Candidate, moment: Moment) -> Objection | None:
    """No other first message to its creator is out, or went out lately; a lead's pass takes the second away."""
    contact = candidate.contact
    if contact is None or not contact.bars(now=moment.now, days=moment.brand.cool_down_days):
        return None
    if contact.settled and candidate.has_pass:
        return None
    return Objection(StepState.HELD, Flag("cool_down", contact.facts()))


def shop_is_connected(candidate: Candidate, moment: Moment) -> Objection | None:
    """What goes over the brand's shop has one to go over."""
    del moment
    if candidate.channel is not Channel.TIKTOK or candidate.shop_connected:
        return None
    return Objection(StepState.HELD, Flag("shop_revoked" if candidate.shop_revoked else "shop_not_connected", {}))


def offer_is_live(candidate: Candidate, moment: Moment) -> Objection | None:
    """What it offers is what its creator really gets for its product by what is live in the shop."""
    del moment
    flag = contradiction(candidate.signable.offer, candidate.terms)
    return Objection(StepState.HELD, flag) if flag else None


def cards_hold(candidate: Candidate, moment: Moment) -> Objection | None:
    """What goes after its text still shows what was approved."""
    del moment
    flag = cards_differ(candidate.cards, candidate.terms, candidate.card_facts)
    return Objection(StepState.HELD, flag) if flag else None


def somebody_delivers(candidate: Candidate, moment: Moment) -> Objection | None:
    """A messenger of its channel accepts the creator."""
    flag = no_channel(candidate.creator, candidate.channel, moment.messengers)
    return Objection(StepState.HELD, flag) if flag else None


def nobody_answered(candidate: Candidate, moment: Moment) -> Objection | None:
    """Its creator has not written to the brand since: an answer ends a follow-up for good."""
    del moment
    answered = candidate.progress is not None and candidate.progress.answered
    return Objection(StepState.STOPPED, Flag("replied", {})) if answered else None


def nothing_was_sold(candidate: Candidate, moment: Moment) -> Objection | None:
    """Its creator has sold nothing for the brand since: a sale ends a follow-up for good."""
    del moment
    sold = candidate.progress is not None and candidate.progress.sold
    return Objection(StepState.STOPPED, Flag("creator_sold", {})) if sold else None


def condition_can_hold(candidate: Candidate, moment: Moment) -> Objection | None:
    """What it was planned for has not been settled in another way."""
    del moment
    settled = candidate.progress is not None and candidate.progress.holds is Holds.NO_LONGER
    return Objection(StepState.STOPPED, Flag("follow_up_settled", {})) if settled else None


def text_is_approved(approval: Signature, candidate: Candidate, moment: Moment) -> Flag | None:
    """It approves what would be sent, to the letter."""
    del moment
    return None if approval.digest == candidate.signable.digest else Flag("draft_changed", {})


def text_was_seen(approval: Signature, candidate: Candidate, moment: Moment) -> Flag | None:
    """It answers a presentation that was delivered to its member and showed this version."""
    del candidate, moment
    return None if approval.seen else Flag("not_seen", {})


def approval_is_fresh(approval: Signature, candidate: Candidate, moment: Moment) -> Flag | None:
    """It has not run out."""
    del candidate
    return None if approval.valid_until > moment.now else Flag("approval_expired", {})


def decider_has_role(approval: Signature, candidate: Candidate, moment: Moment) -> Flag | None:
    """Who gave it is still here and may decide such a proposal, and so many at once, today."""
    sign = required_sign(candidate.signable, moment.brand, policy=moment.policy, size=approval.size)
    usual = moment.policy.get(candidate.signable.kind, sign)
    if approval.role is not None and approval.role.covers(NEEDED_ROLE[sign]):
        return None
    still = approval.role is not None and approval.role.covers(NEEDED_ROLE[usual])
    return Flag("policy_stricter" if still else "decider_role", {})


def decider_may_sign_own(approval: Signature, candidate: Candidate, moment: Moment) -> Flag | None:
    """It is not of their own work, or the brand allows that."""
    allowed = may_sign_own(candidate.signable, approval.member, moment.brand, deciders=candidate.deciders)
    return None if allowed else Flag("policy_stricter", {})


def earlier_message_is_sent(candidate: Candidate, moment: Moment) -> Objection | None:
    """The message it comes after went; one that was stopped, rejected or refused leaves nothing to come back to."""
    progress = candidate.progress
    if progress is None or progress.earlier.sent_at is not None:
        return None
    if progress.earlier.over:
        return Objection(StepState.STOPPED, Flag("nothing_to_follow", {}))
    return _wait(candidate, moment, progress.earliest(now=moment.now))


def delay_is_over(candidate: Candidate, moment: Moment) -> Objection | None:
    """As much time as planned has passed since the message before really went."""
    progress = candidate.progress
    if progress is None or progress.earlier.sent_at is None or progress.earliest(now=moment.now) <= moment.now:
        return None
    return _wait(candidate, moment, progress.earliest(now=moment.now))


def a_day_has_passed(candidate: Candidate, moment: Moment) -> Objection | None:
    """One that no plan holds comes behind what waits, and a day after what went, by the creator's clock.

    Where what it was approved behind has ended unsent there is nothing to come back to.
    """
    before = candidate.before
    if before is not None and before.lost:
        return Objection(StepState.STOPPED, Flag("nothing_to_follow", {}))
    earliest = before.earliest(candidate.home.zone, now=moment.now) if before is not None else None
    return _wait(candidate, moment, earliest) if earliest is not None and earliest > moment.now else None


def condition_holds(candidate: Candidate, moment: Moment) -> Objection | None:
    """What it waits for has come."""
    waits = candidate.progress is not None and candidate.progress.holds is Holds.NOT_YET
    return _wait(candidate, moment, moment.now + LOOK_AGAIN) if waits else None


def _wait(candidate: Candidate, moment: Moment, until: datetime) -> Objection:
    """Plan it for the next open moment from then on, which is never now."""
    later = max(until, moment.now + MINUTE)
    return Objection(StepState.PLANNED, due_at=next_open(later, candidate.home.zone, hours(candidate, moment)))


def is_due(candidate: Candidate, moment: Moment) -> Objection | None:
    """Its time has come."""
    early = candidate.due_at > moment.now
    return Objection(StepState.PLANNED, due_at=candidate.due_at) if early else None


def its_day_has_come(candidate: Candidate, moment: Moment) -> Objection | None:
    """Its campaign has begun where the creator lives, wherever that was when it was planned."""
    if candidate.starts_on is None:
        return None
    begins = first_moment(candidate.starts_on, candidate.home.zone)
    return _wait(candidate, moment, begins) if begins > moment.now else None


def it_is_daytime(candidate: Candidate, moment: Moment) -> Objection | None:
    """The creator's clock is inside the window."""
    if is_open(moment.now, candidate.home.zone, window_of(moment.brand)):
        return None
    return _when_it_opens(candidate, moment)


def it_is_no_rest_day(candidate: Candidate, moment: Moment) -> Objection | None:
    """A first message does not come on a holiday of the creator's market, or another day the brand keeps free."""
    rest = hours(candidate, moment).rest
    rests = moment.now.astimezone(candidate.home.zone).date() in rest
    return _when_it_opens(candidate, moment) if rests else None


def _when_it_opens(candidate: Candidate, moment: Moment) -> Objection:
    opens = next_open(moment.now, candidate.home.zone, hours(candidate, moment))
    return Objection(StepState.PLANNED, due_at=opens)


def hours(candidate: Candidate, moment: Moment) -> Window:
    """When its creator may get it."""
    return hours_of(moment.brand, candidate.creator.facts.market, first=candidate.first)


def no_channel(creator: Creator, channel: Channel, messengers: Sequence[Messenger]) -> Flag | None:
    """None when a messenger of the channel accepts the creator, else why not."""
    refusals = [messenger.accepts(creator) for messenger in messengers if messenger.channel is channel]
    if None in refusals:
        return None
    return next((flag for flag in refusals if flag), Flag("no_channel", {"handle": creator.handle}))


STEP_GUARDS: dict[str, StepGuard] = {
    "batch_runs": batch_runs,
    "nobody_rejected": nobody_rejected,
    "creator_listens": creator_listens,
    "creator_is_not_blocked": creator_is_not_blocked,
    "cool_down_is_over": cool_down_is_over,
    "shop_is_connected": shop_is_connected,
    "offer_is_live": offer_is_live,
    "cards_hold": cards_hold,
    "nobody_answered": nobody_answered,
    "nothing_was_sold": nothing_was_sold,
    "condition_can_hold": condition_can_hold,
    "somebody_delivers": somebody_delivers,
}
APPROVAL_GUARDS: dict[str, ApprovalGuard] = {
    "text_is_approved": text_is_approved,
    "text_was_seen": text_was_seen,
    "approval_is_fresh": approval_is_fresh,
    "decider_has_role": decider_has_role,
    "decider_may_sign_own": decider_may_sign_own,
}
SEQUENCE_GUARDS: dict[str, StepGuard] = {
    "earlier_message_is_sent": earlier_message_is_sent,
    "delay_is_over": delay_is_over,
    "a_day_has_passed": a_day_has_passed,
    "condition_holds": condition_holds,
}
TIME_GUARDS: dict[str, StepGuard] = {
    "is_due": is_due,
    "its_day_has_come": its_day_has_come,
    "it_is_daytime": it_is_daytime,
    "it_is_no_rest_day": it_is_no_rest_day,
}
CLAIM_GUARDS: tuple[str, ...] = (*STEP_GUARDS, *APPROVAL_GUARDS, *SEQUENCE_GUARDS, *TIME_GUARDS)
