"""Who gets a week's remaining contacts, and who waits for which Sunday. Pure.

A creator is worth what they sold in thirty days times how often they keep a promise: a figure nobody knows counts as
the middle of the others' figures, never as nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from types import MappingProxyType
from typing import Final

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.money import BASIS_POINTS, RateTable
from memory.domain.shops import Eligibility, LevelQuota

CURRENCY: Final = "USD"


class LeftOut(StrEnum):
    """Why somebody is not written to first at all."""

    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    COOL_DOWN = "cool_down"
    BLOCKED_US = "blocked_us"
    TOO_MANY_FOLLOWERS = "too_many_followers"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a creator is expected to bring in USD cents, and what is known for it: 30-day sales, share of promises kept.

    `value` None: nobody's sales are known.
    """

    creator: Creator
    value: int | None
    sales: int | None
    fulfilment_bp: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """When somebody's turn is: in so many weeks, 0 being this one. `free`: no contact is used up."""

    worth: Worth
    week: int
    free: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How many contacts are left this week, and how many each later week brings; None: no limit is known.

    `by_level`: the same by creator level, where a platform tells; `ahead`: how many of later weeks are promised.
    """

    left: int | None
    weekly: int | None
    by_level: tuple[LevelQuota, ...] = ()
    ahead: int = 0


def worths(creators: Sequence[Creator], rates: RateTable) -> list[Worth]:
    """What each is worth, the most first; equals keep their order."""
    sales = {creator.id: _sales(creator, rates) for creator in creators}
    kept = {creator.id: _fulfilment(creator) for creator in creators}
    usual_sales, usual_kept = _middle(sales), _middle(kept)
    found = [
        Worth(
            creator,
            _product(
                usual_sales if sales[creator.id] is None else sales[creator.id],
                usual_kept if kept[creator.id] is None else kept[creator.id],
            ),
            sales[creator.id],
            kept[creator.id],
        )
        for creator in creators
    ]
    return sorted(found, key=lambda each: (-(each.value or 0), -(each.fulfilment_bp or usual_kept or 0)))


def turns(
    ranked: Sequence[Worth],
    room: Room,
    *,
    free: frozenset[CreatorId],
    said: Mapping[CreatorId, Eligibility] = MappingProxyType({}),
) -> list[Turn]:
    """Whose turn is when: who costs no contact first, then the most valuable; a later Sunday for the rest.

    Of a level whose contacts are used up, nobody else's turn is this week, whatever they are worth.
    """
    found = [Turn(worth, 0, free=True) for worth in ranked if worth.creator.id in free]
    lefts = [quota.bonus_left + quota.period_left for quota in room.by_level]
    left, later = room.left, []
    for worth in ranked:
        if worth.creator.id in free:
            continue
        place = _level_of(said.get(worth.creator.id), room)
        shut = worth.creator.id in said and not said[worth.creator.id].has_room
        if shut or (left is not None and left <= 0) or (place is not None and lefts[place] <= 0):
            later.append(worth)
            continue
        found.append(Turn(worth, 0))
        left = None if left is None else left - 1
        if place is not None:
            lefts[place] -= 1
    return found + [
        Turn(worth, 1 + (place // room.weekly if room.weekly else 0)) for place, worth in enumerate(later, room.ahead)
    ]


def _level_of(said: Eligibility | None, room: Room) -> int | None:
    """Which of the platform's counts a creator falls under; None: nobody told."""
    if said is None or said.level is None:
        return None
    return next((place for place, quota in enumerate(room.by_level) if said.level in quota.levels), None)


def _sales(creator: Creator, rates: RateTable) -> int | None:
    span = creator.facts.gmv_30d
    if span is None:
        return None
    try:
        return rates.convert(span.middle.minor, source=span.currency, target=CURRENCY)
    except BadRequest:  # a currency the table does not know
        return None


def _fulfilment(creator: Creator) -> int | None:
    share = creator.facts.fulfilment_bp
    return share.middle if share is not None else None


def _middle(figures: Mapping[CreatorId, int | None]) -> int | None:
    known = [figure for figure in figures.values() if figure is not None]
    return int(median(known)) if known else None


def _product(sales: int | None, kept: int | None) -> int | None:
    if sales is None or kept is None:
        return sales
    return sales * kept // BASIS_POINTS
