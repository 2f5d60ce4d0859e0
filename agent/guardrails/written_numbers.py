"""Numeric filters nobody wrote are dropped, whoever proposed them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from pydantic import JsonValue

from agent.planner.offline.reading.bounds import bound
from agent.planner.offline.reading.message import read
from agent.planner.offline.reading.quantities import ABOUT, Quantity, quantity_at
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.plan import Arguments
from prompts import words

RANGES = frozenset(
    ["followers", "gmv_30d", "avg_views", "engagement_rate", "commission_rate", "avg_price", "fulfilment_rate"]
)
SCALARS = frozenset(["active_within_days", "not_contacted_within_days", "limit", "commission_rate"])
_SIDES = ("min", "max")
_TOLERANCE = Decimal("0.000001")
_MOST_NUMBERS = 1_000
"""Readings taken from one message; whatever a page of figures holds beyond them was not meant as a filter."""
_LARGEST_LIMIT = Decimal(200)


@dataclass(frozen=True, slots=True)
class Kept:
    """The arguments that may be used, and the paths (`followers.min`) of what was dropped."""

    arguments: Arguments
    dropped: tuple[str, ...]


def drop_unwritten(name: str, arguments: Arguments, *, said: Sequence[str]) -> Kept:
    """Arguments of the tool `name` without bounds that no text of `said` holds.

    `said` is the current message, earlier ones of the same person, and saved preferences. Written numbers are read
    with their units (1万 is 10,000; 3个点 is 0.03); size words, 左右 and "a bit cheaper" count with what they mean.
    """
    allowed = _Written.of(said)
    kept: Arguments = {}
    dropped: list[str] = []
    for field, value in arguments.items():
        if field in RANGES and isinstance(value, dict):
            bounds = {key: number for key, number in value.items() if key not in _SIDES or allowed.holds(field, number)}
            dropped += [f"{field}.{key}" for key in value if key not in bounds]
            if any(side in bounds for side in _SIDES):
                kept[field] = bounds
        elif field == "flat_fee" and isinstance(value, dict):
            if allowed.holds(field, value.get("amount")):
                kept[field] = value
            else:
                dropped.append(field)
        elif field in SCALARS and name not in ("products",) and not allowed.holds(field, value):
            dropped.append(field)
        else:
            kept[field] = value
    return Kept(kept, tuple(dropped))


@dataclass(frozen=True, slots=True)
class _Written:
    numbers: frozenset[Decimal]
    steps: tuple[tuple[str, Decimal], ...]

    @classmethod
    def of(cls, said: Sequence[str]) -> "_Written":
        numbers: set[Decimal] = set()
        steps: list[tuple[str, Decimal]] = []
        for message in said:
            text = read(message).text
            for quantity in islice(_quantities(text), _MOST_NUMBERS):
                numbers.update(_values(quantity))
            for key, _, _ in find_terms("sizes", text):
                facts = words.entries("sizes")[key].facts
                numbers.update(Decimal(str(facts[side])) for side in _SIDES if side in facts)
            for key, _, _ in find_terms("comparatives", text):
                facts = words.entries("comparatives")[key].facts
                steps.append((str(facts["metric"]), Decimal(str(facts["factor"]))))
        return cls(frozenset(numbers), tuple(steps))

    def holds(self, field: str, value: JsonValue) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value is None
        number = Decimal(str(value))
        known = self._for(field)
        if field == "limit" and number == _LARGEST_LIMIT and any(written > number for written in known):
            return True
        return any(abs(number - written) <= _TOLERANCE * max(Decimal(1), abs(number)) for written in known)

    def _for(self, field: str) -> set[Decimal]:
        """Numbers written, and those that comparatives about this field lead to from them, step by step."""
        known = set(self.numbers)
        if field.endswith("_rate"):
            known |= {number / 100 for number in self.numbers if number >= 1}
        for metric, factor in self.steps:
            if metric == field:
                known |= {round(number * factor, 4) for number in known}
        return known


def _quantities(text: str) -> Iterator[Quantity]:
    at = 0
    while at < len(text):
        inside_word = (
            at > 0 and text[at].isascii() and text[at].isalnum() and text[at - 1].isascii() and text[at - 1].isalnum()
        )
        quantity = None if inside_word else quantity_at(text, at)
        if quantity is None:
            at += 1
            continue
        yield quantity
        yield bound(text, quantity)
        at = max(quantity.end, at + 1)


def _values(quantity: Quantity) -> set[Decimal]:
    sides = {side for side in (quantity.low, quantity.high) if side is not None}
    around = {side * factor for side in sides for factor in (1 - ABOUT, 1 + ABOUT)} if quantity.exact else set()
    return sides | around
