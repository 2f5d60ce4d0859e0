"""Commission rates agreed with creators, by their dates: which an order earns, and what may be told of it. Pure.

A rate is agreed with one creator (a target collaboration, a word by hand) or with anybody (the shop's open plan), for
one product or for all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from memory.domain.ids import CreatorId, ProductId

# A lowered rate reaches a creator who promotes the product already so much later; a raised one at once.
# Source: https://seller-us.tiktok.com/university/essay?knowledge_id=6077860360177451, read 2026-11-20.
OLD_RATE_STAYS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RateChange:
    """A commission rate agreed at a moment. `exact`: the platform told that it holds from then on."""

    at: datetime
    rate_bp: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class AgreedRate:
    """A rate with whom and for what it was agreed. `creator` None: anybody; `product` None: every product.

    `since`: when it was agreed, or (`exact`) when the platform lets it begin. `until`: when it ends, None: when another
    follows. `collaboration`: the platform's id of the target collaboration that says so; "": somebody wrote it down.
    """

    rate_bp: int
    since: datetime
    creator: CreatorId | None = None
    product: ProductId | None = None
    until: datetime | None = None
    exact: bool = False
    collaboration: str = ""


@dataclass(frozen=True, slots=True)
class InForce:
    """What an order earns by agreement. `possible`: every rate that may rightly be told of it, that one among them.

    While a lowered rate is late, who did not promote the product before has it at once: both may be told.
    """

    rate_bp: int
    possible: frozenset[int]


def rate_in_force(changes: Iterable[RateChange], at: datetime) -> int | None:
    """The rate of one who promotes the product all along: raised at once, lowered 30 days late. None: none yet."""
    rate: int | None = None
    for change in _in_order(changes):
        if _begins(change, rate) <= at:
            rate = change.rate_bp
    return rate


def in_force(changes: Sequence[RateChange], at: datetime) -> InForce | None:
    """The rate in force at a moment, and the lowered ones agreed by then that are still late."""
    rate = rate_in_force(changes, at)
    if rate is None:
        return None
    late = frozenset(
        change.rate_bp
        for change in changes
        if not change.exact and change.rate_bp < rate and change.at <= at < change.at + OLD_RATE_STAYS
    )
    return InForce(rate, late | {rate})


class AgreedRates:
    """What was agreed in one brand. With one creator goes before with anybody, of one product before of all."""

    def __init__(self, rates: Iterable[AgreedRate] = ()) -> None:
        self._by: dict[tuple[CreatorId | None, ProductId | None], list[AgreedRate]] = defaultdict(list)
        for rate in rates:
            self._by[rate.creator, rate.product].append(rate)

    def of(self, creator: CreatorId | None, product: ProductId | None, at: datetime) -> InForce | None:
        """What an order of a creator earns; None where nothing was agreed by then, or it is nobody's order."""
        if creator is None:
            return None
        for own in self._nearest(creator, product):
            held = [RateChange(one.since, one.rate_bp, one.exact) for one in own if not one.until or at < one.until]
            found = in_force(held, at)
            if found is not None:
                return found
        return None

    def _nearest(self, creator: CreatorId, product: ProductId | None) -> Iterator[Sequence[AgreedRate]]:
        for whose in (creator, None):
            for goods in dict.fromkeys((product, None)):
                yield self._by.get((whose, goods), ())


def _in_order(changes: Iterable[RateChange]) -> list[RateChange]:
    return sorted(changes, key=lambda one: (one.at, one.rate_bp))


def _begins(change: RateChange, before: int | None) -> datetime:
    is_late = not change.exact and before is not None and change.rate_bp < before
    return change.at + OLD_RATE_STAYS if is_late else change.at
