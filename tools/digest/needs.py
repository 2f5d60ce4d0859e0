"""What waits for somebody: read from our own books, each with what is needed to say it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from memory.domain.creator import Creator
from memory.domain.delivery_views import ChannelUnit, ChannelUnits, Undelivered
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.office_stores import QuotaStatus
from memory.domain.outreach import Flag
from memory.domain.performance import Freshness
from memory.domain.sample import SampleStatus
from memory.domain.shops import PlatformQuota, WeekOf
from memory.domain.workspace import Brand, Scope
from memory.domain.zones import home_zone
from tools.digest.figures import ORDERS

MOST: Final = 100  # of anything that is counted; more is said as that many and more
STALE: Final = timedelta(hours=36)
_BATCHES: Final = 50


@dataclass(frozen=True, slots=True)
class WaitingReply:
    """A creator who wrote and was not answered."""

    handle: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingDecision:
    """A batch with drafts to decide about."""

    code: str
    open: int
    decide_by: datetime


@dataclass(frozen=True, slots=True)
class OverdueSample:
    """A sample whose content did not come; `cost` None: nobody wrote it down."""

    handle: str
    due_at: datetime
    cost: Money | None


@dataclass(frozen=True, slots=True)
class WeekLeft:
    """New contacts of a week by our own count, beside the brand's own limit (None: none) and the platform's count."""

    used: int
    limit: int | None
    platform: PlatformQuota | None = None

    @property
    def left(self) -> int | None:
        """How many more, by whichever count leaves fewer; None: no limit is known."""
        own = None if self.limit is None else max(self.limit - self.used, 0)
        theirs = self.platform.left if self.platform is not None else None
        return min((left for left in (own, theirs) if left is not None), default=None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A shop whose sync does not go on, and why."""

    brand: str
    why: Flag


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that waits, the most urgent of each kind first."""

    decisions: Sequence[WaitingDecision] = ()
    replies: Sequence[WaitingReply] = ()
    pushes: Sequence[Undelivered] = ()
    samples: Sequence[OverdueSample] = ()
    troubles: Sequence[Trouble] = ()
    stale: Freshness | None = None
    quotas: Sequence[QuotaStatus] = ()
    week: WeekLeft | None = None

    def since(self, moment: datetime) -> "Needs":
        """The same without pushes that ended before a moment."""
        return replace(self, pushes=[one for one in self.pushes if one.ended_at > moment])


async def read_platform(units: ChannelUnits, scope: Scope, week_of: WeekOf) -> PlatformQuota | None:
    """The platform's count of the one brand's week, asked outside any transaction; None: several brands, no answer."""
    brand = scope.brand
    if brand is None:
        async with units.unit(scope) as unit:
            brands = await unit.people.brands()
        brand = brands[0].id if len(brands) == 1 else None
    return await week_of(brand) if brand is not None else None


async def read_needs(unit: ChannelUnit, brands: Sequence[Brand], platform: PlatformQuota | None) -> Needs:
    """What waits now, in the brands of the scope; of pushes those that ended badly in the last seven days."""
    now = unit.now
    replies = await unit.creator_messages.find(status="unanswered", limit=MOST)
    batches = await unit.drafts.batches(limit=_BATCHES)
    decisions = [
        WaitingDecision(batch.code, count, batch.decide_by)
        for batch in batches
        if not batch.stopped and batch.decide_by > now and (count := sum(draft.approvable for draft in batch.drafts))
    ]
    sources = await unit.performance.freshness()
    newest = max((one for one in sources if one.kind == ORDERS), key=lambda one: one.as_of, default=None)
    return Needs(
        decisions=sorted(decisions, key=lambda one: one.decide_by),
        replies=[WaitingReply(one.handle, one.received_at) for one in replies],
        pushes=await unit.pushes.undelivered(limit=MOST),
        samples=await _overdue(unit),
        troubles=await _troubles(unit, brands),
        stale=newest if newest is not None and now - newest.as_of > STALE else None,
        quotas=await unit.counters.quota(),
        week=await _week(unit, brands, platform),
    )


async def _overdue(unit: ChannelUnit) -> list[OverdueSample]:
    samples = await unit.samples.find(statuses=(SampleStatus.OVERDUE,), limit=MOST)
    known: dict[CreatorId, Creator] = {}
    if samples:
        known = await unit.creators.by_ids([one.creator for one in samples])
    return [
        OverdueSample(known[one.creator].handle, one.due_at or one.since, one.cost)
        for one in samples
        if one.creator in known
    ]


async def _troubles(unit: ChannelUnit, brands: Sequence[Brand]) -> list[Trouble]:
    """Why shops do not sync creators, or their answers do not come in."""
    found: list[Trouble] = []
    for brand in brands:
        link = await unit.shops.of_brand(brand.id)
        if link is None or not link.connected:
            continue
        found += [Trouble(brand.name, why) for why in (link.sync.trouble, link.hearing.trouble) if why is not None]
    return found


async def _week(unit: ChannelUnit, brands: Sequence[Brand], platform: PlatformQuota | None) -> WeekLeft | None:
    """New contacts of the one brand's week, where it or its platform has a limit."""
    if len(brands) != 1:
        return None
    (brand,) = brands
    limit = (await unit.people.policy(brand.id)).contacts_per_week
    if limit is None and (platform is None or platform.left is None):
        return None
    used = (await unit.counters.contacts(brand.id, (), zone=home_zone(None, brand.market).zone)).used
    return WeekLeft(used, limit, platform)
