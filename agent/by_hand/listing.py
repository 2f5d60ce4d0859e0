"""The send list: every step that waits for a person, and where it stands for the member who looks. Changes nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from agent.approval.policy import POLICY, Policy
from agent.outreach.guards import (
    Moment,
    Objection,
    hours,
    it_is_no_rest_day,
    its_day_has_come,
    objection,
    out_of_turn,
)
from agent.outreach.windows import is_open, next_open, window_of
from connectors.ports.platforms import Messenger
from memory.domain.by_hand import MOST_LISTED, HandItem, HandPlace, HandStep, HandUnit
from memory.domain.dispatch import Candidate
from memory.domain.ids import DraftId
from memory.domain.outreach import StepState
from memory.domain.workspace import Role, Scope

# How long what was sent stays on the list, and may be taken back.
DONE_FOR = timedelta(hours=24)
_WAITS = (StepState.PLANNED, StepState.HELD)
_SETTLED = {
    StepState.UNKNOWN: HandPlace.UNSURE,
    StepState.FAILED: HandPlace.FAILED,
    StepState.SENT: HandPlace.DONE,
}


async def listing(
    unit: HandUnit,
    messengers: Sequence[Messenger],
    *,
    batch: str | None = None,
    confirmed: Collection[DraftId] = (),
    policy: Policy = POLICY,
    most: int = MOST_LISTED,
) -> list[HandItem]:
    """The first `most` items in the scope, or of one batch: in the order of their places, then by batch and number.

    `confirmed`: drafts the member said a moment ago are sent at night too.
    """
    steps = await unit.by_hand.steps(since=unit.now - DONE_FOR, batch=batch, most=most)
    return await placed(unit, steps, messengers, confirmed=confirmed, policy=policy)


async def placed(
    unit: HandUnit,
    steps: Sequence[HandStep],
    messengers: Sequence[Messenger],
    *,
    confirmed: Collection[DraftId] = (),
    policy: Policy = POLICY,
) -> list[HandItem]:
    """Where steps stand, in the order of their places."""
    items: list[HandItem] = []
    for brand in sorted({step.brand for step in steps}):
        own = [step for step in steps if step.brand == brand]
        moment = Moment(unit.now, await unit.people.policy(brand), messengers, policy)
        asked = [step.step for step in own if step.state in (*_WAITS, StepState.SENDING)]
        candidates = await unit.by_hand.candidates(brand, asked)
        items += [
            _placed(step, candidates.get(step.step), moment, unit.scope, confirmed=step.draft in confirmed)
            for step in own
        ]
    order = list(HandPlace)
    return sorted(items, key=lambda item: order.index(item.place))


def is_night(candidate: Candidate, moment: Moment) -> bool:
    """Whether it is outside the creator's window."""
    return not is_open(moment.now, candidate.home.zone, window_of(moment.brand))


def waits_for_day(candidate: Candidate, moment: Moment) -> bool:
    """Whether nothing but the night keeps it back: not a rest day, nor what a follow-up may have to wait for."""
    return is_night(candidate, moment) and _but_for_the_night(candidate, moment) is None


def _but_for_the_night(candidate: Candidate, moment: Moment) -> Objection | None:
    return out_of_turn(candidate, moment) or its_day_has_come(candidate, moment) or it_is_no_rest_day(candidate, moment)


def hand_objection(candidate: Candidate, moment: Moment, *, night: bool = False) -> Objection | None:
    """The first objection to handing a text out now. `night`: the member confirmed a send outside the window."""
    against = objection(candidate, moment)
    only_time = against is not None and against.to is StepState.PLANNED
    if only_time and night and moment.brand.night_by_hand and is_night(candidate, moment):
        return _but_for_the_night(candidate, moment)
    return against


def may_mark(step: HandStep, scope: Scope) -> bool:
    """Who holds an item says what came of it; an approver may for somebody who cannot."""
    return scope.role.covers(Role.OPERATOR) and (step.holder == scope.member or scope.role.covers(Role.APPROVER))


def _taken_at_night(step: HandStep, candidate: Candidate, moment: Moment) -> bool:
    """Whether its holder took it outside the window, which takes their confirmation."""
    window = window_of(moment.brand)
    return step.claimed_at is not None and not is_open(step.claimed_at, candidate.home.zone, window)


def _placed(step: HandStep, candidate: Candidate | None, moment: Moment, scope: Scope, *, confirmed: bool) -> HandItem:
    if step.state in _SETTLED or candidate is None:
        return HandItem(step, _SETTLED.get(step.state, HandPlace.HELD), step.reason)
    if step.state is StepState.SENDING:
        against = hand_objection(candidate, moment, night=confirmed or _taken_at_night(step, candidate, moment))
        place = HandPlace.MINE if step.holder == scope.member else HandPlace.THEIRS
        why = against.reason if against else None
        return HandItem(step, place, why, until(candidate, against, moment) if against and why is None else None)
    against = hand_objection(candidate, moment)
    if against is None:
        return HandItem(step, HandPlace.READY)
    if against.to is not StepState.PLANNED:
        return HandItem(step, HandPlace.HELD, against.reason)
    place = HandPlace.NIGHT if waits_for_day(candidate, moment) else HandPlace.LATER
    return HandItem(step, place, until=until(candidate, against, moment))


def until(candidate: Candidate, against: Objection, moment: Moment) -> datetime:
    """When what only the time forbids may be done."""
    later = max(against.due_at or moment.now, moment.now)
    return next_open(later, candidate.home.zone, hours(candidate, moment))
