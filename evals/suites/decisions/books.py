"""The model's own books, and what follows from them: who may sign what, when a message may go. It asks no guard."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evals.suites.decisions.nouns import UNDER_WAY, Card, Known, Pass, Reversible, Stack, StandIn, Try, Where
from memory.domain.ids import CreatorId, DraftId
from memory.domain.workspace import BrandPolicy, Role

SHOP_ZONE = ZoneInfo("America/New_York")
MORNING, EVENING = 9, 20
TAKE_BACK = timedelta(seconds=60)
GOOD_FOR = timedelta(days=7)
UNTOUCHED = timedelta(hours=24)
EVERYTHING = 10_000  # basis points


@dataclass(slots=True)
class Books:
    """One brand's history as people and platforms made it. `two`: a message needs two people's signs."""

    roles: dict[str, Role]
    policy: BrandPolicy
    two: bool = False
    price: int = 3_000
    away: set[str] = field(default_factory=set)
    stand_ins: list[StandIn] = field(default_factory=list)
    drafts: dict[DraftId, Known] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    zones: dict[CreatorId, ZoneInfo] = field(default_factory=dict)
    opted_out: set[CreatorId] = field(default_factory=set)
    blocked: set[CreatorId] = field(default_factory=set)
    passes: defaultdict[CreatorId, list[Pass]] = field(default_factory=lambda: defaultdict(list))
    tries: list[Try] = field(default_factory=list)
    changes: defaultdict[str, list[Reversible]] = field(default_factory=lambda: defaultdict(list))

    def of_batch(self, place: int) -> dict[int, Known]:
        """A batch's drafts by number."""
        return {known.number: known for known in self.drafts.values() if known.batch == place}

    def by_text(self, creator: CreatorId, text: str) -> Known | None:
        """The one draft to a creator that says this now."""
        found = [known for known in self.drafts.values() if known.creator == creator and known.now.text == text]
        return found[0] if len(found) == 1 else None

    def role(self, who: str, at: datetime) -> Role | None:
        """What a member may do: their own role of today, or one they stood in for at a moment. None: they left."""
        if who in self.away:
            return None
        lent = [
            self.roles[one.principal]
            for one in self.stand_ins
            if one.who == who and not one.revoked and one.since <= at < one.until and one.principal not in self.away
        ]
        return max([self.roles[who], *lent], key=list(Role).index)

    def may(self, who: str, needed: Role, at: datetime) -> bool:
        """Whether a member's role covers one."""
        role = self.role(who, at)
        return role is not None and role.covers(needed)

    def deciders(self, at: datetime) -> int:
        """How many may decide."""
        return sum(self.may(who, Role.APPROVER, at) for who in self.roles)

    def is_own(self, who: str, known: Known, at: datetime) -> bool:
        """Whether it is their own work, and they may not sign that."""
        alone = self.deciders(at) <= 1
        return not self.policy.own_drafts_approvable and not alone and who in (known.author, known.maker)

    def needs_lead(self, known: Known) -> bool:
        """Whether it offers more than an approver may give; what nobody can price counts as more."""
        offer, policy = known.now.offer, self.policy
        fee = offer.flat_fee
        dear = [(offer.commission_bp or 0) > policy.commission_ceiling_bp]
        if fee is not None and policy.fee_ceiling_minor is not None:
            dear.append(fee.currency != "USD" or fee.minor > policy.fee_ceiling_minor)
        if offer.free_sample and policy.sample_ceiling_minor is not None:
            dear.append(self.price > policy.sample_ceiling_minor)
        return any(dear)

    def signers(self, known: Known, now: datetime) -> list[str]:
        """Whose approval of the present wording counts at a moment."""
        lead = self.needs_lead(known)
        wait = timedelta(0) if known.by_hand else TAKE_BACK
        return [
            who
            for who, given in known.approvals.items()
            if given.at + wait <= now < given.until
            and self.may(who, Role.LEAD if lead or given.size > self.policy.batch_ceiling else Role.APPROVER, given.at)
            and not self.is_own(who, known, now)
        ]

    def is_signed(self, known: Known, now: datetime) -> bool:
        """Whether enough different people signed."""
        needed = 2 if self.two and not self.needs_lead(known) else 1
        return len(self.signers(known, now)) >= needed

    def is_stopped(self, known: Known, at: datetime) -> bool:
        """Whether its batch was stopped at a moment."""
        since = self.stacks[known.batch].stopped_since
        return since is not None and since <= at

    def is_silent(self, creator: CreatorId) -> bool:
        """Whether a creator may not be written to at all."""
        return creator in self.opted_out or creator in self.blocked

    def is_day(self, creator: CreatorId, at: datetime) -> bool:
        """Whether a creator's clock is between nine and eight."""
        return MORNING <= at.astimezone(self.zones[creator]).hour < EVENING

    def next_day(self, creator: CreatorId, at: datetime) -> datetime:
        """The moment itself by day, else nine o'clock after it."""
        if self.is_day(creator, at):
            return at
        zone = self.zones[creator]
        local = at.astimezone(zone)
        later = local.date() if local.hour < MORNING else local.date() + timedelta(days=1)
        return datetime.combine(later, time(MORNING), zone).astimezone(UTC)

    def is_over(self, before: Known, days: int, now: datetime) -> bool:
        """Whether so many days have passed since a message went."""
        return before.gone_at is not None and before.gone_at + timedelta(days=days) <= now

    def others_first(self, known: Known) -> Iterator[Known]:
        """Other first messages to the same person, where this is one."""
        for other in self.drafts.values():
            if known.first and other.first and other is not known and other.creator == known.creator:
                yield other

    def is_too_early(self, known: Known, now: datetime) -> bool:
        """Whether another first message is out or went within the cool-down, and no lead's pass is left for it."""
        others = list(self.others_first(known))
        if any(other.where in UNDER_WAY for other in others):
            return True
        cool = timedelta(days=self.policy.cool_down_days)
        lately = any(other.gone_at is not None and other.gone_at + cool > now for other in others)
        return lately and not self.usable_passes(known)

    def usable_passes(self, known: Known) -> list[Pass]:
        """Passes nobody used, and those this message set out with before."""
        return [one for one in self.passes[known.creator] if one.used_by in (None, known.draft)]

    def set_out(self, known: Known, at: datetime, *, holder: str = "") -> None:
        """It is on its way: a try is counted, and passes are used up."""
        known.where, known.holder, known.held_since = Where.GOING, holder, at
        known.gone_at = at
        self.tries.append(Try(known.draft, at))
        for one in self.usable_passes(known) if known.first else ():
            one.used_by = known.draft

    def came_back(self, known: Known, where: Where) -> None:
        """Nothing went: the try counts for nothing."""
        known.where, known.gone_at, known.holder = where, None, ""
        last = next(one for one in reversed(self.tries) if one.of == known.draft)
        last.counts = False

    def tries_within(self, now: datetime) -> tuple[int, int]:
        """(of the last minute, of the shop's day) up to a moment."""
        begun = now.astimezone(SHOP_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        counted = [one.at for one in self.tries if one.counts and one.at <= now]
        return sum(at > now - timedelta(minutes=1) for at in counted), sum(at > begun for at in counted)

    def last_change(self, who: str, now: datetime) -> Reversible | None:
        """A member's newest change of the last day that was not taken back."""
        lately = [one for one in self.changes[who] if not one.undone and one.at >= now - timedelta(hours=24)]
        return lately[-1] if lately else None
