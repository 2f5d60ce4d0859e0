"""The tool that changes drafts by a wish: new versions, checked again; what was decided of the old ones is void.

Holds no transaction while a model writes: reads, closes, writes, opens again, and keeps what nobody changed meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import Field

from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.outreach import Batch, Draft, DraftStatus, Tone
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.drafting.occasions import occasion_of
from tools.drafting.revising import Revised, ToRevise, carded, change_wanted, revise_all

_CHANGEABLE = frozenset(
    {
        DraftStatus.DRAFT,
        DraftStatus.FAILING,
        DraftStatus.OPEN,
        DraftStatus.APPROVED,
        DraftStatus.HELD,
        DraftStatus.REJECTED,
    }
)


class ReviseDraftsArgs(Arguments):
    """Which drafts (none named: the whole batch; no batch: the conversation's only open one) and what to change."""

    batch: str | None = Field(default=None, max_length=12)
    numbers: tuple[int, ...] = ()
    instruction: str | None = Field(default=None, max_length=1000)
    commission_rate: float | None = None
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class DraftsRevised:
    """The batch with its changed drafts; `settled` are numbers that could not be changed any more.

    `overtaken` are numbers somebody else changed while this change was being written: theirs stands.
    """

    batch: Batch
    changed: tuple[Draft, ...]
    settled: tuple[int, ...]
    overtaken: tuple[int, ...] = ()


def revise_drafts(units: Units, model: TextModel | None) -> Tool[ReviseDraftsArgs]:
    """Change drafts on both sides at once."""

    async def run(args: ReviseDraftsArgs, turn: TurnContext) -> DraftsRevised:
        """New versions of the drafts named; one that cannot be written as wished leaves all as they were.

        Raises BadRequest ("no_open_batch", "which_batch", "batch_unknown", "number_missing", "nothing_to_revise",
        "instruction_unclear", "revise_needs_model", "drafts_settled"), Conflict ("drafts_overtaken": all of them),
        NotAllowed (a viewer), Unavailable (the model).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        instruction = args.instruction or ""
        change = change_wanted(instruction, commission_rate=args.commission_rate, tone=args.tone)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            batch = await _batch(unit, args, turn)
            wanted = _wanted(batch, args.numbers)
            changeable = [draft for draft in wanted if draft.status in _CHANGEABLE]
            if not changeable:
                raise BadRequest("drafts_settled", batch=batch.code)
            known = [ToRevise(draft, *await occasion_of(unit, draft)) for draft in changeable]
        written = await revise_all(known, change, instruction=instruction, lang=turn.lang, model=model)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            kept = await _keep(unit, batch, changeable, written)
            after = await unit.drafts.batch(batch.code)
        settled = {draft.number for draft in wanted if draft.status not in _CHANGEABLE} | kept.settled
        return DraftsRevised(
            after or batch,
            tuple(draft for draft in (after or batch).drafts if draft.number in kept.changed),
            tuple(draft.number for draft in wanted if draft.number in settled),
            tuple(sorted(kept.overtaken)),
        )

    about = (
        "Change drafts of a batch: tone, length, commission, sample, cards after the texts, listed sentences."
        " Both languages change together."
    )
    return Tool("revise_drafts", Effect.DRAFTS, ReviseDraftsArgs, run, about)


async def _batch(unit: Unit, args: ReviseDraftsArgs, turn: TurnContext) -> Batch:
    if args.batch:
        batch = await unit.drafts.batch(args.batch)
        if batch is None:
            raise BadRequest("batch_unknown", batch=args.batch.upper())
        return batch
    waiting = await unit.drafts.open_batches(turn.conversation)
    if not waiting:
        raise BadRequest("no_open_batch")
    if len(waiting) != 1:
        raise BadRequest("which_batch", batches="、".join(batch.code for batch in waiting))
    return waiting[0]


def _wanted(batch: Batch, numbers: tuple[int, ...]) -> list[Draft]:
    by_number = {draft.number: draft for draft in batch.drafts}
    missing = [number for number in numbers if number not in by_number]
    if missing:
        raise BadRequest("number_missing", number=missing[0], batch=batch.code)
    return [by_number[number] for number in dict.fromkeys(numbers)] if numbers else list(batch.drafts)


@dataclass(slots=True)
class _Kept:
    """What became of each number."""

    changed: set[int] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)
    overtaken: set[int] = field(default_factory=set)


async def _keep(unit: Unit, batch: Batch, read: Sequence[Draft], written: Sequence[Revised]) -> _Kept:
    """Store what was written of drafts that are still as they were read; they are locked until the end."""
    now = {draft.number: draft for draft in await unit.drafts.lock(batch.id, numbers=[each.number for each in read])}
    kept = _Kept()
    for before, revised in zip(read, written, strict=True):
        draft = now.get(before.number)
        if draft is None or draft.status not in _CHANGEABLE:
            kept.settled.add(before.number)
        elif draft.version.id != before.version.id:
            kept.overtaken.add(before.number)
        else:
            await unit.drafts.add_version(draft.id, *await carded(unit, draft, revised))
            kept.changed.add(before.number)
    if kept.changed:
        return kept
    if kept.overtaken:
        raise Conflict("drafts_overtaken", batch=batch.code, numbers="、".join(map(str, sorted(kept.overtaken))))
    raise BadRequest("drafts_settled", batch=batch.code)
