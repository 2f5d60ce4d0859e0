"""Which numbers of a card a member may approve or reject now, and why not the others. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.approval.policy import (
    NEEDED_PEOPLE,
    NEEDED_ROLE,
    POLICY,
    Policy,
    makes_sense,
    may_sign_own,
    required_sign,
)
from agent.approval.seen import Sealed, not_read, require_seal
from memory.domain.dispatch import Signable, Signature
from memory.domain.errors import NotAllowed
from memory.domain.ids import MemberId
from memory.domain.outreach import Draft, DraftStatus, Flag, Presentation, ProposalKind, Step, StepState, Verdict
from memory.domain.workspace import BrandPolicy, Member, Role

_CLAIMED = frozenset({DraftStatus.SENDING, DraftStatus.UNKNOWN, DraftStatus.SENT, DraftStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number that was not decided, and why."""

    number: int
    reason: Flag


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member asked for: the card they saw, numbers of it, and how they signed."""

    presentation: Presentation
    member: Member
    approve: tuple[int, ...]
    reject: tuple[int, ...]
    sealed: Sealed = field(default_factory=Sealed)


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds now, read under the drafts' locks. `gone`: draft → why its creator may not be written to.

    `fees`, `samples`: draft → what is offered in minor units of the brand's currency; absent: nothing, or unknown.
    `size`: how many drafts the batch has.
    """

    now: datetime
    brand: BrandPolicy
    maker: MemberId
    deciders: int
    stopped: bool
    drafts: Mapping[int, Draft]
    signatures: Mapping[int, Sequence[Signature]]
    steps: Mapping[int, Step]
    gone: Mapping[int, Flag]
    policy: Policy = field(default_factory=lambda: POLICY)
    fees: Mapping[int, int | None] = field(default_factory=dict)
    samples: Mapping[int, int | None] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What to carry out. `already`: numbers of which the same was decided before. `changed`: edited since shown."""

    approve: tuple[int, ...]
    reject: tuple[int, ...]
    already: tuple[int, ...]
    refused: tuple[Refusal, ...]
    changed: tuple[int, ...]


def rule(wish: Wish, facts: Facts) -> Ruling:
    """Judge every number by itself.

    Raises:
        NotAllowed: the member may not decide at all, or the card was never shown to them (not retryable).
    """
    _require_decider(wish, facts)
    verdicts = dict.fromkeys(wish.reject, Verdict.REJECT) | dict.fromkeys(wish.approve, Verdict.APPROVE)
    both = set(wish.approve) & set(wish.reject)
    refused = [Refusal(number, Flag("two_verbs", {"number": number})) for number in sorted(both)]
    carried: dict[Verdict, list[int]] = {Verdict.APPROVE: [], Verdict.REJECT: []}
    already, changed = [], []
    for number in sorted(verdicts.keys() - both):
        verdict = verdicts[number]
        reason = _unshown(number, wish, facts)
        if reason is None and _is_repeated(number, verdict, wish, facts):
            already.append(number)
            continue
        reason = reason or (
            _no_approval(number, wish, facts) if verdict is Verdict.APPROVE else _no_rejection(number, facts)
        )
        if reason is None:
            carried[verdict].append(number)
            continue
        refused.append(Refusal(number, reason))
        if reason.key == "draft_changed":
            changed.append(number)
    return Ruling(
        approve=tuple(carried[Verdict.APPROVE]),
        reject=tuple(carried[Verdict.REJECT]),
        already=tuple(already),
        refused=tuple(sorted(refused, key=lambda refusal: refusal.number)),
        changed=tuple(changed),
    )


def is_enough(draft: Draft, member: Member, facts: Facts) -> bool:
    """Whether a draft has the sign it needs once this member approves it too."""
    what = signable(draft, facts)
    needed = required_sign(what, facts.brand, policy=facts.policy)
    others = {
        signature.member
        for signature in facts.signatures.get(draft.number, ())
        if signature.verdict is Verdict.APPROVE
        and signature.digest == draft.version.digest
        and signature.valid_until > facts.now
        and signature.role is not None
        and signature.role.covers(
            NEEDED_ROLE[required_sign(what, facts.brand, policy=facts.policy, size=signature.size)]
        )
    }
    return len(others | {member.id}) >= NEEDED_PEOPLE[needed]


def signable(draft: Draft, facts: Facts) -> Signable:
    """What a sign on a draft is about."""
    return Signable(
        kind=ProposalKind.MESSAGE,
        digest=draft.version.digest,
        offer=draft.version.content.offer,
        author=draft.version.author,
        maker=facts.maker,
        fee_minor=facts.fees.get(draft.number),
        sample_minor=facts.samples.get(draft.number),
    )


def _require_decider(wish: Wish, facts: Facts) -> None:
    if not wish.member.active or not wish.member.role.covers(Role.APPROVER):
        raise NotAllowed("decide_not_allowed", role=wish.member.role.value)
    shown = wish.presentation
    if shown.delivered_at is None or shown.member != wish.member.id:
        raise NotAllowed("card_not_shown", batch=shown.batch_code)
    require_seal(
        wish.sealed,
        wish.member,
        facts.brand,
        batch=shown.batch_code,
        size=facts.size,
        approved=len(set(wish.approve)),
    )


def _unshown(number: int, wish: Wish, facts: Facts) -> Flag | None:
    """Whether the member saw this number as it is now."""
    draft, digest = facts.drafts.get(number), wish.presentation.shown.get(number)
    if draft is None or digest is None:
        return Flag("not_on_card", {"number": number})
    return None if digest == draft.version.digest else Flag("draft_changed", {"number": number})


def _is_repeated(number: int, verdict: Verdict, wish: Wish, facts: Facts) -> bool:
    """A second click: the same member said the same of the same version, and nothing waits for a new word."""
    draft = facts.drafts[number]
    if draft.reason is not None and draft.approvable:
        return False
    if facts.stopped and verdict is Verdict.APPROVE:
        return False
    return any(
        signature.member == wish.member.id and signature.verdict is verdict and signature.digest == draft.version.digest
        for signature in facts.signatures.get(number, ())
    )


def _no_rejection(number: int, facts: Facts) -> Flag | None:
    draft, step = facts.drafts[number], facts.steps.get(number)
    if draft.status in _CLAIMED:
        return Flag("already_sending", {"number": number, "status": draft.status.value})
    if draft.follow is not None and draft.follow.ended:
        return _ended(number, draft)
    if draft.status is DraftStatus.REJECTED or (step is not None and step.state is StepState.STOPPED):
        return Flag("draft_ended", {"number": number, "status": draft.status.value})
    return None


def _no_approval(number: int, wish: Wish, facts: Facts) -> Flag | None:
    """Why this draft may not be approved by this member now."""
    draft, step = facts.drafts[number], facts.steps.get(number)
    if draft.status in _CLAIMED:
        return Flag("already_sending", {"number": number, "status": draft.status.value})
    if draft.status is DraftStatus.REJECTED:
        by = next((s.name for s in facts.signatures.get(number, ()) if s.verdict is Verdict.REJECT), "")
        return Flag("rejected_by", {"number": number, "who": by})
    if facts.stopped:
        return Flag("batch_is_stopped", {"number": number, "batch": draft.batch_code})
    if draft.status is DraftStatus.STOPPED or (step is not None and step.state is StepState.STOPPED):
        return _ended(number, draft)
    if any(flag.blocking for flag in draft.version.flags):
        return Flag("draft_failing", {"number": number})
    if wish.presentation.decide_by <= facts.now:
        return Flag("decide_by_passed", {"number": number, "batch": draft.batch_code})
    if not draft.version.content.paired and len({*wish.approve, *wish.reject}) > 1:
        return Flag("decided_alone", {"number": number})
    unread = not_read(number, wish.presentation, wish.sealed, size=facts.size)
    return unread or _no_sign(number, draft, wish, facts) or facts.gone.get(number)


def _ended(number: int, draft: Draft) -> Flag:
    """It has ended; of a follow-up that is needless by now, why."""
    why = draft.follow.ended if draft.follow is not None else None
    return Flag(why or "draft_ended", {"number": number, "status": draft.status.value})


def _no_sign(number: int, draft: Draft, wish: Wish, facts: Facts) -> Flag | None:
    what = signable(draft, facts)
    if not makes_sense(what.offer):
        return Flag("offer_makes_no_sense", {"number": number})
    if not may_sign_own(what, wish.member.id, facts.brand, deciders=facts.deciders):
        return Flag("own_draft", {"number": number})
    needed = NEEDED_ROLE[required_sign(what, facts.brand, policy=facts.policy)]
    if not wish.member.role.covers(needed):
        return Flag("needs_role", {"number": number, "role": needed.value})
    return None
