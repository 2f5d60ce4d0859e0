"""Carries a decision out in the caller's transaction: locks, judges anew, writes decisions, plans steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.approval.deciding import Facts, Refusal, Ruling, Wish, is_enough, rule
from agent.approval.facts import read_gone, read_worth
from agent.approval.policy import POLICY, Policy
from agent.approval.seen import Sealed
from agent.outreach.guards import no_channel
from agent.outreach.windows import Window, next_open, window_of
from connectors.ports.platforms import Messenger
from memory.domain import jobs
from memory.domain.deputies import count_deciders, effective_role
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.ids import BrandId
from memory.domain.outreach import Batch, Channel, Draft, Flag, Presentation, StepState, Verdict
from memory.domain.stores import Unit
from memory.domain.workspace import Member

# An approval outlives the last planned time of what was approved with it by this much.
STAYS_VALID = timedelta(days=7)
# No message goes sooner after its approval, so that the approval can be taken back.
MAY_BE_TAKEN_BACK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision did, by the numbers of one batch.

    `already`: decided so before. `waiting`: approved, but another person must sign too. `changed_since`: refused
    because their text changed after the card was shown; a fresh card is needed. `planned`: the approved drafts as
    they are now, with when each goes or why it is held. `now`: the workspace's time at which it was decided.
    """

    batch: str
    approved: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    already: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    changed_since: tuple[int, ...] = ()
    planned: tuple[Draft, ...] = field(default=())
    now: datetime | None = None


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
    locked = await unit.drafts.lock(presentation.batch, numbers=[*approve, *reject])
    batch = await unit.drafts.batch(presentation.batch_code)
    if batch is None:
        raise NotFound("no_such_batch", batch=presentation.batch_code)
    team = await _team(unit, batch.brand)
    wish = Wish(presentation, team.decider, tuple(sorted(set(approve))), tuple(sorted(set(reject))), sealed or Sealed())
    facts = await _facts(unit, batch, locked, policy, deciders=team.deciders)
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
        now=now,
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


@dataclass(frozen=True, slots=True)
class _Team:
    """The deciding member in the role they have now, standing in for somebody or not; and how many may decide."""

    decider: Member
    deciders: int


async def _team(unit: Unit, brand: BrandId) -> _Team:
    """The members as they are now, not as they were when they signed in."""
    members, deputies = await unit.people.members(), await unit.people.deputies()
    found = next((member for member in members if member.id == unit.scope.member), None)
    if found is None:
        raise NotAllowed("decide_not_allowed", role=unit.scope.role.value)
    role = effective_role(found, members, deputies, brand=brand, at=unit.now)
    return _Team(replace(found, role=role), count_deciders(members, deputies, brand=brand, at=unit.now))


async def _facts(unit: Unit, batch: Batch, locked: Sequence[Draft], policy: Policy, *, deciders: int) -> Facts:
    ids = [draft.id for draft in locked]
    number_of = {draft.id: draft.number for draft in locked}
    signatures = await unit.drafts.signatures(ids)
    steps = await unit.steps.of_drafts(ids)
    brand = await unit.people.policy(batch.brand)
    fees, samples = await read_worth(unit, batch.brand, locked)
    return Facts(
        now=unit.now,
        brand=brand,
        maker=batch.made_by,
        deciders=deciders,
        stopped=batch.stopped,
        drafts={draft.number: draft for draft in locked},
        signatures={number_of[draft]: found for draft, found in signatures.items()},
        steps={number_of[draft]: step for draft, step in steps.items()},
        gone=await read_gone(unit, batch.brand, locked, days=brand.cool_down_days),
        policy=policy,
        fees=fees,
        samples=samples,
        size=len(batch.drafts),
    )


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
    due = {number: _due(facts.drafts[number], window, now=facts.now) for number in ruling.approve}
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


def _due(draft: Draft, window: Window, *, now: datetime) -> datetime:
    """When a message may go. What a person sends by hand is taken back until that person takes it up."""
    wait = timedelta(0) if draft.channel is Channel.BY_HAND else MAY_BE_TAKEN_BACK
    return next_open(now + wait, ZoneInfo(draft.zone), window)
