"""The tool that changes drafts by a wish: new versions, checked again; what was decided of the old ones is void."""

from dataclasses import dataclass

from pydantic import Field

from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.outreach import Batch, Draft, DraftStatus, Tone
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.drafting.revising import change_wanted, revise

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
    """The batch with its changed drafts; `settled` are numbers that could not be changed any more."""

    batch: Batch
    changed: tuple[Draft, ...]
    settled: tuple[int, ...]


def revise_drafts(units: Units, model: TextModel | None) -> Tool[ReviseDraftsArgs]:
    """Change drafts on both sides at once."""

    async def run(args: ReviseDraftsArgs, turn: TurnContext) -> DraftsRevised:
        """New versions of the drafts named, all or none.

        Raises BadRequest ("no_open_batch", "which_batch", "batch_unknown", "number_missing", "nothing_to_revise",
        "instruction_unclear", "revise_needs_model", "drafts_settled"), NotAllowed (a viewer), Unavailable (the model).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        instruction = args.instruction or ""
        change_wanted(instruction, commission_rate=args.commission_rate, tone=args.tone)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            batch = await _batch(unit, args, turn)
            wanted = _wanted(batch, args.numbers)
            changeable = [draft for draft in wanted if draft.status in _CHANGEABLE]
            if not changeable:
                raise BadRequest("drafts_settled", batch=batch.code)
            for draft in changeable:
                content, flags = await revise(
                    unit,
                    draft,
                    instruction,
                    commission_rate=args.commission_rate,
                    tone=args.tone,
                    lang=turn.lang,
                    model=model,
                )
                await unit.drafts.add_version(draft.id, content, flags)
            after = await unit.drafts.batch(batch.code)
        fresh = after or batch
        numbers = {draft.number for draft in changeable}
        return DraftsRevised(
            fresh,
            tuple(draft for draft in fresh.drafts if draft.number in numbers),
            tuple(draft.number for draft in wanted if draft.number not in numbers),
        )

    about = (
        "Change drafts of a batch: tone, length, commission, sample, listed sentences. Both languages change together."
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
