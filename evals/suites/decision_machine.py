"""A property-based model of deciding and sending, driven against the real rows; it keeps its own idea of what may go.

Promises 1 to 3 and 8 are checked for every message the platform receives, and for the rows after every step.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent.outreach.dispatch import dispatch_due
from agent.outreach.reconcile import reconcile
from evals.suites.selling_office import NOON, RecordingMessenger, SellingOffice, open_office
from memory.database import Database
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import CreatorId, DraftId, MemberId
from memory.domain.outreach import (
    FIRST_MESSAGES,
    Batch,
    Draft,
    DraftStatus,
    Gist,
    Intent,
    Presentation,
    Purpose,
    SendTicket,
    Verdict,
)  # fmt: skip
from memory.domain.workspace import BrandPolicy, Role, Scope

T = TypeVar("T")
OPEN_FIRST = {DraftStatus.APPROVED, DraftStatus.HELD, DraftStatus.SENDING, DraftStatus.UNKNOWN}
GONE = {DraftStatus.SENT, DraftStatus.SENDING, DraftStatus.UNKNOWN}
PEOPLE = st.sampled_from(["anna", "ben", "lead", "anna", "ben", "operator", "viewer"])
# Weighted, so that most histories get as far as sending: what ends everything is rare.
MOSTLY = st.sampled_from([True, True, True, True, False])
RARELY = st.sampled_from([False, False, False, False, False, True])
FAILURES: tuple[type[AppError], ...] = (Unavailable, Refused, Unclear)


class Killed(BaseException):
    """The dispatcher's process ends here."""


@dataclass(slots=True)
class Known:
    """What the model knows of one draft. `approved`: member → until when, for the present text."""

    batch: int
    number: int
    creator: CreatorId
    first: bool
    author: MemberId
    maker: MemberId
    text: str
    approved: dict[MemberId, datetime] = field(default_factory=dict)
    rejected: bool = False
    stopped: bool = False


@dataclass(slots=True)
class Card:
    """What one member was shown: number → text."""

    shown: Presentation
    to: str
    batch: int
    delivered: bool
    texts: dict[int, str]


@dataclass(slots=True)
class CheckedMessenger(RecordingMessenger):
    """Asks the model about every message at the moment it arrives; may be killed before or after it accepts."""

    check: Any = None
    brand: int = 0
    killed: str = ""

    async def send(self, ticket: SendTicket, *, now: datetime) -> Any:  # noqa: ANN401  (a Receipt)
        """See `Messenger.send`."""
        if ticket.brand != self.brand:
            raise Refused("left_over")  # by an earlier history on the same database
        if self.killed == "before":
            raise Killed
        self.check(ticket, now)
        receipt = await RecordingMessenger.send(self, ticket, now=now)
        if self.killed == "after":
            raise Killed
        return receipt


class DecisionMachine(RuleBasedStateMachine):
    """Rules are what people, platforms and time do. `database` is set by whoever runs it."""

    runner: asyncio.Runner
    database: Database
    found: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.office: SellingOffice
        self.batches: list[Batch] = []
        self.drafts: dict[DraftId, Known] = {}
        self.cards: list[Card] = []
        self.roles: dict[str, Role] = {}
        self.opted_out: set[CreatorId] = set()
        self.blocked: set[CreatorId] = set()
        self.own_allowed = True
        self.violations: list[str] = []

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end."""
        return self.runner.run(work)

    def person(self, name: str) -> Scope:
        """The scope of a member by name."""
        scope: Scope = getattr(self.office, name)
        return scope

    @initialize(own=st.booleans())
    def open(self, own: bool) -> None:  # noqa: FBT001  (drawn by name)
        """A new tenant on the machine's database, where somebody drafted and somebody else approved already."""
        self.office = self.wait(open_office(self.database))
        self.messenger = CheckedMessenger(check=self.arrived, brand=self.office.brand)
        self.office.messenger = self.messenger
        self.roles = {name: self.person(name).role for name in ("anna", "ben", "lead", "operator", "viewer")}
        self.wait(self.office.move_to_hour(10))
        self.creators = self.wait(self.office.creators(3))
        self.draft(who="anna" if own else "operator", first=True, places={0, 1})
        self.read_and_approve(place=0, who="anna")

    @rule(who=st.sampled_from(["operator", "anna"]), first=st.booleans(), places=st.sets(st.integers(0, 2), min_size=1))
    def draft(self, *, who: str, first: bool, places: set[int]) -> None:
        """Somebody drafts messages to some creators."""
        if len(self.batches) >= 4:
            return
        purpose = Purpose.INVITE if first else Purpose.THANKS
        creators = [self.creators[place] for place in sorted(places)]
        texts = [f"v1 of {len(self.batches)}-{place}" for place in range(len(creators))]
        batch = self.wait(self.office.draft(creators, by=self.person(who), purpose=purpose, texts=texts))
        member = self.person(who).member
        for draft in batch.drafts:
            self.drafts[draft.id] = Known(
                len(self.batches), draft.number, draft.creator, purpose in FIRST_MESSAGES, member, member,
                draft.version.content.text,
            )  # fmt: skip
        self.batches.append(batch)

    @precondition(lambda self: self.batches)
    @rule(pick=st.randoms(use_true_random=False), who=st.sampled_from(["operator", "ben"]))
    def edit(self, pick: Random, who: str) -> None:
        """Somebody edits a draft: what was decided of it is void, or it is too late."""
        draft, known = self._any_draft(pick)
        text = f"v{pick.randint(2, 10_000)} of {draft.id}"
        try:
            self.wait(self.office.edit(draft, text, by=self.person(who)))
        except AppError:
            return
        known.text, known.author = text, self.person(who).member
        known.approved, known.rejected = {}, False

    @precondition(lambda self: self.batches)
    @rule(pick=st.randoms(use_true_random=False), who=PEOPLE, delivered=MOSTLY)
    def show(self, *, pick: Random, who: str, delivered: bool) -> None:
        """A card goes out; it may get lost on the way."""
        place = pick.randrange(len(self.batches))
        self._show(place, who, delivered=delivered)

    @precondition(lambda self: self.cards)
    @rule(
        pick=st.randoms(use_true_random=False),
        verdict=st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT]),
        stolen=RARELY,
        twice=st.booleans(),
    )
    def decide(self, *, pick: Random, verdict: Verdict, stolen: bool, twice: bool) -> None:
        """Somebody taps buttons of a card, old or new, theirs or not, once or twice at once."""
        card = pick.choice(self.cards)
        who = pick.choice(sorted(self.roles)) if stolen else card.to
        numbers = [number for number in card.texts if pick.random() < 0.7] or list(card.texts)
        self._tap(card, who, numbers, verdict, times=2 if twice else 1)

    @precondition(lambda self: self.batches)
    @rule(pick=st.randoms(use_true_random=False), who=PEOPLE, everything=RARELY)
    def stop(self, *, pick: Random, who: str, everything: bool) -> None:
        """Anybody stops a batch, or all of them."""
        place = pick.randrange(len(self.batches))
        self.wait(self.office.stop(None if everything else self.batches[place], by=self.person(who)))
        for known in self.drafts.values():
            known.stopped = known.stopped or everything or known.batch == place

    @rule(name=st.sampled_from(["anna", "ben", "lead"]), role=st.sampled_from([*Role, Role.APPROVER, Role.LEAD]))
    def change_role(self, name: str, role: Role) -> None:
        """The owner gives somebody another role."""
        self.wait(self.office.set_role(self.person(name).member, role))
        self.roles[name] = role

    @rule(own=st.booleans())
    def change_policy(self, *, own: bool) -> None:
        """The brand allows people to approve their own drafts, or not."""
        self.wait(self.office.save_policy(BrandPolicy(own_drafts_approvable=own)))
        self.own_allowed = own

    @rule(place=st.integers(0, 2), how=st.sampled_from(["opt_out", "block", "unblock", "unblock", "unblock"]))
    def silence(self, place: int, how: str) -> None:
        """A creator asks to be left alone, or is blocked for a while."""
        creator = self.creators[place]
        self.wait(self._silence(creator, how))
        if how == "opt_out":
            self.opted_out.add(creator)
        elif how == "block":
            self.blocked.add(creator)
        else:
            self.blocked.discard(creator)

    @precondition(lambda self: self.batches)
    @rule(place=st.integers(0, 3), who=st.sampled_from(["anna", "ben", "lead"]))
    def read_and_approve(self, place: int, who: str) -> None:
        """What people do on most days: read the card, approve all of it."""
        place %= len(self.batches)
        card = self._show(place, who, delivered=True)
        self._tap(card, who, list(card.texts), Verdict.APPROVE, times=1)

    @rule(hour=st.sampled_from([10, 19, 23]))
    def it_is(self, hour: int) -> None:
        """Another hour of the creators' day; then the dispatcher looks."""
        self.wait(self.office.move_to_hour(hour))
        self.wait(self._dispatch(1))

    @rule(hours=st.sampled_from([1, 5, 11, 24, 24 * 4, 24 * 9]))
    def time_passes(self, hours: int) -> None:
        """The clock moves on."""
        self.wait(self.office.move_clock(timedelta(hours=hours)))

    @rule(
        failure=st.sampled_from([None, None, *FAILURES]),
        swallows=st.booleans(),
        killed=st.sampled_from(["", "", "before", "after"]),
        together=st.booleans(),
    )
    def dispatch(self, *, failure: type[AppError] | None, swallows: bool, killed: str, together: bool) -> None:
        """What is due is sent, by one dispatcher or two, over a platform that has its moods."""
        handles = [f"creator{number:05d}" for number in range(3)]
        self.messenger.script = {handle: [failure()] for handle in handles} if failure else {}
        self.messenger.swallows, self.messenger.killed = swallows, killed
        self.wait(self._dispatch(2 if together else 1))
        self.messenger.script, self.messenger.killed = {}, ""

    @rule()
    def restart(self) -> None:
        """Leases of dead processes end; what is unclear is asked about."""
        self.wait(self._reconcile())

    @invariant()
    def promises_hold(self) -> None:
        """Nothing arrived that should not have; rows agree with it."""
        if not self.batches:
            return
        self.violations += self.wait(self._rows_disagree())
        if self.violations:
            self.found.append("; ".join(self.violations))
        assert not self.violations, self.violations

    def arrived(self, ticket: SendTicket, now: datetime) -> None:
        """The model's own judgement of one message, at the moment the platform is handed it."""
        matches = [
            known for known in self.drafts.values() if known.creator == ticket.creator and known.text == ticket.text
        ]
        if len(matches) != 1:
            self.violations.append(f"a text nobody wrote: {ticket.text}")
            return
        (known,) = matches
        local = now.astimezone(NOON)
        deciders = sum(role.covers(Role.APPROVER) for role in self.roles.values()) + 1  # and the owner
        signed = [
            member
            for member, until in known.approved.items()
            if until > now
            and self._role_of(member).covers(Role.APPROVER)
            and (self.own_allowed or deciders <= 1 or member not in (known.author, known.maker))
        ]
        wrong = {
            "not approved": not signed,
            "rejected": known.rejected,
            "stopped": known.stopped,
            "silent": known.creator in self.opted_out | self.blocked,
            "night": not 9 <= local.hour < 20,
            "repeated": any(seen.step == ticket.step for seen in self.messenger.received),
        }
        self.violations += [f"{why}: {ticket.text} at {local:%H:%M}" for why, is_so in wrong.items() if is_so]

    def _show(self, place: int, who: str, *, delivered: bool) -> Card:
        shown = self.wait(self.office.show(self.batches[place], self.person(who), delivered=delivered))
        texts = {known.number: known.text for known in self.drafts.values() if known.batch == place}
        self.cards.append(Card(shown, who, place, delivered, texts))
        return self.cards[-1]

    def _tap(self, card: Card, who: str, numbers: list[int], verdict: Verdict, *, times: int) -> None:
        now = self.wait(self.office.now())
        results = self.wait(self._decide(card, who, numbers, verdict, times=times))
        for result in results:
            if isinstance(result, BaseException):
                if not isinstance(result, AppError):
                    self.violations.append(f"decide broke: {result!r}")
                continue
            done = (*result.approved, *result.waiting) if verdict is Verdict.APPROVE else result.rejected
            for number in done:
                self._decided(card, who, number, verdict, now)

    def _decided(self, card: Card, who: str, number: int, verdict: Verdict, now: datetime) -> None:
        """A verdict was accepted: was it allowed, and what follows from it."""
        (known,) = [each for each in self.drafts.values() if (each.batch, each.number) == (card.batch, number)]
        member = self.person(who).member
        wrong = {
            "no role": not self.roles[who].covers(Role.APPROVER),
            "somebody else's card": who != card.to,
            "not delivered": not card.delivered,
            "another text": card.texts[number] != known.text,
            "rejected": verdict is Verdict.APPROVE and known.rejected,
            "stopped": verdict is Verdict.APPROVE and known.stopped,
            "silent": verdict is Verdict.APPROVE and known.creator in self.opted_out | self.blocked,
            "too late": verdict is Verdict.APPROVE and now > card.shown.decide_by + timedelta(minutes=1),
        }
        self.violations += [f"decided although {why}: {known}" for why, is_so in wrong.items() if is_so]
        if verdict is Verdict.REJECT:
            known.rejected = True
        else:
            known.approved[member] = now + timedelta(days=9)

    def _role_of(self, member: MemberId) -> Role:
        return next(role for name, role in self.roles.items() if self.person(name).member == member)

    def _any_draft(self, pick: Random) -> tuple[Draft, Known]:
        draft = pick.choice([draft for batch in self.batches for draft in batch.drafts])
        return draft, self.drafts[draft.id]

    async def _decide(self, card: Card, who: str, numbers: list[int], verdict: Verdict, *, times: int) -> list[Any]:
        yes, no = (numbers, []) if verdict is Verdict.APPROVE else ([], numbers)
        tries = (self.office.decide(card.shown, self.person(who), approve=yes, reject=no) for _ in range(times))
        return await asyncio.gather(*tries, return_exceptions=True)

    async def _silence(self, creator: CreatorId, how: str) -> None:
        async with self.database.unit(self.office.lead) as unit:
            if how == "opt_out":
                await unit.creator_messages.store(
                    creator,
                    brand=self.office.brand,
                    source="machine",
                    outside_id=f"{creator}-out",
                    text="stop",
                    gist=Gist(Intent.OPT_OUT, 100),
                    received_at=unit.now,
                )
            else:
                await unit.relations.update([creator], blocked=how == "block")

    async def _dispatch(self, dispatchers: int) -> None:
        rounds = (self._dispatch_once() for _ in range(dispatchers))
        for result in await asyncio.gather(*rounds, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, Killed | BaseExceptionGroup):
                self.violations.append(f"dispatch broke: {result!r}")

    async def _dispatch_once(self) -> None:
        with suppress(BaseExceptionGroup):  # Killed, by now in a group
            await dispatch_due(self.database, self.office.messengers)

    async def _reconcile(self) -> None:
        async with self.database.across_tenants("a restart") as unit:
            await unit.ledger.rest_no_longer()
        await reconcile(self.database, self.office.messengers)

    async def _rows_disagree(self) -> list[str]:
        """What is wrong in the rows as they are now."""
        wrong: list[str] = []
        async with self.database.unit(self.office.owner) as unit:
            drafts = [draft for batch in await unit.drafts.batches() for draft in batch.drafts]
        waiting = Counter(
            draft.creator for draft in drafts if draft.purpose in FIRST_MESSAGES and draft.status in OPEN_FIRST
        )
        wrong += [f"{count} first messages wait for {creator}" for creator, count in waiting.items() if count > 1]
        arrived = {ticket.text for ticket in self.messenger.received}
        for draft in drafts:
            text = draft.version.content.text
            if draft.status is DraftStatus.SENT and text not in arrived:
                wrong.append(f"said to be sent, never arrived: {text}")
            if text in arrived and draft.status not in GONE:
                wrong.append(f"arrived, and said to be {draft.status}: {text}")
        if self.messenger.duplicates():
            wrong.append("sent twice")
        return wrong
