"""Carries a decision out in the caller's transaction: locks, judges anew, writes decisions, plans steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.approval.deciding import Facts, Refusal, Ruling, Wish, is_enough, rule
from agent.approval.policy import POLICY, Policy
from agent.approval.seen import Sealed
from agent.outreach.guards import no_channel
from agent.outreach.windows import next_open, window_of
from connectors.ports.platforms import Messenger
from memory.domain import jobs
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.ids import BrandId
from memory.domain.outreach import FIRST_MESSAGES, Batch, Draft, Flag, Presentation, StepState, Verdict
from memory.domain.stores import Unit
from memory.domain.workspace import Member, Role

# An approval outlives the last planned time of what was approved with it by this much.
STAYS_VALID = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision did, by the numbers of one batch.

    `already`: decided so before. `waiting`: approved, but another person must sign too. `changed_since`: refused
    because their text changed after the card was shown; a fresh card is needed. `planned`: the approved drafts as
    they are now, with when each goes or why it is held.
    """

    batch: str
    approved: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    changed_since: tuple[int, ...] = ()
    planned: tuple[Draft, ...] = field(default=())


@dataclass(slots=True)
class _Approvals:
    """What became of approvals: planned or held, waiting for another sign, lost to somebody at the same moment."""

    approved: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


async def decide(
    unit: Unit,
    presentation: Presentation,
    *,
    approve: Sequence[int] = (),
    reject: Sequence[int] = (),
    messengers: Sequence[Messenger],
    policy: Policy = POLICY,
    sealed: Sealed | None = None,
) -> DecisionResult:
    """Decide numbers of one presentation for the unit's member; `sealed` says how they signed.

    Raises:
        NotAllowed: the role, an undelivered card, or a batch signed otherwise than it needs (not retryable).
        NotFound: the batch is out of sight (not retryable).
    """
    now = unit.now
    wish = Wish(
        presentation, await _member(unit), tuple(sorted(set(approve))), tuple(sorted(set(reject))), sealed or Sealed()
    )
    locked = await unit.drafts.lock(presentation.batch, numbers=[*wish.approve, *wish.reject])
    batch = await unit.drafts.batch(presentation.batch_code)
    if batch is None:
        raise NotFound("no_such_batch", batch=presentation.batch_code)
    facts = await _facts(unit, batch, locked, policy)
    ruling = rule(wish, facts)
    for number in ruling.reject:
        await _record(unit, facts.drafts[number], Verdict.REJECT, presentation, valid_until=now)
        step = facts.steps.get(number)
        if step is not None and step.state in (StepState.PLANNED, StepState.HELD):
            await unit.steps.move(step.id, StepState.STOPPED, reason=Flag("rejected", {}))
    done = await _approve(unit, batch, wish, ruling, facts, messengers)
    if done.approved:
        await unit.defer(jobs.dispatch())
    fresh = await unit.drafts.batch(batch.code)
    return DecisionResult(
        batch=batch.code,
        approved=tuple(done.approved),
        rejected=ruling.reject,
        already=ruling.already,
        waiting=tuple(done.waiting),
        refused=tuple(sorted((*ruling.refused, *done.refused), key=lambda refusal: refusal.number)),
        changed_since=ruling.changed,
        planned=tuple(draft for draft in (fresh or batch).drafts if draft.number in done.approved),
    )


async def stop(unit: Unit, batch_code: str | None) -> int:
    """Stop one batch or everything of the scope; the number of messages that will not be sent any more.

    Raises:
        NotFound: no such batch in this scope (not retryable).
    """
    if batch_code is None:
        return await unit.drafts.stop(None, now=unit.now)
    batch = await unit.drafts.batch(batch_code)
    if batch is None:
        raise NotFound("no_such_batch", batch=batch_code.upper())
    return await unit.drafts.stop(batch.id, now=unit.now)


async def _member(unit: Unit) -> Member:
    """The deciding member as they are now, not as they were when they signed in."""
    members = await unit.people.members()
    found = next((member for member in members if member.id == unit.scope.member), None)
    if found is None:
        raise NotAllowed("decide_not_allowed", role=unit.scope.role.value)
    return found


async def _facts(unit: Unit, batch: Batch, locked: Sequence[Draft], policy: Policy) -> Facts:
    ids = [draft.id for draft in locked]
    number_of = {draft.id: draft.number for draft in locked}
    signatures = await unit.drafts.signatures(ids)
    steps = await unit.steps.of_drafts(ids)
    deciders = [
        member
        for member in await unit.people.members()
        if member.active and member.role.covers(Role.APPROVER) and member.brand in (None, batch.brand)
    ]
    return Facts(
        now=unit.now,
        brand=await unit.people.policy(batch.brand),
        maker=batch.made_by,
        deciders=len(deciders),
        stopped=batch.stopped,
        drafts={draft.number: draft for draft in locked},
        signatures={number_of[draft]: found for draft, found in signatures.items()},
        steps={number_of[draft]: step for draft, step in steps.items()},
        gone=await _gone(unit, batch.brand, locked),
        policy=policy,
        size=len(batch.drafts),
    )


async def _gone(unit: Unit, brand: BrandId, drafts: Sequence[Draft]) -> dict[int, Flag]:
    """Creators who may not be written to, and first messages that would be second ones."""
    relations = await unit.relations.of([draft.creator for draft in drafts])
    found: dict[int, Flag] = {}
    for draft in drafts:
        relation = relations.get(draft.creator)
        if relation is not None and relation.opted_out_at is not None:
            found[draft.number] = Flag("opted_out", {"number": draft.number, "handle": draft.handle})
        elif relation is not None and relation.blocked:
            found[draft.number] = Flag("blocked", {"number": draft.number, "handle": draft.handle})
        elif draft.purpose in FIRST_MESSAGES:
            other = await unit.steps.open_first_message(draft.creator, brand=brand)
            if other is not None and other.id != draft.id:
                found[draft.number] = await _taken(unit, draft, other)
    return found


async def _taken(unit: Unit, draft: Draft, other: Draft) -> Flag:
    """Who invited the creator already, and when."""
    signatures = (await unit.drafts.signatures([other.id]))[other.id]
    by = next((signature for signature in signatures if signature.verdict is Verdict.APPROVE), None)
    when = by.decided_at if by else other.version.made_at
    facts: dict[str, str | int | float] = {
        "number": draft.number,
        "handle": draft.handle,
        "batch": other.batch_code,
        "who": by.name if by else "",
        "when": when.isoformat(timespec="minutes"),
    }
    return Flag("first_message_open", facts)


async def _record(
    unit: Unit, draft: Draft, verdict: Verdict, presentation: Presentation, *, valid_until: datetime
) -> None:
    shown_by = presentation.carried.get(draft.number, presentation.id)
    await unit.drafts.decide(draft, verdict, presentation=shown_by, valid_until=valid_until, now=unit.now)
    await unit.audit.record(
        "draft.approved" if verdict is Verdict.APPROVE else "draft.rejected",
        subject=f"draft:{draft.id}",
        after={"batch": draft.batch_code, "number": draft.number, "digest": draft.version.digest},
    )


async def _approve(
    unit: Unit, batch: Batch, wish: Wish, ruling: Ruling, facts: Facts, messengers: Sequence[Messenger]
) -> _Approvals:
    """Record approvals and plan the steps of those that are signed by enough people."""
    window = window_of(facts.brand)
    creators = await unit.creators.by_ids([facts.drafts[number].creator for number in ruling.approve])
    done = _Approvals()
    due = {number: next_open(facts.now, ZoneInfo(facts.drafts[number].zone), window) for number in ruling.approve}
    valid_until = max(due.values(), default=facts.now) + STAYS_VALID
    for number in ruling.approve:
        draft, due_at = facts.drafts[number], due[number]
        if is_enough(draft, wish.member, facts):
            held = no_channel(creators[draft.creator], draft.channel, messengers)
            try:
                await unit.steps.plan(draft, brand=batch.brand, due_at=due_at, held=held)
            except Conflict as lost:
                done.refused.append(Refusal(number, Flag(lost.text_key, dict(lost.facts))))
                continue
            done.approved.append(number)
        else:
            done.waiting.append(number)
        await _record(unit, draft, Verdict.APPROVE, wish.presentation, valid_until=valid_until)
    return done
