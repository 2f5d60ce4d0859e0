"""The rows of the year in memory: steps as the dispatcher's candidates, and the ledger. No rule is decided here."""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from evals.suites.schedule.people import Person, Shop
from memory.domain.creator import Stage
from memory.domain.dispatch import Candidate, Signable, Signature
from memory.domain.first_messages import FirstContact
from memory.domain.follow_ups import Condition, Earlier, FollowUp, Progress
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId, SendId, StepId, VersionId
from memory.domain.offer import Offer
from memory.domain.outreach import Channel, Flag, ProposalKind, SendState, SendTicket, StepState, Verdict
from memory.domain.workspace import Role
from memory.domain.zones import home_zone

WAITING = (StepState.PLANNED, StepState.HELD)
_OVER = (StepState.STOPPED, StepState.FAILED)
_AUTHOR, _DECIDER = MemberId(1), MemberId(2)
_NOTHING = Offer()


@dataclass(slots=True, eq=False)
class Batch:
    """Messages approved together."""

    code: str
    brand: BrandId
    approved_at: datetime
    stopped: bool = False
    steps: list["Step"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Step:
    """One approved message. `after`: the step it follows."""

    id: StepId
    batch: Batch
    person: Person
    due_at: datetime
    look_at: datetime
    valid_until: datetime
    after: "Step | None" = None
    follow: FollowUp | None = None
    state: StepState = StepState.PLANNED
    attempts: int = 0
    reason: Flag | None = None
    sent_at: datetime | None = None

    @property
    def first(self) -> bool:
        """Whether it is a first message."""
        return self.after is None


@dataclass(slots=True, eq=False)
class Send:
    """One attempt of the ledger. `look_at`: when an unclear one may be asked about."""

    id: SendId
    step: Step
    claimed_at: datetime
    state: SendState = SendState.CLAIMED
    look_at: datetime | None = None


@dataclass(slots=True)
class Books:
    """All of it. `now` is the virtual clock; `queue` names a moment at which a step is to be looked at."""

    shops: dict[BrandId, Shop]
    now: datetime
    steps: dict[StepId, Step] = field(default_factory=dict)
    sends: dict[SendId, Send] = field(default_factory=dict)
    of_person: defaultdict[CreatorId, list[Step]] = field(default_factory=lambda: defaultdict(list))
    queue: dict[BrandId, list[tuple[datetime, StepId]]] = field(default_factory=dict)
    recent: dict[BrandId, deque[Send]] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.queue = {brand: [] for brand in self.shops}
        self.recent = {brand: deque() for brand in self.shops}

    def plan(
        self, batch: Batch, person: Person, due_at: datetime, *, valid: timedelta, follow: FollowUp | None
    ) -> Step:
        """Keep an approved message."""
        after = self.steps[StepId(follow.after)] if follow else None
        step = Step(StepId(next(self._ids)), batch, person, due_at, due_at, due_at + valid, after, follow)
        self.steps[step.id] = step
        batch.steps.append(step)
        self.of_person[person.creator.id].append(step)
        self.look(step, due_at)
        return step

    def look(self, step: Step, at: datetime) -> None:
        """Have a step looked at."""
        step.look_at = at
        heapq.heappush(self.queue[step.person.brand], (at, step.id))

    def due(self, brand: BrandId, *, limit: int) -> list[Step]:
        """Steps to look at now, longest due first."""
        queue = self.queue[brand]
        found: list[Step] = []
        while queue and len(found) < limit and queue[0][0] <= self.now:
            at, named = heapq.heappop(queue)
            if self._meant(at, named) and self.steps[named] not in found:
                found.append(self.steps[named])
        for step in found:  # taken, not changed: whoever does not settle one leaves it where it is
            heapq.heappush(queue, (step.look_at, step.id))
        return found

    def next_look(self) -> datetime | None:
        """When a dispatcher must look again."""
        for queue in self.queue.values():
            while queue and not self._meant(*queue[0]):
                heapq.heappop(queue)
        return min((queue[0][0] for queue in self.queue.values() if queue), default=None)

    def _meant(self, at: datetime, step: StepId) -> bool:
        """Whether a moment of the queue is still the step's own."""
        known = self.steps[step]
        return known.look_at == at and known.state in WAITING

    def claim(self, step: Step) -> SendTicket:
        """A line of the ledger."""
        step.state, step.attempts, step.reason = StepState.SENDING, step.attempts + 1, None
        send = Send(SendId(next(self._ids)), step, self.now)
        self.sends[send.id] = send
        self.recent[step.person.brand].append(send)
        return ticket(send)

    def sent_since(self, brand: BrandId, since: datetime) -> list[Send]:
        """Attempts after a moment that reached the platform or may have; none is asked about that is older."""
        recent = self.recent[brand]
        while recent and recent[0].claimed_at < self.now - timedelta(days=8):
            recent.popleft()
        return [send for send in recent if send.claimed_at >= since and send.state is not SendState.REFUSED]

    def candidate(self, step: Step) -> Candidate:
        """What a claim depends on, as the dispatcher reads it."""
        person, digest = step.person, f"digest-{step.id}"
        facts = person.creator.facts
        return Candidate(
            step=step.id,
            draft=DraftId(step.id),
            state=step.state,
            due_at=step.due_at,
            attempts=step.attempts,
            brand=person.brand,
            creator=person.creator,
            channel=Channel.PLAYGROUND,
            home=home_zone(facts.zone, facts.market),
            version=VersionId(step.id),
            signable=Signable(ProposalKind.MESSAGE, digest, _NOTHING, _AUTHOR, _AUTHOR),
            signatures=(_signature(step, digest),),
            deciders=2,
            batch_stopped=step.batch.stopped,
            opted_out=person.opted_out,
            blocked=person.blocked,
            reason=step.reason,
            first=step.first,
            contact=self._contact(step) if step.first else None,
            progress=_progress(step),
        )

    def _contact(self, step: Step) -> FirstContact | None:
        """The first message that went, or is going, to the same creator."""
        others = [one for one in self.of_person[step.person.creator.id] if one.first and one is not step]
        going = [one for one in others if one.state in (StepState.SENDING, StepState.UNKNOWN)]
        gone = [one for one in others if one.state is StepState.SENT and one.sent_at is not None]
        last = going[-1] if going else max(gone, key=lambda one: one.sent_at or one.due_at, default=None)
        if last is None:
            return None
        at = last.sent_at or last.batch.approved_at
        zone = str(self.shops[step.person.brand].zone)
        return FirstContact(DraftId(last.id), last.batch.code, "decider", at, zone, settled=not going)


def ticket(send: Send) -> SendTicket:
    """What a messenger is handed."""
    step, creator = send.step, send.step.person.creator
    return SendTicket(
        send=send.id,
        step=step.id,
        brand=step.person.brand,
        creator=creator.id,
        handle=creator.handle,
        platform="tiktok",
        text=f"{step.batch.code} {step.follow.round if step.follow else 0}",
        idempotency_key=f"step-{step.id}",
    )


def _signature(step: Step, digest: str) -> Signature:
    at = step.batch.approved_at
    return Signature(_DECIDER, "decider", Role.LEAD, Verdict.APPROVE, digest, True, at, step.valid_until)  # noqa: FBT003  # seen


def _progress(step: Step) -> Progress | None:
    earlier = step.after
    if step.follow is None or earlier is None:
        return None
    sent = earlier.sent_at if earlier.state is StepState.SENT else None
    planned = earlier.due_at if earlier.state is StepState.PLANNED else None
    wrote = step.person.wrote_at
    return Progress(
        step.follow,
        Earlier(sent, planned, over=earlier.state in _OVER),
        planned_at=step.batch.approved_at,
        answered_at=wrote[-1] if wrote else None,
        stage=Stage.CONTACTED,
    )


def follow_up(after: Step, *, round_: int, days: int) -> FollowUp:
    """A round that comes after a message nobody answered."""
    root = after.follow.root if after.follow else DraftId(after.id)
    return FollowUp(DraftId(after.id), root, round_, Condition.NO_REPLY, Stage.CONTACTED, delay_days=days)
