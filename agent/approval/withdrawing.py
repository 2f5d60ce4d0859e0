"""An approval taken back before its message is claimed: the draft is open again and can be decided anew.

What one word approved is taken back by one word: rounds behind a message that were approved with it are open again too.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent.approval.rights import needs_decider
from memory.domain.dispatch import Signature
from memory.domain.errors import NotFound
from memory.domain.ids import DraftId, MemberId
from memory.domain.outreach import Batch, StepState, Verdict
from memory.domain.stores import Unit

_CLAIMED = frozenset({StepState.SENDING, StepState.UNKNOWN, StepState.SENT, StepState.FAILED})


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Numbers of one batch: taken back, already on their way, and those nobody had approved.

    `behind`: the rounds that the same word had approved, in their order.
    """

    batch: str
    taken: tuple[int, ...]
    sending: tuple[int, ...]
    unapproved: tuple[int, ...]
    behind: tuple["Withdrawn", ...] = ()


class _Word(NamedTuple):
    """One decision: a member's approvals of one moment."""

    member: MemberId
    at: datetime


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
    meant = [draft.id for draft in batch.drafts if not numbers or draft.number in numbers]
    rounds = await _approved_with(unit, meant)
    head = await _take_back(unit, batch, numbers or [draft.number for draft in batch.drafts])
    behind = [await _take_back(unit, later, some) for later, some in rounds]
    return Withdrawn(head.batch, head.taken, head.sending, head.unapproved if numbers else (), tuple(behind))


async def _approved_with(unit: Unit, drafts: Sequence[DraftId]) -> list[tuple[Batch, list[int]]]:
    """The messages behind these that the same words approved: number by number, batch by batch."""
    behind = {first: later for first, later in (await unit.steps.behind(drafts)).items() if later}
    if not behind:
        return []
    signatures = await unit.drafts.signatures([*behind, *(draft.id for later in behind.values() for draft in later)])
    found: defaultdict[str, list[int]] = defaultdict(list)
    for first, later in behind.items():
        said = _words(signatures[first])
        for draft in later:
            if said & _words(signatures[draft.id]):
                found[draft.batch_code].append(draft.number)
    batches = [one for code in found if (one := await unit.drafts.batch(code)) is not None]
    return [(batch, sorted(found[batch.code])) for batch in sorted(batches, key=lambda one: one.id)]


def _words(signatures: Collection[Signature]) -> set[_Word]:
    return {_Word(one.member, one.decided_at) for one in signatures if one.verdict is Verdict.APPROVE}


async def _take_back(unit: Unit, batch: Batch, numbers: Sequence[int]) -> Withdrawn:
    locked = await unit.drafts.lock(batch.id, numbers=numbers)
    ids = [draft.id for draft in locked]
    signatures, steps = await unit.drafts.signatures(ids), await unit.steps.of_drafts(ids)
    taken, sending, unapproved = [], [], []
    for draft in locked:
        step = steps.get(draft.id)
        ended = step is not None and step.state is StepState.STOPPED
        if step is not None and step.state in _CLAIMED:
            sending.append(draft)
        elif ended or not _words(signatures[draft.id]):
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
        tuple(draft.number for draft in unapproved),
    )
