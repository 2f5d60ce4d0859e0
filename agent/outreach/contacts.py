"""Whether a claim would be one new contact too many this week: by the brand's own limit, or by its platform's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.outreach.guards import Moment, Objection, hours
from agent.outreach.quota import contacts_left, contacts_over_a_shop
from agent.outreach.windows import next_open
from memory.domain.contacts import Contacts
from memory.domain.dispatch import BrandDay, Candidate, Queue, ServiceUnit
from memory.domain.outreach import Channel, StepState
from memory.domain.shops import PlatformQuota
from memory.domain.weeks import week_start

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Budgets:
    """What is left of the week: for every message, and for those over the shop besides. None: nothing is counted."""

    own: Contacts | None = None
    shop: Contacts | None = None

    def objection(self, candidate: Candidate, moment: Moment) -> Objection | None:
        """The week's contacts are used up: it goes when they are counted anew."""
        barred = [left.again_at for left in self._of(candidate) if left.bars(candidate.creator.id)]
        if not barred:
            return None
        opens = next_open(max(*barred, moment.now), candidate.home.zone, hours(candidate, moment))
        return Objection(StepState.PLANNED, due_at=opens)

    def after(self, candidate: Candidate) -> "Budgets":
        """What is left once it is claimed."""
        creator, over_shop = candidate.creator.id, candidate.channel is Channel.TIKTOK
        own = self.own.after(creator) if self.own else None
        return Budgets(own, self.shop.after(creator) if self.shop and over_shop else self.shop)

    def _of(self, candidate: Candidate) -> list[Contacts]:
        shop = self.shop if candidate.channel is Channel.TIKTOK else None
        return [left for left in (self.own, shop) if left is not None]


async def read_budgets(
    unit: ServiceUnit, queue: Queue, day: BrandDay, candidates: Sequence[Candidate], platform: PlatformQuota | None
) -> Budgets:
    """Count in the claim's transaction; only where there is a limit."""
    own = shop = None
    begins = week_start(unit.now, day.shop_zone)
    if day.policy.contacts_per_week is not None:
        creators = [candidate.creator.id for candidate in candidates]
        week = await unit.dispatch.contacts(queue, creators, since=begins)
        own = contacts_left(day, week, now=unit.now)
    over_shop = [candidate.creator.id for candidate in candidates if candidate.channel is Channel.TIKTOK]
    if platform is not None and platform.allowed is not None and over_shop:
        since = platform.ends_at - _WEEK if platform.ends_at else begins
        week = await unit.dispatch.contacts(queue, over_shop, since=since, channel=Channel.TIKTOK)
        later = await unit.dispatch.contacts(queue, (), since=platform.read_at, channel=Channel.TIKTOK)
        shop = contacts_over_a_shop(platform, week, since_read=later.used, zone=day.shop_zone)
    return Budgets(own, shop)
