"""Who gets a week's remaining contacts, and who waits for which Sunday. Pure.

A creator is worth what they sold in thirty days times how often they keep a promise: a figure nobody knows counts as
the middle of the others' figures, never as nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.money import BASIS_POINTS, RateTable

CURRENCY: Final = "USD"


class LeftOut(StrEnum):
    """Why somebody is not written to first at all."""

    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    COOL_DOWN = "cool_down"
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
    """How many contacts are left this week, and how many each later week brings; None: no limit is known."""

    left: int | None
    weekly: int | None


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


def turns(ranked: Sequence[Worth], room: Room, *, free: frozenset[CreatorId]) -> list[Turn]:
    """Whose turn is when: who costs no contact first, then the most valuable; a later Sunday for the rest."""
    now = [Turn(worth, 0, free=True) for worth in ranked if worth.creator.id in free]
    others = [worth for worth in ranked if worth.creator.id not in free]
    return now + [Turn(worth, _week(place, room)) for place, worth in enumerate(others)]


def _week(place: int, room: Room) -> int:
    if room.left is None or place < room.left:
        return 0
    return 1 if not room.weekly else 1 + (place - room.left) // room.weekly


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
