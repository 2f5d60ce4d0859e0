"""An approval taken back before its message is claimed: the draft is open again and can be decided anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.approval.rights import needs_decider
from memory.domain.errors import NotFound
from memory.domain.outreach import StepState, Verdict
from memory.domain.stores import Unit

_CLAIMED = frozenset({StepState.SENDING, StepState.UNKNOWN, StepState.SENT, StepState.FAILED})


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Numbers of one batch: taken back, already on their way, and those nobody had approved."""

    batch: str
    taken: tuple[int, ...]
    sending: tuple[int, ...]
    unapproved: tuple[int, ...]


async def withdraw(unit: Unit, batch_code: str, numbers: Sequence[int]) -> Withdrawn:
    """Take back what was approved of these numbers, whoever approved it; without numbers, of the whole batch.

    Raises:
        NotAllowed: the member may not decide (not retryable).
        NotFound: no such batch in this scope (not retryable).
    """
    batch = await unit.drafts.batch(batch_code)
    await needs_decider(unit, "withdraw_not_allowed", batch.brand if batch else unit.scope.brand)
    if batch is None:
        raise NotFound("no_such_batch", batch=batch_code.upper())
    named = bool(numbers)
    locked = await unit.drafts.lock(batch.id, numbers=numbers or [draft.number for draft in batch.drafts])
    ids = [draft.id for draft in locked]
    signatures, steps = await unit.drafts.signatures(ids), await unit.steps.of_drafts(ids)
    taken, sending, unapproved = [], [], []
    for draft in locked:
        step = steps.get(draft.id)
        approved = any(signature.verdict is Verdict.APPROVE for signature in signatures[draft.id])
        ended = step is not None and step.state is StepState.STOPPED
        if step is not None and step.state in _CLAIMED:
            sending.append(draft)
        elif ended or not approved:
            unapproved.append(draft)
        else:
            taken.append(draft)
    await unit.drafts.take_back([draft.id for draft in taken])
    await unit.audit.record_each(
        "draft.withdrawn",
        {
            f"draft:{draft.id}": {"batch": batch.code, "number": draft.number, "digest": draft.version.digest}
            for draft in taken
        },
    )
    return Withdrawn(
        batch.code,
        tuple(draft.number for draft in taken),
        tuple(draft.number for draft in sending),
        tuple(draft.number for draft in unapproved) if named else (),
    )
