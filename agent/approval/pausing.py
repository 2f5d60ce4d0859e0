"""A stop that can be lifted: anybody stops, an approver resumes; what waited is planned anew at normal pace."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.approval.recording import stop
from agent.approval.rights import needs_decider
from agent.outreach.pacing import plan_anew
from memory.domain import jobs
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, StepId
from memory.domain.outreach import Batch
from memory.domain.pausing_stores import Waiting
from memory.domain.stores import Unit


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop found. `in_flight`: messages being sent at that moment, which nobody can call back."""

    count: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """What goes on: codes of the batches, how many messages were planned anew, the first of them with its new time."""

    batches: tuple[str, ...]
    count: int
    first: Waiting | None


async def stop_now(unit: Unit, batch_code: str | None) -> Stopped:
    """Stop one batch or everything of the scope, for any member.

    Raises:
        NotFound: no such batch in this scope (not retryable).
    """
    count = await stop(unit, batch_code)
    batch = await _batch(unit, batch_code)
    in_flight = await unit.drafts.in_flight(batch.id if batch else None)
    await unit.audit.record(
        "outreach.stopped",
        subject=f"batch:{(batch_code or '*').upper()}",
        after={"stopped": count, "in_flight": in_flight},
    )
    return Stopped(count, in_flight)


async def resume(unit: Unit, batch_code: str | None) -> Resumed:
    """Lift the stop of one batch, or of everything of the scope.

    Raises:
        NotAllowed: the member may not decide (not retryable).
        NotFound: no such batch in this scope (not retryable).
    """
    batch = await _batch(unit, batch_code)
    await needs_decider(unit, "resume_not_allowed", batch.brand if batch else unit.scope.brand)
    codes, waiting = await unit.drafts.lift_stop(batch.id if batch else None)
    return await go_on(unit, codes, waiting, subject=f"batch:{(batch_code or '*').upper()}")


async def go_on(unit: Unit, codes: Sequence[str], waiting: Sequence[Waiting], *, subject: str) -> Resumed:
    """Plan what waited in batches whose stop was just lifted anew, all of it together; `subject`: what was resumed."""
    by_brand: defaultdict[BrandId, list[Waiting]] = defaultdict(list)
    for step in waiting:
        by_brand[step.brand].append(step)
    due: dict[StepId, datetime] = {}
    for brand, steps in by_brand.items():
        due |= plan_anew(steps, await unit.people.policy(brand), now=unit.now)
    await unit.drafts.plan_again(due)
    if codes:
        await unit.audit.record("outreach.resumed", subject=subject, after={"batches": list(codes)})
        await unit.defer(jobs.dispatch())
    again = [replace(step, due_at=due[step.step]) for step in waiting]
    return Resumed(tuple(codes), len(due), min(again, key=lambda step: step.due_at, default=None))


async def _batch(unit: Unit, code: str | None) -> Batch | None:
    if code is None:
        return None
    batch = await unit.drafts.batch(code)
    if batch is None:
        raise NotFound("no_such_batch", batch=code.upper())
    return batch
