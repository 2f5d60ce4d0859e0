"""A sequence decided as a whole, where the brand chose so: a word about a message covers those planned behind it.

Every round keeps what its decision is bound to: a presentation of its own, versions and digests. Nothing is decided of
a round that the member was not shown.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.approval.policy import POLICY, Policy
from agent.approval.recording import DecisionResult, decide
from agent.approval.seen import Sealed
from connectors.ports.platforms import Messenger
from memory.domain.outreach import Batch, Draft, DraftStatus, Presentation
from memory.domain.stores import Unit

# The card of a batch that the deciding member was shown last where they decide, if there is one.
Newest = Callable[[Batch], Awaitable[Presentation | None]]


@dataclass(frozen=True, slots=True)
class Word:
    """What one word decided, batch by batch in the order of the rounds. `unshown`: rounds it did not cover."""

    results: tuple[DecisionResult, ...]
    unshown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Round:
    """What a word about the first batch says of a later one: number there → number here."""

    approve: dict[int, int] = field(default_factory=dict)
    reject: dict[int, int] = field(default_factory=dict)


async def decide_with_rounds(
    unit: Unit,
    shown: Presentation,
    *,
    approve: Sequence[int] = (),
    reject: Sequence[int] = (),
    messengers: Sequence[Messenger],
    newest: Newest,
    sealed: Sealed | None = None,
    policy: Policy = POLICY,
) -> Word:
    """Decide numbers of one presentation, and where the brand decides wholes, the messages behind each of them.

    An approval covers what waits for one; a rejection ends whatever has not gone. Raises as `decide`.
    """
    seal = sealed or Sealed()
    rounds = await _rounds(unit, shown, approve, reject)
    covered = len(set(approve)) + sum(len(one.approve) for one in rounds.values())
    head = await decide(
        unit, shown, approve=approve, reject=reject, messengers=messengers, policy=policy,
        sealed=replace(seal, beside=covered - len(set(approve))),
    )  # fmt: skip
    agreed = {*head.approved, *head.waiting, *head.already}
    results, unshown = [head], []
    for code, one in rounds.items():
        yes = sorted(number for number, first in one.approve.items() if first in agreed)
        no = sorted(number for number, first in one.reject.items() if first in {*head.rejected, *head.already})
        batch = await unit.drafts.batch(code) if yes or no else None
        if batch is None:
            continue
        theirs = await newest(batch)
        if theirs is None or theirs.delivered_at is None:
            unshown.append(code)
            continue
        count = len(batch.drafts) if seal.count is not None else None
        again = replace(seal, count=count, beside=covered - len(yes))
        results.append(
            await decide(
                unit, theirs, approve=yes, reject=no, messengers=messengers, policy=policy, sealed=again
            )
        )  # fmt: skip
    return Word(tuple(results), tuple(unshown))


def waits_for_decision(draft: Draft) -> bool:
    """Whether somebody has to say something about it before it goes. Pure."""
    return draft.approvable or draft.status is DraftStatus.FAILING


def heads(batches: Sequence[Batch]) -> list[Batch]:
    """Those that come behind no other of them. Pure."""
    known = {draft.id for batch in batches for draft in batch.drafts}
    return [
        batch
        for batch in batches
        if not any(draft.follow is not None and draft.follow.after in known for draft in batch.drafts)
    ]


async def _rounds(
    unit: Unit, shown: Presentation, approve: Sequence[int], reject: Sequence[int]
) -> Mapping[str, _Round]:
    """The batches behind, in their order, with what falls under the decision there."""
    batch = await unit.drafts.batch(shown.batch_code)
    if batch is None or not (await unit.people.policy(batch.brand)).whole_sequences:
        return {}
    meant = {draft.id: draft.number for draft in batch.drafts if draft.number in {*approve, *reject}}
    behind = await unit.steps.behind(list(meant))
    found: defaultdict[str, _Round] = defaultdict(_Round)
    for first, later in behind.items():
        number = meant[first]
        for draft in later:
            if draft.status is DraftStatus.DRAFT:
                continue
            if number in approve and number not in reject and waits_for_decision(draft):
                found[draft.batch_code].approve[draft.number] = number
            elif number in reject and number not in approve and draft.waits:
                found[draft.batch_code].reject[draft.number] = number
    order = {draft.batch_code: draft.batch for later in behind.values() for draft in later}
    return {code: found[code] for code in sorted(found, key=lambda code: order[code])}
