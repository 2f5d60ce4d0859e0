"""Carries a decision out in the caller's transaction: locks, judges anew, writes decisions, plans steps."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.approval.deciding import Facts, Refusal, Ruling, Wish, is_enough, rule
from agent.approval.facts import read_contradictions, read_gone, read_worth
from agent.approval.policy import POLICY, Policy
from agent.approval.seen import Sealed
from agent.outreach.forecast import due
from agent.outreach.guards import no_channel
from connectors.ports.platforms import Messenger
from memory.domain import jobs
from memory.domain.deputies import count_deciders, effective_role
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.follow_ups import Before
from memory.domain.ids import BrandId, PresentationId
from memory.domain.outreach import Batch, Draft, Flag, Presentation, Verdict
from memory.domain.outreach_stores import StepPlan
from memory.domain.stores import Unit
from memory.domain.workspace import Member

# An approval outlives the last planned time of what was approved with it by this much.
STAYS_VALID = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Behind:
    """A follow-up that keeps a day's distance from the message before it; `waits`: that one's batch, not sent yet."""

    number: int
    waits: str | None


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision did, by the numbers of one batch.

    `already`: decided so before. `waiting`: approved, but another person must sign too. `changed_since`: refused
    because their text changed after the card was shown; a fresh card is needed. `planned`: the approved drafts as
    they are now, with when each goes or why it is held; `behind`: those of them that keep their distance from another
    message. `now`: the workspace's time at which it was decided.
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
    behind: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class _Approvals:
    """What became of approvals: planned or held, waiting for another sign, lost to somebody at the same moment."""

    approved: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()
    behind: tuple[Behind, ...] = ()


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
    rejected = [facts.drafts[number] for number in ruling.reject]
    if rejected:
        await _record(unit, batch.brand, rejected, Verdict.REJECT, presentation, valid_until=now)
        await unit.steps.stop_waiting([draft.id for draft in rejected], Flag("rejected", {}))
    done = await _approve(unit, batch, wish, ruling, facts, messengers)
    if done.approved:
        await unit.defer(jobs.dispatch())
    fresh = await unit.drafts.batch(batch.code)
    return DecisionResult(
        batch=batch.code,
        approved=done.approved,
        rejected=ruling.reject,
        already=ruling.already,
        waiting=done.waiting,
        refused=tuple(sorted((*ruling.refused, *done.refused), key=lambda refusal: refusal.number)),
        changed_since=ruling.changed,
        planned=tuple(draft for draft in (fresh or batch).drafts if draft.number in done.approved),
        now=now,
        behind=done.behind,
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
        gone=await read_contradictions(unit, batch.brand, locked)
        | await read_gone(unit, batch.brand, locked, days=brand.cool_down_days),
        policy=policy,
        fees=fees,
        samples=samples,
        size=len(batch.drafts),
    )


async def _record(
    unit: Unit,
    brand: BrandId,
    drafts: Sequence[Draft],
    verdict: Verdict,
    presentation: Presentation,
    *,
    valid_until: datetime,
) -> None:
    shown: defaultdict[PresentationId, list[Draft]] = defaultdict(list)
    for draft in drafts:
        shown[presentation.carried.get(draft.number, presentation.id)].append(draft)
    await unit.drafts.decide(verdict, shown, brand=brand, valid_until=valid_until)
    await unit.audit.record_each(
        "draft.approved" if verdict is Verdict.APPROVE else "draft.rejected",
        {
            f"draft:{draft.id}": {"batch": draft.batch_code, "number": draft.number, "digest": draft.version.digest}
            for draft in drafts
        },
    )


async def _approve(
    unit: Unit, batch: Batch, wish: Wish, ruling: Ruling, facts: Facts, messengers: Sequence[Messenger]
) -> _Approvals:
    """Plan the steps of those that are signed by enough people, and record the approvals."""
    drafts = [facts.drafts[number] for number in ruling.approve]
    if not drafts:
        return _Approvals()
    creators = await unit.creators.by_ids([draft.creator for draft in drafts])
    progress = await unit.steps.progress([draft.id for draft in drafts])
    before = await unit.steps.before([draft.id for draft in drafts])
    moments = {
        draft.id: due(draft, facts.brand, progress.get(draft.id), before.get(draft.id), now=facts.now)
        for draft in drafts
    }
    signed = [draft for draft in drafts if is_enough(draft, wish.member, facts)]
    plans = [
        StepPlan(draft, moments[draft.id], held=no_channel(creators[draft.creator], draft.channel, messengers))
        for draft in signed
    ]
    planned = {draft.id for draft in signed}
    lost = await unit.steps.plan(plans, brand=batch.brand)
    kept = [draft for draft in drafts if draft.id not in lost]
    valid_until = max(moments.values()) + STAYS_VALID
    await _record(unit, batch.brand, kept, Verdict.APPROVE, wish.presentation, valid_until=valid_until)
    going = [draft for draft in signed if draft.id not in lost]
    return _Approvals(
        approved=tuple(draft.number for draft in going),
        waiting=tuple(draft.number for draft in drafts if draft.id not in planned),
        refused=tuple(Refusal(draft.number, lost[draft.id]) for draft in signed if draft.id in lost),
        behind=tuple(
            Behind(draft.number, comes.waits)
            for draft in going
            if (comes := before.get(draft.id)) is not None and _keeps_back(comes, draft, facts.now)
        ),
    )


def _keeps_back(before: Before, draft: Draft, now: datetime) -> bool:
    earliest = before.earliest(ZoneInfo(draft.zone), now=now)
    return earliest is not None and earliest > now
