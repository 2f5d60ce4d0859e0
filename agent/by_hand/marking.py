"""What a member says came of an item: settles the ledger and moves the step, once, whoever says it twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.by_hand.listing import DONE_FOR, may_mark
from memory.domain.by_hand import HandMark, HandStep, HandUnit
from memory.domain.errors import Conflict, NotAllowed
from memory.domain.ids import DraftId
from memory.domain.outreach import Flag, SendState, StepState
from memory.domain.workspace import Role

_WAITS = (StepState.PLANNED, StepState.HELD)
_IN_HAND = (StepState.SENDING, StepState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NotMarked:
    """Why an item stays as it was."""

    step: HandStep
    why: Flag


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked, what was so already, and what was not."""

    done: tuple[HandStep, ...]
    already: tuple[HandStep, ...] = ()
    refused: tuple[NotMarked, ...] = ()


async def mark(
    unit: HandUnit, drafts: Sequence[DraftId], said: HandMark, *, attempts: Mapping[DraftId, int] | None = None
) -> Marked:
    """Mark items for the unit's member. `attempts`: the attempt each was shown with; another one since is refused.

    Raises:
        NotAllowed: a viewer only looks (not retryable).
    """
    if not unit.scope.role.covers(Role.OPERATOR):
        raise NotAllowed("needs_role", role=Role.OPERATOR)
    done: list[HandStep] = []
    already: list[HandStep] = []
    refused: list[NotMarked] = []
    for step in await unit.by_hand.by_drafts(drafts, lock=True):
        if attempts is not None and attempts.get(step.draft, step.attempt) != step.attempt:
            refused.append(NotMarked(step, Flag("hand_moved_on", {})))
        elif _is_so(step, said):
            already.append(step)
        elif (why := against(unit, step, said) or await _carry_out(unit, step, said)) is not None:
            refused.append(NotMarked(step, why))
        else:
            await unit.audit.record(
                f"hand.{said}",
                subject=f"step:{step.step}",
                before={"state": step.state, "attempt": step.attempt},
                after={"batch": step.batch_code, "number": step.number, "digest": step.digest},
            )
            done.append(step)
    return Marked(tuple(done), tuple(already), tuple(refused))


def _is_so(step: HandStep, said: HandMark) -> bool:
    states = {HandMark.SENT: StepState.SENT, HandMark.FAILED: StepState.FAILED, HandMark.SKIPPED: StepState.STOPPED}
    return said in states and step.state is states[said]


def against(unit: HandUnit, step: HandStep, said: HandMark) -> Flag | None:
    """Why the unit's member may not say this of the step as it is now; None when they may."""
    if step.state is StepState.STOPPED:
        return Flag("hand_over", {})
    if said is HandMark.AGAIN:
        return None if step.state is StepState.FAILED else Flag("hand_not_failed", {})
    if said is HandMark.SKIPPED and step.state in _WAITS:
        return None
    if step.state in _WAITS:
        return Flag("hand_not_open", {})
    if step.state is StepState.FAILED:
        return Flag("hand_failed_before", {})
    if not may_mark(step, unit.scope):
        return Flag("hand_taken", {"who": step.holder_name})
    if step.state in _IN_HAND:
        return None if said is not HandMark.UNDONE else Flag("hand_not_sent", {})
    if said is not HandMark.UNDONE:
        return Flag("hand_sent_already", {"who": step.holder_name})
    fresh = step.sent_at is not None and step.sent_at > unit.now - DONE_FOR
    return None if fresh else Flag("hand_too_late", {})


async def _carry_out(unit: HandUnit, step: HandStep, said: HandMark) -> Flag | None:
    """Write it down; why not when somebody else ended the attempt at the same moment."""
    hand = unit.by_hand
    match said:
        case HandMark.SENT:
            return await _settle(unit, step, SendState.ACCEPTED)
        case HandMark.FAILED:  # of an unclear one: it was never sent, so it is offered anew on this very word
            return await _settle(unit, step, SendState.REFUSED, reason=Flag("hand_failed", {}))
        case HandMark.SKIPPED:
            if step.state is StepState.SENDING and (
                why := await _settle(unit, step, SendState.REFUSED, reason=Flag("hand_skipped", {}), again=True)
            ):
                return why
            await unit.steps.move(step.step, StepState.STOPPED, reason=Flag("hand_skipped", {}))
        case HandMark.AGAIN:
            try:
                await hand.reopen(step.step)
            except Conflict as used:
                return Flag(used.text_key, dict(used.facts))
        case HandMark.UNDONE:
            try:
                await hand.unsettle(step.step)
            except Conflict as other:
                return Flag(other.text_key, dict(other.facts))
    return None


async def _settle(
    unit: HandUnit, step: HandStep, state: SendState, *, reason: Flag | None = None, again: bool = False
) -> Flag | None:
    ended = step.send is not None and await unit.by_hand.settle(step.send, state, reason=reason, again=again)
    return None if ended else Flag("hand_moved_on", {})
