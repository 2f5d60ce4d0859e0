"""Reads what the week's plan is made of: the counts, whom it is about, and who is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.contacts import ContactWeek
from memory.domain.creator import Creator, Relation
from memory.domain.errors import AppError
from memory.domain.first_messages import FirstContact
from memory.domain.ids import CreatorId
from memory.domain.money import RateTable
from memory.domain.outreach import FIRST_MESSAGES, DraftStatus
from memory.domain.shops import Eligibility, PlatformQuota
from memory.domain.stores import Unit
from memory.domain.weeks import next_week
from memory.domain.workspace import Brand
from memory.domain.zones import home_zone
from tools.contract import TurnContext
from tools.quota.week import LeftOut, Room, Turn, turns, worths

_OPEN: Final = (DraftStatus.OPEN, DraftStatus.FAILING)


@dataclass(frozen=True, slots=True)
class Pool:
    """Creators the question is about, with what the brand knows of each. `from_list`: they are the shortlist's.

    `limit`: the brand's own, None: none; `zone`: the shop's.
    """

    brand: Brand
    limit: int | None
    zone: ZoneInfo
    as_of: datetime
    rates: RateTable
    creators: tuple[Creator, ...]
    left_out: dict[CreatorId, LeftOut]
    week: ContactWeek
    from_list: bool


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """The brand's week by our own count, and whose turn is when.

    `limit` None: the brand set none. `promised`: who is approved already and waits, for this week or a later one.
    `left`: what remains this week by our count and the platform's, whichever is less, once those of this week have
    gone; None: no limit is known. `zone` is the shop's. `unasked`: why the platform
    did not say who may be written to.
    """

    brand: str
    limit: int | None
    used: int
    promised: int
    left: int | None
    ends_at: datetime
    zone: str
    as_of: datetime
    turns: tuple[Turn, ...]
    left_out: Counter[LeftOut]
    waiting: int
    from_list: bool
    unasked: AppError | None = None


async def read_pool(unit: Unit, turn: TurnContext, brand: Brand) -> Pool:
    """The conversation's shortlist; without one, creators whose first message waits for a decision."""
    shortlist = await unit.shortlists.current(turn.conversation)
    creators = [item.creator for item in shortlist.items] if shortlist is not None else []
    from_list = bool(creators)
    if not creators:
        drafts = await unit.drafts.find(statuses=_OPEN)
        ids = list(dict.fromkeys(draft.creator for draft in drafts if draft.purpose in FIRST_MESSAGES))
        known = await unit.creators.by_ids(ids)
        creators = [known[one] for one in ids if one in known]
    ids = [creator.id for creator in creators]
    relations = await unit.relations.of(ids)
    contacts = await unit.steps.first_contacts(ids, brand=brand.id, open_too=False)
    policy, zone = await unit.people.policy(brand.id), home_zone(None, brand.market).zone
    days = policy.cool_down_days
    found = {one: _why(relations.get(one), contacts.get(one), now=unit.now, days=days) for one in ids}
    return Pool(
        brand,
        policy.contacts_per_week,
        zone,
        unit.now,
        await unit.knowledge.rates(),
        tuple(creators),
        {one: why for one, why in found.items() if why is not None},
        await unit.counters.contacts(brand.id, ids, zone=zone),
        from_list,
    )


def plan_week(
    pool: Pool, platform: PlatformQuota | None, said: Mapping[CreatorId, Eligibility] = MappingProxyType({})
) -> WeekPlan:
    """Whose turn is when, as of the time the pool was read. `said`: what the platform says of creators. Pure."""
    week, ends = pool.week, next_week(pool.as_of, pool.zone)
    theirs = platform.ends_at if platform is not None else None
    soon = sum(due < (theirs or ends) for due in week.promised.values())
    room = _room(pool.limit, week, platform, promised=soon)
    left_out = pool.left_out | _too_large(pool.creators, platform) | _barred(said)
    stay = [creator for creator in pool.creators if creator.id not in left_out and creator.id not in week.promised]
    connected = {creator for creator, one in said.items() if one.connected}
    free = frozenset(creator.id for creator in stay if creator.id not in week.new or creator.id in connected)
    ranked = worths(stay, pool.rates)
    return WeekPlan(
        pool.brand.name,
        pool.limit,
        week.used,
        len(week.promised),
        room.left,
        ends,
        pool.zone.key,
        pool.as_of,
        tuple(turns(ranked, room, free=free, said=said)),
        Counter(left_out.values()),
        sum(creator.id in week.promised for creator in pool.creators),
        pool.from_list,
    )


def _barred(said: Mapping[CreatorId, Eligibility]) -> dict[CreatorId, LeftOut]:
    """Whom the platform does not let us write to."""
    blocked = {creator: LeftOut.BLOCKED_US for creator, one in said.items() if one.blocked}
    large = {creator: LeftOut.TOO_MANY_FOLLOWERS for creator, one in said.items() if not one.small_enough}
    return large | blocked


def _why(relation: Relation | None, contact: FirstContact | None, *, now: datetime, days: int) -> LeftOut | None:
    if relation is not None and relation.blocked:
        return LeftOut.BLOCKED
    if relation is not None and relation.opted_out_at is not None:
        return LeftOut.OPTED_OUT
    return LeftOut.COOL_DOWN if contact is not None and contact.bars(now=now, days=days) else None


def _too_large(creators: Sequence[Creator], platform: PlatformQuota | None) -> dict[CreatorId, LeftOut]:
    """Who surely has more followers than the shop's tier may contact."""
    most = platform.most_followers if platform is not None else None
    return {
        creator.id: LeftOut.TOO_MANY_FOLLOWERS
        for creator in creators
        if most is not None and creator.facts.followers is not None and creator.facts.followers.low > most
    }


def _room(limit: int | None, week: ContactWeek, platform: PlatformQuota | None, *, promised: int) -> Room:
    """The lesser of both counts, less those who are promised one this week."""
    own = None if limit is None else limit - week.used
    theirs = platform.left if platform is not None else None
    lefts = [left for left in (own, theirs) if left is not None]
    weeklies = [most for most in (limit, platform.allowed if platform is not None else None) if most is not None]
    left = max(min(lefts) - promised, 0) if lefts else None
    levels = platform.levels if platform is not None else ()
    return Room(left, min(weeklies, default=None), levels, ahead=len(week.promised) - promised)
