"""A change taken apart into parts that sum to it, exactly. Pure; whole numbers alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from memory.domain.money import BASIS_POINTS
from memory.domain.performance import GroupBy, Key, Metric, Row

MOST_PARTS: Final = 5
# What is added up over groups; of everything else a change has no parts of this kind.
ADDED_UP: Final = frozenset(
    {
        Metric.GMV,
        Metric.NET,
        Metric.REFUNDS,
        Metric.ORDERS,
        Metric.UNITS,
        Metric.COMMISSION,
        Metric.PROVISIONAL_COMMISSION,
        Metric.VIEWS,
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a change is this one's."""

    key: Key
    change: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A change by groups of one kind: the largest of them, and all others together (0 where there are none)."""

    by: GroupBy
    largest: tuple[Part, ...]
    others: int

    @property
    def change(self) -> int:
        """The whole of it."""
        return sum(part.change for part in self.largest) + self.others


@dataclass(frozen=True, slots=True)
class Movement:
    """A metric then and now, and what the change is made of.

    `by_count` and `by_value`: of sales, what more or fewer orders did and what dearer or cheaper ones did; None where
    that cannot be said. A share is in basis points.
    """

    metric: Metric
    before: int
    after: int
    parts: tuple[Parts, ...]
    by_count: int | None = None
    by_value: int | None = None

    @property
    def change(self) -> int:
        """The whole of it."""
        return self.after - self.before


def value_of(row: Row, metric: Metric, *, before: bool = False) -> int | None:
    """What a row has of a metric; None where it is not known."""
    found = (row.before if before else row.figures).get(metric)
    return found.value if found is not None else None


def of_sum(by: GroupBy, rows: Sequence[Row], metric: Metric, *, change: int, most: int = MOST_PARTS) -> Parts:
    """The parts of a sum; what is unknown of a row is among the others, and so is whatever no row accounts for."""
    changes = [
        (row.key, (value_of(row, metric) or 0) - (value_of(row, metric, before=True) or 0))
        for row in rows
        if value_of(row, metric) is not None or value_of(row, metric, before=True) is not None
    ]
    return _largest(by, changes, change=change, most=most)


def of_refund_rate(by: GroupBy, rows: Sequence[Row], total: Row, *, change: int, most: int = MOST_PARTS) -> Parts:
    """The parts of a refund rate in basis points: what each group's refunds are of all sales, now less then."""
    now, then = value_of(total, Metric.GMV) or 0, value_of(total, Metric.GMV, before=True) or 0
    exact = [
        (
            row.key,
            _of(value_of(row, Metric.REFUNDS), now) - _of(value_of(row, Metric.REFUNDS, before=True), then),
        )
        for row in rows
    ]
    return _largest(by, [(key, round(value * BASIS_POINTS)) for key, value in exact], change=change, most=most)


def of_orders(now: Mapping[Metric, int], then: Mapping[Metric, int]) -> tuple[int, int] | None:
    """What of a change in sales is more or fewer orders (at the old value of one), and what is their value."""
    if not then[Metric.ORDERS] or not now[Metric.ORDERS]:
        return None
    change = now[Metric.GMV] - then[Metric.GMV]
    more = now[Metric.ORDERS] - then[Metric.ORDERS]
    by_count = round(Fraction(more * then[Metric.GMV], then[Metric.ORDERS]))
    return by_count, change - by_count


def _of(part: int | None, whole: int) -> Fraction:
    return Fraction(part or 0, whole) if whole else Fraction(0)


def _largest(by: GroupBy, changes: Sequence[tuple[Key, int]], *, change: int, most: int) -> Parts:
    moved = [(key, value) for key, value in changes if value]
    ordered = sorted(moved, key=lambda one: (-abs(one[1]), one[0].label, one[0].id))
    largest = tuple(Part(key, value) for key, value in ordered[:most])
    return Parts(by, largest, change - sum(part.change for part in largest))
